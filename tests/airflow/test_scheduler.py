"""The real DAGs under the real scheduler: the demo's road, and recorded pages under their own URLs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from statements import tables as t
from statements.demo import report, rounds
from statements.local.mailbox import subjects
from tests.airflow.conftest import Rehearsal

pytestmark = [pytest.mark.scheduler, pytest.mark.timeout(900)]


def counts(rehearsal: Rehearsal, *sources: str) -> dict[str, int]:
    """Rows of the given sources that a second look must not add to."""
    a = t.address.c
    with rehearsal.store.reading() as connection:
        of_source = a.source.in_(sources)
        versions = sa.select(sa.func.count()).select_from(t.version.join(t.address, t.version.c.address == a.key)).where(of_source)
        changes = sa.select(sa.func.count()).select_from(t.change.join(t.address, t.change.c.address == a.key)).where(of_source)
        statements = sa.select(sa.func.count()).select_from(t.statement).where(t.statement.c.source.in_(sources))
        return {
            name: connection.execute(query).scalar_one() for name, query in (("versions", versions), ("changes", changes), ("statements", statements))
        }


def until(holds: Callable[[], bool], rehearsal: Rehearsal, limit: float = 120.0) -> None:
    deadline = time.monotonic() + limit
    while not holds():
        rehearsal.airflow.check()
        assert time.monotonic() < deadline, "what is owed was not sent in time"
        time.sleep(0.3)


def changes_of(rehearsal: Rehearsal, title: str) -> list[str]:
    with rehearsal.store.reading() as connection:
        (line,) = [line for line in report.lines(connection) if title in line.title and line.source in rehearsal.declared]
    return [change.klass for change in line.changes]


def test_the_rounds_of_the_demo_give_the_changes_that_they_tell(rehearsal: Rehearsal):
    sources = list(rehearsal.declared)
    rehearsal.look(*sources)
    assert counts(rehearsal, *sources) == {"versions": 14, "changes": 0, "statements": 14}
    for changes in rounds.load():
        rehearsal.change(*changes)
        rehearsal.look(*sources)
    assert changes_of(rehearsal, "Taiyuan Meeting") == ["substantive"]
    assert changes_of(rehearsal, "Sharing of Water Data") == ["structural"]
    assert changes_of(rehearsal, "Regular Press Conference on September 10") == ["substantive"]
    assert changes_of(rehearsal, "Erdene declaration") == ["editorial"]
    assert changes_of(rehearsal, "Sino-Kazakh") == ["editorial"]
    assert changes_of(rehearsal, "Detention of Fishermen") == ["substantive", "substantive"]
    assert changes_of(rehearsal, "Special Envoy Visits") == []
    assert changes_of(rehearsal, "赞比西河") == []
    assert changes_of(rehearsal, "Brest Meeting") == []
    with rehearsal.store.reading() as connection:
        (held,) = [held for held in report.held_back(connection) if any(s.takes(held.address) for s in rehearsal.declared.values())]
        assert held.verdict == "error_page"
        assert {shift.kind for shift in report.shifts(connection)} >= {"strengthened"}
    until(lambda: report.owed_now(rehearsal.store) == 0, rehearsal)
    told = [subject for _, subject in subjects(rehearsal.place.home / "mail")]
    assert any("Brest Meeting" in subject or "Joint Statement" in subject for subject in told)
    assert not any("赞比西河" in subject for subject in told)


@pytest.mark.corpus
def test_recorded_pages_under_their_own_urls_are_stored_once(rehearsal: Rehearsal):
    if not rehearsal.recorded:
        pytest.skip("no recorded pages")
    recorded = {url for url in rehearsal.recorded if re.search(r"/t\d+\.shtml$", url)}
    sources = ("cn_mfa_en", "cn_mfa_zh")
    rehearsal.look(*sources)
    once = counts(rehearsal, *sources)
    with rehearsal.store.reading() as connection:
        query = sa.select(t.version.c.address).join(t.address, t.address.c.key == t.version.c.address).where(t.address.c.source.in_(sources))
        stored = list(connection.execute(query).scalars())
        listed = set(connection.execute(sa.select(t.address.c.key).where(t.address.c.source.in_(sources))).scalars())
    assert sorted(stored) == sorted(recorded & listed)
    rehearsal.look(*sources)
    assert counts(rehearsal, *sources) == once


def test_a_faulty_declaration_costs_its_own_dag_and_shows_on_the_health_dag(rehearsal: Rehearsal):
    assert "watch_faulty" not in rehearsal.airflow.api.dag_ids()
    assert rehearsal.airflow.api.import_errors() == []
    run = rehearsal.airflow.api.wait_for(rehearsal.airflow.api.trigger("health"), 240, rehearsal.airflow.check)
    assert run.state == "failed"
    assert "faulty.yml:2: layuots" in (rehearsal.airflow.api.error_of(run, "look") or "")
