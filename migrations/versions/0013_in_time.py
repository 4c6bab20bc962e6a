"""Within how many days results are wanted; the records of every unit counted; what a committee says of a cell."""

from collections import Counter

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_RECORDS = ("records", "judged")


def upgrade() -> None:
    op.add_column("summaries", sa.Column("results_days", sa.Integer(), server_default="2", nullable=False))
    for name in _RECORDS:
        op.add_column("unit_months", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    _count()
    _indices()
    _appraisals()


def _indices() -> None:
    broken = sa.text("ok IS false") if op.get_bind().dialect.name == "postgresql" else sa.text("ok IS 0")
    op.create_index("ix_verdicts_broken", "verdicts", ["meeting"], sqlite_where=broken, postgresql_where=broken)
    for columns in (["unit_id", "planned_for"], ["planned_for"]):
        name = "ix_meetings_" + "_".join(columns)
        op.drop_index(name, table_name="meetings")
        more = [column for column in ("unit_id", "kind", "phase") if column not in columns]
        op.create_index(name, "meetings", [*columns, *more])


def _appraisals() -> None:
    op.create_table(
        "appraisals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("last", sa.String(length=7), nullable=False),
        sa.Column("criterion", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisals")),
    )
    op.create_index("ix_appraisals_unit_id", "appraisals", ["unit_id", "period", "last"])
    _only_added("appraisals")


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


def _count() -> None:
    """The records of each cell and month, added to every unit above it."""
    connection, sums = op.get_bind(), dict[tuple[str, str], Counter[str]]()
    found = sa.text(
        "SELECT u.path, s.month, count(*) AS records, count(v.meeting) AS judged FROM summaries s"
        " JOIN units u ON u.id = s.unit_id LEFT JOIN verdicts v ON v.meeting = s.meeting GROUP BY u.path, s.month"
    )
    for row in connection.execute(found).all():
        for unit_id in row.path.strip("/").split("/"):
            more = {name: row._mapping[name] for name in _RECORDS}
            sums.setdefault((unit_id, row.month), Counter()).update(more)
    if sums:
        rows = [{"unit_id": unit_id, "month": month, **counted} for (unit_id, month), counted in sums.items()]
        kept = sa.text(
            "INSERT INTO unit_months (unit_id, month, records, judged) VALUES (:unit_id, :month, :records, :judged)"
            " ON CONFLICT (unit_id, month) DO UPDATE SET records = excluded.records, judged = excluded.judged"
        )
        connection.execute(kept, rows)
