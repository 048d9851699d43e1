"""When an address is due again, as a function of what is known of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from statements.revisit import Policy, next_check, spread

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "https://www.ministry.example/t1.html"


def wait(still: timedelta, **how: object) -> timedelta:
    return next_check(NOW, address=ADDRESS, still_since=NOW - still, **how) - NOW  # type: ignore[arg-type]


def test_what_has_just_changed_is_looked_at_in_about_a_quarter_of_an_hour():
    assert timedelta(minutes=14) < wait(timedelta()) < timedelta(minutes=16)


def test_what_stood_still_for_eight_days_is_due_in_about_one():
    assert timedelta(hours=22) < wait(timedelta(days=8)) < timedelta(hours=26)


def test_what_stood_still_for_decades_is_due_in_about_a_month():
    assert timedelta(days=28) < wait(timedelta(days=10_000)) < timedelta(days=32)


def test_a_member_of_a_watched_series_is_due_three_times_sooner_but_not_before_the_soonest():
    assert wait(timedelta(days=90), in_series=True) == wait(timedelta(days=90)) / 3
    assert wait(timedelta(), in_series=True) == wait(timedelta())


def test_a_source_may_say_otherwise():
    policy = Policy.of({"soonest_minutes": 60, "latest_days": 7, "thinning": 2, "most_a_day": 10})
    assert timedelta(minutes=56) < wait(timedelta(), policy=policy) < timedelta(minutes=64)
    assert timedelta(days=6) < wait(timedelta(days=900), policy=policy) < timedelta(days=8)
    assert (policy.most_a_day, policy.most_at_once) == (10, Policy().most_at_once)


@given(st.timedeltas(timedelta(), timedelta(days=9000)), st.timedeltas(timedelta(), timedelta(days=9000)), st.booleans())
def test_the_longer_it_stood_still_the_longer_the_wait(one, other, in_series):
    assert (one <= other) == (wait(one) <= wait(other)) or wait(one) == wait(other)
    assert wait(one, in_series=in_series) > timedelta()


@given(st.text(), st.timedeltas(timedelta(minutes=15), timedelta(days=30)))
def test_waits_are_spread_by_little_and_always_alike(address, length):
    assert 0.95 * length <= spread(address, length) <= 1.05 * length + timedelta(microseconds=1)
    assert spread(address, length) == spread(address, length)
