"""The columns that expectations look at: one flat row for each reading, one for a batch; pure."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from schemas.coherence import Expect, day_astray, form_astray, order_astray, title_astray
from schemas.records import Reading, Wording
from schemas.traces import Traces

ENOUGH_LETTERS = 20  # shares of fewer mean nothing
ENOUGH_READINGS = 5
ENOUGH_BATCHES = 5

_SCRIPTS = {
    **dict.fromkeys(("zh", "ja", "yue"), ("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH")),
    "ko": ("HANGUL",),
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "mn"), ("CYRILLIC",)),
    **dict.fromkeys(("ar", "fa", "ur"), ("ARABIC",)),
    "he": ("HEBREW",),
    "el": ("GREEK",),
    "hi": ("DEVANAGARI",),
    "th": ("THAI",),
}
_FAMILIES = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "shift_jis": "cp932", "big5": "big5hkscs", "euc_kr": "cp949"}
_NO_LETTERS = frozenset({"Co", "Cn", "Cc"})  # private, unassigned, controls
_LATIN = ("LATIN", "FULLWIDTH LATIN")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_NO_ASCII_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading that waits for validation, under the caller's key."""

    key: str
    reading: Reading
    traces: Traces | None = None  # None where there was no page, as for extracted text
    expect: Expect = field(default_factory=Expect)


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What is known of one batch of one source when it settles."""

    accepted: int  # captures whose body was read as the statement, or that a 304 vouched for
    wordings: Sequence[Wording]  # of what was read anew
    at: date  # the day it settles
    earlier: Sequence[int] = ()  # what the batches before it accepted
    body_sha256s: Sequence[str] = ()  # of what it accepted, one for each address
    newest_on: date | None = None  # the newest published_on of the source, this batch included
    silent_days: int = 14  # from `expect: {health: {silent_days: …}}`


def row(candidate: Candidate) -> dict[str, Any]:
    """The columns of one reading. `…_astray` columns hold what is wrong as words, None where nothing is or nothing is asked."""
    reading, expect = candidate.reading, candidate.expect
    traces, wording = candidate.traces, reading.wording
    language = (expect.languages or (wording.language,))[0]
    captured_on = reading.captured_at.date() if reading.captured_at else None
    text = wording.text
    letters = _Letters.of(text)
    return {
        "key": candidate.key,
        "url": reading.url,
        "title": wording.title or None,
        "text": text,
        "passages": len(wording.passages),
        "passages_min": expect.passages_min,
        "passages_max": expect.passages_max,
        "published_year": wording.published_on.year if wording.published_on else None,
        "days_after_capture": (wording.published_on - captured_on).days if wording.published_on and captured_on else None,
        "days_to_until": (wording.published_until - wording.published_on).days if wording.published_until and wording.published_on else None,
        "language_astray": None if not expect.languages or wording.language in expect.languages else wording.language,
        "script_share": letters.share(language),
        "unlikely_share": letters.unlikely(language),
        "host_astray": None if not expect.hosts else _host_astray(reading.url, expect.hosts),
        "charset_astray": _charset_astray(traces, expect) if traces else None,
        "title_astray": title_astray(reading, traces) if traces and expect.title_in_head else None,
        "day_astray": day_astray(reading, traces, expect) if traces else None,
        "order_astray": order_astray(reading, traces, expect) if traces else None,
        "form_astray": form_astray(reading, traces, expect) if traces else None,
    }


def batch_row(facts: BatchFacts) -> dict[str, Any]:
    """The columns of one batch; None where there is too little to compare."""
    count = len(facts.wordings)
    usual = median(facts.earlier) if len(facts.earlier) >= ENOUGH_BATCHES else None
    undated = sum(wording.published_on is None for wording in facts.wordings)
    repeated = sum(times - 1 for times in Counter(facts.body_sha256s).values())
    return {
        "key": "batch",
        "accepted": facts.accepted,
        "accepted_share": facts.accepted / usual if usual and usual >= ENOUGH_READINGS else None,
        "undated_share": undated / count if count >= ENOUGH_READINGS else None,
        "duplicate_bodies": repeated,
        "newest_age_days": (facts.at - facts.newest_on).days if facts.newest_on else None,
        "silent_days": facts.silent_days,
    }


@dataclass(frozen=True, slots=True)
class _Letters:
    """What a text is written with: the number of its ASCII letters, and its other characters by how often they stand there."""

    ascii: int
    beyond: Counter[str]

    @classmethod
    def of(cls, text: str) -> _Letters:
        return cls(len(text.encode("ascii", "ignore").translate(None, _NO_ASCII_LETTERS)), Counter(_BEYOND_ASCII.findall(text)))

    def share(self, language: str) -> float | None:
        """How many of the letters are of the language's script."""
        letters = {ch: times for ch, times in self.beyond.items() if ch.isalpha()}
        total = self.ascii + sum(letters.values())
        if total < ENOUGH_LETTERS:
            return None
        scripts = _SCRIPTS.get(language.split("-")[0], _LATIN)
        own = sum(times for ch, times in letters.items() if unicodedata.name(ch, "").startswith(scripts))
        return (own + (self.ascii if scripts is _LATIN else 0)) / total

    def unlikely(self, language: str) -> float | None:
        """How many of the letters a text of the language hardly ever holds: what bytes read in a wrong charset are full of."""
        odd = {ch: times for ch, times in self.beyond.items() if ch.isalpha() or unicodedata.category(ch) in _NO_LETTERS}
        total = sum(odd.values())
        if total < ENOUGH_LETTERS:
            return None
        if language in {"zh", "zh-Hans", "zh-CN"}:
            return sum(times for ch, times in odd.items() if not _in_gb2312(ch)) / total
        if language.split("-")[0] == "en":
            return total / (total + self.ascii)
        return sum(times for ch, times in odd.items() if not ch.isalpha()) / total


def _in_gb2312(ch: str) -> bool:
    """Whether the character is of the everyday set of 6,763 and its signs; a wrong reading of UTF-8 as GBK is mostly of others."""
    try:
        ch.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _host_astray(url: str, hosts: Sequence[str]) -> str | None:
    netloc = urlsplit(url).netloc.lower().rpartition("@")[2]
    host = netloc.partition(":")[0]
    fits = any((netloc.endswith(own[1:]) or host.endswith(own[1:])) if own.startswith("*.") else own in {netloc, host} for own in hosts)
    return None if fits else netloc or "(none)"


def _charset_astray(traces: Traces, expect: Expect) -> str | None:
    """Whether the page declares another charset than its bytes are in, or holds words that a wrong charset has spoilt."""
    if not expect.charset_as_declared:
        return None
    for label in traces.charsets:
        if traces.encoding and _family(label) != _family(traces.encoding):
            return f"declared as {label} and read as {traces.encoding}"
    return f"garbled: {traces.garbled}" if traces.garbled else None


def _family(label: str) -> str:
    """The codec of a label; those of one family are told apart by nobody who declares them."""
    try:
        codec = codecs.lookup(label).name
    except LookupError:
        return label
    return _FAMILIES.get(codec, codec)


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows turned into columns, as a data frame takes them."""
    return {name: [one[name] for one in rows] for name in rows[0]} if rows else {}
