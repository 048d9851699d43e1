"""0001: the whole store: captures are facts; readings, versions, changes and shifts are folded from them."""

import sqlalchemy as sa
from alembic import op

from statements.tables import Instant

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "archived_body",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_archived_body")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urls", sa.JSON(), nullable=False),
        sa.Column("declarations_sha256", sa.Text(), nullable=False),
        sa.Column("is_baseline", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_source_created_at", "batch", ["source", "created_at"], unique=False)
    op.create_table(
        "change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("from_version", sa.Text(), nullable=False),
        sa.Column("to_version", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("significance", sa.Float(), nullable=False),
        sa.Column("is_moved", sa.Boolean(), nullable=False),
        sa.Column("is_position_bearing", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("lexicon", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_address"), "change", ["address"], unique=False)
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
        "host",
        sa.Column("host_group", sa.Text(), nullable=False),
        sa.Column("next_allowed_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("host_group", name=op.f("pk_host")),
    )
    op.create_table(
        "ledger",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", "origin", "entry", name=op.f("pk_ledger")),
    )
    op.create_table(
        "run",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("first_captured_at", Instant(), nullable=False),
        sa.Column("first_body_sha256", sa.Text(), nullable=False),
        sa.Column("last_captured_at", Instant(), nullable=False),
        sa.Column("last_body_sha256", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("wording_id", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("captures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", "first_captured_at", "first_body_sha256", name=op.f("pk_run")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("from_statement", sa.Text(), nullable=False),
        sa.Column("to_statement", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("lexicon", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index("ix_shift_series", "shift", ["series", "to_statement"], unique=False)
    op.create_table(
        "snapshot",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_snapshot")),
    )
    op.create_table(
        "source_state",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("baseline_at", Instant(), nullable=True),
        sa.Column("last_polled_at", Instant(), nullable=True),
        sa.Column("last_success_at", Instant(), nullable=True),
        sa.Column("last_changed_at", Instant(), nullable=True),
        sa.Column("listings", sa.JSON(), nullable=False),
        sa.Column("health", sa.JSON(), nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_state")),
    )
    op.create_table("stale_series", sa.Column("series", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("series", name=op.f("pk_stale_series")))
    op.create_table(
        "statement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
    )
    op.create_index(op.f("ix_statement_source"), "statement", ["source"], unique=False)
    op.create_table(
        "visits",
        sa.Column("host_group", sa.Text(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host_group", "visited_on", name=op.f("pk_visits")),
    )
    op.create_table(
        "wording",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_until", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("parties", sa.JSON(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
    )
    op.create_index(op.f("ix_wording_content_sha256"), "wording", ["content_sha256"], unique=False)
    op.create_index("ix_wording_published_on", "wording", ["published_on"], unique=False)
    op.create_table(
        "address",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("fetch_url", sa.Text(), nullable=False),
        sa.Column("listed_title", sa.Text(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("last_listed_at", Instant(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.Text(), nullable=True),
        sa.Column("is_living", sa.Boolean(), nullable=False),
        sa.Column("next_due_at", Instant(), nullable=True),
        sa.Column("last_changed_at", Instant(), nullable=True),
        sa.Column("quickened_at", Instant(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_address_statement_id_statement")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_address")),
    )
    op.create_index(op.f("ix_address_identity"), "address", ["identity"], unique=False)
    op.create_index("ix_address_source_next_due_at", "address", ["source", "next_due_at"], unique=False)
    op.create_index(op.f("ix_address_statement_id"), "address", ["statement_id"], unique=False)
    op.create_table(
        "extraction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("expectations", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("wording_id", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_extraction_wording_id_wording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extraction")),
    )
    op.create_index(op.f("ix_extraction_body_sha256"), "extraction", ["body_sha256"], unique=False)
    op.create_table(
        "membership",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_membership_statement_id_statement")),
        sa.PrimaryKeyConstraint("series", "statement_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_statement_id"), "membership", ["statement_id"], unique=False)
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
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"], unique=False)
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"], unique=False)
    op.create_index("ix_outbox_subscriber_sent_at", "outbox", ["subscriber", "sent_at"], unique=False)
    op.create_index("ix_outbox_subscriber_state", "outbox", ["subscriber", "state"], unique=False)
    op.create_table(
        "stances",
        sa.Column("wording_id", sa.Text(), nullable=False),
        sa.Column("lexicon", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_stances_wording_id_wording")),
        sa.PrimaryKeyConstraint("wording_id", "lexicon", name=op.f("pk_stances")),
    )
    op.create_table(
        "capture",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("captured_at", Instant(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=True),
        sa.Column("redirects", sa.JSON(), nullable=False),
        sa.Column("is_not_modified", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Text(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["address"], ["address.key"], name=op.f("fk_capture_address_address")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
    )
    op.create_index("ix_capture_address_captured_at", "capture", ["address", "captured_at"], unique=False)
    op.create_index("ix_capture_body_sha256", "capture", ["body_sha256"], unique=False)
    op.create_table(
        "tie",
        sa.Column("from_key", sa.Text(), nullable=False),
        sa.Column("to_key", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["from_key"], ["address.key"], name=op.f("fk_tie_from_key_address")),
        sa.ForeignKeyConstraint(["to_key"], ["address.key"], name=op.f("fk_tie_to_key_address")),
        sa.PrimaryKeyConstraint("from_key", "to_key", "fact", name=op.f("pk_tie")),
    )
    op.create_table(
        "version",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("wording_id", sa.Text(), nullable=False),
        sa.Column("first_captured_at", Instant(), nullable=False),
        sa.Column("last_captured_at", Instant(), nullable=False),
        sa.Column("first_body_sha256", sa.Text(), nullable=False),
        sa.Column("last_body_sha256", sa.Text(), nullable=False),
        sa.Column("captures", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["address"], ["address.key"], name=op.f("fk_version_address_address")),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_version_wording_id_wording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
    )
    op.create_index("ix_version_address_first_captured_at", "version", ["address", "first_captured_at"], unique=False)
    op.create_index("ix_version_first_captured_at", "version", ["first_captured_at"], unique=False)
    op.create_index("ix_version_wording_id", "version", ["wording_id"], unique=False)
    op.create_table(
        "pending",
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_pending_capture_id_capture")),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_pending")),
    )
    op.create_index(op.f("ix_pending_batch_id"), "pending", ["batch_id"], unique=False)
    op.create_index("ix_pending_source", "pending", ["source"], unique=False)
    op.create_table(
        "reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("extraction_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("captured_at", Instant(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_reading_capture_id_capture")),
        sa.ForeignKeyConstraint(["extraction_id"], ["extraction.id"], name=op.f("fk_reading_extraction_id_extraction")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )
    op.create_index("ix_reading_capture_id", "reading", ["capture_id"], unique=False)
    op.create_index(
        "ix_reading_fold",
        "reading",
        ["address", "captured_at", "body_sha256"],
        unique=False,
        postgresql_where=sa.text("is_current AND verdict = 'ok'"),
        sqlite_where=sa.text("is_current AND verdict = 'ok'"),
    )
    op.create_index(
        "ix_reading_quarantined",
        "reading",
        ["recorded_at"],
        unique=False,
        postgresql_where=sa.text("verdict = 'quarantined'"),
        sqlite_where=sa.text("verdict = 'quarantined'"),
    )
