"""What so many ministries need: requests a day, storage, database and workers, from the revisit schedule and a small store that it fills."""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from pathlib import Path

import sqlalchemy as sa
from croniter import croniter

from bench import archive_pages
from schemas import expectations
from scrapers.source import Source, load_sources
from statements.archives import from_warcs
from statements.backfilling import backfill
from statements.local.postgres import Postgres
from statements.pipeline import Pipeline
from statements.revisit import Policy, next_check
from statements.settings import load
from statements.settlers import Here
from statements.store import Store

DAY = timedelta(days=1)
BATCH = 50  # addresses to a fetching task, as statements.fetching cuts them
RUN_SECONDS, TASK_SECONDS = 1.5, 0.45  # of one core, for Airflow itself; measured with PostgreSQL and Celery on two cores
SLOTS = 4  # tasks at once to a worker, as docker-compose.yml sets it
PEAK = 3  # the busiest hour against the mean: ministries publish by day


@dataclass(frozen=True, slots=True)
class Weights:
    """What one more of each takes, measured: bytes in the database, bytes of a compressed body, seconds of one core."""

    version_bytes: float  # with its capture, reading, wording, positions and change
    repeat_bytes: float  # one more capture of a known body
    body_bytes: float  # stored, compressed
    page_bytes: float  # as received
    version_seconds: float
    repeat_seconds: float


@dataclass(frozen=True, slots=True)
class Habits:
    """What one ministry does and what watching it takes: means of the packaged sources."""

    listings: float
    polls: float  # a day, of each listing
    runs: float  # a day, by the clock
    delay: float  # seconds between two requests


