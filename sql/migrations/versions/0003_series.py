"""0003: series that await recomputing, and the validators of listings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.create_table("stale_series", sa.Column("series", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("series", name=op.f("pk_stale_series")))
    op.add_column("source_state", sa.Column("listings", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("source_state") as table:
        table.alter_column("listings", server_default=None)
