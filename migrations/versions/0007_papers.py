"""A head after every entry that follows the close; the papers, their numbers and the terms these run in."""

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_REFUSAL = "The record is append-only."


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _heads_sqlite()
    else:
        _heads_postgresql()
    _filings()
    _papers()
    _numbers()
    _only_added("paper_files")


def _heads_sqlite() -> None:
    """SQLite changes no primary key: the rows move to a new table, which gets the old one's name and guards."""
    op.create_table(
        "heads_now",
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "seq", name=op.f("pk_heads")),
    )
    op.execute(
        "INSERT INTO heads_now (meeting, seq, hash, signature, public_key, sealed_at) "
        "SELECT meeting, seq, hash, signature, public_key, closed_at FROM heads"
    )
    op.drop_table("heads")
    op.rename_table("heads_now", "heads")
    _only_added("heads")


def _heads_postgresql() -> None:
    op.alter_column("heads", "closed_at", new_column_name="sealed_at")
    op.drop_constraint("pk_heads", "heads")
    op.create_primary_key("pk_heads", "heads", ["meeting", "seq"])


def _filings() -> None:
    """Every meeting that is closed already has its row."""
    op.create_table(
        "filings",
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("closed_at", Utc(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("corrections", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("meeting", name=op.f("pk_filings")),
    )
    op.create_index("ix_filings_closed_at", "filings", ["closed_at"])
    op.execute("INSERT INTO filings (meeting, closed_at) SELECT meeting, sealed_at FROM heads")


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", Utc(), nullable=False),
        sa.Column("chair_signed_at", Utc(), nullable=True),
        sa.Column("secretary_signed_at", Utc(), nullable=True),
        sa.Column("outdated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "kind", name=op.f("pk_papers")),
    )
    op.create_table(
        "paper_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_paper_files")),
    )
    op.create_index("ix_paper_files_meeting", "paper_files", ["meeting"])


def _numbers() -> None:
    op.create_table(
        "terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("given_before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_terms_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("unit_id", "since", name=op.f("uq_terms_unit_id_since")),
    )
    op.create_table(
        "paper_numbers",
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("series", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_paper_numbers_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "run", "series", "number", name=op.f("pk_paper_numbers")),
        sa.UniqueConstraint("meeting", "series", name=op.f("uq_paper_numbers_meeting_series")),
    )


def _only_added(table: str) -> None:
    """UPDATE and DELETE are refused by the database itself, as in the log of the meetings (0001)."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
