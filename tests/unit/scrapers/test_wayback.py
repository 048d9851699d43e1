"""What an archive's viewer adds, and how it comes off again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scrapers.mementos.wayback import as_served, original_headers, original_redirect, original_url, without_additions

MOMENT = datetime(2014, 1, 26, 20, 6, 24, tzinfo=UTC)
BARE = (
    b'<html><head><meta charset="utf-8"><link href="/a.css"></head><body>'
    b'<a href="http://www.ministry.example/eng/t1.html">We oppose</a><img src="/i.gif"><p>On 20140126200624 we met.</p></body></html>\n'
)
WAYBACK = (
    b'<html><head><script type="text/javascript" src="https://web-static.archive.org/_static/js/bundle-playback.js?v=1"></script>\n'
    b"<script>window.RufflePlayer={};</script>\n<!-- End Wayback Rewrite JS Include -->\n"
    b'<meta charset="utf-8"><link href="/web/20140126200624cs_/http://www.ministry.example/a.css"></head><body>'
    b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->\n<style>x</style><div id=wm-ipp-base>20 captures</div>\n<!-- END WAYBACK TOOLBAR INSERT -->\n"
    b'<a href="https://web.archive.org/web/20140126200624/http://www.ministry.example/eng/t1.html">We oppose</a>'
    b'<img src="/web/20140126200624im_/http://www.ministry.example/i.gif"><p>On 20140126200624 we met.</p></body></html>\n'
    b"<!--\n     FILE ARCHIVED ON 20:06:24 Jan 26, 2014 AND RETRIEVED FROM AN ARCHIVE\n-->\n<!--\nplayback timings (ms):\n  load: 1\n-->"
)


def test_toolbar_scripts_comments_and_rewritten_links_come_off():
    kept = without_additions(WAYBACK)
    assert kept.replace(b"http://www.ministry.example/a.css", b"/a.css").replace(b"http://www.ministry.example/i.gif", b"/i.gif") == BARE


def test_a_page_without_an_archives_marks_stays_as_it_is():
    body = b'<p>See <a href="https://web.archive.org/web/20140126200624/http://www.ministry.example/">the archived page</a>.</p>'
    assert without_additions(body) is body


def test_pywbs_insert_comes_off():
    body = b'<head><!-- WB Insert -->\n<script src="x"></script>\n<!-- End WB Insert --></head><a href="http://host:80/coll/20140126200624mp_/http://a.example/">'
    assert without_additions(body) == b'<head></head><a href="http://a.example/">'


@pytest.mark.parametrize(
    ("url", "original"),
    [
        ("https://web.archive.org/web/20140126200624/http://www.ministry.example/a?b=1", "http://www.ministry.example/a?b=1"),
        ("https://web.archive.org/web/20140126200624id_/https://www.ministry.example/", "https://www.ministry.example/"),
        ("https://web.archive.org/web/20140126200624/http:/www.ministry.example/", "http://www.ministry.example/"),
        ("http://127.0.0.1:8080/coll/20140126200624mp_/http://www.ministry.example/", "http://www.ministry.example/"),
        ("https://web.archive.org/web/20140126200624/www.ministry.example/", "http://www.ministry.example/"),
    ],
)
def test_a_mementos_url_names_the_page_and_the_instant(url, original):
    assert original_url(url) == (original, MOMENT)
    assert as_served(url, datetime.now(UTC)).captured_at == MOMENT


@pytest.mark.parametrize(
    "url", ["https://www.ministry.example/eng/2014/t1.html", "https://www.ministry.example/20140126/t1.html", "https://a.example/"]
)
def test_an_ordinary_url_is_no_mementos(url):
    assert original_url(url) is None
    assert as_served(url, MOMENT).url == url


def test_the_servers_own_headers_are_told_from_the_archives():
    headers = (
        ("Server", "nginx"),
        ("Content-Type", "text/html; charset=gb2312"),
        ("X-Archive-Orig-Server", "Apache"),
        ("x-archive-orig-etag", '"a"'),
        ("Memento-Datetime", "Sun, 26 Jan 2014 20:06:24 GMT"),
        ("X-App-Server", "w1"),
    )
    assert original_headers(headers, "https://web.archive.org/web/1/x") == (
        ("Content-Type", "text/html; charset=gb2312"),
        ("Server", "Apache"),
        ("etag", '"a"'),
    )


def test_when_and_where_an_archive_answered_is_no_fact_of_the_page():
    memento = "http://127.0.0.1:8080/kept/20140126200624id_/http://www.ministry.example/a"
    answered = (("Content-Type", "text/html"), ("Date", "Sun, 01 Mar 2026 09:00:00 GMT"), ("Content-Location", memento))
    assert original_headers(answered, memento) == (("Content-Type", "text/html"),)
    made = (("X-Archive-Orig-Date", "Sun, 26 Jan 2014 20:06:20 GMT"), ("Date", "Sun, 01 Mar 2026 09:00:00 GMT"))
    assert original_headers(made, memento) == (("Date", "Sun, 26 Jan 2014 20:06:20 GMT"),)


def test_a_rewritten_location_leads_where_the_page_sent_its_reader():
    memento = "https://web.archive.org/web/20140126200624id_/http://www.ministry.example/old"
    assert original_redirect("/web/20140126200624id_/http://www.ministry.example/new", memento) == "http://www.ministry.example/new"
