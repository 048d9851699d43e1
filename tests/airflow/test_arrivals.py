"""The listing watcher and the archive DAG under the real scheduler: what is new arrives by itself, what is old is brought in by months."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from statements import tables as t
from statements.archives import from_warcs
from statements.backfilling import Here, backfill
from statements.demo.rounds import Change
from statements.local.mailbox import subjects
from statements.pipeline import Pipeline
from statements.settings import CHECKOUT
from statements.store import Store
from tests.airflow.conftest import Rehearsal
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


def test_a_backfill_by_airflow_gives_what_reading_the_archive_s_files_gives(rehearsal: Rehearsal, tmp_path: Path):
    if rehearsal.cdx is None:
        pytest.skip("pywb is not installed in .venv-pywb; `make test` sets it up")
    rehearsal.airflow.api.wait_for_dags({"archive_archived"}, check=rehearsal.airflow.check)
    window = ("--from-date", "2019-02-01", "--to-date", "2019-04-01", "--max-active-runs", "2")
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", "archive_archived", *window]
    done = subprocess.run(command, cwd=CHECKOUT, env=rehearsal.airflow.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]

    place = settings_for(tmp_path, f"sqlite:///{tmp_path / 'statements.sqlite'}", config=rehearsal.place.config)
    pipeline = Pipeline(rehearsal.further_declared["archived"], migrated_sqlite(tmp_path), place)
    archive = from_warcs(pipeline, [rehearsal.warc], None, None)
    backfill(pipeline.store, pipeline.source, archive.mementos, archive.origin, Here(pipeline))
    wanted = told(pipeline.store, "archived")
    assert [row[1] for row in wanted if len(row) == 2].count("substantive") == 1
    wait_until(lambda: told(rehearsal.store, "archived") == wanted, "the store holds the archive's versions and changes", rehearsal)
    with rehearsal.store.reading() as connection:
        owed = sa.select(sa.func.count()).select_from(t.event).where(t.event.c.source == "archived")
        assert connection.execute(owed).scalar_one() == 0
