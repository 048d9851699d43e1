"""Archives in: mementos become captures under a ledger, and settle in batches."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Capture, digest
from scrapers.mementos import Memento, Unread
from scrapers.source import Source, normalise, statement_key
from statements import tables as t
from statements.fetching import MOVED_FOR_GOOD, take_over
from statements.identity import bind, introduce
from statements.pipeline import Settled
from statements.settlers import Settler
from statements.store import Store, add, capture_of, capture_row, chunks, now

CHUNK = 500  # mementos to a batch: what a batch costs whatever it holds is shared by more
CHUNK_BODIES = 120  # different bodies to a batch: Great Expectations' share stays small, and no process waits long for another's last batch
CHUNK_BYTES = 24 * 2**20  # of bodies to a batch, so that memory stays flat whatever the pages weigh
KEPT_AFTER = 1.0  # seconds that a memento may wait for others before it is recorded: an archive that answers slowly is not asked twice


@dataclass
class Tally:
    """What a backfill came to, as CONTRACT's `backfill` tells it."""

    read: int = 0
    new: int = 0
    known: int = 0
    skipped: int = 0
    readings: int = 0
    quarantined: int = 0
    statements: int = 0
    versions: int = 0
    changes: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        """The tally as CONTRACT's JSON."""
        captures = {"read": self.read, "new": self.new, "known": self.known, "skipped": self.skipped}
        counts = {name: getattr(self, name) for name in ("readings", "quarantined", "statements", "versions", "changes")}
        return {"captures": captures, **counts, "verdicts": dict(sorted(self.verdicts.items())), "failed": self.failed}

    def take(self, settled: Settled) -> None:
        """Add what settling one batch came to."""
        verdicts = dict(settled.verdicts)
        self.verdicts.update(verdicts)
        self.readings += verdicts.get("ok", 0) + verdicts.get("quarantined", 0)
        self.quarantined += verdicts.get("quarantined", 0)
        self.statements += settled.statements
        self.versions += settled.versions
        self.changes += settled.changes


