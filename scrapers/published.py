"""When a statement was published: from the page, else its title, else its text, else its URL, else the listing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.records import DateFrom, DatePrecision, Passage
from scrapers import dates
from scrapers.dates import Dated

# A date in prose that belongs to another document or another day: "the Treaty of July 16, 2001", "since 23 May 2008".
_OF_ANOTHER = re.compile(
    r"(?:\b(?:treat(?:y|ies)|agreements?|(?:state|commit)ments?|declarations?|communiqu[eé]s?|protocols?|conventions?|resolutions?|charter|memorand(?:um|a)"
    r"|accords?|pacts?|contracts?|documents?|constitution|laws?|act|framework|plan|talks|summit|anniversary|adopted|ratified|concluded)\b[^.;]{0,80}?"
    r"(?:\bof|\bdated|(?:signed|adopted|issued|concluded|reached|made|released|approved)(?:\s+in\s+[\w’' -]+)?\s+(?:on|in)?)"
    r"|\b(?:since|until|before|after|by|as of|than|every|last|anniversary of)(?:\s+the)?"
    r"|[\"”»》]\s*(?:(?:signed|issued|adopted|concluded)\b[\w ]{0,30}?\s)?(?:on|of|dated)|自|从|《[^》]*》)\W*$",
    re.IGNORECASE,
)
_SIGNED_THEN = re.compile(r"\s*(?:在[^，。]{1,12})?(?:签署|签订|通过|发表|达成|公布|生效)的")
_AHEAD = re.compile(r"\b(?:will|shall|to be held|scheduled|upcoming|due to)\b|将于|将在|拟于", re.IGNORECASE)
_ANNIVERSARY = re.compile(r"anniversary of\W*$|周年", re.IGNORECASE)
_DATELINE = re.compile(r"^\W*(?:[^\W\d_][\w’'. -]{1,40},\s*)?$")
_AFTER_DATELINE = re.compile(r"^\s*(?:[(（][\w ]{2,20}[)）])?\s*(?:--?|—|–|:|：|电)")
_OPENING = 1200  # code points of the first passages in which a statement says when it was made
_SIGNATURE = 120


@dataclass(frozen=True, slots=True)
class Published:
    """A statement's date, as far as the page tells it. An interval has both ends; a month or a year has its first day."""

    on: date | None = None
    until: date | None = None
    precision: DatePrecision = "unknown"
    whence: DateFrom = "none"
    hint: str | None = None  # "--07-18" where the year is not on the page


def published(
    *,
    page: str,
    title: str,
    passages: Sequence[Passage],
    dateline: str = "",
    url: str = "",
    listing: str = "",
    language: str = "en",
    not_after: date | None = None,
) -> Published:
    """The date of a statement, from the first place that tells it.

    A place that names day and month without a year gives a hint; a later place may only add the year to it. A place that
    names a month or a year may be made exact by a later one that falls inside it. Never today's date, never a guess.

    Args:
        page: the text of the page's own date element or stamp.
        dateline: a line of the text that is a date and nothing else.
        not_after: the day of the capture: prose about a later day speaks of the future.
    """
    best = Published()
    places: list[tuple[DateFrom, list[Dated]]] = [("page", dates.find(page[:_OPENING], language)), ("title", _in_title(title, language))]
    for whence, found in places:
        best = _better(best, found, whence)
        if best.precision in {"day", "interval"}:
            return best
    best = _better(best, dates.find(dateline, language) or _in_prose(passages, language, not_after), "text")
    if best.precision in {"day", "interval"}:
        return best
    from_url = dates.in_url(url)
    best = _better(best, [from_url] if from_url else [], "url")
    if best.precision in {"day", "interval"}:
        return best
    return _better(best, dates.find(listing, language), "listing")


def _better(best: Published, found: Sequence[Dated], whence: DateFrom) -> Published:
    """`best`, or what `found` makes of it."""
    exact = next((dated for dated in found if dated.precision in {"day", "interval"}), None)
    if best.precision in {"month", "year"}:
        first = exact.published_on if exact else None
        inside = first and best.on and first.year == best.on.year and (best.precision == "year" or first.month == best.on.month)
        return _as(exact, whence) if exact and inside else best
    if best.hint:
        if exact and exact.published_on and whence in {"url", "listing"}:
            day = dates.with_year(best.hint, exact.published_on)
            near = day is not None and abs(day - exact.published_on).days <= 7
            return Published(day, None, "day", whence) if near else best
        same = next((dated for dated in found if dated.published_on and f"--{dated.published_on:%m-%d}" == best.hint), None)
        return _as(same, whence) if same and whence in {"page", "title"} else best
    chosen = exact or next(iter(found), None)
    return _as(chosen, whence) if chosen else best


def _as(dated: Dated, whence: DateFrom) -> Published:
    return Published(dated.published_on, dated.published_until, dated.precision, whence, dated.hint)


def _in_title(title: str, language: str) -> list[Dated]:
    title = title[:_OPENING]
    found = dates.find(title, language)
    if not found and any(map(str.isdigit, title)):
        title = dates.respelled(title)
        found = dates.find(title, language)
    return [dated for dated in found if not _ANNIVERSARY.search(title[: dated.start])]


def _in_prose(passages: Sequence[Passage], language: str, not_after: date | None) -> list[Dated]:
    """The dateline at the head, the signature at the foot, or the first day that the opening names as its own."""
    if not passages:
        return []
    first = passages[0].text[:_OPENING]
    opening = dates.find(first, language)
    head = [dated for dated in opening[:1] if _DATELINE.match(first[: dated.start]) and _AFTER_DATELINE.match(first[dated.end :])]
    if head:
        return head
    for passage in reversed(passages[-2:]):
        if len(passage.text) <= _SIGNATURE and len(passages) > 2:
            signed = [dated for dated in dates.find(passage.text, language) if dated.published_on and _is_signature(passage.text, dated)]
            if signed:
                return signed
    own = [dated for dated in opening if _is_own(first, dated, not_after)]
    if not own and len(first) < 200 and len(passages) > 1:
        second = passages[1].text[:_OPENING]
        own = [dated for dated in dates.find(second, language) if _is_own(second, dated, not_after)]
    days = [dated for dated in own if dated.precision in {"day", "interval"}]
    hints = [dated for dated in own if dated.hint]
    if days and hints and hints[0].start < days[0].start:
        return hints[:1]
    return days[:1] or hints[:1]


def _is_own(text: str, dated: Dated, not_after: date | None) -> bool:
    """Whether a date in prose is the statement's own, as far as the words before it show."""
    if dated.precision in {"month", "year"} or (dated.published_on and not_after and dated.published_on > not_after):
        return False
    sentence = text[: dated.start].rsplit(". ", 1)[-1]
    rest = text[dated.end :].split(". ", 1)[0]
    quoted = sentence.count("“") > sentence.count("”") or sentence.count('"') % 2 == 1 or sentence.count("《") > sentence.count("》")
    return not (quoted or _OF_ANOTHER.search(sentence) or _SIGNED_THEN.match(rest) or _AHEAD.search(sentence) or _AHEAD.search(rest))


def _is_signature(text: str, dated: Dated) -> bool:
    """`Moscow, 17 June 2009`, `Done in Beijing on July 18, 2000`: few words and no verb of a sentence."""
    rest = (text[: dated.start] + text[dated.end :]).strip(" .,()")
    return len(rest.split()) <= 8 and not re.search(r"\b(?:is|are|was|were|will|shall|has|have|had)\b", rest)
