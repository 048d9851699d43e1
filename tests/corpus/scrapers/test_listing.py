"""The real listings of 2020, Chinese and English."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from scrapers.encoding import decode
from scrapers.fetch import PoliteSession
from scrapers.links import html_links
from scrapers.listing import discover
from scrapers.source import Listing, source_named
from tests.local_site import page, serving

pytestmark = pytest.mark.corpus
ENGLISH = "https://www.fmprc.gov.cn/mfa_eng/xwfw_665399/s2510_665401/2511_665403/"
CHINESE = "https://www.fmprc.gov.cn/web/wjdt_674879/fyrbt_674889/"


@pytest.fixture(scope="module")
def listings(corpus):
    folder = corpus / "pages/cn_mfa_2020"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf-8").splitlines()]
    return {row["url"]: (folder / row["file"]).read_bytes() for row in rows if "/default" in row["url"]}


def test_every_english_listing_page_gives_its_forty_statements(listings):
    for url in (url for url in listings if url.startswith(ENGLISH)):
        found = html_links(decode(listings[url]).text, url, Listing(url, select=".newsLst_mod li > a"))
        assert len(found) == (40 if "_12" not in url else len(found)) and found
        assert all(link.url.startswith(ENGLISH + "t") and link.title for link in found)


def test_every_chinese_listing_page_gives_statements_with_their_dates(listings):
    for url in (url for url in listings if url.startswith(CHINESE)):
        found = html_links(decode(listings[url]).text, url, Listing(url, select=".rebox_news li", published=r"\((\d{4}-\d{2}-\d{2})\)"))
        assert 10 <= len(found) <= 15
        assert all(link.title and link.published_on and date(2016, 1, 1) < link.published_on < date(2020, 7, 5) for link in found)


def test_the_declared_sources_discover_from_the_replayed_site(listings):
    with serving() as site, PoliteSession("desk@example.org", allow_private=True, routes={"https://www.fmprc.gov.cn": site.url}) as session:
        for url, body in listings.items():
            path = url.removeprefix("https://www.fmprc.gov.cn")
            site.on(path, page(body))
            site.on(path.replace("default.shtml", ""), page(body))
        source = source_named("cn_mfa_en")
        here = tuple(listing for listing in source.listings if listing.url == ENGLISH)
        found = discover(replace(source, listings=here, delay_seconds=0), session)
    assert len(found.listed) >= 120  # the corpus holds the first three pages at least
