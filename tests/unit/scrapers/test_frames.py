"""A WARC file cut into records, whole or damaged."""

from __future__ import annotations

import gzip
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.mementos.frames import Damage, Frame, frames


def record(number, block=None):
    block = b"block %d " % number * 20 if block is None else block
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:%d>\r\nContent-Length: %d\r\n\r\n" % (number, len(block))
    return head + block + b"\r\n\r\n"


RECORDS = [record(number) for number in range(6)]
WAYS = {
    "plain": lambda records: b"".join(records),
    "by record": lambda records: b"".join(map(gzip.compress, records)),
    "as a whole": lambda records: gzip.compress(b"".join(records), mtime=0),
}


def read(content):
    found = list(frames(BytesIO(content)))
    return [frame for frame in found if isinstance(frame, Frame)], [frame for frame in found if isinstance(frame, Damage)]


@pytest.mark.parametrize("way", WAYS)
def test_every_record_comes_out_in_order(way):
    whole, damaged = read(WAYS[way](RECORDS))
    assert [frame.content for frame in whole] == [content[:-4] for content in RECORDS] and not damaged
    assert [frame.number for frame in whole] == [1, 2, 3, 4, 5, 6]


@given(data=st.data(), way=st.sampled_from(["plain", "by record"]))
@settings(max_examples=150, deadline=None)
def test_a_cut_costs_only_the_records_that_it_strikes(data, way):
    parts = [WAYS[way]([content]) for content in RECORDS]
    content = b"".join(parts)
    at = data.draw(st.integers(0, len(content)))
    before = 0
    while sum(map(len, parts[: before + 1])) <= at:
        before += 1
        if before == len(parts):
            break
    whole, damaged = read(content[:at])
    assert [frame.content for frame in whole][:before] == [content[:-4] for content in RECORDS[:before]]
    assert len(whole) <= before + 1 and len(damaged) <= 1


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_member_costs_itself_and_is_told(data):
    parts = [gzip.compress(content, mtime=0) for content in RECORDS]
    struck = data.draw(st.integers(0, len(parts) - 1))
    part = bytearray(parts[struck])
    part[data.draw(st.integers(20, len(part) - 1))] ^= data.draw(st.integers(1, 255))
    whole, damaged = read(b"".join([*parts[:struck], bytes(part), *parts[struck + 1 :]]))
    contents = {frame.content for frame in whole}
    assert all(content[:-4] in contents for number, content in enumerate(RECORDS) if number != struck)
    assert len(damaged) == 1 or RECORDS[struck][:-4] in contents


@pytest.mark.parametrize("said", [0, 5, 175, 100_000])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", [0, 3, 5])
def test_a_wrong_length_costs_no_other_record(said, way, place):
    wrong = RECORDS[place].replace(b"Content-Length: 160", b"Content-Length: %d" % said)
    whole, damaged = read(WAYS[way]([*RECORDS[:place], wrong, *RECORDS[place + 1 :]]))
    contents = [frame.content for frame in whole if not frame.is_resized]
    assert contents == [content[:-4] for content in (*RECORDS[:place], *RECORDS[place + 1 :])]
    resized = [frame for frame in whole if frame.is_resized]
    assert len(resized) + len(damaged) == 1
    assert all(frame.content.endswith(RECORDS[place][-164:-4]) and b"Content-Length: 160\r" in frame.content for frame in resized)


def test_a_block_may_hold_what_looks_like_a_record():
    tricky = record(1, b"before\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\nContent-Length: 3\r\n\r\nabc")
    assert [frame.content for frame in read(tricky + record(2))[0]] == [tricky[:-4], record(2)[:-4]]


def test_a_record_that_is_too_large_is_passed_over():
    found = list(frames(BytesIO(gzip.compress(record(1, b"x" * 3_000_000), mtime=0) + record_gz(2)), limit=1_000_000))
    assert [type(frame) for frame in found] == [Damage, Frame]
    assert "more than the 1000000" in found[0].error


def record_gz(number):
    return gzip.compress(record(number), mtime=0)


@pytest.mark.parametrize(
    "content", [b"", b"\r\n\r\n", b"hello, no archive", b"\x1f\x8b\x08nonsense", b"WARC/1.0\r\n", b"WARC/1.0\r\nA: b\r\n\r\n" * 3]
)
def test_what_is_no_archive_gives_no_record(content):
    whole, damaged = read(content)
    assert whole == [] and bool(damaged) == bool(content.strip())


def test_line_ends_of_other_tools_are_taken():
    lines = b"WARC/1.0\nWARC-Type: resource\nContent-Length: 3\n\nabc\n\n"
    assert [frame.content for frame in read(lines + lines)[0]] == [lines[:-2]] * 2


@given(st.binary(max_size=400), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_it_fail_or_lose_what_went_before(noise, lead):
    before = b"".join(RECORDS[:lead])
    whole, _ = read(before + noise)
    assert [frame.content for frame in whole][: lead - 1] == [content[:-4] for content in RECORDS[: max(lead - 1, 0)]]
