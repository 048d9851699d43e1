"""Dates as ministries write them: days, intervals, months and years, in the language of the page; never today's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Literal

from schemas.records import DatePrecision

_EARLIEST, _LATEST = 1900, 2100
_ENGLISH = (
    "January Jan", "February Feb", "March Mar", "April Apr", "May", "June Jun", "July Jul", "August Aug",
    "September Sept Sep", "October Oct", "November Nov", "December Dec",
)  # fmt: skip
_MONTHS = [names.split()[0] for names in _ENGLISH if len(names.split()[0]) > 3]
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
_NUMERALS = str.maketrans("〇○零Ｏ一二三四五六七八九元", "0000123456789" + "1")
_YEAR = r"(?:1[89]|20)\d\d"
_DAY = r"\d{1,2}(?!\d)"
_ORDINAL = r"(?:\s?(?:st|nd|rd|th|er|º|ª|°|[.](?=\s)))?"
_DASH = "-\u2010-\u2015\u2212~～"  # to stand in a character class: hyphens and dashes of every length, minus, tildes
_TO = rf"\s*(?:[{_DASH}/]|to|and|until|through|till|bis|und|au|et|al?|y|e|по|и|do|až|a)\s*"
_OF = r"(?:\s*(?:of|de|del|di|d['’])\s*|\s+|(?=[A-Z]))"
_CJK_TO = rf"\s*(?:[{_DASH}]+|至|到|和|、|から|부터)\s*"
_CJK_DIGITS = "〇○零Ｏ一二三四五六七八九十"

_ISO = re.compile(rf"(?<![\d.])({_YEAR})([-/.])(\d{{1,2}})\2(\d{{1,2}})(?!\d)")
_DOTTED = re.compile(rf"(?<![\d.])(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?({_YEAR})(?!\d)")
_CJK = re.compile(
    rf"(?P<year>\d{{4}}|[{_CJK_DIGITS}]{{4}})\s*[年년]\s*(?P<month>\d{{1,2}}|[{_CJK_DIGITS}]{{1,3}})\s*[月월]"
    rf"(?:\s*(?P<day>\d{{1,2}}|[{_CJK_DIGITS}]{{1,3}})\s*[日号號일]?(?:{_CJK_TO}(?:(?P<month2>\d{{1,2}}|[{_CJK_DIGITS}]{{1,3}})\s*[月월]\s*)?"
    rf"(?P<day2>\d{{1,2}}|[{_CJK_DIGITS}]{{1,3}})\s*[日号號일])?)?"
)
_CJK_HINT = re.compile(rf"(?<![年년\d])\s*(\d{{1,2}}|[{_CJK_DIGITS}]{{1,3}})\s*[月월]\s*(\d{{1,2}}|[{_CJK_DIGITS}]{{1,3}})\s*[日号號일]")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?|\((?:GMT|UTC)[^)]*\)|updated|published|posted|at|on|source|来源|时间|日期|更新|发布", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day|星期[一二三四五六日天]", re.IGNORECASE)
_IN_URL = re.compile(rf"(?<!\d)({_YEAR})[-/]?(0[1-9]|1[0-2])(?:[-/]?(0[1-9]|[12]\d|3[01]))?(?!\d)")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date found in a text: its days, how exact it is, and where it stands (code points, end exclusive)."""

    published_on: date | None
    published_until: date | None
    precision: DatePrecision
    hint: str | None
    start: int
    end: int


def find(text: str, language: str = "en") -> list[Dated]:
    """All dates of `text` in order, months named in English or in `language` (BCP 47). Impossible ones (31 June) are left out.

    >>> [(d.published_on.isoformat(), d.precision) for d in find("from 16-18 June 2009 in Moscow")]
    [('2009-06-16', 'interval')]
    >>> [d.hint for d in find("signed on July 18 a declaration")]
    ['--07-18']
    """
    found: list[Dated] = []
    for dated in _candidates(text, language.split("-")[0].lower()):
        if not any(dated.start < other.end and other.start < dated.end for other in found):
            found.append(dated)
    return sorted(found, key=lambda dated: dated.start)


