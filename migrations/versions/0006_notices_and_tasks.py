"""Notices that are kept before they are told, and tasks between meetings."""

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tasks()
    _outbox()


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=True),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("meeting", "id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_unit_id"), "tasks", ["unit_id"])
    op.create_index(op.f("ix_tasks_owner"), "tasks", ["owner"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("read_at", Utc(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("why", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_outbox_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_outbox_person_id_key")),
    )
    op.create_index(op.f("ix_outbox_meeting"), "outbox", ["meeting"])
    op.create_index(op.f("ix_outbox_person_id_read_at"), "outbox", ["person_id", "read_at"])
    op.create_index(op.f("ix_outbox_state_next_at"), "outbox", ["state", "next_at"])
