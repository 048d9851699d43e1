"""Keep the runs and versions of addresses true to their captures: the fold of `versions`, applied to the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Version
from statements import tables as t
from statements.store import add, chunks
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


def fold(connection: Connection, fresh: Mapping[str, Sequence[Sighting]], *, at: datetime, rebuild: bool = False) -> list[Fold]:
    """Fold fresh sightings, by address, into the runs and versions of their addresses.

    The caller holds the locks on the addresses' statements, and has written the readings. Cost follows the number of runs,
    not of captures, unless `rebuild` folds all readings of the addresses anew (after a re-reading changed what captures say).
    """
    before = load_runs(connection, sorted(fresh))
    after = {}
    for address in sorted(fresh):
        runs = runs_of(sightings(connection, address)) if rebuild else before[address]
        for new in () if rebuild else sorted(fresh[address], key=lambda s: s.at):
            runs = insert(runs, new, partial(_split, connection, address))
        after[address] = runs
    _write_runs(connection, before, after)
    counted = {address: standing(runs)[0] for address, runs in after.items()}
    stored = _versions(connection, [address for address in counted if before[address]])
    added, removed = _write_versions(connection, stored, counted, at)
    return [
        Fold(
            address,
            tuple(after[address]),
            tuple(counted[address]),
            frozenset(added.get(address, ())),
            frozenset(removed.get(address, ())),
            is_new=not before[address],
        )
        for address in sorted(fresh)
    ]


def load_runs(connection: Connection, addresses: Sequence[str]) -> dict[str, list[Run]]:
    """The stored runs of each address, in capture order."""
    r = t.run.c
    found: dict[str, list[Run]] = {address: [] for address in addresses}
    for part in chunks(addresses):
        query = sa.select(t.run).where(r.address.in_(part)).order_by(r.address, r.first_captured_at, r.first_body_sha256)
        for row in connection.execute(query):
            first, last = (row.first_captured_at, row.first_body_sha256), (row.last_captured_at, row.last_body_sha256)
            found[row.address].append(Run(first, last, row.content_sha256, row.wording_id, row.length, row.captures))
    return found


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


def _write_runs(connection: Connection, before: Mapping[str, Sequence[Run]], after: Mapping[str, Sequence[Run]]) -> None:
    r = t.run.c
    stale = [(address, run) for address, runs in before.items() for run in set(runs) - set(after[address])]
    if stale:
        one = sa.and_(r.address == sa.bindparam("_of"), r.first_captured_at == sa.bindparam("_from"), r.first_body_sha256 == sa.bindparam("_body"))
        connection.execute(sa.delete(t.run).where(one), [{"_of": address, "_from": run.first[0], "_body": run.first[1]} for address, run in stale])
    known = {address: set(runs) for address, runs in before.items()}
    add(connection, t.run, [_run_row(address, run) for address, runs in after.items() for run in runs if run not in known[address]])


def _run_row(address: str, run: Run) -> dict[str, Any]:
    return {
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


def _versions(connection: Connection, addresses: Sequence[str]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for part in chunks(addresses):
        rows |= {row.id: row for row in connection.execute(sa.select(t.version).where(t.version.c.address.in_(part)))}
    return rows


def _write_versions(
    connection: Connection, stored: Mapping[str, Any], counted: Mapping[str, Sequence[Run]], at: datetime
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Make the versions those that count; return the ids added and removed, by address."""
    v = t.version.c
    wanted = {version_id(address, run): (address, run) for address, runs in counted.items() for run in runs}
    added: dict[str, list[str]] = defaultdict(list)
    removed: dict[str, list[str]] = defaultdict(list)
    for key in sorted(stored.keys() - wanted.keys()):
        removed[stored[key].address].append(key)
    for part in chunks(sorted(stored.keys() - wanted.keys())):
        connection.execute(sa.delete(t.version).where(v.id.in_(part)))
    for key in sorted(wanted.keys() - stored.keys()):
        added[wanted[key][0]].append(key)
    add(connection, t.version, [_version_row(key, *wanted[key], at) for key in sorted(wanted.keys() - stored.keys())])
    moved = [_moved(key, wanted[key][1]) for key in sorted(wanted.keys() & stored.keys()) if not _stands(stored[key], wanted[key][1])]
    if moved:
        named: dict[str, sa.BindParameter[Any]] = {
            name: sa.bindparam(f"_{name}") for name in ("last_captured_at", "last_body_sha256", "first_body_sha256", "wording_id", "captures")
        }
        connection.execute(sa.update(t.version).where(v.id == sa.bindparam("_id")).values(**named), moved)
    return added, removed


def _stands(row: Any, run: Run) -> bool:
    return (row.last_captured_at, row.last_body_sha256, row.captures, row.wording_id) == (*run.last, run.captures, run.wording_id)


def _moved(key: str, run: Run) -> dict[str, Any]:
    return {
        "_id": key,
        "_last_captured_at": run.last[0],
        "_last_body_sha256": run.last[1],
        "_first_body_sha256": run.first[1],
        "_wording_id": run.wording_id,
        "_captures": run.captures,
    }


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
