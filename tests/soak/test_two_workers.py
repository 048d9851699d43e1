"""Redis and two Celery workers beside the scheduler: spread, killed in the middle of a batch, and told apart by their declarations."""

from __future__ import annotations

import io
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from rich.console import Console

from scrapers.source import source_named
from statements import tables as t
from statements.archives import from_cdx
from statements.backfilling import backfill
from statements.local import postgres, services
from statements.local.airflow import Worker
from statements.local.terminal import Terminal
from statements.pipeline import Pipeline
from statements.settlers import Here
from statements.store import Store
from tests.local_site import serving
from tests.soak.distributed import (
    ARCHIVED,
    DELAY,
    PAGES,
    WATCHED,
    Distributed,
    Ministries,
    declare,
    environment_cleared,
    facts,
    redis,
    statement,
    until,
)
from tests.stores import migrated_sqlite, settings_for

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

IMPATIENT = {
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",  # only what the tests ask for runs
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",  # seconds until a worker that is gone is believed to be
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
}


@pytest.fixture(scope="module")
def two() -> Iterator[Distributed]:
    """Airflow with two workers, and a third with other declarations that takes no tasks until it is told to."""
    home = Path(tempfile.mkdtemp(prefix="statements-workers-"))
    home.chmod(0o755)  # as root, so that PostgreSQL's user can pass
    with redis(home) as broker, serving() as site, pytest.MonkeyPatch.context() as environment:
        environment_cleared(environment)
        ministries = Ministries(site)
        keep_archive(ministries)
        config = declare(home / "config")
        others = declare(home / "others", owner="somebody-else")
        wanted = services.Wanted(
            home,
            config=config,
            pools={"archives": 2, **dict.fromkeys((*WATCHED, ARCHIVED), 2)},
            environment={
                "STATEMENTS_ALLOW_PRIVATE_ADDRESSES": "1",
                "STATEMENTS_CONTACT": "tests@example.org",
                "STATEMENTS_ROUTES": " ".join(f"https://www.{name}.example={site.url}" for name in (*WATCHED, ARCHIVED)),
                "STATEMENTS_SOURCES": " ".join((*WATCHED, ARCHIVED)),
                "STATEMENTS_CDX": ministries.url,
                **IMPATIENT,
            },
            mail=home / "mail",
            port=0,
            broker_url=broker,
            workers=(Worker("worker-1"), Worker("worker-2"), Worker("worker-3", queue="idle", environment={"STATEMENTS_CONFIG": str(others)})),
        )
        try:
            with services.running(wanted, Terminal(Console(file=io.StringIO()))) as airflow:
                url = postgres.Postgres(home).database_url()
                place = settings_for(home, url, config=config, routes={f"https://www.{name}.example": site.url for name in (*WATCHED, ARCHIVED)})
                running = Distributed(airflow, ministries, Store.open(place), place)
                unpause(running)
                yield running
        finally:
            postgres.remove(home)
            shutil.rmtree(home, ignore_errors=True)


