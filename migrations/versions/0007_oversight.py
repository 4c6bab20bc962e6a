"""What supervisors follow: months of every unit, verdicts, looks, alerts, remarks, the witness."""

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COUNTED = (
    *("met", "meetings", "thematic", "online", "hybrid", "by_groups", "base", "present", "excused"),
    *("unexcused", "kept", "scored", "points", "good", "verified", "broken"),
)


def upgrade() -> None:
    _months()
    _verdicts()


def _months() -> None:
    op.create_table(
        "unit_months",
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in _COUNTED),
        sa.PrimaryKeyConstraint("unit_id", "month", name=op.f("pk_unit_months")),
    )
    op.create_index("ix_meetings_planned_for_kind", "meetings", ["planned_for", "kind", "unit_id"])


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_at"), "verdicts", ["at"])
