"""Gone needs proof; restored and flapping are told apart; a time-out proves nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from statements.presence import Answer, Presence, presence, statement_presence

START = datetime(2024, 3, 1, tzinfo=UTC)


def at(hours: float, status: int | None = 200) -> Answer:
    return Answer(START + timedelta(hours=hours), status, is_accepted=status in {200, 304})


def test_three_misses_over_a_day_are_gone_and_say_since_when():
    told = presence([at(0), at(10, 404), at(20, 410), at(40, 404)])
    assert told.state == "gone"
    assert told.since == START + timedelta(hours=40)
    assert told.absences[0].first_missed_at == START + timedelta(hours=10)


def test_two_misses_are_not_enough_however_far_apart():
    assert presence([at(0), at(10, 404), at(400, 404)]).state == "live"


def test_many_misses_within_an_hour_are_not_enough():
    assert presence([at(0), *(at(10 + i / 60, 404) for i in range(30))]).state == "live"


def test_a_lone_miss_between_two_pages_is_nothing():
    assert presence([at(0), at(24, 404), at(48), at(72, 404), at(96), at(120, 404), at(144)]).state == "live"


def test_timeouts_and_server_errors_neither_prove_nor_disprove():
    assert presence([at(0), *(at(10 * i, None) for i in range(1, 9)), at(90, 503)]).state == "live"
    assert presence([at(0), at(10, 404), at(15, 503), at(20, 404), at(30, None), at(40, 404)]).state == "gone"


def test_a_page_that_comes_back_is_restored():
    told = presence([at(0), at(10, 404), at(20, 404), at(40, 404), at(60)])
    assert told.state == "restored"
    assert told.since == START + timedelta(hours=60)
    assert "3 checks" in told.sentence


def test_coming_back_twice_in_a_month_is_flapping_and_settles_with_time():
    absence = [(10, 404), (20, 404), (40, 404), (60, 200)]
    twice = [at(0), *(at(100 * i + h, s) for i in range(2) for h, s in absence)]
    assert presence(twice).state == "flapping"
    assert presence([*twice, at(24 * 60)]).state == "restored"


def test_a_statement_is_gone_only_when_all_its_addresses_are():
    live, gone = presence([at(0)]), presence([at(0), at(10, 404), at(20, 404), at(40, 404)])
    assert statement_presence([gone, live]).state == "live"
    assert statement_presence([gone, Presence("live", None)]).state == "gone"


def test_the_order_of_captures_does_not_matter():
    answers = [at(0), at(10, 404), at(20, 404), at(40, 404), at(60)]
    assert len({presence(order) for order in permutations(answers)}) == 1


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from([200, 304, 404, 410, 500, None]))))
def test_gone_is_never_told_after_an_accepted_page(seen):
    told = presence(at(hour, status) for hour, status in seen)
    accepted = [START + timedelta(hours=h) for h, s in seen if s in {200, 304}]
    if told.state == "gone":
        assert all(moment <= told.absences[-1].first_missed_at for moment in accepted)
