"""When alerts leave, in how many mails, and when a failed one is tried again."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.alerts.schedule import ATTEMPTS, Owed, Parcel, Wait, after_quiet, due_at, next_digest, next_step, retry_at
from statements.alerts.subscriptions import Subscription, is_quiet

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)  # a Monday


def desk(**asked):
    return Subscription("desk", "desk@example.org", **asked)


def local(*parts):
    return datetime(*parts, tzinfo=BERLIN)


def test_an_alert_waits_a_quarter_of_an_hour_for_its_correction():
    assert due_at(desk(), NOON) == NOON + timedelta(minutes=15)
    assert due_at(desk(hold=timedelta(0)), NOON) == NOON


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        (local(2025, 3, 3, 7, 29), local(2025, 3, 3, 7, 30)),
        (local(2025, 3, 3, 7, 30), local(2025, 3, 4, 7, 30)),
        (local(2025, 3, 29, 12), local(2025, 3, 30, 7, 30)),  # the clocks change in that night, the hour on the wall does not
        (local(2025, 12, 31, 23), local(2026, 1, 1, 7, 30)),
    ],
)
def test_a_daily_digest_leaves_at_its_hour_on_the_wall(now, leaves):
    assert due_at(desk(deliver="daily", time_zone=BERLIN), now) == leaves


def test_a_weekly_digest_leaves_on_its_day():
    weekly = desk(deliver="weekly", weekday=4, at=time(18), time_zone=BERLIN)
    assert next_digest(weekly, NOON) == local(2025, 3, 7, 18)
    assert next_digest(weekly, local(2025, 3, 7, 18)) == local(2025, 3, 14, 18)


def test_what_falls_into_the_quiet_hours_waits_for_their_end():
    night = desk(quiet=(time(22), time(6, 30)), time_zone=BERLIN, hold=timedelta(0))
    assert due_at(night, local(2025, 3, 3, 21, 59)) == local(2025, 3, 3, 21, 59)
    assert due_at(night, local(2025, 3, 3, 22, 0)) == local(2025, 3, 4, 6, 30)
    assert due_at(night, local(2025, 3, 4, 2, 0)) == local(2025, 3, 4, 6, 30)


@given(st.integers(0, 1_500_000), st.times(), st.times(), st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]))
def test_after_the_quiet_hours_it_is_not_quiet(minutes, start, end, zone):
    night = desk(quiet=(start.replace(microsecond=0), end.replace(microsecond=0)), time_zone=ZoneInfo(zone))
    instant = NOON + timedelta(minutes=minutes)
    later = after_quiet(night, instant)
    assert instant <= later <= instant + timedelta(hours=25)
    shown = later.astimezone(night.time_zone)
    offsets = {(shown + timedelta(hours=shift)).utcoffset() for shift in (-24, 24)}
    assert len(offsets) > 1 or not is_quiet(night, shown.time())


def owed(row, statement="s1", due=NOON, mail=None, rank=0):
    return Owed(row, statement, due, mail, rank)


def ids(step):
    assert isinstance(step, Parcel)
    return [row.id for row in step.rows]


def test_nothing_due_is_no_step():
    assert next_step([owed("a", due=NOON + timedelta(seconds=1))], desk(), [], NOON) is None
    assert next_step([], desk(), [], NOON) is None


def test_at_once_each_statement_has_its_own_mail_with_its_corrections():
    rows = [owed("a"), owed("b", "s2"), owed("c", due=NOON + timedelta(minutes=10))]
    assert ids(next_step(rows, desk(), [], NOON)) == ["a", "c"]
    assert ids(next_step(rows[1:2], desk(), [], NOON)) == ["b"]


def test_a_flood_becomes_one_digest():
    flood = [owed(f"{number:04}", f"s{number}") for number in range(500)]
    assert len(ids(next_step(flood, desk(at_most=10), [], NOON))) == 500
    assert len(ids(next_step(flood[:10], desk(at_most=10), [], NOON))) == 1


def test_the_hour_never_sees_more_mails_than_permitted():
    lately = [NOON - timedelta(minutes=minutes) for minutes in (50, 20, 10)]
    assert next_step([owed("a")], desk(at_most=3), lately, NOON) == Wait(NOON + timedelta(minutes=10))
    assert len(ids(next_step([owed("a"), owed("b", "s2")], desk(at_most=4), lately, NOON))) == 2
    assert ids(next_step([owed("a")], desk(at_most=3), lately, NOON + timedelta(minutes=10))) == ["a"]


def test_a_digest_takes_what_is_due_whatever_the_cap():
    rows = [owed("a"), owed("b", "s2"), owed("c", "s3", due=NOON + timedelta(days=1))]
    assert ids(next_step(rows, desk(deliver="daily", at_most=1), [NOON], NOON)) == ["a", "b"]


def test_what_was_claimed_once_goes_out_again_as_the_same_mail():
    rows = [owed("a", mail="<m@x>"), owed("b", "s2", mail="<m@x>"), owed("c"), owed("d", mail="<n@x>", due=NOON + timedelta(hours=1))]
    assert ids(next_step(rows, desk(), [], NOON)) == ["a", "b"]
    assert ids(next_step(rows[2:], desk(), [], NOON)) == ["c"]


def test_a_worker_that_comes_late_still_keeps_the_quiet_hours():
    night = desk(quiet=(time(22), time(6)))
    late = NOON.replace(hour=23)
    assert next_step([owed("a")], night, [], late) == Wait(NOON.replace(day=4, hour=6))


def test_pauses_grow_and_last_longer_than_four_days():
    now, pauses = NOON, []
    for attempts in range(1, ATTEMPTS):
        later = retry_at(attempts, now)
        pauses.append(later - now)
        now = later
    assert pauses == sorted(pauses)
    assert now - NOON > timedelta(days=4)
    assert retry_at(ATTEMPTS, now) is None
