"""The pilot: cases, their steps that can only be added, periods in force, problems noted; and the form of meetings."""

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEPT = ("pilot_steps", "pilot_notes")


def upgrade() -> None:
    _form_of_meetings()
    _cases()
    _notes()
    for table in _KEPT:
        _only_added(table)


def _form_of_meetings() -> None:
    """Whatever was planned until now was planned for the online room."""
    form = sa.Column("form", sa.String(length=16), server_default="in_person", nullable=False)
    op.add_column("meetings", form)
    op.execute("UPDATE meetings SET form = 'online'")


def _cases() -> None:
    op.create_table(
        "pilot_cases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_pilot_cases_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_cases")),
    )
    op.create_index(op.f("ix_pilot_cases_unit_id"), "pilot_cases", ["unit_id"])
    op.create_table(
        "pilot_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["pilot_cases.id"], name=op.f("fk_pilot_steps_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_steps")),
        sa.UniqueConstraint("case_id", "n", name=op.f("uq_pilot_steps_case_id_n")),
    )
    op.create_table(
        "pilot_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["pilot_cases.id"], name=op.f("fk_pilot_periods_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_pilot_periods_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_periods")),
    )
    op.create_index(op.f("ix_pilot_periods_case_id"), "pilot_periods", ["case_id"])
    op.create_index(op.f("ix_pilot_periods_unit_id"), "pilot_periods", ["unit_id"])


def _notes() -> None:
    op.create_table(
        "pilot_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_pilot_notes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_notes")),
    )
    op.create_index(op.f("ix_pilot_notes_unit_id"), "pilot_notes", ["unit_id"])


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
