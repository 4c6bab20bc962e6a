"""The register: codes and dates of units, their names over time, dated memberships, the trail of changes."""

import sqlalchemy as sa
from alembic import op

from server.org.names import fold
from server.records.tables import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Since before the register began: nobody wrote the day down.
_ALWAYS = "1900-01-01"


def upgrade() -> None:
    _columns()
    _tables()
    _carry_over()


def _columns() -> None:
    text = sa.text("''")
    op.add_column("units", sa.Column("code", sa.String(length=32), nullable=True))
    op.add_column("units", sa.Column("folded", sa.String(length=200), server_default=text, nullable=False))
    op.add_column("units", sa.Column("founded", sa.Date(), nullable=True))
    op.add_column("units", sa.Column("dissolved", sa.Date(), nullable=True))
    # In one statement, because SQLite adds no constraint afterwards.
    reference = "CONSTRAINT fk_units_merged_into REFERENCES units (id)"
    op.execute(f"ALTER TABLE units ADD COLUMN merged_into VARCHAR(64) {reference}")
    op.create_index("ix_units_code", "units", ["code"], unique=True)
    op.create_index("ix_units_merged_into", "units", ["merged_into"], unique=False)
    op.add_column("people", sa.Column("folded", sa.String(length=200), server_default=text, nullable=False))
    op.add_column("people", sa.Column("card_number", sa.String(length=32), nullable=True))
    op.add_column("people", sa.Column("phone", sa.String(length=32), server_default=text, nullable=False))
    op.add_column("people", sa.Column("mail", sa.String(length=200), server_default=text, nullable=False))
    op.create_index("ix_people_card_number", "people", ["card_number"], unique=True)
    op.add_column("party_groups", sa.Column("ended", sa.Date(), nullable=True))


def _tables() -> None:
    op.create_table(
        "unit_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_names_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_names")),
    )
    op.create_index(op.f("ix_unit_names_unit_id"), "unit_names", ["unit_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('home', 'guest')", name=op.f("ck_memberships_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_memberships_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_person_id"), "memberships", ["person_id"], unique=False)
    op.create_index("ix_memberships_unit_id", "memberships", ["unit_id", "until", "since", "kind"], unique=False)
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_changes_unit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_changes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_unit_id"), "changes", ["unit_id"], unique=False)
    op.create_index(op.f("ix_changes_person_id"), "changes", ["person_id"], unique=False)


def _carry_over() -> None:
    """What was registered before has no dates: it holds since always."""
    connection = op.get_bind()
    since = f"CAST('{_ALWAYS}' AS DATE)" if connection.dialect.name == "postgresql" else f"'{_ALWAYS}'"
    op.execute(f"INSERT INTO unit_names (unit_id, name, since) SELECT id, name, {since} FROM units")  # noqa: S608
    op.execute(
        "INSERT INTO memberships (person_id, unit_id, kind, since) "  # noqa: S608
        f"SELECT id, unit_id, 'home', {since} FROM people"
    )
    for name in ("units", "people"):
        table = sa.table(name, sa.column("id"), sa.column("name"), sa.column("folded"))
        for row in connection.execute(sa.select(table.c.id, table.c.name)).all():
            connection.execute(sa.update(table).where(table.c.id == row.id).values(folded=fold(row.name)))
