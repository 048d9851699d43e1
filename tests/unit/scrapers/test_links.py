"""The links of an index page, and what stands beside them."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.errors import ListingError
from scrapers.links import Link, absolute, html_links
from scrapers.source import Listing

URL = "https://www.ministry.example/eng/remarks/default.shtml"


def links(text, **declared):
    return html_links(text, URL, Listing(URL, **declared))


def test_relative_links_are_made_absolute():
    items = ('<a href="./t1.shtml" target="_blank"> Remarks\n on  trade </a>', '<a href="../x/t2.shtml">B</a>')
    page = f'<div class="list"><ul>{"".join(f"<li>{item}</li>" for item in items)}</ul></div>'
    assert links(page, select=".list li > a") == [
        Link("https://www.ministry.example/eng/remarks/t1.shtml", "Remarks on trade"),
        Link("https://www.ministry.example/eng/x/t2.shtml", "B"),
    ]


def test_a_base_href_counts():
    assert links('<base href="/zh/"><a href="t1.shtml">A</a>') == [Link("https://www.ministry.example/zh/t1.shtml", "A")]


def test_the_selector_may_name_what_a_link_stands_in_and_the_date_stands_beside_it():
    page = '<div class="box"><ul><li><a href="t1.shtml">发言</a>(2020-07-03)</li><li><a href="t2.shtml">谈话</a>(2020-7-1)</li></ul></div>'
    found = links(page, select=".box li", published=r"\((\d{4}-\d+-\d+)\)")
    assert [(link.title, link.published_on) for link in found] == [("发言", date(2020, 7, 3)), ("谈话", date(2020, 7, 1))]


def test_a_selected_link_takes_the_date_beside_it_and_never_its_neighbours():
    page = "<table><tr><td><a href=t1>A</a></td><td>2020.07.03</td></tr><tr><td><a href=t2>B</a></td></tr></table>"
    assert [link.published_on for link in links(page, select="td a", published=r"[\d.]{8,}")] == [date(2020, 7, 3), None]


def test_a_day_that_is_none_is_no_date():
    assert links("<li><a href=t1>A</a> 2020-13-41</li>", published=r"\d{4}-\d+-\d+")[0].published_on is None


def test_the_whole_title_may_stand_in_an_attribute():
    assert links('<a href="t1" title="All of it">All…</a>', title="title")[0].title == "All of it"


@pytest.mark.parametrize("href", ["", "#top", "javascript:void(0)", "mailto:a@b.example", "http://[::1", "ftp://a.example/x", "http:///x"])
def test_what_leads_to_no_page_is_no_link(href):
    assert absolute(URL, href) is None


def test_a_selector_that_is_no_css_is_told():
    with pytest.raises(ListingError, match="is not a CSS selector"):
        links("<a href=t1>A</a>", select="a[[")