def main() -> None:
    """Print the table for the numbers asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--ministries", type=int, default=200)
    asked.add_argument("--captures", type=int, default=10_000_000, help="in the store: of archives and of watching together")
    asked.add_argument("--statements", type=float, default=8, help="that a ministry publishes a day")
    asked.add_argument("--archived", type=float, default=0.2, help="share of the captures that archives brought")
    asked.add_argument("--altered", type=float, default=0.03, help="share of the statements that are altered once")
    asked.add_argument("--redrawn", type=float, default=0.1, help="share of the visits that find other bytes around the same words")
    asked.add_argument("--page-kb", type=float, default=30, help="size of a ministry's page; the measured bodies are scaled to it")
    asked.add_argument("--sample", type=int, default=80, help="pages that the measured store is filled with")
    wanted = asked.parse_args()
    weights = measured(wanted.sample)
    for line in table(wanted, weights, habits([source for source in load_sources(None, on_error=lambda *_: None) if source.listings])):
        print(line)


def habits(sources: Sequence[Source]) -> Habits:
    """The mean of these sources."""
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    runs = [len(_until(croniter(source.schedule, midnight), midnight + DAY)) for source in sources]
    return Habits(
        listings=statistics.mean(len(source.listings) for source in sources),
        polls=statistics.mean(DAY.total_seconds() / source.poll_seconds for source in sources),
        runs=statistics.mean(runs),
        delay=statistics.mean(source.delay_seconds for source in sources),
    )


def visits_by_day(days: int, altered: float) -> list[float]:
    """Mean visits of one statement on each day of its life: the revisit schedule itself, walked by samples of which a share is altered once."""
    born = datetime(2026, 3, 2, tzinfo=UTC)
    samples = 60
    told = [0.0] * days
    for number in range(samples):
        changes = born + timedelta(days=3 + number % 20) if number < altered * samples else None
        at = born
        while (at - born).days < days:
            told[(at - born).days] += 1 / samples
            still_since = changes if changes and changes <= at else born
            at = next_check(at, address=f"https://www.ministry.example/{number}", still_since=still_since)
    return told


def table(wanted: argparse.Namespace, weights: Weights, habit: Habits) -> list[str]:
    """The lines of the table."""
    new = wanted.ministries * wanted.statements  # a day
    altered = new * wanted.altered
    visits = visits_by_day(20_000, wanted.altered)
    a_day = [new * each for each in accumulate(visits)]  # visits on each day since watching began: of all statements born so far
    watched = wanted.captures * (1 - wanted.archived)
    days = next((day for day, total in zip(count(1), accumulate(a_day), strict=False) if total >= watched), len(a_day))
    revisits = a_day[days - 1] - new
    polls = wanted.ministries * habit.listings * habit.polls
    passes = wanted.ministries * habit.listings * habit.runs
    requests = polls + passes + new + revisits
    most = wanted.ministries * Policy().most_a_day
    host = requests / wanted.ministries * habit.delay / DAY.total_seconds()

    archived = wanted.captures * wanted.archived
    versions = new * days * (1 + wanted.altered) + archived / 4  # an archive holds a wording about four times
    repeats = wanted.captures - versions
    bodies = versions + wanted.redrawn * watched
    body = weights.body_bytes * wanted.page_kb * 1000 / weights.page_bytes
    database = versions * weights.version_bytes + repeats * weights.repeat_bytes

    runs = wanted.ministries * habit.runs + new
    tasks = runs + 2 * max(wanted.ministries * habit.runs, (new + revisits) / BATCH)
    seconds = runs * RUN_SECONDS + tasks * TASK_SECONDS + (new + altered) * weights.version_seconds + revisits * weights.repeat_seconds
    waiting = (passes + new + revisits) * habit.delay + tasks * 2  # a task holds its slot while it waits for its host
    slots = PEAK * waiting / DAY.total_seconds()
    cores = PEAK * seconds / DAY.total_seconds()
    workers = max(2, math.ceil(slots / SLOTS))

    def row(what: str, value: str, told: str = "") -> str:
        return f"  {what:34} {value:>12}   {told}".rstrip()

    measured_lines = [
        f"one version {weights.version_bytes / 1000:.1f} kB and one more capture {weights.repeat_bytes / 1000:.2f} kB in PostgreSQL,",
        f"one body of {wanted.page_kb:.0f} kB {body / 1000:.1f} kB stored; {1 / weights.version_seconds:.0f} new pages and "
        f"{1 / weights.repeat_seconds:.0f} unchanged ones a second on one core",
    ]
    return [
        f"{wanted.ministries:,} ministries, {wanted.statements:g} statements a day each, {wanted.captures:,} captures",
        *(f"measured: {line}" if n == 0 else f"  {line}" for n, line in enumerate(measured_lines)),
        row("reached after", f"{days:,} days", f"{wanted.archived:.0%} of the captures from archives"),
        row(
            "requests a day, then",
            f"{requests:,.0f}",
            f"{requests / DAY.total_seconds():.1f} a second; {requests / wanted.ministries:,.0f} a ministry",
        ),
        row("  the listing watcher's looks", f"{polls:,.0f}", "conditional; a 304 costs no body"),
        row("  listings read by runs", f"{passes:,.0f}"),
        row("  new statements", f"{new:,.0f}"),
        row("  statements visited again", f"{revisits:,.0f}", f"by statements/revisit.py, which allows {most:,.0f}"),
        row("of what a host's delay allows", f"{host:.0%}", f"one request in {habit.delay:.1f} s"),
        row("snapshots", _bytes(bodies * body), f"{bodies:,.0f} bodies"),
        row("database", _bytes(database), f"{versions:,.0f} versions"),
        row("dag runs a day", f"{runs:,.0f}", f"{tasks:,.0f} tasks"),
        row("workers", f"{workers}", f"of {SLOTS} slots: {slots:.0f} slots in the busiest hour, most of them waiting for a host's turn"),
        row("cores", f"{math.ceil(cores)}", f"{cores:.1f} busy in the busiest hour"),
    ]


def measured(pages: int) -> Weights:
    """Fill a small store on the embedded PostgreSQL and weigh what was added."""
    with tempfile.TemporaryDirectory(prefix="statements-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        server = Postgres(home, durable=False)
        server.start("bench")
        try:
            return _weighed(home, server.database_url("bench"), pages)
        finally:
            server.stop()


def _weighed(home: Path, url: str, pages: int) -> Weights:
    source = archive_pages.declared(home / "config")
    place = replace(load(), home=home, database_url=url, snapshots=str(home / "snapshots"), config=home / "config", contact="bench@example.org")
    store = Store.open(place, create=True)
    pipeline = Pipeline(source, store, place)
    expectations.prepare()
    archive_pages.warc(home / "first.warc.gz", archive_pages.captures(10, 1))  # what is made once, and read in once
    _filled(pipeline, home / "first.warc.gz")
    empty = _size(store)
    versions = archive_pages.warc(home / "pages.warc.gz", archive_pages.captures(pages, 2)) - 10
    version_seconds = _filled(pipeline, home / "pages.warc.gz")
    full = _size(store)
    times = 20
    repeats = archive_pages.warc(home / "repeats.warc.gz", archive_pages.repeats(pages, times))
    repeat_seconds = _filled(pipeline, home / "repeats.warc.gz")
    sizes = [file.stat().st_size for file in (home / "snapshots").rglob("*.z")]
    received = [len(body) for _, body in archive_pages.captures(20, 2)]
    store_size = _size(store)
    store.engine.dispose()
    return Weights(
        version_bytes=(full - empty) / versions,
        repeat_bytes=(store_size - full) / repeats,
        body_bytes=statistics.mean(sizes),
        page_bytes=statistics.mean(received),
        version_seconds=version_seconds / versions,
        repeat_seconds=repeat_seconds / repeats,
    )


def _filled(pipeline: Pipeline, path: Path) -> float:
    """Seconds of processor time that bringing the file in took."""
    begun = time.process_time()
    archive = from_warcs(pipeline, [path], None, None)
    backfill(pipeline.store, pipeline.source, archive.mementos, archive.origin, Here(pipeline))
    return time.process_time() - begun


def _size(store: Store) -> int:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM"))
        return int(connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one())


def _until(fires: croniter, end: datetime) -> list[datetime]:
    found = []
    while (moment := fires.get_next(datetime)) <= end:
        found.append(moment)
    return found


def _bytes(number: float) -> str:
    return f"{number / 1e12:.2f} TB" if number >= 1e12 else f"{number / 1e9:.1f} GB"


if __name__ == "__main__":
    main()
