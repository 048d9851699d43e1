"""Index pages, feeds and sitemaps to statement addresses, page after page, only as far as there is something new."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urljoin

from schemas.errors import EmptyListing, ListingError, PageError
from schemas.records import Capture
from scrapers.encoding import decode
from scrapers.feeds import feed_links, is_index, sitemap_links
from scrapers.fetch import BUSY_STATUSES, Fetched, PoliteSession, Validator, validator_of
from scrapers.links import Link, html_links
from scrapers.source import Listing, Source, normalise

SITEMAP_DEPTH = 2  # an index may name indexes; the protocol forbids it, sites do it all the same


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing says of one statement: its URL, and the title and date where it gives them."""

    url: str  # absolute, as the listing links it
    address: str  # normalised by the source's rules
    title: str = ""
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class ListingState:
    """What the next pass over a listing starts from; whoever calls `discover` keeps it."""

    validator: Validator | None = None  # of its first page, as last read well
    is_complete: bool = False  # it has been read to its end once


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a source's listings gave in one pass."""

    listed: tuple[Listed, ...] = ()  # in the listings' order, each address once
    fetched: tuple[Fetched, ...] = ()  # the listings' own captures
    unchanged: tuple[str, ...] = ()  # URLs of listings that answered 304
    errors: tuple[ListingError, ...] = ()  # listings, or further pages of them, that failed while others did not
    states: Mapping[str, ListingState] = field(default_factory=dict)  # by listing URL, for the next pass


@dataclass
class _Pass:
    source: Source
    session: PoliteSession
    is_known: Callable[[str], bool]
    states: dict[str, ListingState]
    listed: dict[str, Listed] = field(default_factory=dict)
    fetched: list[Fetched] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    errors: list[ListingError] = field(default_factory=list)


class _Unanswered(ListingError):
    """No answer came, or one that asks to come back: the page may well be had next time."""


def discover(
    source: Source,
    session: PoliteSession,
    *,
    states: Mapping[str, ListingState] | None = None,
    is_known: Callable[[str], bool] = lambda address: False,
) -> Discovery:
    """Read every listing of `source`.

    A listing that was read to its end before (`states`, the `Discovery.states` of the last pass) is asked for
    conditionally, and read page after page until one holds no address that is not known (`is_known`); any other, until
    its last page or `paging.most` pages. A page that fails costs itself.

    Raises:
        EmptyListing: not one listing gave an address and one of them was read: selectors or filters no longer hold.
        ListingError: no listing could be read.
    """
    state = _Pass(source, session, is_known, dict(states or {}))
    for listing in source.listings:
        before = state.states.get(listing.url, ListingState())
        try:
            state.states[listing.url] = _read(state, listing, before)
        except ListingError as error:
            state.errors.append(error)
            state.states[listing.url] = ListingState(None, before.is_complete)  # asked again in full, so that the error is told again
    if not state.listed and not state.unchanged and state.errors:
        raise next((error for error in state.errors if isinstance(error, EmptyListing)), state.errors[0])
    return Discovery(tuple(state.listed.values()), tuple(state.fetched), tuple(state.unchanged), tuple(state.errors), state.states)


def _read(state: _Pass, listing: Listing, before: ListingState) -> ListingState:
    """One listing with its further pages.

    Raises:
        ListingError: its first page failed; nothing was listed.
    """
    first = _get(state, listing.url, before.validator if before.is_complete else None)
    if first.capture.not_modified:
        state.unchanged.append(listing.url)
        return before
    if listing.kind == "sitemap":
        _take(state, listing, first.capture, _sitemap(state, first, SITEMAP_DEPTH))
        return ListingState(validator_of(first.capture), is_complete=True)
    text, found = _links(listing, first)
    is_new = _take(state, listing, first.capture, found)
    failed = len(state.errors)
    for url in _further_pages(listing, text):
        if before.is_complete and not is_new:
            break
        try:
            fetched = _get(state, url, None)
            is_new = _take(state, listing, fetched.capture, _links(listing, fetched)[1])
        except ListingError as error:
            if not (listing.paging and listing.paging.count):
                break  # nothing says how many pages there are: the first that is missing or empty is past the last
            state.errors.append(error)
            if not isinstance(error, _Unanswered):
                break  # the pages behind it are addressed alike
    unanswered = any(isinstance(error, _Unanswered) for error in state.errors[failed:])
    return ListingState(None if state.errors[failed:] else validator_of(first.capture), is_complete=not unanswered)


