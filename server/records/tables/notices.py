"""Notices.  A row is kept in the transaction of what causes it; the sender tells it afterwards."""

import sqlalchemy as sa

from .base import Id, Utc, metadata

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("key", sa.String(200), nullable=False),  # once for each person
    sa.Column("subject", sa.Text, nullable=False),  # a sentence in English, the key of its translation
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("link", sa.String(300), nullable=False),
    sa.Column("meeting", Id, nullable=False, index=True),  # "" = about none
    sa.Column("calendar", sa.Text),  # an iCalendar object
    sa.Column("at", Utc, nullable=False),
    sa.Column("read_at", Utc),
    sa.Column("state", sa.String(16), nullable=False),  # waiting | sent | shown | failed
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", Utc, nullable=False),
    sa.Column("why", sa.String(200), nullable=False, server_default=""),  # why it was not sent, without names
    sa.UniqueConstraint("person_id", "key"),
)
sa.Index("ix_outbox_person_id_read_at", outbox.c.person_id, outbox.c.read_at)
sa.Index("ix_outbox_state_next_at", outbox.c.state, outbox.c.next_at)
