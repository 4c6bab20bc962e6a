"""The summaries of closed meetings, a line per seat.  `chibo summaries --rebuild` makes those of earlier meetings."""

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBERS = (
    *("seconds", "wanted_minutes", "official", "probationary", "exempt", "temporary", "base", "present"),
    *("excused", "unexcused", "online", "in_room", "vouched", "corrections", "to_verify", "followers"),
    *("votes", "tasks"),
)


def upgrade() -> None:
    _summaries()
    _roll_lines()
    op.create_index("ix_meetings_unit_id_planned_for", "meetings", ["unit_id", "planned_for"])


def _summaries() -> None:
    op.create_table(
        "summaries",
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("planned_for", Utc(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _NUMBERS),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(length=16), nullable=False),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", name=op.f("pk_summaries")),
    )
    op.create_index("ix_summaries_unit_id_month", "summaries", ["unit_id", "month"])
    op.create_index("ix_summaries_month", "summaries", ["month"])


def _roll_lines() -> None:
    op.create_table(
        "roll_lines",
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("post", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("to_verify", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "member", name=op.f("pk_roll_lines")),
    )
    op.create_index("ix_roll_lines_member", "roll_lines", ["member", "month"])
    op.create_index("ix_roll_lines_unit_id", "roll_lines", ["unit_id", "month"])
