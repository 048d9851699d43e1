"""The store's tables, for SQLite and PostgreSQL alike; sql/migrations must give exactly these."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment with its zone lost nowhere: timestamptz on PostgreSQL, UTC text with an offset on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(sa.String(32) if dialect.name == "sqlite" else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone; every instant in the store needs one.")
        value = value.astimezone(UTC)
        # A fixed width, so that text order is time order.
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)  # type: ignore[no-any-return]


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

batch = sa.Table(
    "batch",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # watch | backfill | reread
    sa.Column("urls", sa.JSON, nullable=False),  # what the batch was asked to fetch, in order
    sa.Column("declarations_sha256", sa.Text, nullable=False),  # a worker with other declarations refuses the batch
    sa.Column("is_baseline", sa.Boolean, nullable=False),  # of a source's first complete pass, which owes no alert
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),
)
sa.Index("ix_batch_source_created_at", batch.c.source, batch.c.created_at)

statement = sa.Table(
    "statement",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # digest of the source and the least identity key of its addresses
    sa.Column("source", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),  # live | gone | restored | flapping: of its latest captures
    sa.Column("recorded_at", Instant, nullable=False),
)

address = sa.Table(
    "address",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),  # the normalised URL
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("statement_id", sa.Text, sa.ForeignKey("statement.id"), nullable=False, index=True),
    sa.Column("identity", sa.Text, nullable=False, index=True),  # what the source's `identity:` pattern makes of the URL
    sa.Column("fetch_url", sa.Text, nullable=False),  # the URL to ask for, before normalisation
    sa.Column("listed_title", sa.Text),
    sa.Column("listed_on", sa.Date),
    sa.Column("last_listed_at", Instant),
    sa.Column("etag", sa.Text),  # validators of the last body, and that body's hash
    sa.Column("last_modified", sa.Text),
    sa.Column("body_sha256", sa.Text),
    sa.Column("is_living", sa.Boolean, nullable=False),  # false once it redirects for good
    sa.Column("next_due_at", Instant),
    sa.Column("last_changed_at", Instant),
    sa.Column("quickened_at", Instant),  # when a successor appeared in its series
    sa.Column("recorded_at", Instant, nullable=False),
)
sa.Index("ix_address_source_next_due_at", address.c.source, address.c.next_due_at)

tie = sa.Table(
    "tie",
    metadata,
    sa.Column("from_key", sa.Text, sa.ForeignKey("address.key"), primary_key=True),
    sa.Column("to_key", sa.Text, sa.ForeignKey("address.key"), primary_key=True),
    sa.Column("fact", sa.Text, primary_key=True),  # redirect | canonical | same_as
    sa.Column("recorded_at", Instant, nullable=False),
)

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes, as received
    sa.Column("recorded_at", Instant, nullable=False),
)

capture = sa.Table(
    "capture",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, sa.ForeignKey("address.key"), nullable=False),
    sa.Column("captured_at", Instant, nullable=False),
    sa.Column("via", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("final_url", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("headers", sa.JSON, nullable=False),
    sa.Column("body_sha256", sa.Text),
    sa.Column("redirects", sa.JSON, nullable=False),
    sa.Column("is_not_modified", sa.Boolean, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("batch_id", sa.Text),
    sa.Column("recorded_at", Instant, nullable=False),
)
sa.Index("ix_capture_address_captured_at", capture.c.address, capture.c.captured_at)
sa.Index("ix_capture_body_sha256", capture.c.body_sha256)

pending = sa.Table(
    "pending",
    metadata,
    # Written with its capture and deleted with its verdict: what is unsettled stays a short query at any size.
    sa.Column("capture_id", sa.Text, sa.ForeignKey("capture.id"), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("batch_id", sa.Text, index=True),
    sa.Column("recorded_at", Instant, nullable=False),
)
sa.Index("ix_pending_source", pending.c.source)

wording = sa.Table(
    "wording",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("content_sha256", sa.Text, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("published_on", sa.Date),
    sa.Column("published_until", sa.Date),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("document_type", sa.Text, nullable=False),
    sa.Column("parties", sa.JSON, nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),  # [[kind, text], …]
    sa.Column("length", sa.Integer, nullable=False),  # code points of the text
)

extraction = sa.Table(
    "extraction",
    metadata,
    # What one extractor took from one body at one address, under one set of expectations: many captures share it.
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("body_sha256", sa.Text, nullable=False, index=True),
    sa.Column("extractor", sa.Text, nullable=False),
    sa.Column("expectations", sa.Text, nullable=False),
    sa.Column("layout", sa.Text),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),  # {"message", "selector", "findings": [...]} of a refusal
    sa.Column("wording_id", sa.Text, sa.ForeignKey("wording.id")),
    sa.Column("details", sa.JSON, nullable=False),  # date precision and origin, flags, boilerplate, library versions
    sa.Column("recorded_at", Instant, nullable=False),
)

reading = sa.Table(
    "reading",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("capture_id", sa.Text, sa.ForeignKey("capture.id"), nullable=False),
    sa.Column("extraction_id", sa.Text, sa.ForeignKey("extraction.id")),  # none for a capture without a body
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("captured_at", Instant, nullable=False),
    sa.Column("body_sha256", sa.Text, nullable=False),  # breaks ties in time; empty where there is no body
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("content_sha256", sa.Text),
    sa.Column("is_current", sa.Boolean, nullable=False),  # the latest reading of its capture
    sa.Column("recorded_at", Instant, nullable=False),
)
sa.Index("ix_reading_capture_id", reading.c.capture_id)
sa.Index(
    "ix_reading_fold",
    reading.c.address,
    reading.c.captured_at,
    reading.c.body_sha256,
    postgresql_where=sa.text("is_current AND verdict = 'ok'"),
    sqlite_where=sa.text("is_current AND verdict = 'ok'"),
)
sa.Index(
    "ix_reading_quarantined",
    reading.c.recorded_at,
    postgresql_where=sa.text("verdict = 'quarantined'"),
    sqlite_where=sa.text("verdict = 'quarantined'"),
)

run = sa.Table(
    "run",
    metadata,
    # Unbroken runs of equal readings, kept by address so that one more capture touches its neighbours only.
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("first_captured_at", Instant, primary_key=True),
    sa.Column("first_body_sha256", sa.Text, primary_key=True),
    sa.Column("last_captured_at", Instant, nullable=False),
    sa.Column("last_body_sha256", sa.Text, nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("wording_id", sa.Text, nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    sa.Column("captures", sa.Integer, nullable=False),
)

version = sa.Table(
    "version",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, sa.ForeignKey("address.key"), nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("wording_id", sa.Text, sa.ForeignKey("wording.id"), nullable=False),
    sa.Column("first_captured_at", Instant, nullable=False),
    sa.Column("last_captured_at", Instant, nullable=False),
    sa.Column("first_body_sha256", sa.Text, nullable=False),
    sa.Column("last_body_sha256", sa.Text, nullable=False),
    sa.Column("captures", sa.Integer, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
)
# Not unique by content: wordings come back.
sa.Index("ix_version_address_first_captured_at", version.c.address, version.c.first_captured_at)
sa.Index("ix_version_first_captured_at", version.c.first_captured_at)
sa.Index("ix_version_wording_id", version.c.wording_id)
sa.Index("ix_wording_published_on", wording.c.published_on)

change = sa.Table(
    "change",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False, index=True),  # of the later version
    sa.Column("from_version", sa.Text, nullable=False),
    sa.Column("to_version", sa.Text, nullable=False),
    sa.Column("class", sa.Text, nullable=False, key="klass"),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("significance", sa.Float, nullable=False),
    sa.Column("is_moved", sa.Boolean, nullable=False),
    sa.Column("is_position_bearing", sa.Boolean, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # the comparison as CONTRACT's diff
    sa.Column("lexicon", sa.Text, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
)

stances = sa.Table(
    "stances",
    metadata,
    sa.Column("wording_id", sa.Text, sa.ForeignKey("wording.id"), primary_key=True),
    sa.Column("lexicon", sa.Text, primary_key=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
)

membership = sa.Table(
    "membership",
    metadata,
    sa.Column("series", sa.Text, primary_key=True),
    sa.Column("statement_id", sa.Text, sa.ForeignKey("statement.id"), primary_key=True, index=True),
    sa.Column("recorded_at", Instant, nullable=False),
)

stale_series = sa.Table(
    "stale_series",
    metadata,
    # Written in the transaction that touched a member, deleted when the series' shifts are computed anew.
    sa.Column("series", sa.Text, primary_key=True),
)

shift = sa.Table(
    "shift",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("series", sa.Text, nullable=False),
    sa.Column("issue", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("from_statement", sa.Text, nullable=False),
    sa.Column("to_statement", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("lexicon", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
)
sa.Index("ix_shift_series", shift.c.series, shift.c.to_statement)

event = sa.Table(
    "event",
    metadata,
    # What an alert tells, once for however many subscribers it is owed to.
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("statement_id", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),  # the lower is told first
    sa.Column("payload", sa.JSON, nullable=False),  # all that its mail needs
    sa.Column("recorded_at", Instant, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("event_key", sa.Text, sa.ForeignKey("event.key"), nullable=False),
    sa.Column("subscriber", sa.Text, nullable=False),
    sa.Column("statement_id", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # owed | claimed | sent | given_up | folded (what it told was undone before it left)
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_until", Instant),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Column("message_id", sa.Text),  # minted with the first claim; rows that share it are one mail
    sa.Column("sent_at", Instant),
    sa.UniqueConstraint("event_key", "subscriber"),
)
sa.Index("ix_outbox_state_due_at", outbox.c.state, outbox.c.due_at)
sa.Index("ix_outbox_subscriber_state", outbox.c.subscriber, outbox.c.state)
sa.Index("ix_outbox_subscriber_sent_at", outbox.c.subscriber, outbox.c.sent_at)
sa.Index("ix_outbox_message_id", outbox.c.message_id)

host = sa.Table(
    "host",
    metadata,
    sa.Column("host_group", sa.Text, primary_key=True),
    sa.Column("next_allowed_at", sa.Float, nullable=False),  # seconds since the epoch: claimed by arithmetic in one statement
)

visits = sa.Table(
    "visits",
    metadata,
    # Revisits granted, against the budget of a group of hosts.
    sa.Column("host_group", sa.Text, primary_key=True),
    sa.Column("visited_on", sa.Date, primary_key=True),  # UTC
    sa.Column("count", sa.Integer, nullable=False),
)

source_state = sa.Table(
    "source_state",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("baseline_at", Instant),  # when its first complete pass was settled
    sa.Column("last_polled_at", Instant),
    sa.Column("last_success_at", Instant),
    sa.Column("last_changed_at", Instant),
    sa.Column("listings", sa.JSON, nullable=False),  # URL → the validator of its last answer, and whether it was read to its end
    sa.Column("health", sa.JSON, nullable=False),  # facts and sentences of the last run
    sa.Column("told", sa.Text),  # the state the operator was last told of
)

archived_body = sa.Table(
    "archived_body",
    metadata,
    # What archives call a body that is in the store, so that none of them is asked for it again.
    sa.Column("digest", sa.Text, primary_key=True),  # the SHA-1 that a CDX server names, base 32
    sa.Column("capture_id", sa.Text, nullable=False),
)

ledger = sa.Table(
    "ledger",
    metadata,
    # What a backfill has done, so that it resumes anywhere and downloads nothing twice.
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("origin", sa.Text, primary_key=True),  # the archive: a CDX address, a file's hash, a folder
    sa.Column("entry", sa.Text, primary_key=True),  # a record of it
    sa.Column("outcome", sa.Text, nullable=False),  # captured | known | skipped | failed: …
    sa.Column("recorded_at", Instant, nullable=False),
)
