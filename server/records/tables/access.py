"""Accounts, codes on paper, reviews and sessions."""

import sqlalchemy as sa

from .base import Id, Utc, metadata

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), nullable=False, unique=True),
    sa.Column("username", sa.String(64), nullable=False, unique=True),  # casefolded by whoever writes it
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("failed", sa.Integer, nullable=False, server_default="0"),  # wrong tries in a row
    sa.Column("locked_until", Utc),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("disabled_why", sa.String(300), nullable=False, server_default=""),  # a reason, or accounts.IDLE
    sa.Column("password_set_at", Utc),
    sa.Column("signed_in_at", Utc),  # last; NULL = never
    sa.Column("enabled_at", Utc),  # last, after it was disabled
    sa.Column("factor", sa.String(255), nullable=False, server_default=""),  # second factor, sealed: org.factor
    sa.Column("factor_step", sa.BigInteger, nullable=False, server_default="0"),  # of the last code taken
)

old_passwords = sa.Table(  # what an administrator may not take again
    "old_passwords",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
)

slips = sa.Table(  # codes on paper, good once: to take up an account, to set a new password, to sign in without a phone
    "slips",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),  # join | reset | factor
    sa.Column("code_hash", sa.String(64), nullable=False, unique=True),  # with the house's key: org.slips
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("made_by", Id, nullable=False),  # a person; "" = the program
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("ended_at", Utc),
    sa.Column("ended", sa.String(16), nullable=False, server_default=""),  # used | revoked | replaced
    sa.CheckConstraint("kind IN ('join', 'reset', 'factor')", name="kind"),
)

account_reviews = sa.Table(  # rows are only added
    "account_reviews",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("by", Id, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),  # {state: accounts}
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # sha256 of the token, hex: the token itself is kept nowhere
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("seen_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False, index=True),
    sa.Column("device", sa.String(200), nullable=False, server_default=""),
    sa.Column("csrf_secret", sa.String(64), nullable=False),
)
