"""0005: revisits by host group and day, what a successor quickened, and the memberships of a statement."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade():
    op.create_table(
        "visits",
        sa.Column("host_group", sa.Text(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host_group", "visited_on", name=op.f("pk_visits")),
    )
    instant = sa.DateTime(timezone=True) if op.get_bind().dialect.name == "postgresql" else sa.String(32)
    op.add_column("address", sa.Column("quickened_at", instant))
    op.create_index("ix_membership_statement_id", "membership", ["statement_id"])
