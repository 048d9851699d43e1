"""From a WARC file to committed versions: pages a second, repeats a second, memory, and one more capture in a full store."""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from bench import archive_pages
from schemas import expectations
from schemas.records import Capture, digest
from scrapers.source import Source
from statements import backfilling, changing, following
from statements import pipeline as pipeline_module
from statements import tables as t
from statements.archives import from_warcs
from statements.backfilling import Tally, backfill
from statements.extracting import Reader
from statements.identity import statement_id
from statements.local.postgres import Postgres
from statements.pipeline import Pipeline
from statements.settings import Settings, load
from statements.settlers import Here, settler_for
from statements.settling import Occasion
from statements.store import Store, add, capture_row, now, record

STAGES = (
    (backfilling, "_record", "bodies to snapshots, captures and ledger to the store"),
    (Reader, "_extract", "suspicion and reading"),
    (Reader, "_validated", "Great Expectations"),
    (following, "positions_of", "positions"),
    (changing, "compare", "comparison, with what it does to positions"),
    (pipeline_module, "settle_statements", "versions, changes, series: the store's transactions"),
)
SAMPLES = 60  # of one more capture: its median is told
GOAL_PAGES, GOAL_REPEATS, GOAL_MB, GOAL_GROWTH = 100, 1000, 500, 1.3


