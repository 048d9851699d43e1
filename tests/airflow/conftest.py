"""The one real Airflow of the test session: scheduler, DAG processor, triggerer and API server on the embedded PostgreSQL."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from scrapers.source import PACKAGED, Source, load_source
from statements.demo import declarations, pages, rounds, specimens
from statements.demo.rounds import Change, State
from statements.demo.site import Page, SpecimenSite
from statements.local import postgres, services
from statements.local.airflow import LocalAirflow
from statements.local.terminal import Terminal
from statements.settings import Settings
from statements.store import Store
from tests.replays import replayed
from tests.stores import settings_for

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

    def show(self) -> None:
        self.site.show({**pages.pages_of(self.state, self.declared), **self.recorded})


@pytest.fixture(scope="session")
def rehearsal() -> Iterator[Rehearsal]:
    """Everything that `make demo` starts, once for all tests that are marked `scheduler`."""
    home = Path(tempfile.mkdtemp(prefix="statements-airflow-"))
    home.chmod(0o755)  # as root, so that PostgreSQL's user can pass
    today = datetime.now(UTC).date()
    sources = specimens.load(today)
    recorded = replayed()
    with SpecimenSite() as site, pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(("STATEMENTS_", "AIRFLOW_"))]:
            environment.delenv(name)
        declared = declarations.write(home / "config", sources, today)
        if recorded:
            for name, listing in (("cn_mfa_en", "mfa_eng"), ("cn_mfa_zh", "/web/")):
                hurried(home / "config" / "sources" / f"{name}.yml", name, listing)
        (home / "config" / "sources" / "faulty.yml").write_text("title: A source with a mistake\nlayuots: []\n", "utf-8")
        state = rounds.first(sources)
        site.show({**pages.pages_of(state, declared), **recorded})
        wanted = services.Wanted(
            home,
            config=home / "config",
            pools={"cn_mfa": 2, **{source.host_group: 2 for source in declared.values()}},
            environment={
                "STATEMENTS_ALLOW_PRIVATE_ADDRESSES": "1",
                "STATEMENTS_CONTACT": "tests@example.org",
                "STATEMENTS_ROUTES": " ".join(f"{origin}={there}" for origin, there in site.routes().items()),
                "STATEMENTS_SOURCES": " ".join([*declared, "cn_mfa_en", "cn_mfa_zh"] if recorded else declared),
            },
            mail=home / "mail",
            port=0,
        )
        try:
            with services.running(wanted, Terminal(Console(file=io.StringIO()))) as airflow:
                airflow.api.wait_for_dags({f"watch_{source}" for source in declared}, check=airflow.check)
                url = postgres.Postgres(home).database_url()
                place = settings_for(home, url, config=home / "config")
                yield Rehearsal(airflow, site, Store.open(place), place, declared, state, recorded)
        finally:
            postgres.remove(home)
            shutil.rmtree(home, ignore_errors=True)


def hurried(path: Path, packaged: str, listing: str) -> None:
    """A packaged source that waits for nobody and has the one listing that was recorded, three pages of it."""
    raw = yaml.safe_load((PACKAGED / f"{packaged}.yml").read_text("utf-8"))
    (kept,) = [entry for entry in raw["listings"] if listing in entry["url"]]
    kept["paging"]["most"] = 3
    today = {"watched_since": datetime.now(UTC).date(), "schedule": declarations.NEW_YEAR}
    path.write_text(yaml.safe_dump({**raw, **declarations.HURRIED, **today, "listings": [kept]}, allow_unicode=True, sort_keys=False), "utf-8")
    load_source(path)
