"""Hold a source to its declaration: does it parse, do its fixtures read as expected, does the site still match."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from schemas.errors import DeclarationError, PageError, StatementsError
from scrapers.fetch import PoliteSession
from scrapers.listing import discover
from scrapers.reading import read
from scrapers.source import Source, load_sources
from statements.fixtures import differences, fixtures_of
from statements.settings import CHECKOUT, Settings

Outcome = Literal["ok", "failed", "unverified"]
FIXTURES = CHECKOUT / "tests" / "pages"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked on one source."""

    source: str
    what: str  # declaration, verified, fixture <name>, listings, page
    outcome: Outcome
    detail: str = ""


def declarations(config: Path | None) -> tuple[tuple[Source, ...], list[Finding]]:
    """The sources that can be read, and a finding for each that cannot."""
    wrong: list[Finding] = []

    def note(name: str, error: DeclarationError) -> None:
        wrong.append(Finding(name, "declaration", "failed", str(error)))

    return load_sources(config, note), wrong


def check(source: Source, config: Path | None) -> Iterator[Finding]:
    """What can be held against a source without its site."""
    yield Finding(source.id, "declaration", "ok", str(source.path))
    unseen = [f"layout {rule.name}" for rule in source.layouts if not rule.verified] + [
        listing.url for listing in source.listings if not listing.verified
    ]
    if unseen:
        yield Finding(source.id, "verified", "unverified", f"nobody has seen these work: {', '.join(unseen)}")
    shown: set[str | None] = set()
    for fixture in fixtures_of(source.id, *([config / "pages"] if config else []), FIXTURES):
        differing = differences(fixture, source)
        shown.add(fixture.layout)
        yield Finding(source.id, f"fixture {fixture.path.stem}", "failed" if differing else "ok", "; ".join(differing))
    without = [rule.name for rule in source.layouts if rule.name not in shown]
    if without:
        yield Finding(source.id, "fixtures", "unverified", f"no page shows layout {', '.join(without)}")


def check_store(place: Settings, names: Collection[str]) -> Iterator[Finding]:
    """How the sources do in the store: last polled, last changed, what is due, how long to the mail. Nothing where there is no store yet."""
    from statements.store import Store, now
    from statements.vitals import vitals

    if place.is_sqlite and not Path(place.database_url.removeprefix("sqlite:///")).exists():
        return
    try:
        with Store.open(place).reading() as connection:
            found = vitals(connection, place.config, now())
    except StatementsError as error:
        yield Finding("store", "store", "failed", str(error))
        return
    for vital in found:
        if vital.last_polled_at and (not names or vital.health.source in names):
            wait = f"{vital.minutes_to_outbox:.1f} min from capture to mail" if vital.minutes_to_outbox is not None else "no mail yet"
            changed = f"{vital.last_changed_at:%Y-%m-%d %H:%M}" if vital.last_changed_at else "never"
            told = f"polled {vital.last_polled_at:%Y-%m-%d %H:%M}, changed {changed}, {vital.due} due, {wait}"
            ailing = "; ".join(ailment.sentence for ailment in vital.health.ailments)
            yield Finding(vital.health.source, "store", "failed" if vital.health.state == "failing" else "ok", f"{told}. {ailing}".strip())


def check_live(source: Source, place: Settings) -> Iterator[Finding]:
    """Read the source's listings, and the first statement that each names, as they stand on the site now. Nothing is stored."""
    if not source.listings:
        return
    if not place.contact:
        raise StatementsError("A live check goes out to the ministry's site: set STATEMENTS_CONTACT to an address for its User-Agent.")
    with PoliteSession(place.contact, allow_private=place.allow_private_addresses, routes=place.routes) as session:
        try:
            found = discover(source, session, is_known=lambda _: True)  # one page of each listing
        except StatementsError as error:
            yield Finding(source.id, "listings", "failed", str(error))
            return
        wrong = "; ".join(map(str, found.errors))
        yield Finding(source.id, "listings", "failed" if wrong else "ok", wrong or f"{len(found.listed)} statements named")
        for listed in found.listed[:1]:
            fetched = session.get(listed.url, delay=source.delay_seconds, host_group=source.host_group)
            capture = fetched.capture
            try:
                reading = read(fetched.body or b"", source=source, url=listed.url, captured_at=capture.captured_at, headers=capture.headers)
            except PageError as error:
                yield Finding(source.id, "page", "failed", capture.error or str(error))
            else:
                yield Finding(source.id, "page", "ok", f"{reading.wording.title!r} by layout {reading.layout}")
