"""Visits planned in the store, on both databases: what is due, what a day allows, what quickens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from scrapers.source import LayoutRule, Source
from statements import tables as t
from statements.folding import Fold
from statements.identity import introduce
from statements.scheduling import quicken_predecessors, schedule, take_due
from statements.store import Store, add

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def source(**revisit: object) -> Source:
    rule = LayoutRule("only", ("p",), ("h1",))
    return Source("ministry", "A ministry", "ZZ", "en", ("ministry.example",), date(2020, 1, 1), (rule,), host_group="ministry", revisit=revisit)


def url(number: int) -> str:
    return f"https://ministry.example/t{number}"


def know(store: Store, *due: datetime | None, had: bool = True) -> None:
    """Addresses t0, t1, … with these moments of being due; `had`: their bodies were fetched before."""
    with store.writing() as connection:
        introduce(connection, "ministry", {url(n): (f"ministry:{n}", url(n)) for n in range(len(due))}, at=NOW - 100 * DAY)
        for number, moment in enumerate(due):
            values = {"next_due_at": moment, "body_sha256": "b" if had else None}
            connection.execute(sa.update(t.address).where(t.address.c.key == url(number)).values(**values))


def take(store: Store, of: Source, at: datetime = NOW) -> list[str]:
    with store.writing() as connection:
        return take_due(connection, of, at)


def address(store: Store, number: int) -> sa.Row:
    with store.reading() as connection:
        return connection.execute(sa.select(t.address).where(t.address.c.key == url(number))).one()


def test_what_is_due_is_taken_once_and_what_is_not_is_left(store):
    know(store, NOW - DAY, NOW, NOW + DAY, None)
    assert take(store, source()) == [url(0), url(1)]
    assert take(store, source()) == []


def test_a_batch_that_was_never_settled_is_due_again_in_an_hour(store):
    know(store, NOW)
    take(store, source())
    assert take(store, source(), NOW + timedelta(minutes=59)) == []
    assert take(store, source(), NOW + timedelta(minutes=61)) == [url(0)]


def test_a_day_s_budget_holds_for_all_sources_of_a_host_and_comes_back_the_next_day(store):
    know(store, *[NOW - n * DAY for n in range(6)])
    assert len(take(store, source(most_a_day=4))) == 4
    assert take(store, source(most_a_day=4)) == []
    assert len(take(store, source(most_a_day=4), NOW + timedelta(hours=12))) == 4


def test_of_more_than_may_be_asked_half_goes_to_what_waits_longest_and_half_to_what_fell_due_last(store):
    know(store, *[NOW - timedelta(hours=n) for n in range(6)])
    assert take(store, source(most_a_day=4)) == [url(5), url(4), url(1), url(0)]


def test_what_was_never_had_waits_for_no_budget(store):
    know(store, NOW, NOW, had=False)
    assert len(take(store, source(most_a_day=0))) == 2


def test_an_address_that_never_gave_a_version_is_asked_for_ever_more_rarely(store):
    know(store, NOW)
    with store.writing() as connection:
        schedule(connection, source(), address(store, 0).statement_id, [Fold(url(0), (), (), (), ())], [], NOW)
    assert address(store, 0).next_due_at > NOW + 10 * DAY


@pytest.fixture
def series(store):
    """Five statements said a month apart, the last of them new, all in one series."""
    know(store, *[NOW + 20 * DAY] * 5)
    with store.writing() as connection:
        for number in range(5):
            wording = {
                "id": f"w{number}",
                "content_sha256": f"c{number}",
                "title": "A",
                "published_on": date(2025, 8 + number if number < 4 else 12, 1),
            }
            rest = {"language": "en", "document_type": "statement", "parties": [], "passages": [], "length": 1}
            add(connection, t.wording, [{**wording, **rest}])
            moments = dict.fromkeys(("first_captured_at", "last_captured_at", "recorded_at"), NOW - DAY)
            bodies = {"first_body_sha256": "b", "last_body_sha256": "b", "captures": 1, "content_sha256": f"c{number}", "wording_id": f"w{number}"}
            add(connection, t.version, [{"id": f"v{number}", "address": url(number), **moments, **bodies}])
            statement = connection.execute(sa.select(t.address.c.statement_id).where(t.address.c.key == url(number))).scalar_one()
            add(connection, t.membership, [{"series": "joint", "statement_id": statement, "recorded_at": NOW}])
    return store


def test_a_new_member_of_a_series_quickens_its_latest_predecessors(series):
    with series.writing() as connection:
        quicken_predecessors(connection, source(), address(series, 4).statement_id, NOW)
    due = [address(series, number).next_due_at - NOW for number in range(5)]
    assert due == [20 * DAY, *[timedelta(minutes=15)] * 3, 20 * DAY]


def test_what_was_quickened_is_visited_often_for_a_while_and_members_more_often_than_others(series):
    statement = address(series, 3).statement_id
    fold = [Fold(url(3), (), (), (), ())]

    def wait_at(at: datetime) -> timedelta:
        with series.writing() as connection:
            schedule(connection, source(), statement, fold, [], at)
        return address(series, 3).next_due_at - at

    slow = wait_at(NOW)
    with series.writing() as connection:
        quicken_predecessors(connection, source(), address(series, 4).statement_id, NOW)
    quick = wait_at(NOW + timedelta(minutes=15))
    with series.writing() as connection:
        connection.execute(sa.delete(t.membership))
    alone = wait_at(NOW + 100 * DAY)
    assert quick < timedelta(minutes=16) < slow < alone / 2
