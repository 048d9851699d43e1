"""What is held back: readings that failed their expectations and pages that were not understood, with the reason; and trying them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import StatementsError
from schemas.records import Wording
from scrapers.source import source_named
from statements import settings
from statements import tables as t
from statements.extracting import wording_of
from statements.pipeline import Pipeline
from statements.store import Store, chunks
from statements.vitals import MENDABLE, note_mended

REFUSED = (*MENDABLE, "half_loaded", "blocked", "error_page")
"""Those, and the pages that said themselves that they are no statement."""


@dataclass(frozen=True, slots=True)
class Held:
    """One capture that became no version, and why."""

    id: str  # the capture's
    source: str
    address: str
    url: str
    captured_at: datetime
    via: str
    body_sha256: str
    verdict: str
    message: str
    selector: str | None
    findings: tuple[Mapping[str, Any], ...]  # expectation, column, value, sentence
    layout: str | None
    extractor: str
    recorded_at: datetime
    wording: Wording | None  # what was read, where something was

    def told(self) -> dict[str, Any]:
        """As plain JSON."""
        wording = self.wording
        return {
            "id": self.id,
            "source": self.source,
            "address": self.address,
            "url": self.url,
            "captured_at": self.captured_at.isoformat(),
            "via": self.via,
            "sha256": self.body_sha256,
            "verdict": self.verdict,
            "message": self.message,
            "selector": self.selector,
            "findings": [dict(finding) for finding in self.findings],
            "layout": self.layout,
            "extractor": self.extractor,
            "recorded_at": self.recorded_at.isoformat(),
            "title": wording.title if wording else None,
            "published_on": wording.published_on.isoformat() if wording and wording.published_on else None,
        }


@dataclass(frozen=True, slots=True)
class Replayed:
    """What trying again came to."""

    tried: int
    accepted: tuple[str, ...]  # ids of captures that are held back no longer
    held: tuple[str, ...]
    failed: tuple[tuple[str, str], ...] = ()  # (source, sentence) of sources that could not be tried

    def told(self) -> dict[str, Any]:
        """As plain JSON."""
        failed = [{"where": where, "error": error} for where, error in self.failed]
        return {"tried": self.tried, "accepted": list(self.accepted), "held": list(self.held), "failed": failed}


def held(connection: Connection, source: str | None = None, verdicts: Sequence[str] = MENDABLE) -> list[Held]:
    """What is held back now, by source, the latest capture first.

    A capture counts by its latest reading alone: what a replay has accepted is not here.
    """
    wanted = [t.reading.c.verdict.in_(list(verdicts)), t.reading.c.is_current]
    if source:
        wanted.append(t.address.c.source == source)
    return list(_held(connection, sa.and_(*wanted)))


def held_one(connection: Connection, reference: str) -> Held:
    """One held capture, by its id, the start of it, or its address (the latest of several).

    Raises:
        StatementsError: nothing that is held back goes by that name, or more than one id begins so.
    """
    named = sa.or_(t.capture.c.id.startswith(reference, autoescape=True), t.capture.c.address == reference, t.capture.c.url == reference)
    found = list(_held(connection, sa.and_(t.reading.c.verdict.in_(REFUSED), t.reading.c.is_current, named)))
    if not found:
        raise StatementsError(f"Nothing that is held back is called {reference}; `statements quarantine --all` lists all of it.")
    if len({one.address for one in found}) > 1:
        raise StatementsError(f"{len(found)} held captures are called {reference}; give more of the id.")
    return found[0]


def replay(store: Store, place: settings.Settings, waiting: Sequence[Held]) -> Replayed:
    """Try held captures again by today's layouts and expectations; what passes takes its place in time.

    A source whose declaration is missing or wrong fails alone. Harmless to repeat.
    """
    by_source: dict[str, list[str]] = defaultdict(list)
    for one in waiting:
        by_source[one.source].append(one.id)
    failed = []
    for source, ids in sorted(by_source.items()):
        try:
            Pipeline(source_named(source, place.config), store, place).replay(ids)
            with store.writing() as connection:
                note_mended(connection, source)
        except StatementsError as error:
            failed.append((source, str(error)))
    still = _still_held(store, [one.id for one in waiting])
    accepted = tuple(one.id for one in waiting if one.id not in still)
    return Replayed(len(waiting), accepted, tuple(one.id for one in waiting if one.id in still), tuple(failed))


def _held(connection: Connection, wanted: sa.ColumnElement[bool]) -> Iterator[Held]:
    r, c, e = t.reading.c, t.capture.c, t.extraction.c
    joined = (
        t.reading.join(t.capture, c.id == r.capture_id)
        .join(t.address, t.address.c.key == r.address)
        .join(t.extraction, e.id == r.extraction_id)
        .outerjoin(t.wording, t.wording.c.id == e.wording_id)
    )
    columns = (
        *(c.id, t.address.c.source, r.address, c.url, r.captured_at, c.via, r.body_sha256, r.verdict, e.evidence, e.layout, e.extractor),
        *(r.recorded_at, e.wording_id, t.wording.c.title, t.wording.c.passages, t.wording.c.language, t.wording.c.published_on),
        *(t.wording.c.published_until, t.wording.c.document_type, t.wording.c.parties),
    )
    query = sa.select(*columns).select_from(joined).where(wanted).order_by(t.address.c.source, r.captured_at.desc(), c.id)
    for row in connection.execute(query):
        yield Held(
            id=row.id,
            source=row.source,
            address=row.address,
            url=row.url,
            captured_at=row.captured_at,
            via=row.via,
            body_sha256=row.body_sha256,
            verdict=row.verdict,
            message=row.evidence.get("message", ""),
            selector=row.evidence.get("selector"),
            findings=tuple(row.evidence.get("findings", ())),
            layout=row.layout,
            extractor=row.extractor,
            recorded_at=row.recorded_at,
            wording=wording_of(row) if row.wording_id else None,
        )


def _still_held(store: Store, ids: Sequence[str]) -> set[str]:
    still: set[str] = set()
    with store.reading() as connection:
        for part in chunks(list(ids)):
            r = t.reading.c
            still.update(connection.execute(sa.select(r.capture_id).where(r.capture_id.in_(part), r.is_current, r.verdict.in_(REFUSED))).scalars())
    return still
