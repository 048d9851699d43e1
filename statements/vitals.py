"""The facts of a source's health: kept with each settled batch, gathered for the health DAG and `statements check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Vitals:
    """A source's health with what the operator asks beside it."""

    health: Health
    last_polled_at: datetime | None
    last_changed_at: datetime | None
    due: int  # addresses due for a visit now
    minutes_to_outbox: float | None  # median, from first capture to the outbox row, of the latest alerts


def note_batch(
    connection: Connection, source: str, judged: Sequence[Judged], findings: Sequence[BatchFinding], *, versions: int, at: datetime
) -> None:
    """Keep what a settled batch says of its source's health; a batch with no captures says that the source was reached."""
    row = connection.execute(sa.select(t.source_state).where(t.source_state.c.source == source)).first()
    kept: dict[str, Any] = dict(row.health) if row else {}
    wordings = [j.extraction.wording for j in judged if j.extraction and j.extraction.wording]
    fill = {column: [len(wordings), sum(bool(getattr(w, column)) for w in wordings)] for column in FILLED} if wordings else {}
    usual = kept.get("usual_fill", {})
    for column, (of, hits) in kept.get("fill", {}).items():
        before = usual.get(column, [0, 0])
        usual[column] = [before[0] + of, before[1] + hits]
    verdicts = Counter("not_modified" if j.verdict == "ok" and j.capture.not_modified else j.verdict for j in judged)
    kept |= {"verdicts": dict(verdicts), "findings": [asdict(f) for f in findings], "usual_fill": usual}
    if fill:
        kept["fill"] = fill
    values: dict[str, Any] = {"health": kept}
    if not judged or any(j.verdict in {"ok", "gone", "moved"} for j in judged):
        values["last_success_at"] = at
    if versions:
        values["last_changed_at"] = at
    state = insert(connection, t.source_state).values(source=source, listings={}, **values)
    connection.execute(state.on_conflict_do_update(index_elements=["source"], set_=values))


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
    newest = connection.execute(
        sa.select(sa.func.max(t.wording.c.published_on))
        .join(t.version, t.version.c.wording_id == t.wording.c.id)
        .join(t.address, a.key == t.version.c.address)
        .where(a.source == source.id)
    ).scalar()
    due = connection.execute(
        sa.select(sa.func.count()).select_from(t.address).where(a.source == source.id, a.is_living, a.next_due_at <= at)
    ).scalar_one()
    facts = Facts(
        source=source.id,
        at=at,
        last_success_at=row.last_success_at if row else None,
        newest_on=newest,
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
