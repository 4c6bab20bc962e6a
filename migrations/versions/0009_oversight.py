"""What supervisors follow: months of every unit, verdicts, looks, alerts, remarks, the witness."""

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTED = (
    *("met", "meetings", "thematic", "online", "hybrid", "by_groups", "base", "present", "excused"),
    *("unexcused", "kept", "scored", "points", "good", "verified", "broken"),
)


def upgrade() -> None:
    _months()
    _verdicts()
    _looks()
    _alerts()
    _remarks()
    _witness()
    for table in ("looks", "witness_leaves", "witness_roots"):
        _only_added(table)


def _months() -> None:
    op.create_table(
        "unit_months",
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in _COUNTED),
        sa.PrimaryKeyConstraint("unit_id", "month", name=op.f("pk_unit_months")),
    )


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


def _looks() -> None:
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.create_index("ix_looks_unit_id", "looks", ["unit_id", "id"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("raised_at", Utc(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("noted_at", Utc(), nullable=True),
        sa.Column("noted_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("unit_id", "kind", "subject", "period", name=op.f("uq_alerts_unit_id_kind_subject_period")),
    )


def _remarks() -> None:
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    op.create_index(op.f("ix_remarks_unit_id"), "remarks", ["unit_id"])
    op.create_index(op.f("ix_remarks_meeting"), "remarks", ["meeting"])


def _witness() -> None:
    op.create_table(
        "witness_leaves",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_witness_leaves")),
    )
    op.create_index(op.f("ix_witness_leaves_meeting"), "witness_leaves", ["meeting"])
    op.create_table(
        "witness_roots",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_witness_roots")),
    )


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
