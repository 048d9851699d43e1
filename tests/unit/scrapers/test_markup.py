"""Pages made to cost their reader time."""

from __future__ import annotations

import pytest

from schemas.errors import UndecodablePage
from scrapers import reading
from scrapers.links import html_links
from scrapers.markup import DEEPEST, nests_too_deep, parse
from scrapers.source import Listing

URL = "https://www.ministry.example/eng/"


@pytest.mark.parametrize("opening", ["<div>", "<b>", "<table><tr><td>", "<a href=/t1><i>", "<DIV class=x\n>"])
@pytest.mark.parametrize("closing", ["", "</div>" * 1_000_000])
def test_a_million_nested_elements_are_refused(opening, closing):
    page = f"<html><body>{opening * 1_000_000}text{closing}"
    with pytest.raises(UndecodablePage, match="nests more than"):
        parse(page)
    with pytest.raises(UndecodablePage):
        html_links(page, URL, Listing(URL))
    with pytest.raises(UndecodablePage):
        reading.read(page.encode(), source=None, url=URL)


@pytest.mark.parametrize("page", ["<div>x</div>" * 50_000, "<p>x" * 50_000, "<ul>" + "<li>x" * 50_000, "x<br>" * 50_000, "<div>" * (DEEPEST - 9)])
def test_a_long_page_is_not_a_deep_one(page):
    assert not nests_too_deep(page)


def test_a_listing_of_very_many_links_is_read_in_a_time_that_grows_with_it():
    page = "<ul>" + "".join(f"<li><a href=/t{n}>x</a> (2020-01-01)</li>" for n in range(30_000)) + "</ul>"
    assert sum(link.published_on is not None for link in html_links(page, URL, Listing(URL, published=r"\d{4}-\d\d-\d\d"))) == 30_000
