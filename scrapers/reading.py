"""A stored body to a reading: decode, find the layout of its date, take the page apart, tell its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from schemas.errors import LayoutChanged
from schemas.records import Reading, Wording, digest
from scrapers import dates, generic, plain
from scrapers.encoding import Decoded, decode
from scrapers.kinds import document_type, parties
from scrapers.language import language_of
from scrapers.layout import READING_VERSION, extractor_of, layout_for
from scrapers.markup import parse
from scrapers.published import published
from scrapers.source import LayoutRule, Source
from scrapers.suspicion import LARGELY, MOSTLY, SHORT_STATEMENT, by_words, mostly, refusal_of
from scrapers.text import Found, passages, suspected_truncations

_MARKUP = re.compile(r"<(?:!doctype|html|head|body|div|p|table|td|title|br|span|h[1-6]|meta)\b", re.IGNORECASE)
_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_END_OF_PAGE = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)


def read(
    body: bytes,
    *,
    source: Source | None,
    url: str | None = None,
    captured_at: datetime | None = None,
    headers: Sequence[tuple[str, str]] = (),
    layout: str | None = None,
    listing_date: str = "",
) -> Reading:
    """What the layout of that date takes from a page.

    The layout in force on the capture's date is tried first, then its neighbours in time: archives keep pages that a redesign
    never reached. One that holds out of its time is flagged `layout_out_of_date`. Without a source the generic reader reads, whose
    readings the store does not accept; a source without layouts is one of extracted text.

    Args:
        headers: the response's, as received; Content-Type helps to decode.
        layout: the name of the one layout to try.
        listing_date: what the listing says about the date, used when the page says nothing.

    Raises:
        LayoutChanged: no layout holds; holds the selector that found nothing.
        BlockedPage, ErrorPage: the page is no statement but says why; an empty body is an error page.
        UndecodablePage: the bytes are no text.
    """
    decoded = decode(body, headers, url)
    marked_up = _MARKUP.search(decoded.text)
    if source is not None and source.layouts and not marked_up:
        raise LayoutChanged(f"{url or 'The body'} is text without markup, and {source.id} publishes pages.", url, source.layouts[-1].select[0])
    if source is not None and not source.layouts and _PAGE.match(decoded.text):
        raise LayoutChanged(f"{url or 'The body'} is a page, and {source.id} reads extracted text; name the page's own source.", url)
    if not (source.layouts if source else marked_up):
        return read_text(decoded.text, source=source, url=url, captured_at=captured_at, listing_date=listing_date)
    flags = [*_decoding_flags(decoded), *(() if _END_OF_PAGE.search(body[-4096:]) else ("unfinished_page",))]
    page = parse(decoded.text, url)
    about = _Capture(source, url, captured_at, listing_date, _canonical(page, url))
    if source is None:
        suspicion = by_words(body, None)
        if suspicion:
            raise refusal_of(suspicion, url or "The page")
        found = generic.find(decoded.text, page, url)
        return _reading(about, found, "generic", digest("generic", READING_VERSION), flags)
    try:
        rule, found = _by_layout(page, about, layout)
    except LayoutChanged as error:
        suspicion = by_words(body, source)
        raise refusal_of(suspicion, url or "The page") if suspicion else error from error
    if captured_at and rule is not next(_nearest(source.layouts, captured_at)):
        flags.append("layout_out_of_date")
    return _reading(about, _without_dateline(found, source.language), rule.name, extractor_of(rule, source.language), flags)


def read_text(
    text: str,
    *,
    source: Source | None = None,
    url: str | None = None,
    captured_at: datetime | None = None,
    listing_date: str = "",
) -> Reading:
    """What an extracted text says: navigation cut away, hard wraps undone. The layout's name is `text`.

    Raises:
        LayoutChanged: there is no title followed by a statement.
        BlockedPage, ErrorPage: the text says that it is none.
    """
    language = source.language if source else "en"
    about = _Capture(source, url, captured_at, listing_date)
    try:
        found = plain.take_apart(text, language_of(text, language))
    except LayoutChanged as error:
        suspicion = mostly(text, LARGELY)
        raise refusal_of(suspicion, url or "The page") if suspicion else LayoutChanged(f"{url or 'The text'}: {error}", url) from error
    return _reading(about, found, "text", digest("text", language, READING_VERSION), extracted=True)


@dataclass(frozen=True, slots=True)
class _Capture:
    """What is known of a page before it is read."""

    source: Source | None
    url: str | None
    captured_at: datetime | None
    listing_date: str = ""
    canonical_url: str | None = None


def _by_layout(page: LexborHTMLParser, about: _Capture, name: str | None) -> tuple[LayoutRule, Found]:
    """The first layout that holds, and what it finds; else the error of the one that should have held."""
    source = about.source
    assert source is not None
    rules = [rule for rule in _nearest(source.layouts, about.captured_at) if name in {None, rule.name}]
    if not rules:
        raise LayoutChanged(f"{source.id} has no layout {name!r}; it has {', '.join(rule.name for rule in source.layouts)}.", about.url)
    failed: list[LayoutChanged] = []
    for rule in rules:
        try:
            return rule, layout_for(rule, source).find(page)
        except LayoutChanged as error:
            failed.append(error)
    told = "; ".join(map(str, failed))
    raise LayoutChanged(f"{about.url or 'The page'} is not understood: {told}. Add a layout to {source.id}.yml.", about.url, failed[0].selector)


def _nearest(rules: Sequence[LayoutRule], captured_at: datetime | None) -> Iterator[LayoutRule]:
    """The layout in force on the capture's day, then its neighbours; without a day the newest first."""
    day = captured_at.date() if captured_at else None
    in_force = next((n for n, rule in enumerate(rules) if rule.until is None or (day and day <= rule.until)), len(rules) - 1)
    return (rules[number] for number in sorted(range(len(rules)), key=lambda number: abs(number - in_force)))


