"""What a settled batch leaves for its operator: the facts of the source's health, and the page of data docs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.columns import BatchFacts
from schemas.expectations import Validation, batch_findings
from schemas.findings import BatchFinding
from statements import datadocs
from statements import tables as t
from statements.extracting import Judged
from statements.health import Thresholds
from statements.settings import Settings
from statements.settling import Occasion
from statements.store import Store
from statements.vitals import newest_on, note_batch

EARLIER = 12  # batches that a batch is compared with


def note(
    store: Store, place: Settings, occasion: Occasion, batch: str, judged: Sequence[Judged], validation: Validation, follows: Mapping[str, int]
) -> Path:
    """Keep the batch's facts for the source's health, where it was a look at the live site, and write its page; returns where.

    Harmless to repeat: the health is that of the latest batch, the page is written again.
    """
    source = occasion.source
    findings: tuple[BatchFinding, ...] = ()
    if occasion.is_live:
        with store.writing() as connection:
            facts = _facts(connection, occasion, batch, judged)
            findings = batch_findings(facts, place.config)
            note_batch(connection, source, judged, findings, versions=follows.get("versions", 0), at=occasion.at)
    run = datadocs.Run(source.id, source.title, batch, occasion.at, judged, validation, findings, follows)
    return datadocs.write(run, place.home / "datadocs")


def _facts(connection: Connection, occasion: Occasion, batch: str, judged: Sequence[Judged]) -> BatchFacts:
    accepted = [one for one in judged if one.verdict == "ok"]
    fresh = [one.extraction for one in accepted if one.extraction and one.extraction.reading is not None]
    bodies = {one.capture.address: one.capture.body_sha256 for one in accepted if one.capture.body_sha256}
    return BatchFacts(
        accepted=len(accepted),
        wordings=[extraction.wording for extraction in fresh if extraction.wording is not None],
        at=occasion.at.date(),
        earlier=_accepted_before(connection, occasion.source.id, batch),
        body_sha256s=[sha256 for sha256 in bodies.values() if sha256],
        newest_on=newest_on(connection, occasion.source.id),
        silent_days=Thresholds.of(occasion.source.expect).silent_days,
    )


def _accepted_before(connection: Connection, source: str, batch: str) -> list[int]:
    """How many captures the watching batches before this one accepted, the latest first."""
    b, c, r = t.batch.c, t.capture.c, t.reading.c
    recent = list(
        connection.execute(
            sa.select(b.id)
            .where(b.source == source, b.kind == "watch", b.id != batch, b.settled_at.is_not(None))
            .order_by(b.created_at.desc())
            .limit(EARLIER)
        ).scalars()
    )
    counted = connection.execute(
        sa.select(c.batch_id, sa.func.count())
        .join(t.reading, r.capture_id == c.id)
        .where(c.batch_id.in_(recent), r.is_current, r.verdict == "ok")
        .group_by(c.batch_id)
    )
    counts: dict[str, int] = dict(counted.all())  # type: ignore[arg-type]
    return [counts.get(key, 0) for key in recent]
