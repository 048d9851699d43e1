"""The language of the word lists."""

from __future__ import annotations

import pytest

from statements.positions.phrases import PhraseError, Phrases
from statements.positions.tokens import tokenize


def matches(phrase: str, text: str) -> list[str]:
    tokens = tokenize(text)
    found = Phrases([(phrase, None)], {"hold": ["holds", "held", "holding"]}).longest(tokens, 0, len(tokens.words))
    return [text[tokens.starts[first] : tokens.ends[end - 1]] for first, end, _ in found]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("Taiwan*", "the Taiwanese side", ["Taiwanese"]),
        ("~oppose", "opposes, opposed and opposing, no opposition", ["opposes", "opposed", "opposing"]),
        ("~hold that", "they held that", ["held that"]),
        ("sell* … weapons", "sells many old and rusty weapons", ["sells many old and rusty weapons"]),
        ("sell … weapons", "sell one two three four five six seven weapons", []),
        ("sell …1 weapons", "sell two old weapons, sell old weapons", ["sell old weapons"]),
        ("cross-Strait", "cross-Strait, crossstrait, cross strait", ["cross-Strait", "crossstrait", "cross strait"]),
        ("START", "START II may start", ["START"]),
        ("US", "The U.S. told us, the US", ["U.S.", "US"]),
        ("[the] (arms|weapons) sale*", "the arms sales and weapons sale", ["the arms sales", "weapons sale"]),
        ("台湾", "反对台湾独立", ["台湾"]),
        ("территориальн* целостност*", "их территориальную целостность", ["территориальную целостность"]),
    ],
)
def test_a_phrase_finds_what_it_stands_for(phrase: str, text: str, found: list[str]) -> None:
    assert matches(phrase, text) == found


def test_a_phrase_does_not_cross_the_end_of_a_sentence() -> None:
    assert matches("sell … weapons", "They sell. Weapons rust.") == []


def test_the_longest_phrase_wins_and_of_equals_the_first_listed() -> None:
    tokens = tokenize("will not support")
    listed = Phrases([("will", "will"), ("will not (support|accept)", "first"), ("will not ~support", "second"), ("~support", "support")])
    assert list(listed.longest(tokens, 0, 3)) == [(0, 3, "first")]


@pytest.mark.parametrize("phrase", ["(a|b", "a)", "[a", "[a]", "… a", "a …", "", "-"])
def test_a_phrase_that_cannot_be_read_says_so(phrase: str) -> None:
    with pytest.raises(PhraseError):
        Phrases([(phrase, None)])
