"""Content codings undone within bounds."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.unpack import Body, BodyBroken, BodyRefused

PACK = {
    "": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
}


def in_pieces(packed, size):
    return [packed[at : at + size] for at in range(0, len(packed), size)]


@given(st.binary(max_size=5000), st.sampled_from(sorted(PACK)), st.integers(1, 600))
def test_a_body_is_the_same_however_it_arrives(content, coding, size):
    body = Body(coding)
    for piece in in_pieces(PACK[coding](content), size):
        body.feed(piece)
    assert body.finish() == content


@given(st.binary(min_size=200, max_size=5000), st.sampled_from(["gzip", "deflate", "br"]), st.data())
def test_a_body_that_breaks_off_is_told_and_its_beginning_kept(content, coding, data):
    packed = PACK[coding](content)
    body = Body(coding)
    body.feed(packed[: data.draw(st.integers(3, len(packed) - 1))])
    with pytest.raises(BodyBroken):
        body.finish()
    assert content.startswith(body.content())


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("size", [1 << 16, 1 << 30])
def test_what_unpacks_to_too_much_is_refused_and_let_go(coding, size):
    body = Body(coding, limit=1 << 20)
    with pytest.raises(BodyRefused, match=r"unpacks to more than 1\.0 MiB"):
        for piece in in_pieces(PACK[coding](b"\0" * (8 << 20)), size):
            body.feed(piece)
    assert body.content() == b""


def test_a_body_of_exactly_the_limit_is_taken():
    for coding in PACK:
        body = Body(coding, limit=1000)
        body.feed(PACK[coding](b"x" * 1000))
        assert body.finish() == b"x" * 1000


def test_bytes_behind_the_end_of_gzip_are_overlooked():
    body = Body("gzip")
    body.feed(gzip.compress(b"words", mtime=0) + b"\0\0\0")
    assert body.finish() == b"words"


def test_garbage_in_the_middle_is_told():
    packed = bytearray(gzip.compress(bytes(range(256)) * 40))
    packed[30:40] = b"\xff" * 10
    body = Body("gzip")
    with pytest.raises(BodyBroken):
        body.feed(bytes(packed))
        body.finish()
