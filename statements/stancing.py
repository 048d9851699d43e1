"""Stances as rows: what a wording says under one lexicon, stored once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Cue, Position, Stances, Unassigned
from statements import tables as t
from statements.store import chunks


def stances_row(wording_id: str, stances: Stances, at: datetime) -> dict[str, Any]:
    """The stances of a wording as a row of their table."""
    body = {"positions": [_plain(p) for p in stances.positions], "unassigned": [_plain(u) for u in stances.unassigned]}
    return {"wording_id": wording_id, "lexicon": stances.lexicon, "body": body, "recorded_at": at}


def _plain(record: Position | Unassigned) -> dict[str, Any]:
    """The record's fields, its cues likewise; `asdict` copies all the way down, at ten times the cost."""
    fields = {name: getattr(record, name) for name in record.__slots__}
    if isinstance(record, Position):
        fields["cues"] = [{name: getattr(cue, name) for name in cue.__slots__} for cue in record.cues]
    return fields


def stances_of(lexicon: str, body: Any) -> Stances:
    """The stances that a row holds."""
    positions = tuple(Position(**{**p, "cues": tuple(Cue(**cue) for cue in p["cues"])}) for p in body["positions"])
    unassigned = tuple(Unassigned(**{**u, "suggestions": tuple(u["suggestions"])}) for u in body["unassigned"])
    return Stances(positions, unassigned, lexicon)


def stored_stances(connection: Connection, wording_ids: Sequence[str], lexicon: str) -> dict[str, Stances]:
    """Stances by wording id, of those that were read under this lexicon before."""
    s = t.stances.c
    found: dict[str, Stances] = {}
    for part in chunks(list(wording_ids)):
        for row in connection.execute(sa.select(s.wording_id, s.body).where(s.wording_id.in_(part), s.lexicon == lexicon)):
            found[row.wording_id] = stances_of(lexicon, row.body)
    return found
