"""Keep an address's runs and versions true to its captures: the fold of `versions`, applied to the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Version
from statements import tables as t
from statements.store import add
from statements.versions import Moment, Run, Sighting, insert, runs_of, standing


@dataclass(frozen=True, slots=True)
class Fold:
    """What folding did to one address."""

    address: str
    runs: tuple[Run, ...]  # all of them, in capture order
    versions: tuple[Run, ...]  # those that count
    added: frozenset[str]  # ids of versions that were not there before
    removed: frozenset[str]
    is_new: bool = False  # the address had neither run nor version before, and so no change


def version_id(address: str, run: Run) -> str:
    """The version's id: a hash of what it is, so that every database and every order agrees."""
    return Version(address, run.content_sha256, run.first[0], run.last[0]).id


def fold(connection: Connection, address: str, fresh: Sequence[Sighting], *, at: datetime, rebuild: bool = False) -> Fold:
    """Fold fresh sightings of one address into its runs and versions.

    The caller holds the lock on the address's statement. Cost follows the number of runs, not of captures,
    unless `rebuild` folds all readings of the address anew (after a re-reading changed what captures say).
    """
    runs_before = load_runs(connection, address)
    if rebuild:
        runs = runs_of(sightings(connection, address))
    else:
        runs = list(runs_before)
        for new in sorted(fresh, key=lambda s: s.at):
            runs = insert(runs, new, lambda run, moment: _split(connection, address, run, moment))
    _write_runs(connection, address, runs_before, runs)
    counted, _ = standing(runs)
    added, removed = _write_versions(connection, address, counted, at, is_new=not runs_before)
    return Fold(address, tuple(runs), tuple(counted), added, removed, is_new=not runs_before)


def load_runs(connection: Connection, address: str) -> list[Run]:
    """The stored runs of an address, in capture order."""
    r = t.run.c
    rows = connection.execute(sa.select(t.run).where(r.address == address).order_by(r.first_captured_at, r.first_body_sha256))
    return [
        Run(
            (row.first_captured_at, row.first_body_sha256),
            (row.last_captured_at, row.last_body_sha256),
            row.content_sha256,
            row.wording_id,
            row.length,
            row.captures,
        )
        for row in rows
    ]


def sightings(connection: Connection, address: str, *, known_at: datetime | None = None) -> list[Sighting]:
    """All accepted readings of an address; with `known_at`, the latest of each capture recorded until then."""
    query = _sightings().where(t.reading.c.address == address)
    if known_at is None:
        query = query.where(t.reading.c.is_current, t.reading.c.verdict == "ok")
        return [_sighting(row) for row in connection.execute(query)]
    latest: dict[str, Any] = {}
    for row in connection.execute(query.where(t.reading.c.recorded_at <= known_at).order_by(t.reading.c.id)):
        latest[row.capture_id] = row
    return [_sighting(row) for row in latest.values() if row.verdict == "ok"]


def _sightings() -> sa.Select[Any]:
    joined = t.reading.outerjoin(t.extraction, t.reading.c.extraction_id == t.extraction.c.id).outerjoin(
        t.wording, t.extraction.c.wording_id == t.wording.c.id
    )
    return sa.select(
        t.reading.c.capture_id,
        t.reading.c.captured_at,
        t.reading.c.body_sha256,
        t.reading.c.verdict,
        t.reading.c.content_sha256,
        t.extraction.c.wording_id,
        t.wording.c.length,
    ).select_from(joined)


def _sighting(row: Any) -> Sighting:
    return Sighting((row.captured_at, row.body_sha256), row.content_sha256, row.wording_id, row.length)


def _key(moment: Moment) -> sa.Tuple:
    return sa.tuple_(sa.literal(moment[0], t.Instant()), sa.literal(moment[1]))


def _split(connection: Connection, address: str, run: Run, moment: Moment) -> tuple[Run, Run]:
    """Cut a run around a moment inside it, by its own captures."""
    r = t.reading.c
    key = sa.tuple_(r.captured_at, r.body_sha256)
    inside = _sightings().where(r.address == address, r.is_current, r.verdict == "ok", r.content_sha256 == run.content_sha256)
    left_end = connection.execute(
        inside.where(key < _key(moment), key >= _key(run.first)).order_by(r.captured_at.desc(), r.body_sha256.desc()).limit(1)
    ).one()
    right_start = connection.execute(inside.where(key > _key(moment), key <= _key(run.last)).order_by(r.captured_at, r.body_sha256).limit(1)).one()
    left_last, right_first = _sighting(left_end), _sighting(right_start)
    count = sa.select(sa.func.count()).select_from(t.reading).where(r.address == address, r.is_current, r.verdict == "ok")
    left_size = connection.execute(count.where(key >= _key(run.first), key <= _key(left_last.at))).scalar_one()
    left = Run(run.first, left_last.at, run.content_sha256, run.wording_id, run.length, left_size)
    right = Run(right_first.at, run.last, run.content_sha256, right_first.wording_id, right_first.length, run.captures - left_size)
    return left, right


def _write_runs(connection: Connection, address: str, before: Sequence[Run], after: Sequence[Run]) -> None:
    stale = set(before) - set(after)
    for run in stale:
        r = t.run.c
        connection.execute(sa.delete(t.run).where(r.address == address, r.first_captured_at == run.first[0], r.first_body_sha256 == run.first[1]))
    known = set(before)
    add(
        connection,
        t.run,
        [
            {
                "address": address,
                "first_captured_at": run.first[0],
                "first_body_sha256": run.first[1],
                "last_captured_at": run.last[0],
                "last_body_sha256": run.last[1],
                "content_sha256": run.content_sha256,
                "wording_id": run.wording_id,
                "length": run.length,
                "captures": run.captures,
            }
            for run in after
            if run not in known
        ],
    )


def _write_versions(
    connection: Connection, address: str, counted: Sequence[Run], at: datetime, *, is_new: bool
) -> tuple[frozenset[str], frozenset[str]]:
    v = t.version.c
    stored = {} if is_new else {row.id: row for row in connection.execute(sa.select(t.version).where(v.address == address))}
    wanted = {version_id(address, run): run for run in counted}
    removed = frozenset(stored) - frozenset(wanted)
    added = frozenset(wanted) - frozenset(stored)
    if removed:
        connection.execute(sa.delete(t.version).where(v.id.in_(sorted(removed))))
    add(connection, t.version, [_version_row(key, address, wanted[key], at) for key in sorted(added)])
    for key in frozenset(wanted) & frozenset(stored):
        run, row = wanted[key], stored[key]
        if (row.last_captured_at, row.last_body_sha256, row.captures, row.wording_id) != (*run.last, run.captures, run.wording_id):
            connection.execute(
                sa.update(t.version)
                .where(v.id == key)
                .values(
                    last_captured_at=run.last[0],
                    last_body_sha256=run.last[1],
                    first_body_sha256=run.first[1],
                    wording_id=run.wording_id,
                    captures=run.captures,
                )
            )
    return added, removed


def _version_row(key: str, address: str, run: Run, at: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "address": address,
        "content_sha256": run.content_sha256,
        "wording_id": run.wording_id,
        "first_captured_at": run.first[0],
        "last_captured_at": run.last[0],
        "first_body_sha256": run.first[1],
        "last_body_sha256": run.last[1],
        "captures": run.captures,
        "recorded_at": at,
    }