def keep_archive(ministries: Ministries) -> None:
    """Eight months of the third ministry: twelve statements a month, two of them worded anew each quarter, all of other bytes each month."""
    for month in range(1, 9):
        for number in range(12):
            body = statement(ARCHIVED, number, month // 3) + f"<!-- month {month} -->".encode()
            ministries.keep(f"2019{month:02}{number + 1:02}000000", f"/{ARCHIVED}/t{number}.html", body, host=f"www.{ARCHIVED}.example")


def unpause(running: Distributed) -> None:
    """Let the three DAGs run; their listings are still empty when the listing watcher looks, so that it starts nothing."""
    for dag_id in (*(f"watch_{name}" for name in WATCHED), f"archive_{ARCHIVED}"):
        until(lambda dag_id=dag_id: known(running, dag_id))
        running.airflow.api.ask("PATCH", f"dags/{dag_id}", json={"is_paused": False})
    until(lambda: {f"/{name}/list.html" for name in WATCHED} <= {path for _, path in running.ministries.seen})
    until(lambda: running.is_up("worker-1") and running.is_up("worker-2"))
    running.ministries.editions = dict.fromkeys(WATCHED, 0)


def known(running: Distributed, dag_id: str) -> bool:
    running.airflow.check()
    found = running.airflow.api.ask("GET", "dags", params={"limit": 1000, "paused": True})["dags"]
    return dag_id in {dag["dag_id"] for dag in found}


@pytest.fixture(scope="module")
def undisturbed(two: Distributed, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pipeline]:
    """The pipeline of a source in this process, on a store of its own."""
    folder = tmp_path_factory.mktemp("undisturbed")
    migrated_sqlite(folder).engine.dispose()
    place = replace(two.place, home=folder, database_url=f"sqlite:///{folder / 'statements.sqlite'}", snapshots=str(folder / "snapshots"))
    store = Store.open(place)
    return lambda name: Pipeline(source_named(name, place.config), store, place)


def look(pipeline: Pipeline) -> Store:
    for batch in pipeline.discover():
        pipeline.settle(pipeline.fetch(batch))
    return pipeline.store


def brought_in(pipeline: Pipeline, two: Distributed) -> Store:
    archive = from_cdx(pipeline, two.ministries.url, None, None)
    backfill(pipeline.store, pipeline.source, archive.mementos, archive.origin, Here(pipeline))
    return pipeline.store


def captures(two: Distributed, source: str) -> Counter[str]:
    with two.store.reading() as connection:
        query = sa.select(t.capture.c.address).join(t.address, t.address.c.key == t.capture.c.address).where(t.address.c.source == source)
        return Counter(connection.execute(query).scalars())


def test_a_watching_run_and_a_backfill_are_spread_over_both_workers(two, undisturbed, record_property):
    begun = time.monotonic()
    runs = two.watch(*WATCHED)
    two.backfill("2019-01-01", "2019-04-01")
    two.ended(runs)
    two.backfilled(4)
    for worker in ("worker-1", "worker-2"):
        tasks = two.tasks_of(worker)
        assert tasks[f"archive_{ARCHIVED}"] and tasks["watch_north"] + tasks["watch_south"], f"{worker}: {tasks}"
    for name in WATCHED:
        assert facts(two.store, name, timeless=True) == facts(look(undisturbed(name)), name, timeless=True)
        asked = [at for at, _ in two.ministries.of(name, begun)][:PAGES]
        gaps = [after - before for before, after in pairwise(asked)]
        assert asked[-1] - asked[0] >= (PAGES - 1) * DELAY - 1, "two workers asked sooner than one may"
        told = (
            f"{DELAY:.2f} s declared, median {statistics.median(gaps):.2f} s, shortest {min(gaps):.2f} s, as the server counted {len(asked)} requests"
        )
        record_property("measured", f"delay of the host www.{name}.example under two workers: {told}")


def killed_at_work(two: Distributed, dag_id: str, has_begun: Callable[[], bool]) -> str:
    """Hold the answers once the batch has begun, and kill a worker that waits for one; return its name."""
    until(has_begun)
    two.ministries.gate.clear()
    try:
        victim = until(lambda: two.holder(dag_id))
        two.kill(victim)
    finally:
        two.ministries.gate.set()
    return victim


def test_a_worker_killed_while_it_fetches_loses_and_repeats_nothing(two, undisturbed, record_property):
    two.ministries.editions["north"] = 1
    begun = time.monotonic()
    runs = two.watch("north")
    victim = killed_at_work(two, "watch_north", lambda: len(two.ministries.of("north", begun)) >= 10)
    at = len(two.ministries.of("north", begun))
    two.ended(runs)
    asked = Counter(path for _, path in two.ministries.of("north", begun))
    assert len(asked) == PAGES and sum(asked.values()) <= PAGES + 1, "more than the one page under way was asked for again"
    assert set(captures(two, "north").values()) == {2}
    assert facts(two.store, "north", timeless=True) == facts(look(undisturbed("north")), "north", timeless=True)
    again = sum(asked.values()) - PAGES
    record_property("measured", f"{victim} killed after {at} of {PAGES} pages: {PAGES} captures, {again} page asked for again, the export equal")


def test_a_worker_killed_while_it_brings_an_archive_in_loses_and_repeats_nothing(two, undisturbed, record_property):
    begun = time.monotonic()
    two.backfill("2019-05-01", "2019-08-01")
    victim = killed_at_work(two, f"archive_{ARCHIVED}", lambda: len(two.ministries.brought(begun)) >= 4)
    two.backfilled(8)
    assert sum(captures(two, ARCHIVED).values()) == 96
    assert facts(two.store, ARCHIVED) == facts(brought_in(undisturbed(ARCHIVED), two), ARCHIVED)
    record_property("measured", f"{victim} killed in the middle of a month of mementos: 96 captures of 96, the export equal")


def test_a_worker_with_other_declarations_refuses_the_batch(two, record_property):
    assert len(Pipeline(source_named("south", two.place.config), two.store, two.place).discover()) == 2
    for worker, serves in (("worker-1", False), ("worker-2", False), ("worker-3", True)):
        two.serve(worker, serves=serves)
    runs = two.watch("south")
    said = until(lambda: two.airflow.api.error_of(runs[0], "fetch"))
    assert "was made under other declarations than this worker has" in said
    for worker, serves in (("worker-3", False), ("worker-1", True)):
        two.serve(worker, serves=serves)
    two.ended(runs)
    record_property("measured", f"a worker with other declarations: {said} Retried by another worker: well")


def test_two_workers_beside_one(two, record_property):
    spent = {}
    for count in (1, 2):
        two.serve("worker-2", serves=count == 2)
        begun = time.monotonic()
        two.ended(two.watch(*WATCHED))
        asked = sum(len(two.ministries.of(name, begun)) for name in WATCHED)
        assert asked == len(WATCHED) * PAGES
        spent[count] = asked / (time.monotonic() - begun)
    ratio = spent[2] / spent[1]
    record_property("measured", f"pages a second through Airflow: {spent[1]:.1f} by one worker, {spent[2]:.1f} by two ({ratio:.2f} ×)")
