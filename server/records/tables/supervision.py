"""Oversight.  Looks and the witness are only added; of alerts and remarks only the answer is written later."""

import sqlalchemy as sa

from .base import Id, Utc, metadata

looks = sa.Table(  # who of the superiors read what of a unit
    "looks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("unit_id", Id, nullable=False),
    sa.Column("by", Id, nullable=False),  # a person
    sa.Column("role", sa.String(16), nullable=False),  # a word of oversight.looks.ROLES
    sa.Column("what", sa.String(32), nullable=False),  # a word of oversight.looks.WHAT
    sa.Column("subject", sa.String(64), nullable=False),  # the meeting or the person that was read of; "" = the unit
)
sa.Index("ix_looks_unit_id", looks.c.unit_id, looks.c.id)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", Id, nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),  # a word of oversight.alerts.KINDS
    sa.Column("subject", sa.String(64), nullable=False),  # the member or meeting it is about; "" = the cell
    sa.Column("period", sa.String(16), nullable=False),  # with the three above: what is alerted once
    sa.Column("raised_at", Utc, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),  # {word: text or number}
    sa.Column("noted_at", Utc),  # acknowledged
    sa.Column("noted_by", Id),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("unit_id", "kind", "subject", "period"),
)

remarks = sa.Table(  # of the superior about a meeting, and what the cell answers
    "remarks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", Id, nullable=False, index=True),
    sa.Column("meeting", Id, nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),  # compliment | shortcoming
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("due", sa.Date),  # by when an answer is wanted; NULL = none is
    sa.Column("by", Id, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("answer", sa.Text, nullable=False, server_default=""),
    sa.Column("answered_by", Id),
    sa.Column("answered_at", Utc),
)

witness_leaves = (
    sa.Table(  # the heads that were made public, in the order of the tree (RFC 6962); see records/witness.py
        "witness_leaves",
        metadata,
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),  # 0, 1, 2 …
        sa.Column("meeting", Id, nullable=False, index=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("at", Utc, nullable=False),
    )
)

witness_roots = sa.Table(  # one per batch
    "witness_roots",
    metadata,
    sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),  # leaves of the tree
    sa.Column("root", sa.LargeBinary(32), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("signature", sa.LargeBinary(64), nullable=False),
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
)
