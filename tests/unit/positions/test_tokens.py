"""Words and sentences, with their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.positions.tokens import LONGEST_SENTENCE, fold, tokenize


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in tokenize(text).sentences]


@pytest.mark.parametrize(
    ("one", "other"),
    [("co-operation", "cooperation"), ("neighbourly", "neighborly"), ("multi-polarisation", "multipolarization"), ("Defence", "defense")],
)
def test_spellings_of_one_word_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_hyphen_that_a_line_break_left_behind_joins_its_word() -> None:
    assert tokenize("the non- proliferation regime").words == ["the", "nonproliferation", "regime"]


def test_a_possessive_is_marked_and_not_part_of_the_word() -> None:
    tokens = tokenize("China’s position and Russia's")
    assert tokens.words == ["china", "position", "and", "russia"]
    assert tokens.owns == [True, False, False, True]


@pytest.mark.parametrize(
    "text",
    [
        "President Joseph R. Biden met Mr. Lavrov on Jan. 5 in St. Petersburg.",
        "The U.S. Government and the U.S. Senate agree.",
        "Resolution No. 1244 was adopted.",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(text: str) -> None:
    assert sentences(text) == [text]


def test_quotes_after_the_stop_belong_to_the_sentence() -> None:
    assert sentences("They oppose \"two Chinas.'' Russia agrees.") == ["They oppose \"two Chinas.''", "Russia agrees."]


def test_a_line_break_ends_a_sentence() -> None:
    assert sentences("A heading\nThe text.") == ["A heading", "The text."]


def test_a_sentence_without_end_is_read_in_pieces() -> None:
    assert max(s.last - s.first for s in tokenize("word " * 5000).sentences) == LONGEST_SENTENCE


@given(st.text(alphabet=st.sampled_from("aB .!?'\"\n-—;:,()中俄é’U1"), max_size=200))
def test_sentences_hold_every_word_once_and_in_order(text: str) -> None:
    tokens = tokenize(text)
    covered = [word for sentence in tokens.sentences for word in range(sentence.first, sentence.last)]
    assert covered == list(range(len(tokens.words)))
    for sentence in tokens.sentences:
        assert sentence.start <= tokens.starts[sentence.first]
        assert tokens.ends[sentence.last - 1] <= sentence.end <= len(text)
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        assert text[start:end].strip()
