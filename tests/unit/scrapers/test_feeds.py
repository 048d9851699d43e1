"""Feeds and sitemaps, honest and hostile."""

from __future__ import annotations

import gzip
import resource
from datetime import date

import pytest

from schemas.errors import ListingError
from scrapers.feeds import feed_links, is_index, sitemap_links
from scrapers.links import Link

URL = "https://www.ministry.example/feed.xml"


def test_an_rss_feed_gives_links_titles_and_days():
    body = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>All</title><link>https://www.ministry.example/</link>
    <item><title>Joint <![CDATA[statement & more]]></title><link>/t1.html</link><pubDate>Sat, 04 Jul 2020 23:55:06 +0800</pubDate></item>
    <item><title>B</title><guid isPermaLink="true">https://www.ministry.example/t2.html</guid></item>
    <item><title>no link</title><guid isPermaLink="false">https://x.example/3</guid></item></channel></rss>"""
    assert list(feed_links(body, URL)) == [
        Link("https://www.ministry.example/t1.html", "Joint statement & more", date(2020, 7, 4)),
        Link("https://www.ministry.example/t2.html", "B"),
    ]


def test_an_atom_feed_gives_the_alternate_link_and_the_day_published():
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="enclosure" href="/a.pdf"/><link href="/t1"/><title>A</title>
    <published>2020-07-04T01:00:00+08:00</published><updated>2021-01-01T00:00:00Z</updated></entry></feed>"""
    assert list(feed_links(body, URL)) == [Link("https://www.ministry.example/t1", "A", date(2020, 7, 4))]


def test_an_rss_1_feed_is_read():
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <item rdf:about="x"><title>A</title><link>https://www.ministry.example/t1</link><dc:date>2020-07-04</dc:date></item></rdf:RDF>"""
    assert list(feed_links(body, URL)) == [Link("https://www.ministry.example/t1", "A", date(2020, 7, 4))]


def test_a_feed_with_a_bare_ampersand_is_still_read():
    assert [link.title for link in feed_links(b"<rss><item><title>A & B</title><link>/t1</link></item></rss>", URL)] == ["A B"]


def test_a_sitemap_gives_places_and_a_news_sitemap_their_days():
    body = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
    <url><loc> https://www.ministry.example/t1 </loc><lastmod>2024-01-01</lastmod></url>
    <url><loc>https://www.ministry.example/t2</loc><news:news><news:publication_date>2020-07-04</news:publication_date><news:title>B</news:title></news:news>
    </url></urlset>"""
    expected = [Link("https://www.ministry.example/t1"), Link("https://www.ministry.example/t2", "B", date(2020, 7, 4))]
    assert list(sitemap_links(body, URL)) == expected
    assert list(sitemap_links(gzip.compress(body, mtime=0), URL)) == expected
    assert not is_index(body)


def test_a_sitemap_index_is_told_from_a_sitemap():
    body = b"<?xml version='1.0'?><sitemapindex><sitemap><loc>https://www.ministry.example/s1.xml</loc></sitemap></sitemapindex>"
    assert is_index(body) and is_index(gzip.compress(body, mtime=0))
    assert [link.url for link in sitemap_links(body, URL)] == ["https://www.ministry.example/s1.xml"]


@pytest.mark.parametrize("read", [feed_links, sitemap_links])
@pytest.mark.parametrize("body", [b"", b"not xml", b'{"a": 1}', b"\x00\x01\x02"])
def test_what_is_not_xml_is_refused(read, body):
    with pytest.raises(ListingError):
        list(read(body, URL))


def _laughs(kind="<!ENTITY a0 'ha'>"):
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    return f"<?xml version='1.0'?><!DOCTYPE rss [{kind}{entities}]><rss><item><title t='&a11;'>&a11;</title><link>/t1</link></item></rss>".encode()


@pytest.mark.parametrize(
    "bomb",
    [
        _laughs(),
        _laughs().decode().replace("<?xml version='1.0'?>", "").encode("utf-16"),
        f"<!DOCTYPE r [<!ENTITY a '{'x' * 100_000}'>]><r><item><title>{'&a;' * 50_000}</title></item></r>".encode(),
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><item><link>/t1</link><title>&x;</title></item></r>',
        b'<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x">%x;]><r><item><link>/t1</link></item></r>',
    ],
    ids=["billion laughs", "in UTF-16", "quadratic", "a file", "a parameter entity"],
)
@pytest.mark.parametrize("read", [feed_links, sitemap_links])
def test_xml_that_declares_entities_is_refused(read, bomb):
    with pytest.raises(ListingError, match="entities"):
        list(read(bomb, URL))


def test_a_million_nested_elements_cost_neither_time_nor_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        found = list(feed_links(b"<rss>" + b"<item>" * 1_000_000, URL))
    except ListingError:
        found = []
    assert found == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_a_sitemap_that_unpacks_to_gigabytes_is_refused():
    member = gzip.compress(b"\0" * (8 << 20), mtime=0)
    with pytest.raises(ListingError, match="unpacks to more"):
        list(sitemap_links(member * 200, URL))


def test_a_long_sitemap_is_read_in_flat_memory():
    body = b"<urlset>" + b"".join(b"<url><loc>https://www.ministry.example/t%d</loc></url>" % n for n in range(30_000)) + b"</urlset>"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in sitemap_links(body, URL)) == 30_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30 * 1024
