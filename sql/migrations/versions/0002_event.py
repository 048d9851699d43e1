"""0002: an event is kept once and owed to many; the outbox of 0001, which nothing wrote yet, is made anew."""

import sqlalchemy as sa
from alembic import op

from statements.tables import Instant

revision = "0002"
down_revision = "0001"


def upgrade():
    op.drop_table("outbox")
    op.create_table(
        "event",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_event")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["event_key"], ["event.key"], name=op.f("fk_outbox_event_key_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_key", "subscriber", name=op.f("uq_outbox_event_key_subscriber")),
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"], unique=False)
    op.create_index("ix_outbox_subscriber_state", "outbox", ["subscriber", "state"], unique=False)
    op.create_index("ix_outbox_subscriber_sent_at", "outbox", ["subscriber", "sent_at"], unique=False)
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"], unique=False)
