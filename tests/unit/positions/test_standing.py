"""A whole series from candidates: members, shifts and causes, whatever the order in which they are learned."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from schemas.records import Position, Stances
from statements.positions.report import document
from statements.positions.series import Candidate, Series
from statements.positions.standing import report_of, standing

TALKS = Series("talks", "Talks", "arden_en", "en", kinds=("joint_statement",))
SAID = {"a": ("supports the wheat quota", 3), "b": ("firmly supports the wheat quota", 4), "c": ("notes the wheat quota", 1)}


def candidate(name: str, day: int, content: str = "") -> Candidate:
    return Candidate(name, "arden_en", "en", f"Talks {name}", date(2001, 1, day), ("Arden",), "joint_statement", content or f"content {name}")


def stances_of(lexicon: str = "l1"):
    def read(candidate: Candidate) -> Stances:
        quote, level = SAID[candidate.statement]
        return Stances((Position("wheat", "both", "support", "position", level, 0, len(quote), quote),), lexicon=lexicon)

    return read


@pytest.fixture
def candidates() -> list[Candidate]:
    return [candidate("a", 1), candidate("b", 2), candidate("c", 3)]


def test_the_same_candidates_in_any_order_give_the_same_shifts_under_the_same_ids(candidates):
    expected = standing(TALKS, candidates, stances_of()).shifts
    assert [shift.kind for shift in expected] == ["strengthened", "weakened"]
    for seed in range(5):
        random.Random(seed).shuffle(candidates)
        again = standing(TALKS, candidates, stances_of()).shifts
        assert again == expected and [shift.id for shift in again] == [shift.id for shift in expected]


def test_positions_are_asked_of_members_alone(candidates):
    asked = []
    standing(
        TALKS, [*candidates, replace(candidates[0], statement="z", document_type="remarks")], lambda c: asked.append(c.statement) or stances_of()(c)
    )
    assert asked == ["a", "b", "c"]


def test_a_statement_found_late_takes_its_place_and_leaves_the_other_pairs_as_they_were(candidates):
    without = standing(TALKS, [candidates[0], candidates[2]], stances_of()).shifts
    shifts = standing(TALKS, candidates, stances_of(), without).shifts
    assert [(s.from_statement, s.to_statement, s.cause) for s in shifts] == [("a", "b", "source"), ("b", "c", "source")]


def test_an_edited_lexicon_is_the_cause_of_every_shift_it_tells_anew(candidates):
    known = standing(TALKS, candidates, stances_of()).shifts
    anew = standing(TALKS, candidates, stances_of("l2"), known).shifts
    assert {shift.cause for shift in anew} == {"lexicon"}
    assert not {shift.id for shift in anew} & {shift.id for shift in known}


def test_a_re_read_member_is_the_extractor_s_and_touches_only_its_own_pairs(candidates):
    known = standing(TALKS, candidates, stances_of()).shifts
    candidates[0] = replace(candidates[0], content_sha256="read anew", rereads=frozenset({"content a"}))
    assert [shift.cause for shift in standing(TALKS, candidates, stances_of(), known).shifts] == ["extractor", "source"]


def test_the_report_has_a_column_for_each_member_in_order(candidates):
    told = document(report_of(standing(TALKS, reversed(candidates), stances_of()), {"wheat": "Wheat"}))
    assert [s["statement"] for s in told["statements"]] == ["a", "b", "c"]
    assert told["statements"][0]["published_on"] == "2001-01-01"
