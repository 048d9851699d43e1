"""Captures out of WARC files, and back into them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from schemas.records import Capture
from scrapers.mementos import Memento, Selection, Unread
from scrapers.mementos.export import write_warc
from scrapers.mementos.warc import warc_mementos

URL = "http://www.ministry.example/eng/t1.html"
PAGE = b"<h1>Joint statement</h1><p>We oppose any such step.</p>"
PACKED = gzip.compress(PAGE, mtime=0)


class Archive:
    """A WARC file in the making, as a crawler would write it."""

    def __init__(self, path):
        self.path = path
        self.out = BytesIO()
        self.writer = WARCWriter(self.out, gzip=True)

    def response(self, day, body=PAGE, url=URL, status="200 OK", headers=(("Content-Type", "text/html"),), **fields):
        head = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")
        named = {"WARC-Date": f"2014-01-{day:02}T10:00:00Z", **{name.replace("_", "-"): value for name, value in fields.items()}}
        self.writer.write_record(
            self.writer.create_warc_record(url, "response", BytesIO(body), len(body), http_headers=head, warc_headers_dict=named)
        )
        return self

    def revisit(self, day, of=1, url=URL, digest=True, body=PAGE, profile=None):
        name = "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode() if digest else None
        head = StatusAndHeaders("200 OK", [], protocol="HTTP/1.1")
        record = self.writer.create_revisit_record(
            URL if url is None else url, name or "sha1:A", URL, f"2014-01-{of:02}T10:00:00Z", http_headers=head
        )
        record.rec_headers.replace_header("WARC-Date", f"2014-01-{day:02}T10:00:00Z")
        if not digest:
            record.rec_headers.remove_header("WARC-Payload-Digest")
        if profile:
            record.rec_headers.replace_header("WARC-Profile", profile)
        self.writer.write_record(record)
        return self

    def read(self, selection=None):
        self.path.write_bytes(self.out.getvalue())
        return list(warc_mementos([self.path], selection))


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "crawl.warc.gz")


def test_a_response_is_a_capture(archive):
    found = archive.response(1).read()
    assert len(found) == 1
    memento = found[0]
    assert memento.body == PAGE and memento.where == "crawl.warc.gz#1" and memento.digest.startswith("sha1:")
    assert memento.capture == Capture(
        address=URL,
        captured_at=datetime(2014, 1, 1, 10, tzinfo=UTC),
        via="memento",
        url=URL,
        final_url=URL,
        status=200,
        headers=(("Content-Type", "text/html"),),
        body_sha256=hashlib.sha256(PAGE).hexdigest(),
    )


@pytest.mark.parametrize(
    ("headers", "block"),
    [
        ([("Content-Encoding", "gzip")], gzip.compress(PAGE, mtime=0)),
        ([("Content-Encoding", "gzip")], PAGE),
        ([("Transfer-Encoding", "chunked")], b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)),
        ([("Transfer-Encoding", "chunked")], PAGE),
        (
            [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")],
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(gzip.compress(PAGE, mtime=0)), gzip.compress(PAGE, mtime=0)),
        ),
    ],
    ids=["gzip", "gzip said, plain kept", "chunked", "chunked said, plain kept", "both"],
)
def test_a_body_is_taken_out_of_its_codings(archive, headers, block):
    assert archive.response(1, block, headers=headers).read()[0].body == PAGE


def test_a_redirect_and_an_error_are_captures_too(archive):
    found = archive.response(1, b"", status="301 Moved", headers=[("Location", "/eng/new.html")]).response(2, b"gone", status="410 Gone").read()
    assert [memento.capture.status for memento in found] == [301, 410]
    assert found[0].capture.redirects == ((301, "http://www.ministry.example/eng/new.html"),)
    assert found[0].capture.final_url == "http://www.ministry.example/eng/new.html"


def test_a_revisit_bears_the_hash_of_what_it_refers_to(archive):
    original, by_digest, by_date = archive.response(1).revisit(2).revisit(3, digest=False).read()
    assert by_digest.body is None and by_date.body is None
    assert by_digest.capture.body_sha256 == by_date.capture.body_sha256 == original.capture.body_sha256
    assert by_digest.capture.captured_at.day == 2


def test_a_revisit_may_come_before_its_original(archive):
    found = archive.revisit(2).response(1).read()
    assert [(memento.capture.captured_at.day, memento.body is None) for memento in found] == [(1, False), (2, True)]


def test_a_revisit_whose_original_is_not_wanted_brings_the_body_itself(archive):
    found = archive.response(1).revisit(5).revisit(6).read(Selection(since=date(2014, 1, 3)))
    assert [(memento.capture.captured_at.day, memento.body) for memento in found] == [(5, PAGE), (6, None)]
    other = Selection(takes=lambda url: url.endswith("t2.html"))
    assert [memento.body for memento in archive.revisit(7, url="http://www.ministry.example/eng/t2.html").read(other)] == [PAGE]


def test_a_revisit_of_nothing_is_told(archive):
    (unread,) = archive.revisit(2).read()
    assert isinstance(unread, Unread) and "in none of the files" in unread.error


def test_a_not_modified_answer_is_a_304(archive):
    found = archive.response(1).revisit(2, profile="http://netpreserve.org/warc/1.0/revisit/server-not-modified").read()
    assert (found[1].capture.status, found[1].capture.not_modified) == (304, True)


def test_only_the_window_and_the_sources_urls_are_read(archive):
    for day in range(1, 9):
        archive.response(day, PAGE + b"%d" % day).response(day, url="http://elsewhere.example/")
    chosen = Selection(takes=lambda url: "ministry" in url, since=date(2014, 1, 3), until=date(2014, 1, 5))
    assert [memento.capture.captured_at.day for memento in archive.read(chosen)] == [3, 4, 5]


def test_one_capture_a_day_and_only_changed_bodies(archive):
    for day, body in ((1, b"a"), (1, b"b"), (2, b"a"), (3, b"a"), (4, b"b"), (5, b"a")):
        archive.response(day, body)
    one = archive.read(Selection(one_a_day=True))
    assert [(memento.capture.captured_at.day, memento.body) for memento in one] == [(1, b"a"), (2, b"a"), (3, b"a"), (4, b"b"), (5, b"a")]
    changed = archive.read(Selection(one_a_day=True, only_changed=True))
    assert [(memento.capture.captured_at.day, memento.body) for memento in changed] == [(1, b"a"), (4, b"b"), (5, b"a")]


def test_addresses_are_the_sources(archive):
    chosen = Selection(address_of=lambda url: url.replace("http:", "https:"))
    capture = archive.response(1).read(chosen)[0].capture
    assert (capture.address, capture.url) == (URL.replace("http:", "https:"), URL)


def test_a_page_saved_from_a_viewer_is_taken_back_to_its_own_time_and_url(archive):
    body = b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->x<!-- END WAYBACK TOOLBAR INSERT -->" + PAGE
    found = archive.response(9, body, url=f"https://web.archive.org/web/20130505010203/{URL}").read()[0]
    assert found.body == PAGE
    assert (found.capture.address, found.capture.captured_at) == (URL, datetime(2013, 5, 5, 1, 2, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ({"status": "nonsense"}, "HTTP status"),
        ({"WARC_Date": "yesterday"}, "no instant"),
        ({"WARC_Block_Digest": "sha1:AAAA"}, "digest"),
    ],
)
def test_a_record_that_makes_no_sense_is_told_and_the_others_are_read(archive, damage, why):
    found = archive.response(1).response(2, **damage).response(3, b"other").read()
    assert [type(each) for each in found] == [Memento, Unread, Memento]
    assert why in found[1].error and found[1].where == "crawl.warc.gz#2"


@pytest.mark.parametrize(
    ("fields", "headers", "body", "why"),
    [
        ({"WARC_Truncated": "length"}, (), PAGE, "only the beginning"),
        ({}, (("Content-Length", "999"),), PAGE, "breaks off after"),
        ({}, (("Content-Encoding", "gzip"),), gzip.compress(PAGE, mtime=0)[:40], "breaks off"),
    ],
)
def test_a_body_that_is_not_whole_is_a_capture_that_says_so(archive, fields, headers, body, why):
    capture = archive.response(1, body, headers=headers, **fields).read()[0].capture
    assert why in capture.error and capture.status == 200


def test_a_bomb_is_a_capture_without_a_body(archive):
    found = archive.response(1, gzip.compress(b"\0" * (40 << 20), mtime=0), headers=[("Content-Encoding", "gzip")]).read()[0]
    assert found.body is None and found.capture.body_sha256 is None and "unpacks to more" in found.capture.error


@given(st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=3)), max_size=6), st.none() | st.integers(0, 4000))
@settings(max_examples=150, deadline=None)
def test_no_damage_makes_the_reading_fail(tmp_path_factory, hits, cut):
    archive = Archive(tmp_path_factory.mktemp("damaged") / "plain.warc")
    archive.writer = WARCWriter(archive.out, gzip=False)
    whole = bytearray(archive.response(1).response(2, b"other").response(3, b"third").out.getvalue())
    for place, noise in hits:
        whole[place % len(whole) : place % len(whole) + len(noise)] = noise
    archive.path.write_bytes(whole[:cut])
    found = list(warc_mementos([archive.path]))
    assert {type(each) for each in found} <= {Memento, Unread}
    assert len(found) >= 3 - len(hits) or cut is not None


@pytest.mark.parametrize("length", [b"5\x17", b"", b"-5", b"five"])
def test_a_length_that_is_no_number_costs_its_own_record(tmp_path, length):
    archive = Archive(tmp_path / "plain.warc")
    archive.writer = WARCWriter(archive.out, gzip=False)
    first, second, third = (Archive(tmp_path / "one").response(day, b"other") for day in (1, 2, 3))
    parts = [gzip.decompress(each.out.getvalue()) for each in (first, second, third)]
    parts[1] = re.sub(rb"Content-Length: \d+(\r\n\r\nHTTP)", rb"Content-Length: %b\1" % length, parts[1])
    archive.path.write_bytes(b"".join(parts))
    found = list(warc_mementos([archive.path]))
    assert [type(each) for each in found if each.where != "plain.warc#2"] == [Memento, Memento]


def test_a_wacz_file_is_read_through(archive, tmp_path):
    archive.response(1)
    path = tmp_path / "crawl.wacz"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("archive/data.warc.gz", archive.out.getvalue())
        packed.writestr("datapackage.json", "{}")
    (memento,) = warc_mementos([path])
    assert memento.body == PAGE and memento.where == "crawl.wacz/archive/data.warc.gz#1"


def test_what_is_no_archive_or_not_there_is_told(tmp_path):
    empty = tmp_path / "x.wacz"
    with zipfile.ZipFile(empty, "w") as packed:
        packed.writestr("a.txt", "a")
    torn = tmp_path / "torn.wacz"
    torn.write_bytes(empty.read_bytes()[:40])
    found = list(warc_mementos([empty, torn, tmp_path / "missing.warc", tmp_path]))
    assert [type(each) for each in found] == [Unread] * 4
    assert "No such file" in found[2].error


INSTANTS = st.datetimes(datetime(1996, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LINE = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f\x85"), max_size=20).map(str.strip)
HEADERS = st.lists(st.tuples(st.sampled_from(["Content-Type", "ETag", "Content-Encoding", "Content-Length", "X-Odd"]), LINE), max_size=4).map(tuple)


@st.composite
def captures(draw):
    address = f"https://www.ministry.example/{draw(st.integers(0, 3))}?q={draw(st.sampled_from(['', 'a b', '声明', '%E5']))}"
    made = Capture(address=address, captured_at=draw(INSTANTS), via=draw(st.sampled_from(["live", "memento"])), url=address, final_url=address + "#x")
    kind = draw(st.sampled_from(["failed", "bodiless", "page", "partial", "not modified"]))
    if kind == "failed":
        return replace(made, error=draw(TEXT) or "No answer.", redirects=((302, "https://a.example/"),)), None
    body = draw(st.binary(max_size=60))
    sha256 = hashlib.sha256(body).hexdigest()
    made = replace(made, status=draw(st.sampled_from([200, 404, 301, 999])), headers=draw(HEADERS))
    if kind == "bodiless":
        return replace(made, error=draw(TEXT) or None), None
    if kind == "not modified":
        return replace(made, status=304, not_modified=True, body_sha256=sha256), body
    return replace(made, body_sha256=sha256, error="It broke off." if kind == "partial" else None), body


@given(st.lists(captures(), max_size=12))
@settings(max_examples=60, deadline=None)
def test_what_is_exported_reads_back_equal(tmp_path_factory, items):
    path = tmp_path_factory.mktemp("export") / "out.warc.gz"
    with path.open("wb") as out:
        assert write_warc(items, out) == len(items)
    found = list(warc_mementos([path]))
    order = sorted(found, key=lambda memento: int(memento.where.rpartition("#")[2]))
    assert [memento.capture for memento in order] == [capture for capture, _ in items]
    bodies = {memento.capture.body_sha256: memento.body for memento in found if memento.body is not None}
    assert all(bodies[capture.body_sha256] == body for capture, body in items if capture.body_sha256)


def test_a_header_of_odd_letters_is_exported_and_comes_back_as_it_was(tmp_path):
    headers = (("Content-Type", ";\x80=0"), ("Content-Disposition", "attachment; filename=声明.pdf"))
    capture = Capture(address=URL, captured_at=datetime(2024, 1, 1, tzinfo=UTC), url=URL, final_url=URL, status=200, headers=headers)
    with (tmp_path / "out.warc.gz").open("wb") as out:
        write_warc([(capture, None)], out)
    assert [memento.capture for memento in warc_mementos([tmp_path / "out.warc.gz"])] == [replace(capture, via="live")]


def test_an_export_is_the_same_bytes_every_time_and_holds_a_body_once(tmp_path):
    capture = Capture(address=URL, captured_at=datetime(2024, 1, 1, tzinfo=UTC), url=URL, status=200, body_sha256=hashlib.sha256(PAGE).hexdigest())
    items = [(replace(capture, captured_at=capture.captured_at + timedelta(days=day)), PAGE if day == 0 else None) for day in range(3)]
    first, second = BytesIO(), BytesIO()
    write_warc(items, first)
    write_warc(items, second)
    assert first.getvalue() == second.getvalue()
    path = tmp_path / "out.warc.gz"
    path.write_bytes(first.getvalue())
    assert [memento.body for memento in warc_mementos([path])] == [PAGE, None, None]


def test_other_tools_read_the_export(tmp_path):
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Content-Length", "9"))
    capture = Capture(address=URL, captured_at=datetime(2024, 1, 1, tzinfo=UTC), url=URL, status=200, headers=headers)
    out = BytesIO()
    write_warc([(replace(capture, body_sha256=hashlib.sha256(PAGE).hexdigest()), PAGE)], out)
    record = next(iter(ArchiveIterator(BytesIO(out.getvalue()), check_digests="raise")))
    assert record.content_stream().read() == PAGE