def backfill(
    store: Store,
    source: Source,
    mementos: Iterable[Memento | Unread],
    origin: str,
    settler: Settler,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Bring mementos in; what a run that was broken off left undone is done first.

    Harmless to repeat, also twice at once: a record that the ledger has is passed over, and a capture is known by its key.
    """
    tally = Tally()

    def take(ended: Iterator[tuple[str, Settled | str]]) -> None:
        for batch, settled in ended:
            if isinstance(settled, str):
                tally.failed.append({"where": f"batch {batch}", "error": settled})
            else:
                tally.take(settled)

    with store.writing() as connection:
        take_over(connection, source, "backfill", made_before=now())
    for batch in left_over(store, source.id):
        take(settler.settle(batch))
    done = already_done(store, source.id, origin)
    open_batch: str | None = None
    for part in _parts(_unless_done(mementos, done, tally)):
        open_batch = _record(store, source, part.mementos, origin, tally, open_batch)
        if part.ends_batch and open_batch:
            take(settler.settle(open_batch))
            open_batch = None
        progress(tally)
    take(settler.rest())
    progress(tally)
    return tally


def left_over(store: Store, source: str) -> list[str]:
    """Backfill batches of the source that were recorded and never settled."""
    b = t.batch.c
    with store.reading() as connection:
        query = sa.select(b.id).where(b.source == source, b.settled_at.is_(None), b.kind == "backfill").order_by(b.created_at, b.id)
        return list(connection.execute(query).scalars())


def already_done(store: Store, source: str, origin: str) -> set[str]:
    """The records of an archive that the ledger has; a download of them is spared."""
    entry = t.ledger.c
    with store.reading() as connection:
        query = sa.select(entry.entry).where(entry.source == source, entry.origin == origin)
        return set(connection.execute(query).scalars())


def _unless_done(mementos: Iterable[Memento | Unread], done: set[str], tally: Tally) -> Iterator[Memento | Unread]:
    for memento in mementos:
        if memento.where in done:
            tally.read += 1
            tally.known += 1
        else:
            yield memento


@dataclass(frozen=True, slots=True)
class _Part:
    """Mementos to record together: a batch, or as much of one as came before its time was up."""

    mementos: list[Memento | Unread]
    ends_batch: bool


def _parts(mementos: Iterable[Memento | Unread]) -> Iterator[_Part]:
    part: list[Memento | Unread] = []
    size, count, bodies = 0, 0, set()  # of the batch so far
    recorded_at = time.monotonic()
    for memento in mementos:
        part.append(memento)
        count += 1
        if isinstance(memento, Memento) and memento.body is not None:
            size += len(memento.body)
            bodies.add(memento.capture.body_sha256)
        is_full = count >= CHUNK or len(bodies) >= CHUNK_BODIES or size >= CHUNK_BYTES
        if is_full or time.monotonic() - recorded_at >= KEPT_AFTER:
            yield _Part(part, is_full)
            part, recorded_at = [], time.monotonic()
        if is_full:
            size, count, bodies = 0, 0, set()
    yield _Part(part, ends_batch=True)


def _record(store: Store, source: Source, part: Sequence[Memento | Unread], origin: str, tally: Tally, open_batch: str | None) -> str | None:
    """Bodies first, then captures, ledger and batch in one transaction.

    Returns the batch that the captures are in: the one that was open already, or one that this part began; None where nothing was new yet.
    """
    if not part:
        return open_batch
    at = now()
    ours: dict[str, Memento] = {}
    outcomes: dict[str, str] = {}
    for memento in part:
        tally.read += 1
        if isinstance(memento, Unread):
            tally.failed.append({"where": memento.where, "error": memento.error})
        elif not source.takes(memento.capture.url or memento.capture.address):
            tally.skipped += 1
            outcomes[memento.where] = "skipped"
        else:
            if memento.body is not None:
                store.snapshots.put(memento.body)
            ours.setdefault(memento.where, memento)  # an index may name a record twice, the second time without its body
    captures = {where: memento.capture for where, memento in ours.items()}
    batch = open_batch or digest("backfill", source.id, origin, sorted(ours), at.isoformat())[:32]
    with store.writing() as connection:
        sizes = {m.capture.body_sha256: len(m.body) for m in ours.values() if m.body is not None}
        add(connection, t.snapshot, [{"sha256": sha, "size": size, "recorded_at": at} for sha, size in sorted(sizes.items(), key=str)])
        _introduce(connection, source, list(captures.values()), at)
        fresh = _record_captures(connection, source.id, batch, list(captures.values()), at)
        tally.new += len(fresh)
        tally.known += len(captures) - len(fresh)
        outcomes |= {where: "captured" if capture.key in fresh else "known" for where, capture in captures.items()}
        rows = [
            {"source": source.id, "origin": origin, "entry": where, "outcome": said, "recorded_at": at} for where, said in sorted(outcomes.items())
        ]
        add(connection, t.ledger, rows)
        add(connection, t.archived_body, _named_bodies(ours.values()))
        if not fresh:
            return open_batch
        if open_batch:  # another backfill may have settled what was in it
            connection.execute(sa.update(t.batch).where(t.batch.c.id == batch).values(settled_at=None))
            return batch
        connection.execute(
            sa.insert(t.batch).values(
                id=batch,
                source=source.id,
                kind="backfill",
                urls=[],
                declarations_sha256=source.sha256,
                is_baseline=False,
                created_at=at,
            )
        )
    return batch


def body_by_digest(store: Store, digest_: str) -> Capture | None:
    """A capture with the body that archives call so, where one was brought in before."""
    named = t.archived_body.c
    with store.reading() as connection:
        query = sa.select(t.capture).join(t.archived_body, named.capture_id == t.capture.c.id).where(named.digest == digest_)
        row = connection.execute(query).first()
    return capture_of(row) if row else None


def _named_bodies(mementos: Iterable[Memento]) -> list[dict[str, str]]:
    """Bodies that came whole under a name of the archive's; that of nothing is every redirect's."""
    named = {}
    for memento in mementos:
        capture = memento.capture
        algorithm, _, value = (memento.digest or "").rpartition(":")
        if memento.body and value and algorithm in {"", "sha1"} and capture.status == 200 and not capture.error:
            named[value] = capture.key
    return [{"digest": value, "capture_id": key} for value, key in sorted(named.items())]


def _introduce(connection: Connection, source: Source, captures: list[Capture], at: datetime) -> None:
    identities = {c.address: (statement_key(source, c.address), c.url or c.address) for c in captures}
    moves = []
    for capture in captures:
        target = _moved_to(source, capture)
        if target:
            identities.setdefault(target, (statement_key(source, target), target))
            moves.append((capture.address, target))
    introduce(connection, source.id, identities, at=at)
    for old, new in sorted(set(moves)):
        bind(connection, source.id, old, new, "redirect", at=at)


def _moved_to(source: Source, capture: Capture) -> str | None:
    if capture.status not in MOVED_FOR_GOOD:
        return None
    location = next((value for name, value in capture.headers if name.lower() == "location"), None)
    if not location or not source.takes(location):
        return None
    target = normalise(source, location)
    return target if target != capture.address else None


def _record_captures(connection: Connection, source: str, batch: str, captures: list[Capture], at: datetime) -> set[str]:
    rows = {capture.key: capture_row(capture, batch, at) for capture in captures}
    known: set[str] = set()
    for part in chunks(sorted(rows)):
        known.update(connection.execute(sa.select(t.capture.c.id).where(t.capture.c.id.in_(part))).scalars())
    fresh = [row for key, row in sorted(rows.items()) if key not in known]
    add(connection, t.capture, fresh)
    add(connection, t.pending, [{"capture_id": row["id"], "source": source, "batch_id": batch, "recorded_at": at} for row in fresh])
    return {row["id"] for row in fresh}
