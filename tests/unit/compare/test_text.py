"""Edits inside an aligned pair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.compare.text import edits

ANYTHING = st.text(st.characters(), max_size=60)
WORDY = st.lists(
    st.sampled_from(["the", "two", "sides", "oppose", "support", "not", "co-operation", "中方", "，", " ", "\n", "“", "1,000"]), max_size=25
).map(" ".join)


def rebuilt(steps: object) -> tuple[str, str]:
    return "".join(t for s, t in steps if s != "+"), "".join(t for s, t in steps if s != "-")


@given(ANYTHING | WORDY, ANYTHING | WORDY)
def test_edits_rebuild_both_texts(before, after):
    steps, _ = edits(before, after)
    assert rebuilt(steps) == (before, after)


@given(ANYTHING | WORDY, ANYTHING | WORDY)
def test_no_edit_is_empty_and_a_cut_stands_before_what_replaces_it(before, after):
    steps, _ = edits(before, after)
    assert all(text for _, text in steps)
    assert all(
        pair not in {("+", "-"), ("=", "="), ("-", "-"), ("+", "+")} for pair in zip([s for s, _ in steps], [s for s, _ in steps[1:]], strict=False)
    )


@given(WORDY)
def test_a_text_against_itself_has_no_edit(text):
    assert all(sign == "=" for sign, _ in edits(text, text)[0])


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("Arden opposes the plan.", "Arden does not support the plan.", [("-", "opposes"), ("+", "does not support")]),
        ("It will not sell arms.", "It will sell arms.", [("-", "not ")]),
        ("They voiced grave worry over it.", "They took note of it.", [("-", "voiced grave worry over"), ("+", "took note of")]),
        ("loans worth $700 million", "loans worth $70 million", [("-", "700"), ("+", "70")]),
    ],
)
def test_whole_words_change(before, after, changed):
    assert [step for step in edits(before, after)[0] if step[0] != "="] == changed


def test_one_chinese_character_of_six_thousand_is_one():
    before = "双方认为河流治理应当共同推进" * 430
    after = before[:3000] + "须" + before[3001:]
    assert [step for step in edits(before, after)[0] if step[0] != "="] == [("-", before[3000]), ("+", "须")]


def test_a_heavily_edited_text_is_still_told_by_words():
    before = " ".join(f"w{i}" for i in range(900))
    after = " ".join(f"w{i}" if i % 3 else f"v{i}" for i in range(900))
    steps, coarse = edits(before, after)
    assert not coarse
    assert rebuilt(steps) == (before, after)
    assert ("=", " w1 w2 ") in steps


def test_two_long_texts_with_nothing_in_common_are_told_coarsely():
    before, after = ("".join(f"{letter}{i} " for i in range(12_000)) for letter in "ab")
    steps, coarse = edits(before, after)
    assert coarse
    assert rebuilt(steps) == (before, after)
