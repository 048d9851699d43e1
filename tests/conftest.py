"""Fixtures that every folder of tests shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statements.settings import Settings
from statements.store import Store
from tests.stores import Server, migrated_sqlite, settings_for

ROOT = Path(__file__).resolve().parent.parent
SHARED_AIRFLOWS = ("tests/airflow/inside/", "tests/airflow/")  # the narrower first


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests go to one worker; so do all that share the one real Airflow, and all that share Airflow's tables in their process."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.split("::", 1)[0]
            return next((folder for folder in SHARED_AIRFLOWS if path.startswith(folder)), path)

    return Scheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (`record_property("measured", …)`), also where pytest-xdist ran them elsewhere."""
    reports = [report for several in terminalreporter.stats.values() for report in several if getattr(report, "when", None) == "call"]
    lines = [value for report in reports for name, value in report.user_properties if name == "measured"]
    if lines:
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real material; a test that needs it is marked `corpus` and skipped where it is missing."""
    folder = Path(os.environ.get("STATEMENTS_CORPUS") or ROOT.parent / "shared")
    if not (folder / "pages").is_dir():
        pytest.skip(f"no corpus at {folder}; set STATEMENTS_CORPUS to the folder that holds pages/, versions/, gold/")
    return folder


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The embedded PostgreSQL, once for the session."""
    server = Server(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of an empty, migrated store on PostgreSQL."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty, migrated store, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'statements.sqlite'}"
        migrated_sqlite(tmp_path).engine.dispose()
    else:
        url = request.getfixturevalue("postgres_url")
    return settings_for(tmp_path, url)


@pytest.fixture
def store(place: Settings) -> Iterator[Store]:
    """The store of `place`, opened."""
    opened = Store.open(place)
    yield opened
    opened.engine.dispose()