def main() -> None:
    """Print rates and ratios of one run on the embedded PostgreSQL."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--pages", type=int, default=600, help="distinct pages, two wordings each")
    asked.add_argument("--repeats", type=int, default=100_000, help="captures of known bodies")
    asked.add_argument("--stored", type=int, default=1_000_000, help="captures loaded before one more is timed")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="statements-bench-") as folder:
        home = Path(folder)
        server = Postgres(home, durable=False)
        server.start("bench")
        try:
            _all(home, server.database_url("bench"), wanted)
        finally:
            server.stop()


def _all(home: Path, url: str, wanted: argparse.Namespace) -> None:
    source = archive_pages.declared(home / "config")
    place = replace(load(), home=home, database_url=url, snapshots=str(home / "snapshots"), config=home / "config", contact="bench@example.org")
    store = Store.open(place, create=True)
    pipeline = Pipeline(source, store, place)
    expectations.prepare()
    print(f"two wordings each of {wanted.pages} pages of about 2.5 kB of text, {os.cpu_count()} cores")
    made = archive_pages.warc(home / "pages.warc.gz", archive_pages.captures(wanted.pages, 2))
    seconds, tally = _timed(pipeline, home / "pages.warc.gz")
    _row("distinct pages a second, with changes and positions", made / seconds, GOAL_PAGES, f"{tally.versions} versions, {tally.changes} changes")
    addresses = min(wanted.pages, 100)
    many = archive_pages.warc(home / "repeats.warc.gz", archive_pages.repeats(addresses, wanted.repeats // addresses))
    seconds, tally = _timed(pipeline, home / "repeats.warc.gz")
    _row("repeats a second", many / seconds, GOAL_REPEATS, f"{tally.new} captures")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(f"  {'memory of the largest process, MB':58} {peak:10,.0f}   goal ≤ {GOAL_MB}   {'met' if peak <= GOAL_MB else 'missed'}")
    _rested(store)
    small = _one_more(pipeline, place, "small")
    _load(store, source, wanted.stored)
    _rested(store)
    large = _one_more(pipeline, place, "large")
    growth = large / small
    print(f"  one more capture: {small * 1000:.1f} ms in a store of {made + many:,}, {large * 1000:.1f} ms with {wanted.stored:,} more:", end=" ")
    print(f"{growth:.2f} ×   goal ≤ {GOAL_GROWTH}   {'met' if growth <= GOAL_GROWTH else 'missed'}")
    few, lots = (_one_more_of(pipeline, store, source, captures) for captures in (10_000, 100_000))
    print(f"  one more of one address: {few * 1000:.1f} ms with 10,000 captures of it, {lots * 1000:.1f} ms with 100,000: {lots / few:.2f} ×")

    archive_pages.warc(home / "further.warc.gz", archive_pages.captures(100, 2, first=wanted.pages))
    _where_the_time_goes(pipeline, home / "further.warc.gz")


def _row(what: str, rate: float, goal: float, told: str) -> None:
    print(f"  {what:58} {rate:10,.0f}   goal ≥ {goal}   {'met' if rate >= goal else 'missed'}   {told}")


def _timed(pipeline: Pipeline, path: Path) -> tuple[float, Tally]:
    with settler_for(pipeline) as settler:
        archive = from_warcs(pipeline, [path], None, None)
        begun = time.perf_counter()
        tally = backfill(pipeline.store, pipeline.source, archive.mementos, archive.origin, settler)
    if tally.failed:
        raise SystemExit(f"The benchmark's own archive failed: {tally.failed[0]}")
    return time.perf_counter() - begun, tally


def _where_the_time_goes(pipeline: Pipeline, path: Path) -> None:
    """CPU milliseconds a page, by stage, of a backfill in one process; a stage within another is taken off it."""
    spent: Counter[str] = Counter()
    with ExitStack() as stack:
        for owner, name, stage in STAGES:
            stack.enter_context(mock.patch.object(owner, name, _counted(getattr(owner, name), stage, spent)))
        archive = from_warcs(pipeline, [path], None, None)
        everything = _counted(backfill, "the rest: the archive's records, batches, reports", spent)
        tally = everything(pipeline.store, pipeline.source, archive.mementos, archive.origin, Here(pipeline))
    print("where the time goes, CPU milliseconds a page in one process:")
    for stage, seconds in spent.most_common():
        print(f"  {stage:58} {seconds / tally.new * 1000:10.2f}   {seconds / spent.total():5.0%}")


def _counted(work: Callable[..., Any], stage: str, spent: Counter[str]) -> Callable[..., Any]:
    def counted(*given: Any, **named: Any) -> Any:
        begun, outer = time.process_time(), sum(spent.values())
        try:
            return work(*given, **named)
        finally:
            spent[stage] += time.process_time() - begun - (sum(spent.values()) - outer)  # type: ignore[assignment]

    return counted


def _one_more(pipeline: Pipeline, place: Settings, salt: str) -> float:
    """Median seconds to record and settle one capture of a known body, each at an address of its own."""
    spent = []
    for number in range(SAMPLES):
        url, body = archive_pages.page(number)
        sha256 = pipeline.store.snapshots.put(body)
        at = archive_pages.START + timedelta(days=650, seconds=number + (1000 if salt == "large" else 0))
        spent.append(_settled(pipeline, Capture(url, at, "memento", url, url, 200, (("Content-Type", "text/html"),), sha256)))
    return statistics.median(spent)


def _settled(pipeline: Pipeline, capture: Capture) -> float:
    begun = time.perf_counter()
    with pipeline.store.writing() as connection:
        record(connection, pipeline.source.id, None, [capture], at=now())
    pipeline.settle_captures([capture.key], Occasion(pipeline.source, now(), is_live=False))
    return time.perf_counter() - begun


def _rested(store: Store) -> None:
    """What a server does by itself after so many rows, done before anything is timed."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
        connection.execute(sa.text("CHECKPOINT"))


