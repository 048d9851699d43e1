"""What every DAG of the folder owes its operator, and what the folder owes every source."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapers.source import load_sources
from tests.airflow.inside.conftest import DAGS, PLUGINS
from tests.conftest import ROOT

pytestmark = [pytest.mark.dagtest]

HEAVY = ("great_expectations", "pandas", "requests", "lxml", "bs4", "psycopg", "alembic", "statements.store", "statements.pipeline")


@pytest.fixture
def every(dags):
    return list(dags().values())


def tasks(dags) -> Iterator:
    return ((dag, task) for dag in dags for task in dag.tasks)


def test_every_dag_says_what_to_do_at_three_in_the_morning(every):
    assert [dag.dag_id for dag in every if "#### At 3 a.m." not in (dag.doc_md or "")] == []


def test_every_dag_has_tags_and_every_task_an_owner(every):
    assert [dag.dag_id for dag in every if not dag.tags] == []
    assert [(dag.dag_id, task.task_id) for dag, task in tasks(every) if task.owner in ("", "airflow")] == []


def test_every_task_is_tried_again_and_none_may_run_for_ever(every):
    assert [(dag.dag_id, task.task_id) for dag, task in tasks(every) if task.retries < 1 or task.execution_timeout is None] == []


def test_no_dag_makes_up_for_lost_time_by_itself(every):
    assert [dag.dag_id for dag in every if dag.catchup] == []


def test_every_dag_survives_serialisation(every):
    from airflow.serialization.serialized_objects import DagSerialization

    for dag in every:
        again = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        assert (again.dag_id, set(again.task_dict)) == (dag.dag_id, set(dag.task_dict))


def test_every_source_with_a_listing_is_watched_and_can_be_backfilled(every):
    ids = {dag.dag_id for dag in every}
    wanted = [source.id for source in load_sources() if source.listings]
    assert wanted
    assert {f"{kind}_{source}" for kind in ("watch", "archive") for source in wanted} <= ids


def test_every_pool_that_a_task_waits_for_is_made_by_run(every):
    from statements.pools import pools

    made = {"default_pool", *pools(load_sources())}
    assert {task.pool for _, task in tasks(every)} <= made


def test_each_dag_is_bound_to_its_own_source(dags, monkeypatch):
    from statements import pipeline

    monkeypatch.setattr(pipeline, "discover", lambda source: [f"discover {source}"])
    monkeypatch.setattr(pipeline, "fetch", lambda source, batch: f"fetch {source}")
    found = {dag_id: dag for dag_id, dag in dags(DAGS / "watch.py").items() if dag_id.startswith("watch_")}
    assert len(found) > 2
    for dag_id, dag in found.items():
        source = dag_id.removeprefix("watch_")
        assert dag.get_task("discover").python_callable(outlet_events={}) == [f"discover {source}"]
        assert dag.get_task("fetch").python_callable("batch") == f"fetch {source}"
        (asset,) = dag.timetable.asset_condition.objects
        (watcher,) = asset.watchers
        assert watcher.trigger.source == source


def test_a_faulty_declaration_costs_its_own_dag_alone(dags, tmp_path, monkeypatch):
    well = set(dags(DAGS / "watch.py"))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "cn_mfa_en.yml").write_text("title: Mended in haste\nlayuots: []\n", "utf-8")
    (tmp_path / "sources" / "atlantis.yml").write_text("title: [unclosed\n", "utf-8")
    monkeypatch.setenv("STATEMENTS_CONFIG", str(tmp_path))
    assert set(dags(DAGS / "watch.py")) == well - {"watch_cn_mfa_en"}


def test_parsing_imports_nothing_heavy():
    code = f"""
import json, runpy, sys
import airflow.sdk, airflow.triggers.base
sys.path += [{str(DAGS)!r}, {str(PLUGINS)!r}]
before = set(sys.modules)
for file in {[str(path) for path in sorted(DAGS.glob("*.py"))]}:
    runpy.run_path(file)
print("\\n" + json.dumps(sorted(set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert {"statement_listing_watch", "scrapers.source"} <= imported
    assert sorted(name for name in imported if name in HEAVY or name.startswith(tuple(f"{heavy}." for heavy in HEAVY))) == []


def test_no_file_of_dags_or_plugins_shadows_a_module():
    stems = sorted(path.stem for folder in (DAGS, PLUGINS) for path in folder.rglob("*.py"))
    assert len(set(stems)) == len(stems)
    code = f"import importlib.util, json; print(json.dumps([stem for stem in {stems} if importlib.util.find_spec(stem)]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_plugins_are_single_files_at_the_top():
    assert [path for path in PLUGINS.rglob("*.py") if path.parent != PLUGINS or path.name == "__init__.py"] == []
    assert Path(PLUGINS / "statement_listing_watch.py").exists()
