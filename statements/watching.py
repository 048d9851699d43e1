"""One conditional look at a source's listings: what they name that was not named before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from schemas.records import digest
from scrapers.fetch import PoliteSession, Validator
from scrapers.listing import ListingState, discover
from scrapers.source import Source, source_named
from statements import settings
from statements.store import Store

REMEMBERED = 2000  # addresses, the latest; the first pages of all of a source's listings hold far fewer


@dataclass(frozen=True, slots=True)
class Watermark:
    """What was seen: marks of the addresses named so far, and each listing's validator."""

    marks: tuple[str, ...] = ()  # short digests of addresses, the latest first
    validators: Mapping[str, Validator] = field(default_factory=dict)

    @classmethod
    def of(cls, plain: Any) -> Watermark:
        """The watermark that `plain` holds; an empty one where it holds none."""
        if not isinstance(plain, Mapping) or "marks" not in plain:
            return cls()
        return cls(tuple(plain["marks"]), {url: Validator(**fields) for url, fields in plain.get("validators", {}).items()})

    def plain(self) -> dict[str, Any]:
        """As JSON, for a state store."""
        return {"marks": list(self.marks), "validators": {url: asdict(validator) for url, validator in self.validators.items()}}


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: the URLs that the listings name for the first time, and the new watermark."""

    news: tuple[str, ...]
    watermark: Watermark


def look(source_id: str, before: Watermark) -> Seen:
    """Ask each listing of the source once, conditionally, as a guest among the fetching tasks of the same host.

    A listing that answers 304 costs its host one request and no body. Only the first page is read: whoever is
    started by the news reads on as far as there is something new. Dropping off a listing is no news.

    Raises:
        StatementsError: no listing could be read.
    """
    source, session = _prepared(source_id)
    states = {listing.url: ListingState(before.validators.get(listing.url), is_complete=True) for listing in source.listings}
    found = discover(source, session, states=states, is_known=lambda address: True)
    validators = {url: state.validator for url, state in found.states.items() if state.validator}
    known = set(before.marks)
    marks = {digest(entry.address)[:16]: entry.url for entry in found.listed}
    news = tuple(url for mark, url in marks.items() if mark not in known)
    kept = tuple(dict.fromkeys([*marks, *before.marks]))[:REMEMBERED]
    return Seen(news, Watermark(kept, validators))


@cache
def _prepared(source_id: str) -> tuple[Source, PoliteSession]:
    """The source and its session, kept for the life of the process that watches."""
    from statements.pipeline import Pipeline

    place = settings.load()
    source = source_named(source_id, place.config)
    return source, Pipeline(source, Store.open(place), place).session()
