"""The dialects of CDX servers, and what to ask them for a source."""

from __future__ import annotations

from datetime import date

import pytest

from scrapers.mementos import Unread
from scrapers.mementos.index import CdxRow, parsed, places
from scrapers.mementos.queries import Query, literal_beginning, queries_of
from scrapers.source import Source

ROW = CdxRow("example,ministry)/t1", "20140126200624", "http://www.ministry.example/t1", "text/html", 200, "ABC")
COLUMNS = "example,ministry)/t1 20140126200624 http://www.ministry.example/t1 text/html 200 ABC 1234"
FIELDS = '"url": "http://www.ministry.example/t1", "mime": "text/html", "status": "200", "digest": "sha1:ABC", "length": "1"'


@pytest.mark.parametrize(
    "text",
    [
        COLUMNS,
        " CDX N b a m s k r M S V g\n" + COLUMNS.replace(" 1234", " - - 1234 99 a.warc.gz"),
        f"example,ministry)/t1 20140126200624 {{{FIELDS}}}",
        f'{{"urlkey": "example,ministry)/t1", "timestamp": "20140126200624", {FIELDS}}}\n',
        '[["urlkey","timestamp","original","mimetype","statuscode","digest","length"],'
        '["example,ministry)/t1","20140126200624","http://www.ministry.example/t1","text/html","200","ABC","1234"]]',
    ],
    ids=["columns", "eleven columns", "cdxj", "json lines", "json table"],
)
def test_each_dialect_says_the_same(text):
    assert parsed(text) == ([ROW], None)


def test_a_repeat_has_no_status_and_a_resume_key_follows_an_empty_line():
    rows, resume = parsed(COLUMNS.replace("text/html 200", "warc/revisit -") + "\n\nexample%2Cministry%29%2Ft2+2015\n")
    assert rows[0].status is None and resume == "example%2Cministry%29%2Ft2+2015"


def test_a_broken_line_costs_itself_only():
    rows, _ = parsed(f"nonsense\n{COLUMNS}\na 2014 http://x t 200 d\n" + "a 20149926200624 http://x t 200 d\n")
    assert rows[1] == ROW
    assert [type(row) for row in rows] == [Unread, CdxRow, Unread, Unread]


def test_nothing_is_no_rows():
    assert parsed("") == ([], None) == parsed("\n")


@pytest.mark.parametrize(
    ("url", "index", "mementos"),
    [
        ("https://web.archive.org", "https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/"),
        ("https://web.archive.org/web/", "https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/"),
        ("http://127.0.0.1:8080/coll/cdx?", "http://127.0.0.1:8080/coll/cdx", "http://127.0.0.1:8080/coll/"),
        ("http://127.0.0.1:8080/coll/", "http://127.0.0.1:8080/coll/cdx", "http://127.0.0.1:8080/coll/"),
        ("http://127.0.0.1:8080/coll/index", "http://127.0.0.1:8080/coll/index", "http://127.0.0.1:8080/coll/"),
    ],
)
def test_either_place_of_an_archive_gives_both(url, index, mementos):
    assert places(url) == (index, mementos)


@pytest.mark.parametrize(
    ("pattern", "beginning"),
    [("/mfa_eng/", "/mfa_eng/"), (r"^/eng/t\d+", "/eng/t"), ("/(a|b)/", ""), (r"/x\.htm", "/x.htm"), ("/ab*", "/a"), (r"/a\.?", "/a"), ("[a-z]", "")],
)
def test_a_pattern_begins_as_far_as_it_is_plain(pattern, beginning):
    assert literal_beginning(pattern) == beginning


def test_a_source_is_asked_for_by_the_beginnings_of_its_paths_once():
    hosts = ("www.ministry.example", "ministry.example", "*.missions.example")
    source = Source("x", "X", "ZZ", "en", hosts, date(2020, 1, 1), (), paths=("/eng/", r"/eng/\d+", "/mfa_eng/"))
    assert queries_of(source) == (
        Query("ministry.example/eng/", "prefix"),
        Query("ministry.example/mfa_eng/", "prefix"),
        Query("missions.example", "domain"),
    )
