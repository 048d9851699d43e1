"""Airflow inside this process: its own home and SQLite file, the real dags/ and plugins/, set before it is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

DAGS, PLUGINS = ROOT / "dags", ROOT / "plugins"


@pytest.fixture(scope="session")
def airflow_inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Airflow's metadata migrated in a folder of its own; for the life of this process, as Airflow reads its settings once."""
    assert "airflow" not in sys.modules, "something imported Airflow before its settings were made; import it inside tests"
    home = tmp_path_factory.mktemp("airflow")
    airflow = {
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__DAGS_FOLDER": DAGS,
        "AIRFLOW__CORE__PLUGINS_FOLDER": PLUGINS,
        "AIRFLOW__CORE__LOAD_EXAMPLES": False,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": home / "logs",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": False,
    }
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(("AIRFLOW", "STATEMENTS_"))]:
            environment.delenv(name)
        for name, value in airflow.items():
            environment.setenv(name, str(value))
        from airflow.utils.db import initdb

        initdb()
        yield


@pytest.fixture
def dags(airflow_inside: None) -> Callable[..., dict[str, Any]]:
    """Parse dags/ (or one file of it) as the environment is now: DAGs by id. A file that does not import fails the test."""

    def parse(folder: Path = DAGS) -> dict[str, Any]:
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(str(folder))
        assert bag.import_errors == {}
        return dict(bag.dags)

    return parse
