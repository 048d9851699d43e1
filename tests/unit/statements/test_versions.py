"""Folding readings into versions: order, repeats, returns, and texts that lost most of their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from statements.versions import Moment, Run, Sighting, insert, runs_of, standing

START = datetime(2014, 5, 1, tzinfo=UTC)


def seen(minute: int, content: str, length: int = 1000) -> Sighting:
    return Sighting((START + timedelta(minutes=minute), f"body of {content}"), content, f"wording of {content}", length)


def contents(runs: Sequence[Run]) -> list[str]:
    return [run.content_sha256 for run in runs]


def test_a_wording_that_returns_is_a_new_version():
    assert contents(runs_of([seen(1, "A"), seen(2, "B"), seen(3, "A")])) == ["A", "B", "A"]


def test_repeats_belong_to_one_run():
    (run,) = runs_of([seen(3, "A"), seen(1, "A"), seen(2, "A")])
    assert (run.captures, run.first[0], run.last[0]) == (3, START + timedelta(minutes=1), START + timedelta(minutes=3))


def test_two_captures_in_one_second_are_ordered_by_their_bodies():
    both = [seen(1, "B"), seen(1, "A")]
    assert contents(runs_of(both)) == contents(runs_of(both[::-1])) == ["A", "B"]


sightings = st.lists(st.builds(seen, st.integers(0, 60), st.sampled_from("ABC")), max_size=30, unique_by=lambda s: s.at)


@given(sightings, st.randoms())
def test_inserting_in_any_order_gives_the_fold(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    inserted: list[Sighting] = []
    runs: list[Run] = []

    def split(run: Run, moment: Moment) -> tuple[Run, Run]:
        inside = [s for s in sorted(inserted, key=lambda s: s.at) if run.first <= s.at <= run.last]
        left = [s for s in inside if s.at < moment]
        right = [s for s in inside if s.at > moment]
        return (
            replace(run, last=left[-1].at, captures=len(left)),
            replace(run, first=right[0].at, captures=len(right), wording_id=right[0].wording_id),
        )

    for new in shuffled:
        runs = insert(runs, new, split)
        inserted.append(new)
    assert runs == runs_of(found)


def test_a_text_that_lost_most_of_its_words_waits_for_a_second_look():
    counted, aside = standing(runs_of([seen(0, "A"), seen(10, "half-loaded", 50)]))
    assert (contents(counted), contents(aside)) == (["A"], ["half-loaded"])


def test_the_second_look_some_minutes_on_makes_it_count():
    counted, aside = standing(runs_of([seen(0, "A"), seen(10, "cut", 50), seen(16, "cut", 50)]))
    assert (contents(counted), aside) == (["A", "cut"], [])


def test_a_text_that_comes_back_dismisses_it_and_stays_one_version():
    counted, aside = standing(runs_of([seen(0, "A"), seen(10, "half-loaded", 50), seen(11, "A")]))
    assert (contents(counted), contents(aside)) == (["A"], ["half-loaded"])
    assert counted[0].captures == 2
