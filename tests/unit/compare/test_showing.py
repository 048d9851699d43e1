"""A comparison shown: in a terminal, as a page, in a mail."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings

from schemas.records import Comparison
from statements.compare import compare, redline, terminal
from statements.compare.rows import rows
from tests.unit.compare.strategies import texts, wording

PASSAGES = [
    f"Passage {name} tells of the {name} and of nothing else. It is long enough to be known again." for name in ("weir", "lock", "quay", "mole")
]


def changed():
    before = wording(*PASSAGES, "Norway supports the toll.", "A last word on <barges> & tides.")
    after = wording(PASSAGES[3], *PASSAGES[:3], "Norway does not support the toll.", "A last word on <barges> & tides.", "An added line.")
    return before, after, compare(before, after)


def text_of(markup: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<style>.*?</style>", "", markup, flags=re.DOTALL)))


def test_the_page_shows_cuts_and_insertions_by_element_and_escapes_what_strangers_write():
    before, after, comparison = changed()
    page = redline.html(comparison, before, after, was="seen on Monday", now="seen on Tuesday")
    assert re.search(r"<del [^>]*>supports</del><ins [^>]*>does not support</ins>", page)
    assert "&lt;barges&gt; &amp; tides" in page
    assert "<barges>" not in page
    assert "seen on Monday → seen on Tuesday" in text_of(page)


def test_the_verdict_keeps_the_capitals_of_what_it_quotes():
    before, after = wording("The toll of Norway is low."), wording("The toll of Chile is low.")
    assert "“Norway” became “Chile”" in text_of(redline.fragment(compare(before, after)))


def test_moved_passages_are_linked_both_ways():
    page = redline.html(changed()[2], *changed()[:2])
    links, anchors = set(re.findall(r'href="#([^"]+)"', page)), set(re.findall(r'id="([^"]+)"', page))
    assert links <= anchors
    moved = next(at for at, entry in enumerate(changed()[2].entries) if entry.kind == "moved")
    assert {f"t{moved}", f"w{moved}"} <= links


def test_the_page_is_self_contained():
    page = redline.html(changed()[2], *changed()[:2])
    assert not re.search(r"<script|<link|<img|https?://|@import|url\(", page)


def test_a_mail_carries_its_styles_inline_and_no_head():
    markup = redline.fragment(changed()[2])
    assert not re.search(r"<style|<head|href=", markup)
    assert all("style=" in tag for tag in re.findall(r"<(?:p|ins|del|span|div)\b[^>]*>", markup))


def test_a_mail_tells_the_gravest_first_and_counts_the_rest():
    markup = text_of(redline.fragment(changed()[2], most=1))
    assert "does not support" in markup
    assert "and 2 lesser changes" in markup


@settings(max_examples=40)
@given(texts(), texts())
def test_the_red_lined_text_holds_both_texts(passages, others):
    mixed = [*others[:2], *passages[2:], passages[0] + " Nothing more was said.", *passages[1:2]]
    before, after = wording(*passages), wording(*mixed)
    laid = rows(compare(before, after).entries, before, after)
    shown = "".join(piece.text for row in laid for piece in row.pieces if piece.mark in {"=", "+", "moved"})
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", after.text)
    gone = "".join(piece.text for row in laid for piece in row.pieces)
    for passage in passages:
        assert all(word in gone for word in passage.split())


def test_what_no_markup_may_hold_is_replaced():
    before, after = wording("a\0b \ud800"), wording("a\x1bb \udfff")
    page = redline.html(compare(before, after), before, after)
    page.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", page)


def test_the_terminal_marks_edits_without_colour_and_paints_them_with():
    _, _, comparison = changed()
    plain = terminal.render(comparison)
    assert "[-supports-]{+does not support+}" in plain
    assert "\033[" not in plain
    assert "\033[" in terminal.render(comparison, colour=True)


def test_a_text_cannot_steer_the_terminal():
    comparison = compare(wording("calm"), wording("\033[2J\033]0;x\a wild"))
    assert "\033" not in terminal.render(comparison)


@pytest.mark.parametrize("shown", [terminal.render(Comparison()), redline.fragment(Comparison())])
def test_no_change_is_said(shown):
    assert "no change" in shown.lower()
