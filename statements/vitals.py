"""The facts of a source's health: kept with each settled batch, gathered for the health DAG and `statements check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import DeclarationError
from schemas.findings import BatchFinding
from scrapers.source import Source, load_sources
from statements import tables as t
from statements.extracting import Judged
from statements.health import Facts, Health, Share, Thresholds, health
from statements.store import insert

FILLED = ("published_on", "title")
MENDABLE = ("quarantined", "layout_changed", "undecodable")
"""Verdicts that a mended declaration can change."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """A source's health with what the operator asks beside it."""

    health: Health
    last_polled_at: datetime | None
    last_changed_at: datetime | None
    due: int  # addresses due for a visit now
    minutes_to_outbox: float | None  # median, from first capture to the outbox row, of the latest alerts


def note_batch(
    connection: Connection, source: Source, judged: Sequence[Judged], findings: Sequence[BatchFinding], *, versions: int, at: datetime
) -> None:
    """Keep what a settled batch says of its source's health."""
    row = connection.execute(sa.select(t.source_state).where(t.source_state.c.source == source.id)).first()
    kept: dict[str, Any] = dict(row.health) if row else {}
    wordings = [j.extraction.wording for j in judged if j.extraction and j.extraction.wording]
    fill = {column: [len(wordings), sum(bool(getattr(w, column)) for w in wordings)] for column in FILLED} if wordings else {}
    usual = kept.get("usual_fill", {})
    for column, (of, hits) in kept.get("fill", {}).items():
        before = usual.get(column, [0, 0])
        usual[column] = [before[0] + of, before[1] + hits]
    verdicts = Counter("not_modified" if j.verdict == "ok" and j.capture.not_modified else j.verdict for j in judged)
    kept |= {"verdicts": dict(verdicts), "findings": [asdict(f) for f in findings], "usual_fill": usual, "selectors": _selectors(source, judged)}
    if fill:
        kept["fill"] = fill
    values: dict[str, Any] = {"health": kept}
    if any(j.verdict in {"ok", "gone", "moved"} for j in judged):
        values["last_success_at"] = at
    if versions:
        values["last_changed_at"] = at
    state = insert(connection, t.source_state).values(source=source.id, listings={}, **values)
    connection.execute(state.on_conflict_do_update(index_elements=["source"], set_=values))


def note_mended(connection: Connection, source: str) -> None:
    """Forget what the last batch's pages suffered from, once nothing of the source is held back any more that mending can help."""
    a, r = t.address.c, t.reading.c
    held = sa.select(r.id).join(t.address, a.key == r.address).where(a.source == source, r.is_current, r.verdict.in_(MENDABLE))
    kept = connection.execute(sa.select(t.source_state.c.health).where(t.source_state.c.source == source)).scalar()
    if not kept or connection.execute(held.limit(1)).first():
        return
    well = {
        "verdicts": {verdict: count for verdict, count in kept.get("verdicts", {}).items() if verdict not in MENDABLE},
        "selectors": {selector: share for selector, share in kept.get("selectors", {}).items() if share[1]},
    }
    connection.execute(sa.update(t.source_state).where(t.source_state.c.source == source).values(health={**kept, **well}))


def newest_on(connection: Connection, source: str) -> date | None:
    """The newest day on which the source published a statement that the store has."""
    query = (
        sa.select(sa.func.max(t.wording.c.published_on))
        .join(t.version, t.version.c.wording_id == t.wording.c.id)
        .join(t.address, t.address.c.key == t.version.c.address)
        .where(t.address.c.source == source)
    )
    found: date | None = connection.execute(query).scalar()
    return found


def _selectors(source: Source, judged: Sequence[Judged]) -> dict[str, list[int]]:
    """How many of the bodies read just now each selector that must match was tried on, and in how many it matched."""
    rules = {rule.name: rule for rule in source.layouts}
    tried: dict[str, list[int]] = {}
    for one in judged:
        extraction = one.extraction
        if extraction is None:
            continue
        missing = extraction.evidence.get("selector") if extraction.verdict == "layout_changed" else None
        if missing:
            tried.setdefault(missing, [0, 0])[0] += 1
        elif extraction.layout in rules:
            for selectors in (rules[extraction.layout].select, rules[extraction.layout].title):
                share = tried.setdefault(selectors[0], [0, 0])
                share[0], share[1] = share[0] + 1, share[1] + 1
    return tried


def vitals(connection: Connection, config: Path | None, at: datetime) -> list[Vitals]:
    """The health of every declared source, also of those whose declaration is wrong."""
    mistakes: dict[str, DeclarationError] = {}
    sources = load_sources(config, on_error=mistakes.__setitem__)
    well = [_of_source(connection, source, at) for source in sources if source.listings]
    wrong = [Vitals(health(Facts(name, at, mistake=str(error))), None, None, 0, None) for name, error in sorted(mistakes.items())]
    return sorted([*well, *wrong], key=lambda v: v.health.source)


def _of_source(connection: Connection, source: Source, at: datetime) -> Vitals:
    row = connection.execute(sa.select(t.source_state).where(t.source_state.c.source == source.id)).first()
    kept: Mapping[str, Any] = row.health if row else {}
    a, r = t.address.c, t.reading.c
    quarantined = connection.execute(
        sa.select(sa.func.count())
        .select_from(t.reading.join(t.address, a.key == r.address))
        .where(a.source == source.id, r.is_current, r.verdict == "quarantined")
    ).scalar_one()
    due = connection.execute(
        sa.select(sa.func.count()).select_from(t.address).where(a.source == source.id, a.is_living, a.next_due_at <= at)
    ).scalar_one()
    facts = Facts(
        source=source.id,
        at=at,
        last_success_at=_last_success(connection, row) if row else None,
        newest_on=newest_on(connection, source.id),
        selectors={selector: Share(*share) for selector, share in kept.get("selectors", {}).items()},
        fill={column: Share(*share) for column, share in kept.get("fill", {}).items()},
        usual_fill={column: Share(*share) for column, share in kept.get("usual_fill", {}).items()},
        verdicts=kept.get("verdicts", {}),
        quarantined=quarantined,
        batch_findings=tuple(BatchFinding(**finding) for finding in kept.get("findings", [])),
    )
    return Vitals(
        health(facts, Thresholds.of(source.expect)),
        row.last_polled_at if row else None,
        row.last_changed_at if row else None,
        due,
        _delay(connection, source.id),
    )


def _last_success(connection: Connection, state: Any) -> datetime | None:
    """When a run last ended well: a batch was accepted, or the listings were read and nothing was left to do."""
    b = t.batch.c
    waiting = connection.execute(sa.select(b.id).where(b.source == state.source, b.kind == "watch", b.settled_at.is_(None)).limit(1)).first()
    moments = [state.last_success_at, None if waiting else state.last_polled_at]
    return max((moment for moment in moments if moment), default=None)


def _delay(connection: Connection, source: str) -> float | None:
    """Median minutes from the first capture of something new to its mail, over the latest that were sent."""
    query = (
        sa.select(t.event.c.payload, t.outbox.c.sent_at)
        .join(t.outbox, t.outbox.c.event_key == t.event.c.key)
        .where(t.event.c.source == source, t.outbox.c.sent_at.is_not(None))
        .order_by(t.outbox.c.sent_at.desc())
        .limit(50)
    )
    waits = sorted((row.sent_at - datetime.fromisoformat(row.payload["captured_at"])).total_seconds() / 60 for row in connection.execute(query))
    return waits[len(waits) // 2] if waits else None