def _reading(about: _Capture, found: Found, layout: str, extractor: str, flags: Sequence[str] = (), extracted: bool = False) -> Reading:
    """Tell the parts of what was found."""
    source = about.source
    told, wrapped = passages(found.blocks, extracted)
    text = "\n".join(passage.text for passage in told)
    if not told:
        raise LayoutChanged(f"{about.url or 'The page'} holds no words where the statement should be.", about.url)
    suspicion = mostly(text, MOSTLY) if len(text) <= SHORT_STATEMENT else None
    if suspicion:
        raise refusal_of(suspicion, about.url or "The page")
    language = language_of(text, source.language if source else "en")
    dated = published(
        page=found.published,
        title=found.title,
        passages=told,
        dateline=found.dateline,
        url=about.url or "",
        listing=about.listing_date,
        language=language,
        not_after=about.captured_at.date() if about.captured_at else None,
    )
    kind = document_type(found.title, told)
    cut = suspected_truncations(told, wrapped)
    return Reading(
        source=source.id if source else None,
        layout=layout,
        extractor=extractor,
        url=about.url or "",
        captured_at=about.captured_at,
        wording=Wording(
            title=found.title,
            passages=told,
            language=language,
            published_on=dated.on,
            published_until=dated.until,
            document_type=kind,
            parties=parties(kind, found.title, told, source.country if source else None),
        ),
        date_precision=dated.precision,
        date_from=dated.whence,
        date_hint=dated.hint,
        boilerplate=found.boilerplate,
        flags=(*flags, *(["untitled"] if not found.title else []), *(["suspected_truncation"] if cut else [])),
        truncated_passages=cut,
        canonical_url=about.canonical_url,
        notes=_LIBRARIES,
    )


def _without_dateline(found: Found, language: str) -> Found:
    """Old pages print "(Dec 10, 1999)" as the first line of the text: it dates the statement and is no part of it."""
    first = found.blocks[0]
    if len(found.blocks) < 2 or len(first.lines) > 1 or not dates.is_stamp(first.lines[0], language):
        return found
    return replace(found, blocks=found.blocks[1:], dateline=first.lines[0])


def _canonical(page: LexborHTMLParser, url: str | None) -> str | None:
    link = page.head.css_first("link[rel=canonical]") if page.head else None
    href = (link.attributes.get("href") or "").strip() if link else ""
    return urljoin(url or "", href) if href else None


def _decoding_flags(decoded: Decoded) -> list[str]:
    return [*(["damaged_characters"] if decoded.damaged else []), *(["encoding_detected"] if decoded.how == "detected" else [])]


_LIBRARIES = tuple(f"{name} {version(name)}" for name in ("beautifulsoup4", "selectolax", "lxml"))
