"""Lines to passages."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Passage
from scrapers.text import Block, blocks_of, fold, passages, suspected_truncations, wrap_width

SENTENCE = "the two sides agreed that lamps along the whole of the strait shall burn from dusk to dawn and be kept by keepers of both shores"
WORDS = st.lists(st.sampled_from(SENTENCE.split()), min_size=30, max_size=60).map(lambda words: " ".join(words).capitalize() + ".")


def read(text: str) -> list[str]:
    return [passage.text for passage in passages(blocks_of(text.splitlines()), extracted=True)[0]]


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=3, max_size=6), st.integers(45, 100))
def test_wrapping_at_any_width_is_undone(paragraphs: list[str], width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(paragraph, width, break_on_hyphens=False) for paragraph in paragraphs)
    assert read(wrapped) == paragraphs


def test_a_line_ends_its_paragraph_where_the_next_word_had_room() -> None:
    text = (
        textwrap.fill(SENTENCE.capitalize() + ".", 60)
        + "\n"
        + textwrap.fill("Keepers of both shores will meet once in every year to compare their logs.", 60)
    )
    assert read(text) == [SENTENCE.capitalize() + ".", "Keepers of both shores will meet once in every year to compare their logs."]


def test_lines_that_are_paragraphs_stay_apart() -> None:
    lines = [f"Paragraph {number} says a thing of its own, and says it to the end of its line without any wrap at all." for number in range(5)]
    assert wrap_width([lines]) is None
    assert read("\n".join(lines)) == lines


def test_chinese_lines_join_without_a_space() -> None:
    sentence = "双方同意共同看护海峡沿岸的灯塔并对镕铸厂的工人表示感谢还将救助一切遇险船只" * 3 + "。"
    lines = [sentence[start : start + 20] for start in range(0, len(sentence), 20)]
    assert read("\n".join(lines)) == [sentence]


@pytest.mark.parametrize(
    ("said", "elsewhere", "joined"),
    [
        ("non-\nproliferation", "", "non-proliferation"),
        ("co-\noperation", "The cooperation goes on.", "cooperation"),
        ("co-\noperation", "Co-operation goes on.", "co-operation"),
    ],
)
def test_a_hyphen_at_the_wrap_is_the_words_own_unless_the_text_writes_it_without(said: str, elsewhere: str, joined: str) -> None:
    text = (
        f"The two sides spoke at length about matters of {said} in all its forms, and they\nfound that they could agree on most of them.\n{elsewhere}"
    )
    assert f"matters of {joined} in all" in read(text)[0]


@pytest.mark.parametrize(
    ("glued", "parts"),
    [
        ("a just order.Highlights are as follows:", ["a just order.", "Highlights are as follows:"]),
        (
            "both bilaterally and multi-laterally.*Russia reiterated its stance.",
            ["both bilaterally and multi-laterally.", "Russia reiterated its stance."],
        ),
        ("signed in 2001.The two sides note it.", ["signed in 2001.", "The two sides note it."]),
    ],
)
def test_glued_blocks_are_two(glued: str, parts: list[str]) -> None:
    assert read(glued) == parts


@pytest.mark.parametrize("text", ["Mr.Hong arrived in the U.S.Senate today.", "See www.example.Com for more.", "peace,prosperity and 3.5 per cent"])
def test_what_only_looks_glued_is_left_alone(text: str) -> None:
    assert read(text) == [text]


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("* Lamps shall burn;", "list_item", "Lamps shall burn;"),
        ("- Memorandum of Understanding on Coal", "list_item", "Memorandum of Understanding on Coal"),
        ("•Lamps", "list_item", "Lamps"),
        ("(a) lamps shall burn;", "list_item", "(a) lamps shall burn;"),
        ("1. Establishment of Diplomatic Relations", "heading", "1. Establishment of Diplomatic Relations"),
        ("I. Bilateral Relations in Retrospect", "heading", "I. Bilateral Relations in Retrospect"),
        ("一、关于灯塔", "heading", "一、关于灯塔"),
        ("1. The two sides agreed to meet.", "paragraph", "1. The two sides agreed to meet."),
        ("Lamps burn.", "paragraph", "Lamps burn."),
        ("问：灯塔何时开放？", "paragraph", "问：灯塔何时开放？"),
    ],
)
def test_kinds_are_told_by_mark_number_and_setting(line: str, kind: str, text: str) -> None:
    (passage,) = passages([Block((line,))])[0]
    assert (passage.kind, passage.text) == (kind, text)


def test_a_row_of_stars_is_no_passage() -> None:
    assert passages([Block(("* * *",)), Block(("*****",))])[0] == ()


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert "\u00a0" not in fold(text)
    assert "\n" not in fold(text)


def cut(*texts: str, wrapped: bool = False) -> tuple[int, ...]:
    return suspected_truncations([Passage(text) for text in texts], wrapped)


def test_a_lost_end_is_suspected_where_no_sentence_could_end() -> None:
    assert cut("The talks went well, according to the", "They parted as friends.") == (0,)
    assert cut("The talks went well and were cordial, as both of them said", "They parted.") == ()
    assert cut("The talks went well and were cordial, as both of them said", "They parted.", wrapped=True) == (0,)
    assert cut("They met.", "They will meet again next year and will then discuss fish") == (1,)
    assert cut("Distinguished guests,", "Thank you.") == ()
    assert cut("Memorandum of Understanding on Coal Cooperation Between the Ministries", wrapped=True) == ()
    assert cut('They spoke of "two lamps."', "They parted (as friends).") == ()
