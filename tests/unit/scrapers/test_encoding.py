"""Bytes to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ErrorPage, PageError, UndecodablePage
from scrapers.encoding import decode

CHINESE = "双方重申将救助一切遇险船只，并对镕铸厂的工人表示感谢。" * 4


def page(text: str, label: str) -> str:
    return f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={label}"></head><body><p>{text}</p></body></html>'


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb18030", "x-gbk"])
def test_whatever_calls_itself_gb_is_gb18030(label: str) -> None:
    decoded = decode(page(CHINESE, label).encode("gb18030"))
    assert (decoded.text, decoded.encoding, decoded.how) == (page(CHINESE, label), "gb18030", "meta")


@pytest.mark.parametrize("label", ["gb2312", "iso-8859-1", "big5", "utf-16", "no-such-charset"])
def test_utf_8_bytes_are_utf_8_whatever_they_declare(label: str) -> None:
    assert decode(page(CHINESE, label).encode(), [("Content-Type", f"text/html; charset={label}")]).encoding == "utf-8"


def test_the_mark_goes_first_then_the_header_then_the_page() -> None:
    text = page(CHINESE, "big5")
    assert decode(b"\xef\xbb\xbf" + text.encode()).text == text
    assert decode(text.encode("utf-16")).text == text
    decoded = decode(text.encode("gb18030"), [("content-type", "text/html; charset=GB2312")])
    assert (decoded.text, decoded.how) == (text, "header")


def test_an_undeclared_page_is_detected_and_utf_16_without_a_mark_is_seen() -> None:
    bare = f"<html><body><p>{CHINESE}</p></body></html>"
    assert decode(bare.encode("gb18030")).text == bare
    assert decode(bare.replace(CHINESE, "The two sides agree.").encode("utf-16-le")).encoding == "utf-16-le"


def test_western_text_keeps_its_accents() -> None:
    text = page("Le communiqué d’été a été signé à Genève — « enfin ».", "iso-8859-1")
    assert decode(text.encode("cp1252")).text == text


def test_a_stray_byte_costs_one_character_and_is_counted() -> None:
    body = page(CHINESE, "gb2312").encode("gb18030")
    damaged = decode(body.replace("船只".encode("gb18030"), b"\x81\x20\xff", 1))
    assert 1 <= damaged.damaged <= 2
    assert damaged.encoding == "gb18030"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_spoilt_bytes_do_not_hide_the_encoding_of_an_undeclared_page(codec: str) -> None:
    body = f"<p>{CHINESE}</p>".encode(codec)
    spoilt = decode(body[:41] + b"\xff\xff" + body[41:])
    assert spoilt.encoding == codec
    assert spoilt.damaged
    assert "双方重申" in spoilt.text


@pytest.mark.parametrize("body", [b"", b"  \r\n"])
def test_an_empty_body_is_an_error_page(body: bytes) -> None:
    with pytest.raises(ErrorPage, match="answered with nothing"):
        decode(body, url="https://m.example/t1.htm")


@pytest.mark.parametrize("body", [b"%PDF-1.4 ...", b"\x89PNG\r\n\x1a\n", b"\x1f\x8b\x08\x00abc", bytes(range(32)) * 64, b"PK\x03\x04zip"])
def test_binary_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(UndecodablePage) as refused:
        decode(body, url="https://m.example/t1.htm")
    assert refused.value.url == "https://m.example/t1.htm"
    assert "https://m.example/t1.htm" in str(refused.value)


@given(st.binary(max_size=300))
def test_any_bytes_decode_alike_each_time_or_are_refused(body: bytes) -> None:
    def once() -> object:
        try:
            return decode(body)
        except PageError as error:
            return type(error)

    assert once() == once()


@given(st.text(min_size=1).filter(lambda text: text.strip() and not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in text)))
def test_utf_8_survives(text: str) -> None:
    if "\ufeff" not in text[:1]:
        assert decode(f"<p>{text}</p>".encode()).text == f"<p>{text}</p>"
