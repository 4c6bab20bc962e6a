"""Before the meeting: place, notice and cancelling; agenda templates, the plan of a year, answers, documents."""

import sqlalchemy as sa
from alembic import op

from server.records.tables import Utc

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _meetings()
    _templates()
    _plan_lines()
    _answers()
    _documents()


def _meetings() -> None:
    for column in (
        sa.Column("place", sa.String(length=300), server_default="", nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("noticed_at", Utc(), nullable=True),
        sa.Column("changed_at", Utc(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("meetings", column)


def _templates() -> None:
    op.create_table(
        "agenda_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("items", sa.JSON(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_agenda_templates_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_templates")),
    )
    op.create_index(op.f("ix_agenda_templates_unit_id"), "agenda_templates", ["unit_id"])


def _plan_lines() -> None:
    op.create_table(
        "plan_lines",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("preparing", sa.String(length=300), nullable=False),
        sa.Column("meeting", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_plan_lines_unit_id")),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_plan_lines_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_lines")),
    )
    op.create_index(op.f("ix_plan_lines_unit_id_year"), "plan_lines", ["unit_id", "year"])


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("coming", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_answers_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_answers_person_id")),
        sa.PrimaryKeyConstraint("meeting", "person_id", name=op.f("pk_answers")),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("meeting", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("shown_sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_documents_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_meeting"), "documents", ["meeting"])
    op.create_table(
        "document_reads",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_document_reads_document"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_document_reads_person_id")),
        sa.PrimaryKeyConstraint("document", "person_id", name=op.f("pk_document_reads")),
    )
