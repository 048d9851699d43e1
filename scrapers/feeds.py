"""RSS, Atom and sitemaps to links, element by element, with no entity ever expanded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO

from lxml import etree

from schemas.errors import ListingError
from scrapers.links import Link, absolute
from scrapers.unpack import Body, BodyBroken, BodyRefused

_ENTRIES = frozenset({"item", "entry"})
_PLACES = frozenset({"url", "sitemap"})


def feed_links(body: bytes, url: str) -> Iterator[Link]:
    """The entries of an RSS or Atom feed, in its order.

    Raises:
        ListingError: not XML, or XML that declares entities.
    """
    for entry in _elements(body, url, _ENTRIES):
        href = title = day = ""
        for child in entry:
            name = _local(child)
            if name == "link" and child.get("rel", "alternate") == "alternate":
                href = href or child.get("href") or _text(child)
            elif name in {"guid", "id"} and child.get("isPermaLink") != "false" and _text(child).startswith("http"):
                href = href or _text(child)
            elif name == "title":
                title = _text(child)
            elif name in {"pubDate", "published", "date", "issued"} or (name == "updated" and not day):
                day = _text(child)
        target = absolute(url, href)
        if target:
            yield Link(target, title, _day(day))


def sitemap_links(body: bytes, url: str) -> Iterator[Link]:
    """The places that a sitemap names, or the sitemaps that a sitemap index does; gzip is unpacked within bounds.

    The date is a news sitemap's publication date; `lastmod` is about the page, not the statement.

    Raises:
        ListingError: not XML, XML that declares entities, or gzip that unpacks to too much.
    """
    for place in _elements(unpacked(body, url), url, _PLACES):
        named = {_local(child): _text(child) for child in place.iter() if isinstance(child.tag, str)}
        target = absolute(url, named.get("loc", ""))
        if target:
            yield Link(target, named.get("title", ""), _day(named.get("publication_date", "")))


def is_index(body: bytes, url: str = "") -> bool:
    """Whether a sitemap names other sitemaps rather than pages."""
    return b"<sitemapindex" in unpacked(body, url)[:4096].replace(b"\0", b"")


def unpacked(body: bytes, url: str) -> bytes:
    """The body, out of the gzip in which sitemaps are often kept.

    Raises:
        ListingError: it breaks off or unpacks to too much.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    content = Body("gzip")
    try:
        content.feed(body)
        return content.finish()
    except (BodyBroken, BodyRefused) as error:
        raise ListingError(f"The listing {url} cannot be read: {error}") from error


def _elements(body: bytes, url: str, names: frozenset[str]) -> Iterator[etree._Element]:
    """Each element of these names once it is whole; what was read is let go, so that memory stays flat."""
    events = etree.iterparse(
        BytesIO(body.lstrip()), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    is_first = True
    try:
        for event, element in events:
            if is_first:
                _refuse_entities(element, url)
                is_first = False
            if event == "end" and isinstance(element.tag, str) and _local(element) in names:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise ListingError(f"The listing {url} is not XML that can be read: {error}.") from error
    if is_first:
        raise ListingError(f"The listing {url} is not XML: it holds no element.")


def _refuse_entities(element: etree._Element, url: str) -> None:
    declared = element.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise ListingError(f"The listing {url} declares XML entities, which no feed or sitemap needs; it is not read.")


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext(with_tail=False)).split())


def _day(text: str) -> date | None:
    """The day of an RFC 3339 or RFC 822 time, as its own zone counts days."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError):
        return None
