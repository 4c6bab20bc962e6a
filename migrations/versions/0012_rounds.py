"""Rounds: the cell's meeting by groups, and one meeting for each of its groups."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("meetings") as meetings:
        meetings.add_column(sa.Column("round_id", sa.String(64), nullable=True))
        meetings.add_column(sa.Column("group_id", sa.String(64), nullable=True))
        meetings.add_column(sa.Column("motions", sa.JSON(), server_default="[]", nullable=False))
        meetings.create_foreign_key("fk_meetings_round_id", "meetings", ["round_id"], ["id"])
        meetings.create_foreign_key("fk_meetings_group_id", "party_groups", ["group_id"], ["id"])
        meetings.create_unique_constraint("uq_meetings_round_id_group_id", ["round_id", "group_id"])
    op.create_index("ix_meetings_round_id", "meetings", ["round_id"])
