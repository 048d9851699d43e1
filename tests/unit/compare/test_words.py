"""Folding, tokens, sentences, spelling and the word lists."""

from __future__ import annotations

import doctest
import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import declarations
from statements.compare import lexicon, sentences
from statements.compare.folding import fold, typography
from statements.compare.lexicon import words_of
from statements.compare.spelling import same_word
from statements.compare.tokens import Alphabet, tokens

LISTS = sorted(lexicon.FOLDER.glob("*.yml"))


@pytest.mark.parametrize("module", ["alignment", "folding", "returns", "spelling", "text", "tokens"])
def test_the_examples_of_a_docstring_hold(module):
    assert doctest.testmod(importlib.import_module(f"statements.compare.{module}")).failed == 0


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_word_list_keeps_its_schema_and_every_cue_is_found_where_it_stands(path):
    declared = declarations.read(path, "words")
    words = words_of(path.stem)
    for touch, cues in declared["cues"].items():
        for cue in cues:
            said = fold(cue.replace("*", ""))
            assert any(found.touch == touch or (found.start, found.end) != (0, len(said)) for found in words.cues(said)), (touch, cue)


@given(st.text(st.characters(), max_size=80))
def test_tokens_join_to_the_text(text):
    assert "".join(tokens(text)) == text


@given(st.lists(st.text(st.characters(), max_size=4), max_size=20))
def test_an_alphabet_gives_back_what_it_took(pieces):
    alphabet = Alphabet()
    assert alphabet.decode(alphabet.encode(pieces)) == "".join(pieces)


@given(st.text(st.characters(), max_size=80))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(("before", "after"), [("x²", "x2"), ("½", "12"), ("5", "6"), ("a b", "ab"), ("no.", "no")])
def test_folding_keeps_apart_what_reads_apart(before, after):
    assert fold(before) != fold(after)


def test_typography_is_named():
    assert typography("a “b”—c", "a\u00a0'b'-c") == {"whitespace", "quotes", "dash"}


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("Mr. Holm spoke. He left the U.S. fleet at 5 p.m. on Monday.", "en", ["Mr. Holm spoke.", "He left the U.S. fleet at 5 p.m. on Monday."]),
        ("“Is it so?” She nodded… and left.", "en", ["“Is it so?”", "She nodded… and left."]),
        ("1. The first item. 2. The second.", "en", ["1. The first item.", "2. The second."]),
        ("双方同意。“好。”会议结束！", "zh", ["双方同意。", "“好。”", "会议结束！"]),
        ("Заём составит 4 млн. рублей. Срок — 5 лет.", "ru", ["Заём составит 4 млн. рублей.", "Срок — 5 лет."]),
    ],
)
def test_sentences_end_where_they_end(text, language, said):
    assert [text[start:end] for start, end in sentences.spans(text, language)] == said


@pytest.mark.parametrize(
    "pair",
    [
        "recieve receive",
        "goverment government",
        "defence defense",
        "neighbours neighbors",
        "weapon weapons",
        "states' state's",
        "Gryzlov Grizlov",
        "conductive conducive",
    ],
)
def test_one_word_spelled_otherwise(pair):
    assert same_word(*pair.split(), words_of("en"))


@pytest.mark.parametrize(
    "pair",
    [
        "supports opposes", "adopt adapt", "lawful unlawful", "militarization demilitarization", "Iran Iraq", "Niger Nigeria", "Austria Australia",
        "Gambia Zambia", "Slovakia Slovenia", "1244 1245", "will well", "resolution revolution", "now not", "import export", "accession secession",
    ],
)  # fmt: skip
def test_two_words_are_two(pair):
    assert not same_word(*pair.split(), words_of("en"))
