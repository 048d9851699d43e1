"""Positions of a wording: what always holds, and what no issue took."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Passage, Stances, Wording
from statements.positions import lexicon, reading

WORDS = [
    *(
        "Taiwan",
        "Russia",
        "China",
        "the two sides",
        "Kosovo",
        "arms sales",
        "independence",
        "role of the United Nations",
        "this treaty",
        "it",
        "they",
    ),
    *("firmly", "oppose", "opposes", "support", "will", "not", "should", "must", "express deep concern over", "condemn", "ready to", "that", "and"),
    *(",", ".", ";", ":", '"', "(", ")", "?", "\u00a0", "—", "台湾", "’s"),
]


def stances(text: str, *parties: str) -> Stances:
    passages = tuple(Passage(line) for line in text.split("\n"))
    return reading.positions_of(Wording("", passages, parties=parties or ("China", "Russia")), lexicon.load())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join), st.booleans())
def test_every_quote_and_cue_stands_where_it_says(text: str, broken: bool) -> None:
    wording = Wording("", tuple(Passage(line) for line in (text.split(" ; ") if broken else [text])), parties=("China", "Russia"))
    found = reading.positions_of(wording, lexicon.load())
    for one in (*found.positions, *found.unassigned):
        assert wording.text[one.start : one.end] == one.quote
    for position in found.positions:
        assert 1 <= position.level <= 5
        assert position.cues
        assert all(wording.text[cue.start : cue.end] == cue.text for cue in position.cues)
    assert found == reading.positions_of(wording, lexicon.load())


def test_a_facet_comes_with_its_parent_which_takes_the_highest_level_of_the_sentence() -> None:
    found = stances("Russia opposes Taiwan's entry into the United Nations, and will not sell weapons to Taiwan.").positions
    assert [(p.issue, p.level) for p in found] == [
        ("taiwan", 4),
        ("taiwan.international_organizations", 3),
        ("taiwan.arms_sales", 4),
    ]
    assert found[0].quote == "Russia opposes Taiwan's entry into the United Nations, and will not sell weapons to Taiwan."
    assert found[2].quote == "will not sell weapons to Taiwan."


def test_who_supports_the_fight_against_a_bad_thing_opposes_the_thing() -> None:
    (fight,) = stances("The two sides support the fight against terrorism.").positions
    (accession,) = stances("The two sides support the fight for accession to the WTO.").positions
    assert (fight.polarity, accession.polarity) == ("oppose", "support")


def test_a_sentence_that_no_issue_takes_waits_with_suggestions() -> None:
    found = stances("The two sides call for an end to the emission of soot.\nThe meeting took place in Harbin.")
    assert found.positions == ()
    assert [one.quote for one in found.unassigned] == ["The two sides call for an end to the emission of soot."]
    assert "climate" in found.unassigned[0].suggestions


def test_suggestions_are_none_where_nothing_is_alike() -> None:
    assert stances("We welcome zebras.").unassigned[0].suggestions == ()


def test_a_language_without_vocabulary_gives_no_positions() -> None:
    assert reading.positions_of(Wording("", (Passage("俄方支持台湾统一"),), language="zh"), lexicon.load()).positions == ()


def test_the_lexicon_is_recorded() -> None:
    assert stances("We support peace in Kosovo.").lexicon == lexicon.load().sha256


@pytest.mark.parametrize(
    "text",
    ["Taiwan opposes " * 8000, "and support " * 8000, "no one should " * 8000, "a" * 1_000_000, ". " * 100_000, "China, " * 20_000, "(" * 1_000_000],
    ids=["cues", "coordinators", "gaps", "letters", "stops", "names", "brackets"],
)
@pytest.mark.timeout(30)
def test_hostile_text_is_read_in_a_moment(text: str) -> None:
    assert all(text[one.start : one.end] == one.quote for one in stances(text).positions)
