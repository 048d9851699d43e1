"""The listing watcher and the archive DAG under the real scheduler: what is new arrives by itself, what is old is brought in by months."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from statements import tables as t
from statements.archives import from_warcs
from statements.backfilling import backfill
from statements.demo.rounds import Change
from statements.local.airflow_api import Run
from statements.local.mailbox import subjects
from statements.pipeline import Pipeline
from statements.settings import CHECKOUT
from statements.settlers import Here
from statements.store import Store
from tests.airflow.conftest import LIMIT, Rehearsal
from tests.stores import migrated_sqlite, settings_for

pytestmark = [pytest.mark.scheduler, pytest.mark.timeout(900)]

NEW = "listened_brest"


def wait_until(holds: Callable[[], bool], what: str, rehearsal: Rehearsal, limit: float = 180.0) -> None:
    deadline = time.monotonic() + limit
    while not holds():
        rehearsal.airflow.check()
        assert time.monotonic() < deadline, f"in {limit:.0f} s it did not come to this: {what}"
        time.sleep(0.3)


def versions_at(store: Store, address: str) -> int:
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(t.version).where(t.version.c.address == address)).scalar_one()


def told(store: Store, source: str) -> list[tuple[str, ...]]:
    """Versions and changes of a source by their ids, which are hashes of all that they hold."""
    a = t.address.c
    with store.reading() as connection:
        versions = sa.select(t.version.c.id).join(t.address, a.key == t.version.c.address).where(a.source == source)
        changes = sa.select(t.change.c.id, t.change.c.klass).join(t.address, a.key == t.change.c.address).where(a.source == source)
        return sorted(tuple(row) for query in (versions, changes) for row in connection.execute(query))


def test_a_statement_that_the_listing_names_starts_its_run_and_is_in_the_mailbox_without_anybody_s_doing(rehearsal: Rehearsal):
    rehearsal.airflow.api.wait_for_dags({"watch_listened"}, check=rehearsal.airflow.check)
    rehearsal.look("listened")
    new = next(statement for source in rehearsal.further.sources for statement in source.statements if statement.id == NEW)
    assert versions_at(rehearsal.store, new.address) == 0
    mails = len(subjects(rehearsal.place.home / "mail"))
    rehearsal.change_further(Change("", (("publish", NEW),)))
    wait_until(lambda: versions_at(rehearsal.store, new.address) == 1, "the new statement is a version", rehearsal)

    def mailed() -> list[str]:
        return [subject for _, subject in subjects(rehearsal.place.home / "mail")[mails:] if new.title[:20] in subject]

    wait_until(lambda: bool(mailed()), "its mail came", rehearsal)
    assert len(mailed()) == 1
    with rehearsal.store.reading() as connection:
        batches = connection.execute(sa.select(t.batch.c.urls).where(t.batch.c.source == "listened", ~t.batch.c.is_baseline)).scalars()
        assert list(batches) == [[new.address]]


def months_brought(store: Store, source: str) -> list[str]:
    """The month of each capture of a source."""
    a = t.address.c
    with store.reading() as connection:
        query = sa.select(t.capture.c.captured_at).join(t.address, a.key == t.capture.c.address).where(a.source == source)
        return [f"{moment:%Y-%m}" for moment in connection.execute(query).scalars()]


def runs_by_month(rehearsal: Rehearsal, dag_id: str, state: str) -> dict[str, Run]:
    asked = rehearsal.airflow.api.ask("GET", f"dags/{dag_id}/dagRuns", params={"state": state, "run_type": "backfill"})
    return {run["data_interval_start"][:7]: Run(dag_id, run["dag_run_id"], state) for run in asked["dag_runs"]}


def kill_task_of(rehearsal: Rehearsal, run: Run) -> None:
    """End the process of the run's task by SIGKILL, as a machine that is out of memory does."""
    (task,) = rehearsal.airflow.api.tasks(run)
    assert task["state"] == "running"
    psutil.Process(task["pid"]).kill()
    wait_until(lambda: rehearsal.airflow.api.waiting_to_retry(run) == [task["task_id"]], "Airflow knows that the task was killed", rehearsal)


def test_a_backfill_by_airflow_with_a_task_killed_gives_what_the_archive_s_files_give(rehearsal: Rehearsal, tmp_path: Path, record_property):
    if rehearsal.archive is None:
        pytest.skip("pywb is not installed in .venv-pywb; `make test` sets it up")
    api, dag_id = rehearsal.airflow.api, "archive_archived"
    place = settings_for(tmp_path, f"sqlite:///{tmp_path / 'statements.sqlite'}", config=rehearsal.place.config)
    pipeline = Pipeline(rehearsal.further_declared["archived"], migrated_sqlite(tmp_path), place)
    archive = from_warcs(pipeline, [rehearsal.warc], None, None)
    undisturbed = backfill(pipeline.store, pipeline.source, archive.mementos, archive.origin, Here(pipeline))
    wanted = told(pipeline.store, "archived")
    assert {row[1] for row in wanted if len(row) == 2} == {"substantive", "structural"}

    api.wait_for_dags({dag_id}, check=rehearsal.airflow.check)
    window = ("--from-date", "2019-02-01", "--to-date", "2019-04-01", "--max-active-runs", "2")
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", dag_id, *window]
    environment = rehearsal.airflow.environment()
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as create:
        with rehearsal.archive.held_once(lambda: bool(months_brought(rehearsal.store, "archived"))):
            begun = months_brought(rehearsal.store, "archived")
            assert len(begun) < undisturbed.new
            run = runs_by_month(rehearsal, dag_id, "running")[begun[0]]
            kill_task_of(rehearsal, run)
        assert create.wait(LIMIT) == 0, create.communicate()[1][-2000:]
    cleared = {"dag_run_id": run.run_id, "task_ids": ["bring_in"], "only_failed": False, "dry_run": False}
    api.ask("POST", f"dags/{dag_id}/clearTaskInstances", json=cleared)  # as an operator does who does not wait for the retry

    wait_until(lambda: len(runs_by_month(rehearsal, dag_id, "success")) == 3, "all three months are brought in", rehearsal)
    assert told(rehearsal.store, "archived") == wanted
    given = rehearsal.archive.given("www.archived.example")
    again = len(given) - len(set(given))
    assert again <= 2, "more was asked for again than what was on its way, or not a second old"
    record_property(
        "measured", f"a task of an archive killed after {len(begun)} of {undisturbed.new} captures: {again} asked for again, nothing lost"
    )
    with rehearsal.store.reading() as connection:
        owed = sa.select(sa.func.count()).select_from(t.event).where(t.event.c.source == "archived")
        assert connection.execute(owed).scalar_one() == 0
