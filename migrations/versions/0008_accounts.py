"""Accounts for people: slips with codes, the ages of passwords and accounts, second factors, reviews of the list."""

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _old_passwords()
    _slips()
    _reviews()


def _accounts() -> None:
    """The passwords there are count from now; an account counts as used until now."""
    for column in (
        sa.Column("disabled_why", sa.String(length=300), server_default="", nullable=False),
        sa.Column("password_set_at", Utc(), nullable=True),
        sa.Column("signed_in_at", Utc(), nullable=True),
        sa.Column("enabled_at", Utc(), nullable=True),
        sa.Column("factor", sa.String(length=255), server_default="", nullable=False),
        sa.Column("factor_step", sa.BigInteger(), server_default="0", nullable=False),
    ):
        op.add_column("accounts", column)
    sqlite = op.get_bind().dialect.name == "sqlite"
    now = "strftime('%Y-%m-%dT%H:%M:%S', 'now') || '.000000Z'" if sqlite else "now()"
    op.execute(f"UPDATE accounts SET password_set_at = {now}, enabled_at = {now}")  # noqa: S608  no word of others


def _old_passwords() -> None:
    op.create_table(
        "old_passwords",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_old_passwords_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_passwords")),
    )
    op.create_index(op.f("ix_old_passwords_account_id"), "old_passwords", ["account_id"])


def _slips() -> None:
    op.create_table(
        "slips",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("ended", sa.String(length=16), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('join', 'reset', 'factor')", name=op.f("ck_slips_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_slips_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_slips_code_hash")),
    )
    op.create_index(op.f("ix_slips_person_id"), "slips", ["person_id"])


def _reviews() -> None:
    op.create_table(
        "account_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_account_reviews_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_reviews")),
    )
    op.create_index(op.f("ix_account_reviews_unit_id"), "account_reviews", ["unit_id"])
    _only_added("account_reviews")


def _only_added(table: str) -> None:
    """UPDATE and DELETE are refused by the database itself, as in the log of the meetings (0001)."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'The record is append-only.'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
