"""The log and what is written with it.  It stands on its own: no foreign key, so that no row of the register can take a
record with it."""

import sqlalchemy as sa

from .base import Id, Utc, metadata

events = sa.Table(
    "events",
    metadata,
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … ; the key is the fence
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("cause", sa.String(64), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # canonical JSON of the envelope and the event (RFC 8785)
    sa.Column("hash", sa.LargeBinary(32), nullable=False),  # sha256(previous hash ‖ seq ‖ body)
    sa.CheckConstraint("seq >= 1", name="seq"),
)

heads = sa.Table(  # one at the close, and one after every append that follows it; the last one holds
    "heads",
    metadata,
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("signature", sa.LargeBinary(64), nullable=False),  # Ed25519, see signing.py
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
    sa.Column("sealed_at", Utc, nullable=False),  # when that entry was written
)

attendance = sa.Table(
    "attendance",
    metadata,
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("member", Id, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … : his presences in order
    sa.Column("began", Utc, nullable=False),
    sa.Column("ended", Utc),  # NULL = present now
    sa.Column("kinds", sa.String(64), nullable=False),  # words joined by " ", sorted: "in_room online vouched"
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False),  # the process that holds the meeting open
    sa.Column("alive_at", Utc, nullable=False),
)
