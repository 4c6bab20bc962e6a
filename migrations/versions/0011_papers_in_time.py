"""When the results of a meeting were reported, in its summary and in the months of every unit."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("summaries", sa.Column("reported_after", sa.Integer(), nullable=True))
    for name in ("reported", "in_time"):
        op.add_column("unit_months", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
