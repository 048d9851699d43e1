"""What planning revisits costs, and how late the schedule finds alterations beside fixed intervals of the same number of requests."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa

from scrapers.source import LayoutRule, Source
from statements.local import postgres
from statements.revisit import Policy, next_check
from statements.scheduling import take_due
from statements.store import create_engine, now, upgrade

SOURCES, KNOWN, DUE = 100, 10_000, 20  # due: what a month's schedule leaves for one run of a half-hourly DAG, and the quickened ones
YEAR = timedelta(days=365)
NEW, OLD = 600, 5000  # statements that the simulated ministry publishes in the year; those it had before, which stand still


@dataclass(frozen=True, slots=True)
class Page:
    """One simulated statement: known from `begin`, altered at these times; hours of the year."""

    name: str
    begin: float
    age: float  # hours since its publication when it became known
    alterations: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a way of visiting found, and for how many requests."""

    requests: int
    delays: tuple[float, ...]  # hours from each alteration to the visit that saw it
    unseen: int  # altered again before anybody looked


def main() -> None:
    """Print both tables."""
    plan()
    print()
    simulate()


def plan() -> None:
    """Every source plans its revisits once, on PostgreSQL."""
    home = Path(tempfile.mkdtemp(prefix="statements-revisits-"))
    home.chmod(0o755)  # PostgreSQL's own user passes
    server = postgres.Postgres(home, durable=False)
    server.start(postgres.STORE)
    try:
        engine = create_engine(server.database_url())
        upgrade(engine)
        _know(engine)
        spent = []
        for number in range(SOURCES):
            source = _source(number)
            began = time.perf_counter()
            with engine.begin() as connection:
                assert len(take_due(connection, source, now())) == DUE
            spent.append(time.perf_counter() - began)
        what = f"{SOURCES} sources x {KNOWN:,} known statements, {DUE} due in each"
        print(f"{what}: planned in {sum(spent):.2f} s (worst source {1000 * max(spent):.0f} ms)")
        engine.dispose()
    finally:
        server.stop()
        postgres.remove(home)
        shutil.rmtree(home, ignore_errors=True)


def _source(number: int) -> Source:
    rule = LayoutRule("only", ("p",), ("h1",))
    return Source(f"source{number}", "A ministry", "ZZ", "en", ("ministry.example",), date(2020, 1, 1), (rule,), host_group=f"source{number}")


def _know(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "insert into statement (id, source, state, recorded_at) "
                "select 's' || n, 'source' || n, 'live', now() from generate_series(0, :last) n"
            ),
            {"last": SOURCES - 1},
        )
        connection.execute(
            sa.text(
                "insert into address (key, source, statement_id, identity, fetch_url, is_living, body_sha256, next_due_at, recorded_at) "
                "select 'https://ministry.example/' || n || '/' || m, 'source' || n, 's' || n, 'i', 'https://ministry.example/' || n || '/' || m, "
                "true, 'b', now() + (m - :due + 0.5) * interval '5 minutes', now() from generate_series(0, :last) n, generate_series(0, :known) m"
            ),
            {"last": SOURCES - 1, "known": KNOWN - 1, "due": DUE},
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("analyze"))


def simulate() -> None:
    """A year of a ministry, its publications and alterations spaced as in real histories of travel advice."""
    histories = _histories()
    if not histories:
        print("No histories to draw a year from; set STATEMENTS_CORPUS to the folder that holds versions/.")
        return
    pages = _ministry(histories, random.Random(20260302))
    altered = sum(len(page.alterations) for page in pages)
    print(f"A year of {NEW} new and {OLD:,} old statements with {altered} alterations, drawn from {len(histories)} histories")
    ours = _visit(pages, _thinning)
    watched = sum(YEAR / timedelta(hours=1) - page.begin for page in pages)
    every = watched / ours.requests
    fixed = _visit(pages, lambda page, at, since: at + every)
    print(f"{'':28}{'requests':>9}{'median delay':>14}{'90th':>9}{'in a day':>10}{'unseen':>8}")
    for name, found in (("thinning schedule", ours), (f"every {every / 24:.1f} days, all alike", fixed)):
        delays = sorted(found.delays)
        in_a_day = sum(delay <= 24 for delay in delays) / altered
        ninth = delays[int(0.9 * len(delays))]
        print(f"{name:28}{found.requests:9,}{statistics.median(delays):12.1f} h{ninth:7.0f} h{in_a_day:10.0%}{found.unseen:8}")


def _histories() -> list[list[float]]:
    """For each real document, the hours from its first version to each later one with another text."""
    folder = Path(os.environ.get("STATEMENTS_CORPUS") or Path(__file__).resolve().parents[2] / "shared") / "versions" / "travel_advisories"
    if not (folder / "versions.jsonl.gz").exists():
        return []
    seen: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    with gzip.open(folder / "versions.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            seen[row["doc"]].append((datetime.fromisoformat(row["time"]), row.get("text") or ""))
    found = []
    for versions in seen.values():
        ordered = sorted(versions)
        first = ordered[0][0]
        found.append([(at - first).total_seconds() / 3600 for (_, before), (at, text) in pairwise(ordered) if text != before])
    return found


def _ministry(histories: Sequence[Sequence[float]], chance: random.Random) -> list[Page]:
    whole = YEAR / timedelta(hours=1)
    pages = [Page(f"old{n}", 0.0, chance.uniform(0, 20 * whole), ()) for n in range(OLD)]
    for number in range(NEW):
        begin = chance.uniform(0, whole)
        moments = (begin + hours + chance.uniform(0, 24) for hours in chance.choice(histories))  # the histories are daily
        pages.append(Page(f"new{number}", begin, 0.0, tuple(sorted(moment for moment in moments if moment < whole))))
    return pages


def _visit(pages: Sequence[Page], following: Callable[[Page, float, float], float]) -> Found:
    """Visit every page from when it is known to the year's end; `following` gives the next visit after one."""
    whole = YEAR / timedelta(hours=1)
    requests, unseen, delays = 0, 0, []
    for page in pages:
        at, since, seen = page.begin, page.begin - page.age, 0
        while (at := following(page, at, since)) < whole:
            requests += 1
            new = [moment for moment in page.alterations[seen:] if moment <= at]
            if new:
                seen += len(new)
                unseen += len(new) - 1
                delays.append(at - new[-1])
                since = at
        unseen += len(page.alterations) - seen
    return Found(requests, tuple(delays), unseen)


_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _thinning(page: Page, at: float, since: float) -> float:
    begin = _EPOCH + timedelta(hours=at)
    due = next_check(begin, address=page.name, still_since=_EPOCH + timedelta(hours=since), policy=Policy())
    return (due - _EPOCH) / timedelta(hours=1)


if __name__ == "__main__":
    main()
