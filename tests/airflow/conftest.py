"""The one real Airflow of the test session: scheduler, DAG processor, triggerer and API server on the embedded PostgreSQL."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from scrapers.source import PACKAGED, Source, load_source, load_sources
from statements.demo import declarations, pages, rounds, specimens
from statements.demo.rounds import Change, State
from statements.demo.site import Page, SpecimenSite
from statements.demo.specimens import SpecimenSource
from statements.local import postgres, services
from statements.local.airflow import LocalAirflow
from statements.local.terminal import Terminal
from statements.pools import pools as pools_of
from statements.settings import Settings
from statements.store import Store
from tests.airflow.further import on_host_of_its_own
from tests.archive_server import PYTHON, Pywb, archive_of
from tests.recorded_archive import over_time, recorded_pages, specimen_pages, write_warc
from tests.replays import replayed
from tests.stores import settings_for

FURTHER = 16  # pages that the archive holds beside the specimens
LIMIT = 240.0  # seconds for a run, on a machine that does other things besides


@dataclass
class Rehearsal:
    """A running Airflow that watches the specimen site, and the recorded pages of the corpus under their own URLs."""

    airflow: LocalAirflow
    site: SpecimenSite
    store: Store
    place: Settings
    declared: dict[str, Source]
    state: State
    further: State  # the sources of tests/airflow/further.py, which no round touches
    further_declared: dict[str, Source]
    warc: Path  # what the archive holds
    archive: Pywb | None  # None where pywb is not installed
    recorded: dict[str, Page] = field(default_factory=dict)

    def look(self, *sources: str) -> None:
        """Run the watching DAGs of these sources once, side by side, to their good end."""
        started = [self.airflow.api.trigger(f"watch_{source}") for source in sources]
        for run in [self.airflow.api.wait_for(run, LIMIT, self.airflow.check) for run in started]:
            assert run.state == "success", f"{run.dag_id}: {[self.airflow.api.error_of(run, task) for task in run.failed_tasks]}"

    def change(self, *changes: Change) -> None:
        """Have the specimen site change."""
        self.state = rounds.after(self.state, changes)
        self.show()

    def change_further(self, *changes: Change) -> None:
        """Have one of the further sources change."""
        self.further = rounds.after(self.further, changes)
        self.show()

    def show(self) -> None:
        self.site.show({**pages.pages_of(self.state, self.declared), **pages.pages_of(self.further, self.further_declared), **self.recorded})


@pytest.fixture(scope="session")
def rehearsal() -> Iterator[Rehearsal]:
    """Everything that `make demo` starts, once for all tests that are marked `scheduler`."""
    home = Path(tempfile.mkdtemp(prefix="statements-airflow-"))
    home.chmod(0o755)  # as root, so that PostgreSQL's user can pass
    today = datetime.now(UTC).date()
    sources = specimens.load(today)
    recorded = replayed()
    by_id = {source.id: source for source in sources}
    listened = on_host_of_its_own(by_id["specimen_mfa_en"], "listened", poll_seconds=2)
    archived = on_host_of_its_own(by_id["specimen_mfa_en_2014"], "archived")
    with SpecimenSite() as site, pytest.MonkeyPatch.context() as environment, ExitStack() as stack:
        for name in [name for name in os.environ if name.startswith(("STATEMENTS_", "AIRFLOW_")) and name != "STATEMENTS_CORPUS"]:
            environment.delenv(name)
        declared = declarations.write(home / "config", sources, today)
        if recorded:
            for name, listing in (("cn_mfa_en", "mfa_eng"), ("cn_mfa_zh", "/web/")):
                hurried(home / "config" / "sources" / f"{name}.yml", name, listing)
        (home / "config" / "sources" / "faulty.yml").write_text("title: A source with a mistake\nlayuots: []\n", "utf-8")
        further_declared = declarations.write(home / "config", [listened, archived], today)
        unlisted(home / "config" / "sources" / "archived.yml")
        state, further = rounds.first(sources), rounds.first([listened, archived])
        site.show({**pages.pages_of(state, declared), **pages.pages_of(further, further_declared), **recorded})
        (home / "pywb").mkdir()
        warc = write_warc(home / "pywb" / "crawl.warc.gz", three_months(archived, further_declared))
        archive = stack.enter_context(archive_of([warc], home / "pywb")) if PYTHON.exists() else None
        wanted = services.Wanted(
            home,
            config=home / "config",
            pools=pools_of([*load_sources(home / "config", on_error=lambda *_: None)]),
            environment={
                "STATEMENTS_ALLOW_PRIVATE_ADDRESSES": "1",
                "STATEMENTS_CONTACT": "tests@example.org",
                "STATEMENTS_ROUTES": " ".join(f"{origin}={there}" for origin, there in site.routes().items()),
                "STATEMENTS_SOURCES": " ".join([*declared, "listened", "archived", *(["cn_mfa_en", "cn_mfa_zh"] if recorded else [])]),
                **({"STATEMENTS_CDX": archive.url} if archive else {}),
            },
            mail=home / "mail",
            port=0,
        )
        try:
            with services.running(wanted, Terminal(Console(file=io.StringIO()))) as airflow:
                airflow.api.wait_for_dags({f"watch_{source}" for source in declared}, check=airflow.check)
                url = postgres.Postgres(home).database_url()
                place = settings_for(home, url, config=home / "config")
                yield Rehearsal(airflow, site, Store.open(place), place, declared, state, further, further_declared, warc, archive, recorded)
        finally:
            postgres.remove(home)
            shutil.rmtree(home, ignore_errors=True)


def unlisted(path: Path) -> None:
    """Leave a source to its archives: without a listing there is nothing to watch."""
    raw = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(yaml.safe_dump({key: value for key, value in raw.items() if key != "listings"}, allow_unicode=True, sort_keys=False), "utf-8")


def three_months(source: SpecimenSource, declared: dict[str, Source]) -> Mapping[date, Mapping[str, Page]]:
    """What an archive kept of a source: as it was, with one claim reversed, with a passage moved as well; and further pages, each in its own states.

    The further ones are recorded pages of the corpus on the source's host, or where there is no corpus more specimens.
    """
    reversed_claim = Change("", (("replace", {"in": "archived_water", "this": "does not store water", "with": "stores water"}),))
    moved = Change("", (("move", {"in": "archived_water", "passage": 3, "to": 0}),))
    states = [rounds.first([source])]
    for change in (reversed_claim, moved):
        states.append(rounds.after(states[-1], [change]))
    days = [date(2019, month, 10) for month in (2, 3, 4)]
    further = recorded_pages(FURTHER, f"https://www.{source.id}.example") or specimen_pages(source, declared, FURTHER)
    more = over_time(further, days)
    return {day: {**pages.pages_of(state, declared), **more[day]} for day, state in zip(days, states, strict=True)}


def hurried(path: Path, packaged: str, listing: str) -> None:
    """A packaged source that waits for nobody and has the one listing that was recorded, three pages of it."""
    raw = yaml.safe_load((PACKAGED / f"{packaged}.yml").read_text("utf-8"))
    (kept,) = [entry for entry in raw["listings"] if listing in entry["url"]]
    kept["paging"]["most"] = 3
    today = {"watched_since": datetime.now(UTC).date(), "schedule": declarations.NEW_YEAR}
    path.write_text(yaml.safe_dump({**raw, **declarations.HURRIED, **today, "listings": [kept]}, allow_unicode=True, sort_keys=False), "utf-8")
    load_source(path)