def _further_pages(listing: Listing, text: str) -> Iterator[str]:
    """The URLs of the second page and on, as many as the page's own script counts, or as may be tried."""
    paging = listing.paging
    if paging is None:
        return
    total = paging.most
    if paging.count:
        counted = re.search(paging.count, text)
        total = min(int(counted.group(1)), paging.most) if counted else 1
    for number in range(paging.first, paging.first + total - 1):
        yield urljoin(listing.url, paging.url.replace("{page}", str(number)))


def _links(listing: Listing, fetched: Fetched) -> tuple[str, list[Link]]:
    capture, body = fetched.capture, fetched.body or b""
    if listing.kind == "feed":
        return "", list(feed_links(body, capture.final_url))
    try:
        text = decode(body, capture.headers, capture.final_url).text
        return text, html_links(text, capture.final_url, listing)
    except PageError as error:
        raise ListingError(f"The listing {capture.url} cannot be read: {error}") from error


def _sitemap(state: _Pass, fetched: Fetched, depth: int) -> list[Link]:
    body, url = fetched.body or b"", fetched.capture.final_url
    found = list(sitemap_links(body, url))
    if not is_index(body):
        return found
    links: list[Link] = []
    for child in found:
        if depth and state.source.owns_host(child.host):
            try:
                links += _sitemap(state, _get(state, child.url, None), depth - 1)
            except ListingError as error:
                state.errors.append(error)
    return links


def _get(state: _Pass, url: str, validator: Validator | None) -> Fetched:
    """The listing's answer.

    Raises:
        ListingError: there is none that is a page.
    """
    known = validator or Validator()
    fetched = state.session.get(
        url,
        address=normalise(state.source, url),
        etag=known.etag,
        last_modified=known.last_modified,
        body_sha256=known.body_sha256,
        delay=state.source.delay_seconds,
        host_group=state.source.host_group or None,
    )
    state.fetched.extend(fetched.attempts)
    capture = fetched.capture
    if capture.error:
        raise _Unanswered(f"The listing {url} of {state.source.id} cannot be read: {capture.error}")
    if capture.status in BUSY_STATUSES:
        raise _Unanswered(f"The listing {url} of {state.source.id} answered {capture.status}.")
    if capture.status != 200 and not capture.not_modified:
        raise ListingError(f"The listing {url} of {state.source.id} answered {capture.status}.")
    return fetched


def _take(state: _Pass, listing: Listing, capture: Capture, links: list[Link]) -> bool:
    """Keep the links that are the source's; say whether one of them was not known.

    Raises:
        EmptyListing: none is.
    """
    source, taken, is_new = state.source, 0, False
    for link in links:
        if not source.takes(link.url) or (listing.match and not re.search(listing.match, link.url)):
            continue
        taken += 1
        address = normalise(source, link.url)
        if address not in state.listed:
            state.listed[address] = Listed(link.url, address, link.title, link.published_on)
            is_new = is_new or not state.is_known(address)
    if not taken:
        where = f"nothing at {listing.select!r}" if listing.kind == "html" else f"no page in the {listing.kind}"
        found = f"none of its {len(links)} links is an address of the source" if links else where
        raise EmptyListing(f"{source.id}: the listing {capture.url} names no statement ({found}). Look at `listings:` in the source's YAML.")
    return is_new
