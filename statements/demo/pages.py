"""The specimen site's pages: each state rendered in the templates of its era, with listings, robots.txt and the error page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scrapers.source import Listing, Source
from statements.demo.rounds import State
from statements.demo.site import Page
from statements.demo.specimens import HERE, Specimen, SpecimenSource

A_PAGE_LISTS = 3  # statements, so that a handful already needs the paging that real listings have
ROBOTS = b"User-agent: *\nDisallow: /wjb/\nDisallow: /search\n"


def pages_of(state: State, declared: dict[str, Source]) -> dict[str, Page]:
    """Every page of the site by URL; `declared` are the specimen sources as the watcher reads them, by id."""
    pages: dict[str, Page] = {}
    for source in state.sources:
        origin = "https://" + urlsplit(source.listing).netloc
        error = f"{origin}/error.htm"
        pages[error] = Page(_render("error.html", source=source).encode())
        pages[f"{origin}/robots.txt"] = Page(ROBOTS, "text/plain") if source.robots else Page(redirect=error)
        standing = [state.statements[s.id] for s in source.statements if s.id in state.statements]
        for specimen in standing:
            is_away = specimen.id in state.error_pages
            pages[specimen.address] = Page(redirect=error) if is_away else statement_page(source, specimen, source.id in state.refreshed)
        listed = [specimen for specimen in reversed(standing) if specimen.id not in state.unlisted]
        listing = next(entry for entry in declared[source.id].listings if entry.url == source.listing)
        pages |= _listing_pages(source, listing, listed, source.id in state.refreshed)
    return pages


def statement_page(source: SpecimenSource, specimen: Specimen, is_refreshed: bool) -> Page:
    """One statement in its source's template."""
    body = _render(
        f"{source.template}.html",
        source=source,
        statement=specimen,
        passages=[(passage.kind, "\n".join(_lines(passage.text, specimen.wrap))) for passage in specimen.passages],
        section=specimen.section or source.section,
        related=_related(source, is_refreshed),
        is_refreshed=is_refreshed,
        charset="gb2312" if specimen.encoding == "gb18030" else specimen.encoding,
    )
    return Page(body.encode(specimen.encoding))


def _listing_pages(source: SpecimenSource, listing: Listing, listed: Sequence[Specimen], is_refreshed: bool) -> Iterator[tuple[str, Page]]:
    parts = [listed[start : start + A_PAGE_LISTS] for start in range(0, len(listed), A_PAGE_LISTS)]
    for number, part in enumerate(parts):
        url = listing.url
        if number:
            if listing.paging is None:
                raise ValueError(f"{source.id}: the listing has no paging, and {len(listed)} statements need {len(parts)} pages.")
            url = urljoin(listing.url, listing.paging.url.format(page=listing.paging.first + number - 1))
        body = _render(
            f"{source.template}.html", source=source, statement=None, entries=part, count=len(parts), number=number, section=source.section,
            related=_related(source, is_refreshed), is_refreshed=is_refreshed, charset="utf-8",
        )  # fmt: skip
        yield url, Page(body.encode())


def _related(source: SpecimenSource, is_refreshed: bool) -> tuple[str, ...]:
    return source.related[1:] if is_refreshed else source.related[:-1]


def _lines(text: str, columns: int) -> list[str]:
    return textwrap.wrap(text, columns, break_on_hyphens=False) if columns else [text]


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _render(template: str, **what: Any) -> str:
    return _environment().get_template(template).render(what)
