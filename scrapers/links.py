"""The links of an index page, with the title and the date that stand beside each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from schemas.errors import ListingError
from scrapers.markup import parse
from scrapers.source import Listing

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_CLIMB = 3  # ancestors looked at for the date beside a link


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a listing gives it; its URL is absolute and bears no fragment that only scrolls."""

    url: str
    title: str = ""
    published_on: date | None = None

    @property
    def host(self) -> str:
        """The host with its port, as in the URL."""
        return urlsplit(self.url).netloc


def html_links(text: str, url: str, listing: Listing) -> list[Link]:
    """The links that `listing.select` finds in the page `text` served at `url`, in order.

    The selector may name the links themselves or what each stands in. A `base href` counts; script and mail links do not.

    Raises:
        ListingError: `listing.select` is not CSS.
        UndecodablePage: the page nests too deep to be read.
    """
    tree = parse(text, url)
    base = tree.css_first("base[href]")
    root = urljoin(url, (base.attributes.get("href") or "").strip()) if base else url
    try:
        nodes = tree.css(listing.select)
    except SelectolaxError as error:
        raise ListingError(f"The listing {listing.url} cannot be read: {listing.select!r} is not a CSS selector.") from error
    crowds = _links_in_ancestors(tree) if listing.published else {}
    links = []
    for node in nodes:
        anchor = node if node.tag == "a" else node.css_first("a[href]")
        href = (anchor.attributes.get("href") or "").strip() if anchor else ""
        target = absolute(root, href)
        if anchor is None or target is None:
            continue
        title = (anchor.attributes.get(listing.title) if listing.title else None) or anchor.text(separator=" ")
        links.append(Link(target, " ".join(title.split()), _published(node, listing, crowds)))
    return links


def absolute(base: str, href: str) -> str | None:
    """The absolute http(s) URL of a link, or None where it leads to no page."""
    if not href or href.startswith("#"):
        return None
    try:
        target = urljoin(base, href)
        parts = urlsplit(target)
    except ValueError:
        return None
    return target if parts.scheme in {"http", "https"} and parts.netloc else None


def day_in(text: str) -> date | None:
    """The first day written year first, such as 2020-07-03, 2020/7/3 or 2020年7月3日.

    >>> day_in("(2020-07-03)")
    datetime.date(2020, 7, 3)
    """
    found = _DAY.search(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _links_in_ancestors(tree: LexborHTMLParser) -> Counter[int]:
    """How many links the near ancestors of each link hold."""
    held: Counter[int] = Counter()
    for anchor in tree.css("a[href]"):
        around = anchor.parent
        for _ in range(2 * _CLIMB):
            if around is None:
                break
            held[around.mem_id] += 1
            around = around.parent
    return held


def _published(node: LexborNode, listing: Listing, crowds: Mapping[int, int]) -> date | None:
    """The date in the text around a link: of the widest ancestor near by that holds no other link."""
    if not listing.published:
        return None
    around = node
    for _ in range(_CLIMB):
        parent = around.parent
        if parent is None or crowds.get(parent.mem_id, 0) > 1:
            break
        around = parent
    found = re.search(listing.published, around.text(separator=" "))
    return day_in(found.group(1) if found.groups() else found.group()) if found else None