def _load(store: Store, source: Source, count: int) -> None:
    """Captures with their readings and versions, written directly: what a store of years holds, without reading a page."""
    at = now()
    wording = "bulk wording"
    with store.writing() as connection:
        add(connection, t.wording, [_wording(wording)])
    for start in range(0, count, 10_000):
        rows = []
        for number in range(start, min(start + 10_000, count)):
            url = f"https://www.mfa.example/eng/xw/fyrbt/202001/t20200101_{number // 10}.html"
            moment = archive_pages.START - timedelta(days=700, minutes=-(number % 10))
            rows.append(Capture(url, moment, "memento", url, url, 200, (), digest("bulk", number // 10)))
        with store.writing() as connection:
            _write(connection, source, rows, wording, at)


def _one_more_of(pipeline: Pipeline, store: Store, source: Source, count: int) -> float:
    """Median seconds for one more capture of an address that has `count` of them, all of one body."""
    url, body = archive_pages.page(900_000 + count)
    sha256, at = store.snapshots.put(body), now()
    headers = (("Content-Type", "text/html"),)
    rows = [Capture(url, archive_pages.START + timedelta(days=720, minutes=n), "memento", url, url, 200, headers, sha256) for n in range(count)]
    with store.writing() as connection:
        _write(connection, source, rows[:1], None, at)
        record(connection, source.id, None, rows[:1], at=at)
        add(connection, t.pending, [{"capture_id": rows[0].key, "source": source.id, "batch_id": None, "recorded_at": at}])
    pipeline.settle_captures([rows[0].key], Occasion(source, at, is_live=False))
    with store.writing() as connection:
        add(connection, t.capture, [capture_row(row, None, at) for row in rows[1:]])
        reading = connection.execute(sa.select(t.reading).where(t.reading.c.capture_id == rows[0].key)).mappings().one()
        bare = {key: value for key, value in reading.items() if key != "id"}
        for start in range(1, count, 10_000):
            part = rows[start : start + 10_000]
            connection.execute(sa.insert(t.reading), [{**bare, "capture_id": r.key, "captured_at": r.captured_at} for r in part])
        last = {"last_captured_at": rows[-1].captured_at, "captures": count}
        connection.execute(sa.update(t.run).where(t.run.c.address == url).values(**last))
        connection.execute(sa.update(t.version).where(t.version.c.address == url).values(**last))
    _rested(store)
    moments = [archive_pages.START + timedelta(days=720, minutes=count // 2 + n, seconds=30) for n in range(SAMPLES)]
    return statistics.median(_settled(pipeline, Capture(url, at, "memento", url, url, 200, headers, sha256)) for at in moments)


def _write(connection: sa.Connection, source: Source, captures: list[Capture], wording: str | None, at: object) -> None:
    addresses = {c.address for c in captures}
    ids = {address: statement_id(source.id, address) for address in addresses}
    add(connection, t.statement, [{"id": ids[a], "source": source.id, "state": "live", "recorded_at": at} for a in sorted(addresses)])
    common = {"source": source.id, "is_living": True, "recorded_at": at}
    add(connection, t.address, [{**common, "key": a, "statement_id": ids[a], "identity": a, "fetch_url": a} for a in sorted(addresses)])
    if wording is None:
        return
    connection.execute(sa.insert(t.capture), [capture_row(c, None, at) for c in captures])  # type: ignore[arg-type]
    shared = {"extraction_id": None, "verdict": "ok", "content_sha256": wording, "is_current": True, "recorded_at": at}
    rows = [{**shared, "capture_id": c.key, "address": c.address, "captured_at": c.captured_at, "body_sha256": c.body_sha256} for c in captures]
    connection.execute(sa.insert(t.reading), rows)
    spans: dict[str, list[Capture]] = {}
    for c in captures:
        spans.setdefault(c.address, []).append(c)
    runs = []
    for address, seen in sorted(spans.items()):
        first, last = seen[0], seen[-1]
        runs.append(
            {
                "address": address,
                "first_captured_at": first.captured_at,
                "first_body_sha256": first.body_sha256,
                "last_captured_at": last.captured_at,
                "last_body_sha256": last.body_sha256,
                "content_sha256": wording,
                "wording_id": wording,
                "captures": len(seen),
            }
        )
    add(connection, t.run, [{**run, "length": 2500} for run in runs])
    add(connection, t.version, [{**run, "id": digest("bulk version", run["address"]), "recorded_at": at} for run in runs])


def _wording(key: str) -> dict[str, object]:
    fields = {"title": "Bulk", "published_on": None, "published_until": None, "language": "en", "document_type": "other", "parties": []}
    return {"id": key, "content_sha256": key, **fields, "passages": [["paragraph", "bulk"]], "length": 2500}


if __name__ == "__main__":
    main()
