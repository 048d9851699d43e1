"""A comparison as a whole: classes, significance, moves, cuts, and what a judge adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Comparison, Wording
from statements.compare import Judgement, compare, document
from statements.compare.significance import BANDS
from tests.unit.compare.strategies import texts, wording

NOISE = [(" ", "\u00a0"), (" ", "  "), ("'", "’"), ("-", "–"), ("e", "e\u200b"), (".", ".\u200e"), ("a", "a\u00ad")]


def rebuilt(comparison: Comparison, before: Wording, after: Wording) -> None:
    for entry in comparison.entries:
        assert "".join(text for sign, text in entry.edits if sign != "+") == (entry.before or "")
        assert "".join(text for sign, text in entry.edits if sign != "-") == (entry.after or "")
        assert entry.was_span is None or before.text[slice(*entry.was_span)] == entry.before
        assert entry.now_span is None or after.text[slice(*entry.now_span)] == entry.after


def test_equal_wordings_have_no_change():
    assert compare(wording("The locks open at dawn."), wording("The locks open at dawn.")) == Comparison()


def test_one_word_of_substance_outranks_thirty_cosmetic_edits():
    quiet = [f'The "lamp" of pier {number} is lit at dusk.' for number in range(30)]
    before = wording(*quiet, "Norway supports the toll.")
    noisy = wording(*(text.replace('"', "“") for text in quiet), "Norway supports the toll.")
    grave = wording(*quiet, "Norway does not support the toll.")
    assert compare(before, noisy).significance < 0.1
    assert compare(before, grave).significance >= 0.5


@pytest.mark.parametrize(
    ("title", "klass"),
    [
        ("Joint  Communiqué of Arden and Belmar", "cosmetic"),
        ("Joint Communique of Arden and Belmar", "editorial"),
        ("Joint Note of Arden and Belmar", "substantive"),
    ],
)
def test_a_title_is_classed_like_text(title, klass):
    before = wording("The locks open at dawn.")
    (entry,) = compare(before, replace(before, title=title)).entries
    assert (entry.kind, entry.field, entry.klass) == ("field", "title", klass)


def test_a_changed_date_is_substantive():
    before = replace(wording("The locks open at dawn."), published_on=date(2031, 3, 4))
    comparison = compare(before, replace(before, published_on=date(2031, 3, 4), published_until=date(2031, 3, 6)))
    (entry,) = comparison.entries
    assert (entry.field, entry.before, entry.after, entry.klass) == ("published", "2031-03-04", "2031-03-04/2031-03-06", "substantive")
    rebuilt(comparison, before, before)


def test_entries_stand_in_the_order_of_the_later_text_and_cuts_after_their_predecessor():
    before = wording(
        "First passage on cod.", "Second passage on eel, to be cut.", "Third passage on herring quotas.", "Fourth passage on the tidal mill."
    )
    after = wording("First passage on cod.", "Third passage on herring catches.", "Fourth passage on the tidal mill.", "Fifth passage on a new weir.")
    assert [entry.kind for entry in compare(before, after).entries] == ["removed", "reworded", "added"]


def test_a_passage_pushed_down_by_an_insertion_has_not_moved():
    before = wording("The ferry sails at noon.", "The lamp is lit at dusk.")
    comparison = compare(before, wording("A tide table is posted daily.", "The ferry sails at noon.", "The lamp is lit at dusk."))
    assert not comparison.moved
    assert [entry.kind for entry in comparison.entries] == ["added"]


def test_moved_and_edited_is_one_entry_that_says_both():
    passages = [
        f"Passage {name} tells of the {name} and of nothing else at all, at some length." for name in ("weir", "lock", "quay", "mole", "pier")
    ]
    moved = passages[4].replace("nothing else", "little else")
    comparison = compare(wording(*passages), wording(moved, *passages[:4]))
    (entry,) = comparison.entries
    assert (entry.kind, entry.was, entry.now, entry.klass) == ("moved_reworded", (4,), (0,), "substantive")
    assert len(entry.reasons) == 2


@given(texts(), st.lists(st.sampled_from(NOISE), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_typographic_noise_is_silent(passages, noise, random):
    def noisy(text: str) -> str:
        for plain, odd in noise:
            text = "".join(odd if char == plain and random.random() < 0.4 else char for char in text)
        return text

    before, after = wording(*passages), wording(*map(noisy, passages))
    comparison = compare(before, after)
    assert comparison.klass in {"none", "cosmetic"}
    assert not comparison.moved
    rebuilt(comparison, before, after)


@given(texts(), texts(), st.data())
def test_any_edit_is_rebuilt_and_classed_within_its_band(passages, others, data):
    kept = data.draw(st.lists(st.sampled_from(passages + others), max_size=12))
    cut = [data.draw(st.sampled_from([text, text[: len(text) // 2], text.replace(" ", "  ", 2), text + " Not so."])) for text in kept]
    before, after = wording(*passages), wording(*cut)
    comparison = compare(before, after)
    rebuilt(comparison, before, after)
    for entry in comparison.entries:
        low, high = BANDS[entry.klass]
        assert low <= entry.significance <= high
    if comparison.klass == "none":
        assert before.text == after.text


@settings(max_examples=60)
@given(texts(least=4), st.data())
def test_any_cut_sentence_is_told_and_nothing_else(passages, data):
    at = data.draw(st.integers(0, len(passages) - 1))
    sentences = passages[at].split(". ")
    if len(sentences) < 2:
        return
    gone = data.draw(st.integers(0, len(sentences) - 2))
    if sentences.count(sentences[gone]) > 1:
        return
    after = [*passages[:at], ". ".join(sentences[:gone] + sentences[gone + 1 :]), *passages[at + 1 :]]
    comparison = compare(wording(*passages), wording(*after))
    assert [entry.kind for entry in comparison.entries] == ["removed"]
    assert comparison.entries[0].before == sentences[gone] + "."


@settings(max_examples=60)
@given(texts(least=5), st.data())
def test_any_sentence_that_travels_is_found(passages, data):
    at = data.draw(st.integers(0, len(passages) - 1))
    to = data.draw(st.sampled_from([i for i in range(len(passages)) if abs(i - at) > 1]))
    traveller = "The harbour pilots of both towns shall ring the bell at every turn of the tide."
    here, there = list(passages), list(passages)
    here[at] += " " + traveller
    there[to] += " " + traveller
    comparison = compare(wording(*here), wording(*there))
    (entry,) = comparison.entries
    assert (entry.kind, entry.unit, entry.was, entry.now) == ("moved", "sentence", (at,), (to,))


def test_a_judge_lifts_what_bears_on_a_position_above_every_other_change():
    def judge(before, after, entry):
        bears = "not" in entry.after
        return Judgement(bears, "weakened" if bears else None, ("tolls",), reasons=("tolls: level 3 became 2",))

    before = wording("Norway supports the toll on barges.", "The loan is of 40 million.")
    after = wording("Norway does not support the toll on barges.", "The loan is of 400 million.")
    comparison = compare(before, after, judge)
    assert (comparison.position_bearing, comparison.directions, comparison.issues) == (True, ("weakened",), ("tolls",))
    assert comparison.significance >= 0.8
    assert [entry.position_bearing for entry in comparison.entries] == [True, False]


def test_a_judge_is_not_asked_about_spelling():
    def judge(before, after, entry):
        raise AssertionError(entry)

    assert compare(wording("The two sides recieve the envoy."), wording("The two sides receive the envoy."), judge).klass == "editorial"


def test_two_long_texts_with_nothing_in_common_are_compared_coarsely():
    before, after = (wording(*(" ".join(f"{letter}{n}x{k}" for k in range(60)) + "." for n in range(700))) for letter in "pq")
    comparison = compare(before, after)
    assert comparison.coarse
    assert [entry.kind for entry in comparison.entries] == ["removed", "added"]
    rebuilt(comparison, before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], ["The locks open at dawn."]),
        (["The locks open at dawn."], []),
        (["\ud800 a stray surrogate"], ["another \udfff one"]),
        (["a\0b"], ["a b"]),
        ([""], [" "]),
        (["x" * 60_000], ["x" * 59_999 + "y"]),
        ([" ".join(["word"] * 4000)], [" ".join(["word"] * 3999)]),
        (["نرحب بالاتفاق ونؤيد الحوار."], ["نرحب بالاتفاق ولا نؤيد الحوار."]),
        (["one"] * 3000, ["one"] * 1000 + ["two"] + ["one"] * 1990),
    ],
    ids=[
        "nothing before",
        "nothing after",
        "lone surrogates",
        "NUL",
        "blank",
        "no space",
        "one word over and over",
        "right to left",
        "one-word lines",
    ],
)
def test_bad_input_ends_and_is_rebuilt(before, after):
    was, now = wording(*before), wording(*after)
    comparison = compare(was, now)
    rebuilt(comparison, was, now)
    assert comparison.klass != "none"


def test_the_document_has_the_keys_of_the_contract():
    told = document(compare(wording("The toll is 5 marks."), wording("The toll is 6 marks.")), cause="source")
    assert list(told) == ["class", "cause", "moved", "position_bearing", "directions", "issues", "significance", "changes", "coarse"]
    (change,) = told["changes"]
    assert change["edits"] == [["=", "The toll is "], ["-", "5"], ["+", "6"], ["=", " marks."]]
    assert {"kind", "field", "unit", "was", "now", "was_span", "now_span", "before", "after", "touches", "class", "reasons", "direction"} <= set(
        change
    )