def is_stamp(line: str, language: str = "en") -> bool:
    """Whether a line is a date and little else: `(Dec 10, 1999)`, `2011-03-10 15:33`, `Updated: June 17, 2025 19:20`."""
    if len(line) > 80 or sum(map(str.isalpha, line)) > 45 or not any(character.isdigit() or character in "年月" for character in line):
        return False
    found = find(line, language)
    if len(found) != 1:
        return False
    rest = line[: found[0].start] + line[found[0].end :]
    return not re.sub(r"[\W\d_]+", "", _WEEKDAY.sub("", _CLOCK.sub("", rest)))


def in_url(url: str) -> Dated | None:
    """The date that a URL's path carries: /202304/t20230421_11063355.html, /2009/06/18/."""
    days = [(found, _day(int(found[1]), int(found[2]), int(found[3]))) for found in _IN_URL.finditer(url) if found[3]]
    for found, day in days:
        if day:
            return Dated(day, None, "day", None, *found.span())
    month = next((found for found in _IN_URL.finditer(url) if not found[3]), None)
    return Dated(date(int(month[1]), int(month[2]), 1), None, "month", None, *month.span()) if month else None


def respelled(text: str) -> str:
    """`text` with the English months put right that are misspelt before a day ("Septmber 10") or a year."""

    def right(found: re.Match[str]) -> str:
        near = get_close_matches(found[0].capitalize(), _MONTHS, 1, 0.8)
        return near[0] if near else found[0]

    return re.sub(r"[A-Za-z]{4,10}(?=\.?\s*,?\s*\d{1,2}(?!\d)|,?\s*(?:19|20)\d\d)", right, text)


def with_year(hint: str, near: date) -> date | None:
    """The day that `hint` ("--07-18") names in the year that brings it nearest to `near`.

    >>> with_year("--12-31", date(2019, 1, 2))
    datetime.date(2018, 12, 31)
    """
    month, day = int(hint[2:4]), int(hint[5:7])
    years = [found for year in (near.year - 1, near.year, near.year + 1) if (found := _day(year, month, day))]
    return min(years, key=lambda found: abs(found - near), default=None)


def _candidates(text: str, language: str) -> Iterator[Dated]:
    """Longest forms first, so that a shorter one inside them is not taken for a date of its own."""
    if any(character.isdigit() for character in text) or "月" in text:
        yield from _numeric(text)
        yield from _cjk(text)
        yield from _named(text, language)


def _numeric(text: str) -> Iterator[Dated]:
    for found in _ISO.finditer(text):
        yield from _dated(found, (int(found[1]), int(found[3]), int(found[4])))
    for found in _DOTTED.finditer(text):
        yield from _dated(found, (int(found[3]), int(found[2]), int(found[1])))


def _cjk(text: str) -> Iterator[Dated]:
    if "月" not in text and "월" not in text:
        return
    for found in _CJK.finditer(text):
        year, month = _number(found["year"]), _number(found["month"])
        if not found["day"]:
            if _day(year, month, 1):
                yield Dated(date(year, month, 1), None, "month", None, *found.span())
            continue
        until = (year, _number(found["month2"] or found["month"]), _number(found["day2"])) if found["day2"] else None
        yield from _dated(found, (year, month, _number(found["day"])), until)
    for found in _CJK_HINT.finditer(text):
        yield from _hinted(found, _number(found[1]), _number(found[2]))


def _named(text: str, language: str) -> Iterator[Dated]:
    grammar = _grammar(language)
    for pattern in grammar.patterns:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            month = grammar.months[parts["month"].lower().rstrip(".")]
            until_month = grammar.months[parts["month2"].lower().rstrip(".")] if parts.get("month2") else month
            day, day2, year = parts.get("day"), parts.get("day2"), parts.get("year")
            if year is None:
                yield from _hinted(found, month, int(day or 0))
            elif day is None:
                yield Dated(date(int(year), month, 1), None, "month", None, *found.span())
            else:
                first = (int(parts.get("year1") or year), month, int(day))
                yield from _dated(found, first, (int(year), until_month, int(day2)) if day2 else None)


