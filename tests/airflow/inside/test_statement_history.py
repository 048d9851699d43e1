"""The web pages inside Airflow: behind its login, and no weight on whoever only loads plugins."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.airflow.inside.conftest import PLUGINS
from tests.conftest import ROOT

pytestmark = [pytest.mark.dagtest]


@pytest.fixture
def client(airflow_inside, tmp_path, monkeypatch):
    """Airflow's own application, with the plugin as Airflow finds and mounts it, over a store that is not there yet."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from fastapi.testclient import TestClient

    monkeypatch.setenv("STATEMENTS_HOME", str(tmp_path))
    purge_cached_app()
    yield TestClient(create_app(apps="core"))
    purge_cached_app()


def token(client) -> str:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="reader", role="viewer"))


def test_nobody_reads_a_page_without_airflows_login_and_whoever_has_it_does(client, tmp_path):
    from statements.settings import load
    from statements.store import Store

    for path in ("", "statements", "changes/x", "series", "health", "site.css", "snapshots/x"):
        assert client.get(f"/statement-history/{path}").status_code == 401, path

    login = {"Authorization": f"Bearer {token(client)}"}
    answer = client.get("/statement-history/", headers=login)
    assert answer.status_code == 503
    assert "statements db upgrade" in answer.text

    Store.open(load(), create=True).engine.dispose()
    answer = client.get("/statement-history/", headers=login)
    assert answer.status_code == 200
    assert 'href="/statement-history/changes"' in answer.text


def test_loading_the_plugin_brings_in_neither_the_pages_nor_the_store(airflow_inside):
    code = (
        "import sys, json, airflow.plugins_manager; before = set(sys.modules);"
        f"sys.path.insert(0, {str(PLUGINS)!r}); import statement_history_plugin;"
        "heavy = ('statements', 'airflow.api_fastapi', 'fastapi', 'sqlalchemy');"
        "print(json.dumps(sorted(m for m in set(sys.modules) - before if m.startswith(heavy))))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(answer.stdout.splitlines()[-1]) == []
