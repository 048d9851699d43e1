"""Verdicts to the store: wordings, extractions and readings of judged captures, each written once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from statements import tables as t
from statements.extracting import Judged, wording_row
from statements.store import add, chunks


def write_verdicts(connection: Connection, judged: Sequence[Judged], at: datetime) -> list[Judged]:
    """Wordings, extractions and readings, and the end of being pending; returns those that were not written already."""
    extractions = {j.extraction.id: j.extraction for j in judged if j.extraction}
    wordings = {e.wording_id: e.wording for e in extractions.values() if e.wording}
    add(connection, t.wording, [wording_row(wordings[key]) for key in sorted(map(str, wordings))])
    add(connection, t.extraction, [extractions[key].row(at) for key in sorted(extractions)])
    keys = [j.capture.key for j in judged]
    r = t.reading.c
    known: dict[str, str | None] = {}
    for part in chunks(keys):
        rows = connection.execute(sa.select(r.capture_id, r.extraction_id).where(r.capture_id.in_(part), r.is_current))
        known |= {row.capture_id: row.extraction_id for row in rows}
    fresh = [j for j in judged if j.capture.key not in known or known[j.capture.key] != (j.extraction.id if j.extraction else None)]
    for part in chunks([j.capture.key for j in fresh if j.capture.key in known]):
        connection.execute(sa.update(t.reading).where(r.capture_id.in_(part)).values(is_current=False))
    if fresh:
        # Never edited: a declaration that is edited to and fro leaves a reading each time, and the latest is in force.
        connection.execute(sa.insert(t.reading), [_reading_row(j, at) for j in fresh])
    for part in chunks(keys):
        connection.execute(sa.delete(t.pending).where(t.pending.c.capture_id.in_(part)))
    return fresh


def _reading_row(judged: Judged, at: datetime) -> dict[str, Any]:
    extraction = judged.extraction
    return {
        "capture_id": judged.capture.key,
        "extraction_id": extraction.id if extraction else None,
        "address": judged.capture.address,
        "captured_at": judged.capture.captured_at,
        "body_sha256": judged.capture.body_sha256 or "",
        "verdict": judged.verdict,
        "content_sha256": extraction.wording.content_sha256 if extraction and extraction.wording and judged.verdict == "ok" else None,
        "is_current": True,
        "recorded_at": at,
    }
