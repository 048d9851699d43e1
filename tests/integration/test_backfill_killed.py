"""`statements backfill` killed in the middle and started again: the store holds what an undisturbed run gives, and nothing is asked for twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from shutil import copy
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from scrapers.source import PACKAGED, Source, source_named
from statements import tables as t
from statements.commands.backfill import command
from statements.demo import declarations, specimens
from statements.settings import CHECKOUT, Settings
from statements.store import Store, lock
from tests.archive_server import archive_of
from tests.integration.test_order import told
from tests.recorded_archive import over_time, recorded_pages, specimen_pages, write_warc
from tests.stores import settings_for

DAYS = (date(2020, 7, 10), date(2020, 8, 10), date(2020, 9, 10))
PAGES = 30  # more than are settled in one transaction
LIMIT = 120.0  # seconds, on a machine that does other things besides


@dataclass(frozen=True)
class Kept:
    """What an archive holds of one source."""

    source: Source
    config: Path | None  # the folder of its declaration
    warc: Path
    captures: int
    bodies: int  # different ones


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Recorded pages of the corpus where it is at hand, invented ones elsewhere."""
    folder = tmp_path_factory.mktemp("kept")
    config, source, pages = None, source_named("cn_mfa_en"), recorded_pages(PAGES)
    if not pages:
        (specimen,) = [source for source in specimens.load(date(2026, 3, 2)) if source.id == "specimen_mfa_en_2014"]
        declared = declarations.write(config := folder / "config", [specimen], date(2026, 3, 2))
        source, pages = declared[specimen.id], specimen_pages(specimen, declared, PAGES)
    captures = over_time(pages, DAYS)
    bodies = [page.body for day in captures.values() for page in day.values()]
    return Kept(source, config, write_warc(folder / "crawl.warc.gz", captures), len(bodies), len(set(bodies)))


def last_settled(exported: Sequence[dict[str, object]], besides: Collection[object] = ()) -> tuple[str, str]:
    """Of the statements at other addresses, the one that is settled last, with its address."""
    captures = (line for line in exported if line["type"] == "capture" and line["address"] not in besides)
    return max((str(line["statement"]), str(line["address"])) for line in captures)


def count(store: Store, table: sa.Table) -> int:
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def sqlite_in(folder: Path, kept: Kept) -> Settings:
    return settings_for(folder, f"sqlite:///{folder / 'statements.sqlite'}", config=kept.config)


def environment(place: Settings) -> dict[str, str]:
    """All that the command is told of where things are."""
    return {
        "STATEMENTS_HOME": str(place.home),
        "STATEMENTS_DATABASE_URL": place.database_url,
        "STATEMENTS_CONFIG": str(place.config or ""),
        "STATEMENTS_SNAPSHOTS": place.snapshots,
    }


