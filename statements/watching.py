"""One conditional look at a source's listings: what they name that was not named before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from schemas import declarations
from schemas.records import digest
from scrapers.fetch import PoliteSession, Validator
from scrapers.listing import ListingState, discover
from scrapers.source import PACKAGED, Source, source_named
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
    source, session = _prepared(source_id, settings.load())
    states = {listing.url: ListingState(before.validators.get(listing.url), is_complete=True) for listing in source.listings}
    found = discover(source, session, states=states, is_known=lambda address: True)
    validators = {url: state.validator for url, state in found.states.items() if state.validator}
    known = set(before.marks)
    marks = {digest(entry.address)[:16]: entry.url for entry in found.listed}
    news = tuple(url for mark, url in marks.items() if mark not in known)
    kept = tuple(dict.fromkeys([*marks, *before.marks]))[:REMEMBERED]
    return Seen(news, Watermark(kept, validators))


_kept: dict[str, tuple[Path, str, settings.Settings, Source, PoliteSession]] = {}


def _prepared(source_id: str, place: settings.Settings) -> tuple[Source, PoliteSession]:
    """The source and its session, kept by the process that watches for as long as the declaration stays as it is."""
    from statements.pipeline import Pipeline

    path = declarations.found("sources", PACKAGED, place.config).get(source_id)
    kept = _kept.get(source_id)
    if kept and path == kept[0] and place == kept[2] and declarations.file_sha256(kept[0]) == kept[1]:
        return kept[3:]
    source = source_named(source_id, place.config)
    session = Pipeline(source, Store.open(place), place).session()
    _kept[source_id] = (source.path or Path(), source.sha256, place, source, session)
    return source, session