def _dated(found: re.Match[str], first: tuple[int, int, int], last: tuple[int, int, int] | None = None) -> Iterator[Dated]:
    start, end = _day(*first), _day(*last) if last else None
    if start and end and start < end:
        yield Dated(start, end, "interval", None, *found.span())
    elif start and (last is None or end == start):
        yield Dated(start, None, "day", None, *found.span())


def _hinted(found: re.Match[str], month: int, day: int) -> Iterator[Dated]:
    if _day(2000, month, day):  # a leap year: 29 February is a day
        yield Dated(None, None, "unknown", f"--{month:02}-{day:02}", *found.span())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if _EARLIEST <= year <= _LATEST else None
    except ValueError:
        return None


def _number(text: str) -> int:
    """一九九九 and 十二 as well as digits."""
    if "十" not in text:
        return int(text.translate(_NUMERALS))
    tens, _, ones = text.partition("十")
    return (int(tens.translate(_NUMERALS)) if tens else 1) * 10 + (int(ones.translate(_NUMERALS)) if ones else 0)


@dataclass(frozen=True)
class _Grammar:
    months: dict[str, int]
    patterns: tuple[re.Pattern[str], ...]


@cache
def _grammar(language: str) -> _Grammar:
    months = {name.lower(): number for number, names in enumerate(_ENGLISH, 1) for name in names.split()}
    folds_case = language not in {"en", "de", "zh", "ja", "ko"}  # where months are written with a capital, "may" is no month
    if folds_case:
        months |= _months_of(language)
    if language == "de":
        months |= _months_of(language)
    names = sorted(months, key=len, reverse=True)
    spelled = names if folds_case else [name.capitalize() for name in names] + [name.upper() for name in names]
    month, month2 = (rf"(?P<{group}>(?:{'|'.join(map(re.escape, spelled))}))(?![a-z])\.?" for group in ("month", "month2"))
    day, day2 = rf"(?<!\d)(?P<day>{_DAY}){_ORDINAL}", rf"(?P<day2>{_DAY}){_ORDINAL}"
    year, year1 = rf"(?P<year>{_YEAR})(?!\d)", rf"(?P<year1>{_YEAR})(?!\d)"
    by, on = r"[\s,.，、]*", r"[\s,，]*"
    begins = r"(?<!\w)" if folds_case else r"(?<![^\W\da-z])(?<!\d)"  # "onMay 22": a capital begins a word
    of_year = r"\s*[,，]?\s*(?:de |del |of )?\s*"
    forms = (
        rf"{begins}{month}{on}{day}(?:{by}{year1})?{_TO}{month2}{on}{day2}{by}{year}",  # June 30 – July 2, 2009
        rf"{begins}{month}{on}{day}{_TO}{day2}{by}{year}",  # June 16-18, 2009
        rf"{day}{_OF}{month}(?:\s*{year1})?{_TO}{day2}{_OF}{month2}{of_year}{year}",  # 30 June – 2 July 2009
        rf"{day}{_TO}{day2}{_OF}{month}{of_year}{year}",  # 16-18 June 2009
        rf"{begins}{month}{on}{day}{by}{year}",  # June 18, 2009
        rf"{day}[{_DASH}\s]*{_OF}{month}[{_DASH}\s]*{of_year}{year}",  # 18 June 2009, 18-Jun-2009
        rf"{begins}(?<!\d ){month}\s*[,，]?\s*(?:of |de |del )?{year}",  # June 2009
        rf"{begins}{month}{on}{day}(?!\s*[,，]?\s*{_YEAR})",  # June 18
        rf"{day}{_OF}{month}(?!\s*[,，]?\s*{_YEAR})",  # 18 June
    )
    return _Grammar(months, tuple(re.compile(form, re.IGNORECASE if folds_case else 0) for form in forms))


def _months_of(language: str) -> dict[str, int]:
    from babel.dates import get_month_names  # only for pages in other languages than English and Chinese
    from babel.localedata import exists

    if not exists(language):
        return {}
    named: dict[str, int] = {}
    for context in _CONTEXTS:
        for names in (get_month_names("abbreviated", context, language), get_month_names("wide", context, language)):
            named |= {name.lower().rstrip("."): number for number, name in names.items()}
    return {name: number for name, number in named.items() if any(character.isalpha() for character in name)}