@contextmanager
def started(place: Settings, source: Source, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, which does not outlive the block."""
    order = [sys.executable, "-m", "statements", "backfill", source.id, *words]
    with subprocess.Popen(order, cwd=CHECKOUT, env={**os.environ, **environment(place)}, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def kill(process: subprocess.Popen[str]) -> None:
    assert process.poll() is None, f"it ended before it was killed: {process.communicate()[1][-2000:]}"
    process.kill()
    assert process.wait(10) == -signal.SIGKILL


def to_the_end(place: Settings, source: Source, *words: str) -> dict[str, Any]:
    """What the command tells that runs to its end."""
    result = CliRunner().invoke(command, [source.id, *words, "--json"], env=environment(place))
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def undisturbed(kept: Kept, folder: Path, *words: str) -> list[dict[str, object]]:
    """The export of a run from beginning to end, on a store of its own."""
    folder.mkdir()
    tally = to_the_end(sqlite_in(folder, kept), kept.source, *words)
    assert tally["verdicts"] == {"ok": kept.captures} and tally["changes"] > PAGES
    return told(Store.open(sqlite_in(folder, kept)))


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline, f"in {LIMIT:.0f} s it did not come to this: {what}"
        time.sleep(0.002)


@contextmanager
def held_at(store: Store, statement: str, address: str) -> Iterator[None]:
    """Inside, whoever settles this statement comes no further."""
    if store.engine.dialect.name == "postgresql":
        with store.writing() as connection:
            lock(connection, [statement])
            yield
        return
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"  # SQLite has no lock on a row
    held = f"CREATE TRIGGER held BEFORE INSERT ON version WHEN new.address = '{address}' BEGIN SELECT count(*) FROM ({endless}); END"
    with store.writing() as connection:
        connection.exec_driver_sql(held)
    yield
    with store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER held")


def test_killed_while_it_downloads_and_while_it_settles_it_goes_on_where_it_stood(kept: Kept, tmp_path: Path):
    (tmp_path / "pywb").mkdir()
    place = sqlite_in(tmp_path, kept)
    store = Store.open(place, create=True)
    with archive_of([kept.warc], tmp_path / "pywb") as archive:
        words = ("--cdx", archive.url)
        wanted = undisturbed(kept, tmp_path / "undisturbed", *words)
        before = len(archive.given())
        with started(place, kept.source, *words) as process, archive.held_once(lambda: count(store, t.capture) > 0):
            kill(process)
        recorded = [line["address"] for line in told(store) if line["type"] == "capture"]
        assert len(recorded) < kept.captures and 0 < count(store, t.archived_body) < kept.bodies

        left = kept.captures - len(recorded)
        with held_at(store, *last_settled(wanted, besides=recorded)), started(place, kept.source, *words) as process:
            until(lambda: count(store, t.capture) == kept.captures and count(store, t.pending) < left, "a part of what is left is settled")
            kill(process)
        assert 0 < count(store, t.pending) < left

        assert to_the_end(place, kept.source, *words)["captures"]["new"] == 0
        given = archive.given()[before:]
        assert len(set(given)) == kept.bodies and len(given) <= kept.bodies + 2  # again only what was on its way, or not a second old
    assert told(store) == wanted


@pytest.mark.postgres
def test_killed_among_its_processes_it_leaves_none_and_settles_the_rest_next_time(kept: Kept, tmp_path: Path, postgres_url: str):
    place = settings_for(tmp_path, postgres_url, config=kept.config)
    store = Store.open(place)
    words = ("--warc", str(kept.warc), "--workers", "2")
    wanted = undisturbed(kept, tmp_path / "undisturbed", *words)
    with held_at(store, *last_settled(wanted)), started(place, kept.source, *words) as process:
        until(lambda: count(store, t.version) > 0, "a version is in the store")
        workers = psutil.Process(process.pid).children()
        kill(process)
        assert len(workers) == 2
        assert psutil.wait_procs(workers, timeout=LIMIT)[1] == []
    assert 0 < count(store, t.pending) < kept.captures
    captures = to_the_end(place, kept.source, *words)["captures"]
    assert captures["new"] == 0 and captures["known"] == kept.captures
    assert told(store) == wanted


def test_what_a_killed_run_left_is_settled_also_after_its_declaration_was_edited(kept: Kept, tmp_path: Path):
    declared = tmp_path / "config" / "sources" / f"{kept.source.id}.yml"
    declared.parent.mkdir(parents=True)
    copy((kept.config / "sources" if kept.config else PACKAGED) / declared.name, declared)
    place = replace(sqlite_in(tmp_path, kept), config=tmp_path / "config")
    store = Store.open(place, create=True)
    words = ("--warc", str(kept.warc))
    with started(place, kept.source, *words) as process:
        until(lambda: count(store, t.pending) > 0, "captures are recorded")
        kill(process)
    with declared.open("a", encoding="utf-8") as declaration:
        declaration.write("# Looked through again.\n")
    assert to_the_end(place, kept.source, *words)["failed"] == []
    assert count(store, t.pending) == 0
    assert told(store) == undisturbed(kept, tmp_path / "undisturbed", *words)
