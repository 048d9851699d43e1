"""Web archives over HTTP: servers of this machine that speak as the Wayback Machine does, and a real pywb."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from datetime import UTC, date, datetime
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.fetch import PoliteSession
from scrapers.mementos import Memento, Selection, Unread
from scrapers.mementos.cdx import CdxArchive
from scrapers.mementos.queries import Query
from tests.archive_server import Wayback, archive_of
from tests.local_site import page

HOST = Query("ministry.example", "host")


@pytest.fixture
def wayback(site):
    return Wayback(site)


def read(wayback, session, selection=None, page_rows=5000, **how):
    return list(CdxArchive(wayback.url, session, delay=0, page_rows=page_rows).mementos([HOST], selection, **how))


def test_a_memento_is_a_capture_as_its_own_server_sent_it(wayback, session):
    wayback.keep("20140126200624", "/t1", b"one", Server="Apache")
    (memento,) = read(wayback, session)
    assert (
        memento.body == b"one"
        and memento.digest == b32encode(hashlib.sha1(b"one").digest()).decode()
        and memento.where == "20140126200624/http://www.ministry.example/t1"
    )
    capture = memento.capture
    assert (capture.via, capture.status, capture.url) == ("memento", 200, "http://www.ministry.example/t1")
    assert capture.captured_at == datetime(2014, 1, 26, 20, 6, 24, tzinfo=UTC)
    assert capture.headers == (("Content-Type", "text/html"), ("Server", "Apache"))


def test_a_repeat_is_a_capture_without_a_download(wayback, session, site):
    for year in (2014, 2015, 2016):
        wayback.keep(f"{year}0126200624", "/t1", b"one")
    first, *repeats = read(wayback, session)
    assert [memento.body for memento in repeats] == [None, None]
    assert {memento.capture.body_sha256 for memento in (first, *repeats)} == {first.capture.body_sha256}
    assert {memento.capture.headers for memento in repeats} == {(("Content-Type", "text/html"),)}
    assert sum(request.path.startswith("/web/") for request in site.requests) == 1


def test_nothing_is_downloaded_twice_over_two_runs(wayback, session, site):
    wayback.keep("20140126200624", "/t1", b"one")
    wayback.keep("20150126200624", "/t1", b"one")
    wayback.keep("20160126200624", "/t1", b"two")
    done = {memento.where: memento for memento in read(wayback, session, Selection(until=date(2014, 12, 31)))}
    bodies = {memento.digest: memento.capture for memento in done.values()}
    site.requests.clear()
    found = read(wayback, session, known=bodies.get, is_done=done.__contains__)
    assert [(memento.capture.captured_at.year, memento.body) for memento in found] == [(2015, None), (2016, b"two")]
    assert sum(request.path.startswith("/web/") for request in site.requests) == 1


def test_window_one_a_day_and_only_changed(wayback, session, site):
    wayback.keep("20131231235959", "/t1", b"old")
    wayback.keep("20140101000000", "/t1", b"busy", 503)
    wayback.keep("20140101100000", "/t1", b"one")
    wayback.keep("20140102100000", "/t1", b"one")
    wayback.keep("20140103235959", "/t1", b"two")
    wayback.keep("20140104000000", "/t1", b"new")
    chosen = Selection(since=date(2014, 1, 1), until=date(2014, 1, 3), one_a_day=True)
    assert [memento.where[:8] + str(memento.capture.status) for memento in read(wayback, session, chosen)] == [
        "20140101200",
        "20140102200",
        "20140103200",
    ]
    changed = Selection(since=date(2014, 1, 1), until=date(2014, 1, 3), one_a_day=True, only_changed=True)
    site.requests.clear()
    assert [memento.body for memento in read(wayback, session, changed)] == [b"one", b"two"]
    assert sum(request.path.startswith("/web/") for request in site.requests) == 2


def test_a_redirect_is_told_and_never_taken_for_another_ones(wayback, session):
    wayback.keep("20140101000000", "/old", b"", 301, "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", Location="http://www.ministry.example/new")
    wayback.keep("20140102000000", "/older", b"", 302, "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", Location="http://www.ministry.example/newer")
    wayback.keep("20150101000000", "/old", b"", 301, "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", Location="http://www.ministry.example/new")
    found = {memento.where[:4] + memento.capture.url[-4:]: memento.capture.redirects for memento in read(wayback, session)}
    assert found == {
        "2014/old": ((301, "http://www.ministry.example/new"),),
        "2014lder": ((302, "http://www.ministry.example/newer"),),
        "2015/old": ((301, "http://www.ministry.example/new"),),
    }


def test_the_index_is_taken_in_pages(wayback, session, site):
    for number in range(25):
        wayback.keep(f"201401{number + 1:02}000000", f"/t{number}", b"one")
    assert len(read(wayback, session, page_rows=10)) == 25
    assert sum(request.path.startswith("/cdx/") for request in site.requests) == 3


def test_a_server_without_resume_keys_is_asked_for_fewer_days(wayback, session, monkeypatch):
    for number in range(25):
        wayback.keep(f"201401{number + 1:02}000000", f"/t{number}", b"one")
    for hour in range(20):
        wayback.keep(f"20150101{hour:02}0000", "/busy", b"two")
    whole = Wayback.get

    def without_key(self, path):
        answer = whole(self, path.replace("&limit=", "&most="))
        if "&limit=" not in path or not path.startswith("/cdx/"):
            return answer
        asked = parse_qs(urlsplit(path).query)
        rows = sorted(" ".join(row) for row in self.rows if asked["from"][0] <= row[1] <= asked["to"][0])
        return page("\n".join(rows[: int(asked["limit"][0])]))

    monkeypatch.setattr(Wayback, "get", without_key)
    assert len(read(wayback, session, page_rows=10)) == 45


def test_what_the_archive_cannot_give_is_told_and_the_rest_goes_on(wayback, session, site):
    for day in range(1, 5):
        wayback.keep(f"2014010{day}000000", f"/t{day}", b"x%d" % day)
    places = list(wayback.mementos)
    wayback.mementos[places[0]] = page(b"try again", 503)
    wayback.mementos[places[1]] = page(b"no", 404)
    wayback.mementos[places[2]] = page(b"x", Memento_Datetime="Sat, 01 Jan 2000 00:00:00 GMT")
    found = read(wayback, session)
    assert [type(each) for each in found] == [Unread] * 3 + [Memento]
    assert "answered 503" in found[0].error and "answered 404" in found[1].error and "another moment" in found[2].error


@pytest.mark.parametrize("answer", [page(b"<html>Sorry</html>"), page(b"refused", 403), page(b"[[not json")])
def test_an_index_that_is_none_is_one_sentence(site, session, answer):
    site.answers = type("Any", (), {"get": lambda self, path: answer})()
    (unread,) = CdxArchive(f"{site.url}/coll/cdx", session, delay=0).mementos([HOST])
    assert "index" in unread.error


def test_captures_are_counted_from_the_index_alone(wayback, session, site):
    for day in range(1, 6):
        wayback.keep(f"2014010{day}000000", "/t1", b"one")
    archive = CdxArchive(wayback.url, session, delay=0)
    assert archive.count([HOST], Selection(since=date(2014, 1, 2)), lambda where: where.startswith("20140105")) == 3
    assert not any("id_" in request.path for request in site.requests)


def test_the_archive_has_a_delay_of_its_own(wayback, session, time):
    wayback.keep("20140126200624", "/t1", b"one")
    list(CdxArchive(wayback.url, session, delay=3).mementos([HOST]))
    assert time.slept == [3]


@pytest.fixture(scope="module")
def pywb(tmp_path_factory):
    """A real pywb over a WARC file of two captures of a page and a redirect to it; its URL."""
    folder = tmp_path_factory.mktemp("pywb")
    page_head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=gb2312"), ("ETag", '"a"')], protocol="HTTP/1.1")
    moved_head = StatusAndHeaders("301 Moved", [("Location", "http://www.ministry.example/t1")], protocol="HTTP/1.1")
    with (folder / "crawl.warc.gz").open("wb") as out:
        writer = WARCWriter(out)
        for day, path, body, head in (
            ("2014-01-01", "t1", b"<p>one</p>", page_head),
            ("2015-06-01", "old", b"", moved_head),
            ("2016-01-01", "t1", b"<p>two</p>", page_head),
        ):
            fields, url = {"WARC-Date": f"{day}T00:00:00Z"}, f"http://www.ministry.example/{path}"
            writer.write_record(writer.create_warc_record(url, "response", BytesIO(body), len(body), http_headers=head, warc_headers_dict=fields))
    with archive_of([folder / "crawl.warc.gz"], folder) as archive:
        yield archive.url


def test_a_real_pywb_gives_its_captures(pywb):
    with PoliteSession("desk@example.org", allow_private=True) as session:
        found = list(CdxArchive(pywb, session, delay=0).mementos([HOST]))
    assert [type(each) for each in found] == [Memento] * 3
    moved, first, second = sorted(found, key=lambda memento: (memento.capture.url, memento.capture.captured_at))
    assert [first.body, second.body] == [b"<p>one</p>", b"<p>two</p>"]
    assert first.capture.captured_at == datetime(2014, 1, 1, tzinfo=UTC)
    assert ("Content-Type", "text/html; charset=gb2312") in first.capture.headers
    assert {name.lower() for name, _ in first.capture.headers} <= {"content-type", "etag", "content-length"}
    assert moved.capture.redirects == ((301, "http://www.ministry.example/t1"),)


def test_a_real_pywb_is_asked_by_prefix_window_and_pages(pywb):
    with PoliteSession("desk@example.org", allow_private=True) as session:
        archive = CdxArchive(f"{pywb}/cdx", session, delay=0, page_rows=2)
        query = Query("ministry.example/t", "prefix")
        assert [row.timestamp[:4] for row in archive.rows(query, date(2013, 12, 1), date(2016, 2, 1))] == ["2014", "2016"]
        assert [row.timestamp[:4] for row in archive.rows(query, date(2015, 1, 1), date(2016, 1, 1))] == ["2016"]
