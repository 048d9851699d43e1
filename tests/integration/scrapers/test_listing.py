"""Discovery over listings that a real server on this machine serves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from schemas.errors import EmptyListing, ListingError
from scrapers.fetch import Validator, validator_of
from scrapers.listing import Listed, ListingState, discover
from scrapers.source import Listing, Paging, Source
from tests.local_site import page

COUNT = r"countPage\s*=\s*(\d+)"


def index_text(*names, pages=1):
    items = "".join(f'<li><a href="./{name}">Remarks {name}</a>(2020-07-0{n + 1})</li>' for n, name in enumerate(names))
    return f'<div class="newsList"><ul>{items}</ul></div><script>var currentPage = 0;//0\nvar countPage = {pages}//pages</script>'


def index(*names, pages=1):
    return page(index_text(*names, pages=pages))


@pytest.fixture
def source(site):
    listing = Listing(
        f"{site.url}/eng/default.shtml",
        select=".newsList li",
        match=r"/t\d+\.shtml",
        published=r"\((\d{4}-\d\d-\d\d)\)",
        paging=Paging("default_{page}.shtml", count=COUNT),
    )
    host = site.url.removeprefix("http://")
    return Source("xx_mfa", "A ministry", "ZZ", "en", (host,), date(2020, 1, 1), (), delay_seconds=0, paths=("/eng/",), listings=(listing,))


def test_a_listing_gives_addresses_titles_and_dates_over_all_its_pages(site, session, source):
    site.on("/eng/default.shtml", index("t5.shtml", "t4.shtml", pages=3))
    site.on("/eng/default_1.shtml", index("t4.shtml", "t3.shtml", pages=3))
    site.on("/eng/default_2.shtml", index("t2.shtml", "t1.shtml", pages=3))
    found = discover(source, session)
    assert [listed.url.rpartition("/")[2] for listed in found.listed] == [f"t{n}.shtml" for n in (5, 4, 3, 2, 1)]
    assert found.listed[0] == Listed(f"{site.url}/eng/t5.shtml", f"{site.url}/eng/t5.shtml", "Remarks t5.shtml", date(2020, 7, 1))
    assert len(found.fetched) == 3 and found.errors == ()


def test_pages_are_read_only_as_far_as_there_is_something_new(site, session, source):
    site.on("/eng/default.shtml", index("t9.shtml", "t5.shtml", pages=13))
    site.on("/eng/default_1.shtml", index("t4.shtml", pages=13))
    seen = {source.listings[0].url: ListingState(is_complete=True)}
    found = discover(source, session, states=seen, is_known=lambda address: not address.endswith("t9.shtml"))
    assert len(found.listed) == 3
    assert site.asked("/eng/default_1.shtml") == 1 and site.asked("/eng/default_2.shtml") == 0


def test_an_unchanged_listing_costs_one_conditional_request(site, session, source):
    listing = index("t1.shtml")
    site.on("/eng/default.shtml", lambda handler: page(b"", 304)(handler) if handler.headers["If-None-Match"] == '"a"' else listing(handler))
    url = source.listings[0].url
    states = {url: ListingState(Validator('"a"', None, "ab" * 32), is_complete=True)}
    found = discover(source, session, states=states)
    assert found.states == states
    assert found.unchanged == (url,) and found.listed == ()
    assert found.fetched[0].capture.body_sha256 == "ab" * 32
    assert site.asked("/eng/default.shtml") == 1


def test_a_capture_gives_the_validator_of_the_next_request(site, session):
    capture = session.get(site.on("/a", page(b"x", ETag='"a"', Last_Modified="Sat, 04 Jul 2020 03:55:06 GMT"))).capture
    assert validator_of(capture) == Validator('"a"', "Sat, 04 Jul 2020 03:55:06 GMT", capture.body_sha256)
    assert validator_of(session.get(site.on("/b", page(b"x"))).capture) is None
    assert validator_of(session.get(site.on("/c", page(b"x", 404, ETag='"a"'))).capture) is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<div class='newsList'></div>", "nothing at '.newsList li'"),
        (b"<html><h1>Our site moved</h1><a href='/eng/t1.shtml'>A</a></html>", "nothing at '.newsList li'"),
        (b"<div class='newsList'><ul><li><a href='https://elsewhere.example/eng/t1.shtml'>A</a></li></ul></div>", "none of its 1 links"),
        (b"<div class='newsList'><ul><li><a href='about.shtml'>A</a></li></ul></div>", "none of its 1 links"),
    ],
)
def test_a_listing_without_statements_is_an_error_not_an_empty_day(site, session, source, body, why):
    site.on("/eng/default.shtml", page(body))
    with pytest.raises(EmptyListing, match="names no statement") as raised:
        discover(source, session)
    assert why in str(raised.value) and source.listings[0].url in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "why"), [(page(b"", 200), "empty"), (page(b"no", 404), "answered 404"), (page(b"\x00\x01\x02\xff" * 99), "cannot be read")]
)
def test_a_listing_that_cannot_be_read_is_an_error(site, session, source, answer, why):
    site.on("/eng/default.shtml", answer)
    with pytest.raises(ListingError, match=why):
        discover(source, session)


def test_one_listing_that_fails_does_not_cost_the_others(site, session, source):
    site.on("/eng/default.shtml", index("t1.shtml"))
    gone = replace(source.listings[0], url=f"{site.url}/eng/gone.shtml")
    found = discover(replace(source, listings=(gone, *source.listings)), session)
    assert len(found.listed) == 1
    assert ["gone.shtml" in str(error) for error in found.errors] == [True]


def test_a_page_missing_in_the_middle_is_told_and_what_came_before_it_stands(site, session, source):
    site.on("/eng/default.shtml", index("t2.shtml", pages=30))
    found = discover(source, session)
    assert len(found.listed) == 1 and "default_1.shtml" in str(found.errors[0])
    assert site.asked("/eng/default_2.shtml") == 0


def test_a_first_pass_that_lost_a_page_is_made_again_from_the_start(site, session, source):
    site.on("/eng/default.shtml", page(index_text("t3.shtml", pages=3), ETag='"a"'))
    site.on("/eng/default_1.shtml", page(b"down", 503))
    site.on("/eng/default_2.shtml", index("t1.shtml", pages=3))
    first = discover(source, session)
    assert len(first.listed) == 2 and "answered 503" in str(first.errors[0])
    site.on("/eng/default_1.shtml", index("t2.shtml", pages=3))
    second = discover(source, session, states=first.states, is_known=lambda address: not address.endswith("t2.shtml"))
    assert len(second.listed) == 3 and not second.errors
    assert second.states[source.listings[0].url].is_complete
    assert second.states[source.listings[0].url].validator.etag == '"a"'


def test_a_listing_that_lost_its_statements_is_told_again_though_it_stays_unchanged(site, session, source):
    good = replace(source.listings[0], url=f"{site.url}/eng/good.shtml", paging=None)
    site.on("/eng/good.shtml", index("t1.shtml"))
    site.on("/eng/default.shtml", lambda handler: page(b"" if handler.headers["If-None-Match"] else b"<p>moved</p>", ETag='"e"')(handler))
    both = replace(source, listings=(good, source.listings[0]))
    first = discover(both, session)
    second = discover(both, session, states=first.states)
    assert [len(found.errors) for found in (first, second)] == [1, 1]
    assert "If-None-Match" not in site.requests[-1].headers


def test_without_a_count_the_pages_end_where_one_is_missing(site, session, source):
    listing = replace(source.listings[0], url=f"{site.url}/eng/index.htm", paging=Paging("index_{page}.htm"))
    site.on("/eng/index.htm", index("t3.shtml"))
    site.on("/eng/index_1.htm", index("t2.shtml"))
    found = discover(replace(source, listings=(listing,)), session)
    assert len(found.listed) == 2 and found.errors == ()


def test_no_more_pages_are_read_than_declared(site, session, source):
    listing = replace(source.listings[0], paging=Paging("default_{page}.shtml", count=COUNT, most=2))
    site.on("/eng/default.shtml", index("t3.shtml", pages=1_000_000))
    site.on("/eng/default_1.shtml", index("t2.shtml"))
    assert len(discover(replace(source, listings=(listing,)), session).fetched) == 2


def test_a_feed_and_a_sitemap_index_are_listings_too(site, session, source):
    feed = Listing(site.on("/feed.xml", page(b"<rss><item><title>A</title><link>/eng/t1.shtml</link></item></rss>")), kind="feed")
    host = site.url
    index_of = (
        f"<sitemapindex><sitemap><loc>{host}/s1.xml</loc></sitemap><sitemap><loc>https://elsewhere.example/s.xml</loc></sitemap></sitemapindex>"
    )
    sitemap = Listing(site.on("/sitemap.xml", page(index_of)), kind="sitemap", match=r"/t\d+\.shtml")
    site.on("/s1.xml", page(f"<urlset><url><loc>{host}/eng/t2.shtml</loc></url><url><loc>{host}/eng/about.shtml</loc></url></urlset>"))
    found = discover(replace(source, listings=(feed, sitemap)), session)
    assert [(listed.url, listed.title) for listed in found.listed] == [(f"{host}/eng/t1.shtml", "A"), (f"{host}/eng/t2.shtml", "")]


def test_an_xml_bomb_in_a_feed_is_a_listing_error(site, session, source):
    bomb = b"<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><rss><item><title>&b;</title><link>/eng/t1.shtml</link></item></rss>"
    with pytest.raises(ListingError, match="entities"):
        discover(replace(source, listings=(Listing(site.on("/feed.xml", page(bomb)), kind="feed"),)), session)
