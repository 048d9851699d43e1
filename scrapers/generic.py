"""A page of no known source: trafilatura finds the text, for `read` and `diff`; the store takes no such reading."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from schemas.errors import LayoutChanged
from scrapers.layout import first_text
from scrapers.text import Block, Found, fold

_TITLES = ("h1", "meta[property='og:title']", "title")
_DATES = ("meta[property='article:published_time']", "time[datetime]", "meta[name='date']", "meta[name=PubDate]", "time")
_KINDS = re.compile(r"^(?:(#{1,6})\s+|(?:[-*]\s+))")


def find(text: str, page: LexborHTMLParser, url: str | None) -> Found:
    """Title (empty where the page has none), date and blocks of any page.

    Raises:
        LayoutChanged: no text of any length stands out from the page.
    """
    import trafilatura  # a second to import, and needed for strangers only

    taken = trafilatura.extract(
        text, url=url, output_format="markdown", include_tables=True, include_comments=False, include_formatting=True, fast=True
    )
    blocks = tuple(_block(paragraph) for paragraph in re.split(r"\n+", taken or "") if paragraph.strip())
    title = first_text(page, _TITLES)
    if not blocks or not title:
        what = "no title" if blocks else "no text"
        raise LayoutChanged(
            f"{url or 'The page'} belongs to no declared source, and the generic reader finds {what} on it.", url, "title" if blocks else "body"
        )
    if fold(blocks[0].lines[0]) == title:
        blocks = blocks[1:] or blocks
    return Found(title, blocks, _published(page))


def _block(paragraph: str) -> Block:
    """One line of trafilatura's Markdown."""
    marked = _KINDS.match(paragraph)
    words = fold(re.sub(r"\*\*|__|(?<!\w)[*_]|[*_](?!\w)", "", paragraph[marked.end() :] if marked else paragraph))
    return Block((words,), ("heading" if marked[1] else "list_item") if marked else None)


def _published(page: LexborHTMLParser) -> str:
    for selector in _DATES:
        node = page.css_first(selector)
        said = (node.attributes.get("datetime") or node.attributes.get("content") or node.text()) if node else ""
        if said:
            return fold(said)[:40]
    return ""
