"""Series in the store: who belongs, and their shifts, kept true to the latest accepted versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import ClauseShift, Cue, Position, Shift, Stances, Wording
from statements import tables as t
from statements.alerts.events import Cited
from statements.extracting import wording_of
from statements.positions.lexicon import Lexicon
from statements.positions.reading import positions_of
from statements.positions.series import Candidate, Series
from statements.positions.standing import Standing, standing
from statements.stancing import stances_row, stored_stances
from statements.store import add, chunks, insert, lock

_NOTHING: Mapping[str, Wording] = {}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recomputing a series added, and the statements its shifts compare with."""

    series: str
    added: tuple[Shift, ...]
    cited: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest accepted version of a statement."""

    candidate: Candidate
    wording_id: str
    url: str


def enrol(
    connection: Connection, statements: Sequence[str], series: Sequence[Series], at: datetime, *, at_hand: Mapping[str, Wording] = _NOTHING
) -> dict[str, list[Series]]:
    """Make the memberships of statements what their latest versions say; return, for each, the series that must be recomputed.

    Args:
        at_hand: wordings by id that need not be read from the store.
    """
    m = t.membership.c
    before: set[tuple[str, str]] = set()
    for part in chunks(statements):
        before |= {(row.statement_id, row.series) for row in connection.execute(sa.select(m.statement_id, m.series).where(m.statement_id.in_(part)))}
    candidates = [latest.candidate for latest in _latest(connection, statements, at_hand=at_hand, compared=False)]
    wanted = {(candidate.statement, s.id) for candidate in candidates for s in series if s.takes(candidate)}
    for statement, left in sorted(before - wanted):
        connection.execute(sa.delete(t.membership).where(m.statement_id == statement, m.series == left))
    rows = [{"series": joined, "statement_id": statement, "recorded_at": at} for statement, joined in sorted(wanted - before)]
    add(connection, t.membership, rows)
    return {statement: [s for s in series if (statement, s.id) in wanted | before] for statement in statements}


def mark_stale(connection: Connection, series: Iterable[str]) -> None:
    """Note that series await recomputing, in the transaction that made it so.

    A mark that is there already is held until that transaction ends: who recomputes meanwhile cannot see what it is about to commit.
    """
    rows = [{"series": key} for key in sorted(set(series))]
    if rows:
        marked = insert(connection, t.stale_series)
        connection.execute(marked.on_conflict_do_update(index_elements=["series"], set_={"series": marked.excluded.series}), rows)


def stale_series(connection: Connection) -> list[str]:
    """Series that await recomputing."""
    return list(connection.execute(sa.select(t.stale_series.c.series).order_by(t.stale_series.c.series)).scalars())


def standing_of(
    connection: Connection, series: Series, lexicon: Lexicon, at: datetime, *, enrolled: bool = True, keep: bool = True
) -> tuple[Standing, dict[str, Latest], set[str]]:
    """Where the series stands under one lexicon, the latest version of each member, and the ids of the shifts recorded before.

    Stances that were not read under this lexicon before are read, and stored unless `keep` is false. A series that the
    pipeline does not follow has nobody `enrolled`: its members are then sought among all statements of its source.
    """
    members = sa.select(t.membership.c.statement_id).where(t.membership.c.series == series.id)
    ids = connection.execute(members if enrolled else sa.select(t.statement.c.id).where(t.statement.c.source == series.source)).scalars()
    latest = {entry.candidate.statement: entry for entry in _latest(connection, sorted(ids))}
    stances = stored_stances(connection, [entry.wording_id for entry in latest.values()], lexicon.sha256)
    read: dict[str, Stances] = {}

    def stances_of(candidate: Candidate) -> Stances:
        key = latest[candidate.statement].wording_id
        if key not in stances:
            row = connection.execute(sa.select(t.wording).where(t.wording.c.id == key)).one()
            stances[key] = read[key] = positions_of(wording_of(row), lexicon)
        return stances[key]

    bodies = connection.execute(sa.select(t.shift.c.body).where(t.shift.c.series == series.id)).scalars()
    recorded = [shift_of(body) for body in bodies]
    stands = standing(series, (entry.candidate for entry in latest.values()), stances_of, recorded)
    if keep:
        add(connection, t.stances, [stances_row(key, read[key], at) for key in sorted(read)])
    return stands, latest, {shift.id for shift in recorded}


def recompute(connection: Connection, series: Series, lexicon: Lexicon, at: datetime) -> Recorded:
    """Make the recorded shifts of a series what its members now give, under the series' lock."""
    lock(connection, [f"series {series.id}"])
    connection.execute(sa.delete(t.stale_series).where(t.stale_series.c.series == series.id))  # first: what is marked from here on is not read below
    stands, latest, stored = standing_of(connection, series, lexicon, at)
    wanted = {shift.id: shift for shift in stands.shifts}
    for part in chunks(sorted(stored - set(wanted))):
        connection.execute(sa.delete(t.shift).where(t.shift.c.id.in_(part)))
    added = [wanted[key] for key in sorted(set(wanted) - stored)]
    add(connection, t.shift, [_row(shift, at) for shift in added])
    sources = {shift.from_statement for shift in added} | {shift.last_said for shift in added if shift.last_said}
    cited = [Cited(key, latest[key].candidate.title, latest[key].url, latest[key].candidate.published_on) for key in sorted(sources & set(latest))]
    return Recorded(series.id, tuple(added), tuple(cited))


