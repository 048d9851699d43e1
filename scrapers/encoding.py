"""Bytes to text: the byte order mark, the bytes themselves where they are UTF-8, header, meta, then detection."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import charset_normalizer

from schemas.errors import ErrorPage, UndecodablePage

How = Literal["bom", "bytes", "header", "meta", "detected"]

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# A label stands for the superset that servers of that label really send (WHATWG Encoding Standard, "names and labels").
_SUPERSETS = {
    **dict.fromkeys(("gb2312", "gbk", "gb_2312_80", "hz", "gb18030"), "gb18030"),
    **dict.fromkeys(("iso8859-1", "ascii", "latin-1"), "cp1252"),
    **dict.fromkeys(("shift_jis", "shift_jisx0213", "shift_jis_2004"), "cp932"),
    **dict.fromkeys(("euc_kr", "johab"), "cp949"),
    **dict.fromkeys(("euc_jis_2004", "euc_jisx0213"), "euc_jp"),
    **dict.fromkeys(("big5", "cp950"), "big5hkscs"),
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"), "utf-8"),  # said by ASCII-compatible bytes, it is a slip
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
}
_ALIASES = {"x-sjis": "cp932", "x-gbk": "gb18030", "x-big5": "big5hkscs", "x-euc-jp": "euc_jp", "ks_c_5601-1987": "cp949", "unicode": "utf-8"}
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_META = re.compile(rb"<meta\s[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)|^\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([\w.:-]+)", re.I)
_WESTERN = {"cp1252", "cp1254", "iso8859-15", "iso8859-2", "cp1250", "cp1257"}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_LOOKED_AT = 4096  # a declaration stands in the first bytes of a page; the standard says 1024, old pages take longer
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"Rar!", b"BZh", b"7z\xbc\xaf", b"\x00asm")
_MOST_DAMAGE = 0.01  # of the characters; more, and the label is not believed
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, the codec that gave it, and how it was told."""

    text: str
    encoding: str
    how: How
    damaged: int = 0  # bytes that the codec could not read, now U+FFFD


def decode(body: bytes, headers: Iterable[tuple[str, str]] = (), url: str | None = None) -> Decoded:
    """The text of `body`. The same bytes and headers always decode alike.

    Anything that calls itself gb2312 or gbk is read as GB18030. A label is believed only while the bytes bear it out:
    bytes that are UTF-8 are UTF-8 whatever the label says, and a label that damages more than 1 % gives way to detection.

    Raises:
        ErrorPage: the body is empty.
        UndecodablePage: the body is binary, or no encoding gives text.
    """
    if not body.strip():
        raise ErrorPage(f"The body is empty: {url or 'the page'} was answered with nothing.", url)
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return _lenient(body[len(mark) :], codec, "bom", url)
    if body.startswith(_BINARY):
        raise UndecodablePage(f"The body is not a page but binary (it begins {body[:4]!r}): {url or 'no URL given'}.", url)
    wide = _sixteen_bits(body)
    if wide:
        return _lenient(body, wide, "bytes", url)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text:
        in_shifts = text.isascii() and "\x1b$" in text  # ISO 2022 is ASCII with escape sequences
        return _lenient(body, "iso2022_jp", "bytes", url) if in_shifts else _text(Decoded(text, "utf-8", "bytes"), url)
    labels: Sequence[tuple[str, How]] = [*((label, "header") for label in _in_headers(headers)), *((label, "meta") for label in _in_page(body))]
    for label, said in labels:
        decoded = Decoded(body.decode(label, "replace"), label, said)
        lost = decoded.text.count("�")
        if lost <= max(2, _MOST_DAMAGE * len(decoded.text)) and _plausible(decoded):
            return _text(Decoded(decoded.text, label, said, lost), url)
    damaged = _damaged(body, "utf-8")
    best = None if damaged else charset_normalizer.from_bytes(body, preemptive_behaviour=False).best()
    if best is not None:
        codec = codecs.lookup(best.encoding).name
        return _lenient(body, _SUPERSETS.get(codec, best.encoding), "detected", url)
    damaged = damaged or _damaged(body, "gb18030")
    if damaged is None:
        raise UndecodablePage(f"The bytes are text in no known encoding: {url or 'no URL given'}.", url)
    return _text(damaged, url)


def _damaged(body: bytes, codec: str) -> Decoded | None:
    """The text in a codec of many bytes a character that a few spoilt bytes keep from being valid; None where it is not that codec's."""
    text = body.decode(codec, "replace")
    lost = text.count("�")
    beyond = len(text) - sum(map(str.isascii, text))
    return Decoded(text, codec, "detected", lost) if lost <= max(8, _MOST_DAMAGE * len(text)) and beyond - lost >= 10 * lost else None


def _lenient(body: bytes, codec: str, how: How, url: str | None) -> Decoded:
    text = body.decode(codec, "replace")
    lost = text.count("�")
    if lost > max(2, 0.05 * len(text)):
        raise UndecodablePage(f"{lost} of {len(text)} characters are lost when {url or 'the page'} is read as {codec}.", url)
    return _text(Decoded(text, codec, how, lost), url)


def _text(decoded: Decoded, url: str | None) -> Decoded:
    """A page may hold a stray control character; one of a hundred says that it is not text."""
    sample = decoded.text[:_LOOKED_AT]
    if len(_CONTROLS.findall(sample)) > max(2, _MOST_DAMAGE * len(sample)):
        raise UndecodablePage(f"The body is not text but binary (read as {decoded.encoding}): {url or 'no URL given'}.", url)
    return decoded


def _sixteen_bits(body: bytes) -> str | None:
    """UTF-16 without a mark: markup is ASCII, so that every other byte is null."""
    sample = body[:512]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < len(sample) * 0.2:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _plausible(decoded: Decoded) -> bool:
    """A western one-byte codec reads anything: its text is believed unless what is not ASCII stands in runs, as no western language writes."""
    if decoded.encoding not in _WESTERN:
        return True
    beyond = sum(map(len, _BEYOND_ASCII.findall(decoded.text)))
    in_runs = sum(len(run) for run in _BEYOND_ASCII.findall(decoded.text) if len(run) > 2)
    return in_runs * 3 <= max(beyond, 12)


def _in_headers(headers: Iterable[tuple[str, str]]) -> Iterable[str]:
    named = (value for name, value in headers if name.lower() == "content-type")
    return (codec for found in map(_HEADER.search, named) if found and (codec := _codec(found[1])))


def _in_page(body: bytes) -> Iterable[str]:
    found = chain.from_iterable(match.groups() for match in _META.finditer(body[:_LOOKED_AT]))
    return (codec for label in found if label and (codec := _codec(label.decode("ascii", "replace"))))


def _codec(label: str) -> str | None:
    label = label.strip().lower()
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
        "".encode(name)  # refuses the codecs that do not encode text, such as base64
    except LookupError:
        return None
    return _SUPERSETS.get(name, name)