def shift_of(body: Any) -> Shift:
    """The shift that a row's body holds."""

    def position(value: Any) -> Position | None:
        return Position(**{**value, "cues": tuple(Cue(**cue) for cue in value["cues"])}) if value else None

    fields = dict(body)
    fields["cues"] = tuple(Cue(**cue) for cue in fields["cues"])
    fields["before"], fields["after"] = tuple(fields["before"]), tuple(fields["after"])
    fields["clauses"] = tuple(ClauseShift(**{**c, "before": position(c["before"]), "after": position(c["after"])}) for c in fields["clauses"])
    return Shift(**fields)


def _row(shift: Shift, at: datetime) -> dict[str, Any]:
    return {
        "id": shift.id,
        "series": shift.series,
        "issue": shift.issue,
        "actor": shift.actor,
        "from_statement": shift.from_statement,
        "to_statement": shift.to_statement,
        "kind": shift.kind,
        "cause": shift.cause,
        "lexicon": shift.lexicon,
        "body": asdict(shift),
        "recorded_at": at,
    }


def _latest(connection: Connection, statements: Sequence[str], *, at_hand: Mapping[str, Wording] = _NOTHING, compared: bool = True) -> list[Latest]:
    """The latest accepted version of each statement, over all its living addresses.

    What only a comparison looks at, flags and other extractors' readings, is left out where nothing is `compared`.
    """
    v, a = t.version.c, t.address.c
    found: dict[str, Any] = {}
    first: dict[str, datetime] = {}
    addresses: dict[str, set[str]] = {}
    for part in chunks(list(statements)):
        query = (
            sa.select(a.statement_id, a.source, a.key, a.is_living, v.id, v.first_captured_at, v.first_body_sha256, v.wording_id)
            .join(t.version, v.address == a.key)
            .where(a.statement_id.in_(part))
            .order_by(a.is_living, v.first_captured_at, v.id)
        )
        for row in connection.execute(query):
            found[row.statement_id] = row
            first[row.statement_id] = min(first.get(row.statement_id, row.first_captured_at), row.first_captured_at)
            addresses.setdefault(row.statement_id, set()).add(row.key)
    flags, rereads = _readings(connection, found.values()) if compared else ({}, {})
    needed = {row.wording_id for row in found.values()}
    wordings = {key: at_hand[key] for key in needed & at_hand.keys()}
    for part in chunks(sorted(needed - wordings.keys())):
        wordings |= {row.id: wording_of(row) for row in connection.execute(sa.select(t.wording).where(t.wording.c.id.in_(part)))}
    result = []
    for key in sorted(found):
        row, wording = found[key], wordings[found[key].wording_id]
        candidate = Candidate(
            statement=key,
            source=row.source,
            language=wording.language,
            title=wording.title,
            published_on=wording.published_on,
            parties=wording.parties,
            document_type=wording.document_type,
            content_sha256=wording.content_sha256,
            first_captured_at=first[key],
            addresses=tuple(sorted(addresses[key])),
            flags=flags.get(row.id, ()),
            rereads=rereads.get(row.id, frozenset()),
        )
        result.append(Latest(candidate, row.wording_id, row.key))
    return result


def _readings(connection: Connection, versions: Iterable[Any]) -> tuple[dict[str, tuple[str, ...]], dict[str, frozenset[str]]]:
    """By version id: the flags of its first reading, and what other extractors took from the same snapshot."""
    by_body = {(row.key, row.first_body_sha256): row for row in versions}
    flags: dict[str, tuple[str, ...]] = {}
    rereads: dict[str, set[str]] = {}
    e, r = t.extraction.c, t.reading.c
    for part in chunks(sorted(by_body)):
        query = (
            sa.select(r.address, r.body_sha256, r.is_current, r.content_sha256, e.details)
            .join(t.extraction, e.id == r.extraction_id)
            .where(r.body_sha256.in_([body for _, body in part]), r.address.in_([address for address, _ in part]))
        )
        for row in connection.execute(query):
            version = by_body.get((row.address, row.body_sha256))
            if version is None:
                continue
            if row.is_current:
                flags[version.id] = tuple(row.details.get("flags", ()))
            elif row.content_sha256:
                rereads.setdefault(version.id, set()).add(row.content_sha256)
    return flags, {key: frozenset(contents) for key, contents in rereads.items()}
