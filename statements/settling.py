"""Settle captures: verdicts, then per statement one transaction for readings, fold, changes, shifts and what is owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import StatementsError
from schemas.records import Wording
from scrapers.source import Source
from statements import tables as t
from statements.changing import AtHand, Changed, Reread, keep_changes
from statements.compare.judge import Judge
from statements.extracting import Judged, wording_row
from statements.folding import Fold, fold, load_runs
from statements.identity import bind
from statements.presence import Answer, Presence, presence, statement_presence
from statements.scheduling import quicken_predecessors, schedule
from statements.store import Store, add, lock
from statements.versions import Moment, Run, Sighting, is_flapping, standing


class Follower(Protocol):
    """What follows from a settled statement, in its transaction."""

    @property
    def wordings(self) -> Mapping[str, Wording]:
        """The wordings of the batch, by id."""

    def judge(self, connection: Connection) -> Judge | None: ...

    @property
    def lexicon_sha256(self) -> str: ...

    def settle(self, connection: Connection, outcome: Outcome) -> None: ...


FEWEST_THAT_FLAP = 4  # versions: A-B-A-B
TAIL = 50  # captures looked at to tell whether an address is gone


@dataclass(frozen=True, slots=True)
class Occasion:
    """Under what circumstances captures are settled, which decides what is owed."""

    source: Source
    at: datetime
    is_live: bool  # captures of a watching run; archives and re-readings owe nothing
    is_baseline: bool = False
    rebuild: bool = False  # captures have new readings: fold each address anew


@dataclass(frozen=True, slots=True)
class Outcome:
    """What settling one statement did; events are made of it."""

    statement: str
    occasion: Occasion
    is_first: bool  # it had no version before; asked of watching runs alone
    folds: tuple[Fold, ...]
    changes: tuple[Changed, ...]
    presence_before: str
    presence: Presence
    captures: Mapping[tuple[str, Moment], str]  # keys of the captures settled now, by address and moment


def settle_statement(store: Store, known_as: str, judged: Sequence[Judged], occasion: Occasion, following: Follower, reread: Reread) -> Outcome:
    """Settle all judged captures of one statement in one transaction, under its lock.

    Args:
        known_as: the statement's id when the batch was read; by now it may be part of another.
    """
    with store.writing() as connection:
        statement = _locked(connection, known_as, {j.capture.address for j in judged})
        is_first = occasion.is_live and not _has_version(connection, statement)
        _write_verdicts(connection, judged, occasion)
        folds, changes = _fold_all(connection, statement, judged, occasion, following, reread)
        before, after = _keep_presence(connection, statement, folds, occasion)
        captures = {(j.capture.address, (j.capture.captured_at, j.capture.body_sha256 or "")): j.capture.key for j in judged}
        outcome = Outcome(statement, occasion, is_first, tuple(folds), tuple(changes), before, after, captures)
        following.settle(connection, outcome)
        if occasion.is_live:
            schedule(connection, occasion.source, statement, folds, judged, occasion.at)
            if is_first and not occasion.is_baseline:
                quicken_predecessors(connection, occasion.source, statement, occasion.at)
        return outcome


def _locked(connection: Connection, known_as: str, addresses: Set[str]) -> str:
    """The statement of these addresses, locked; facts may have merged statements while this worker waited."""
    a = t.address.c
    query = sa.select(a.statement_id).where(a.key.in_(sorted(addresses))).distinct()
    lock(connection, [known_as])
    held = {known_as}
    while True:
        ids = set(connection.execute(query).scalars())
        if ids <= held:
            break
        lock(connection, ids - held)
        held |= ids
    if len(ids) != 1:
        raise StatementsError(f"{', '.join(sorted(addresses))} are not one statement; settle the batch again.")
    return str(ids.pop())


def _has_version(connection: Connection, statement: str) -> bool:
    query = sa.select(t.version.c.id).join(t.address, t.address.c.key == t.version.c.address).where(t.address.c.statement_id == statement)
    return connection.execute(query.limit(1)).first() is not None


def _write_verdicts(connection: Connection, judged: Sequence[Judged], occasion: Occasion) -> None:
    """Wordings, extractions and readings, and the end of being pending; what is written already stays as it is."""
    extractions = {j.extraction.id: j.extraction for j in judged if j.extraction}
    wordings = {e.wording_id: e.wording for e in extractions.values() if e.wording}
    add(connection, t.wording, [wording_row(wordings[key]) for key in sorted(map(str, wordings))])
    add(connection, t.extraction, [extractions[key].row(occasion.at) for key in sorted(extractions)])
    keys = [j.capture.key for j in judged]
    r = t.reading.c
    known = dict(connection.execute(sa.select(r.capture_id, r.extraction_id).where(r.capture_id.in_(keys), r.is_current)).all())  # type: ignore[arg-type]
    fresh = [j for j in judged if j.capture.key not in known or known[j.capture.key] != (j.extraction.id if j.extraction else None)]
    stale = [j.capture.key for j in fresh if j.capture.key in known]
    if stale:
        connection.execute(sa.update(t.reading).where(r.capture_id.in_(stale)).values(is_current=False))
    if fresh:
        # Never edited: a declaration that is edited to and fro leaves a reading each time, and the latest is in force.
        connection.execute(sa.insert(t.reading), [_reading_row(j, occasion.at) for j in fresh])
    connection.execute(sa.delete(t.pending).where(t.pending.c.capture_id.in_(keys)))


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


def _fold_all(
    connection: Connection, statement: str, judged: Sequence[Judged], occasion: Occasion, following: Follower, reread: Reread
) -> tuple[list[Fold], list[Changed]]:
    by_address: dict[str, list[Sighting]] = defaultdict(list)
    for j in judged:
        sightings = by_address[j.capture.address]
        if j.verdict == "ok" and j.extraction and j.extraction.wording:
            wording = j.extraction.wording
            moment = (j.capture.captured_at, j.capture.body_sha256 or "")
            sightings.append(Sighting(moment, wording.content_sha256, str(j.extraction.wording_id), len(wording.text)))
    moves = _moves(connection, statement)
    touched = set(by_address) | {new for old, new in moves if old in by_address}
    folds, changes = [], []
    at_hand = AtHand(following.wordings, _extractors(judged))
    standing_now: dict[str, tuple[Run, ...]] = {}
    for address in sorted(touched):
        fresh = by_address.get(address, [])
        result = fold(connection, address, fresh, at=occasion.at, rebuild=occasion.rebuild)
        standing_now[address] = result.versions
        folds.append(result)
    for result in folds:
        earlier = []
        for old, new in moves:
            if new == result.address:
                runs = standing_now.get(old) or tuple(standing(load_runs(connection, old))[0])
                earlier += [(old, runs[-1])] if runs else []
        if result.added or result.removed or earlier:
            changes += keep_changes(
                connection,
                result,
                earlier,
                judge=following.judge(connection),
                lexicon=following.lexicon_sha256,
                reread=reread,
                at_hand=at_hand,
                at=occasion.at,
            )
    return folds, changes


def _extractors(judged: Sequence[Judged]) -> dict[tuple[str, Moment], tuple[str, str | None]]:
    """By which extractor and layout each capture is read that is settled now."""
    found: dict[tuple[str, Moment], tuple[str, str | None]] = {}
    for j in judged:
        if j.extraction and j.verdict == "ok":
            found[(j.capture.address, (j.capture.captured_at, j.capture.body_sha256 or ""))] = (j.extraction.extractor, j.extraction.layout)
    return found


def _moves(connection: Connection, statement: str) -> list[tuple[str, str]]:
    """(old, new) addresses of the statement that a permanent redirect ties."""
    query = (
        sa.select(t.tie.c.from_key, t.tie.c.to_key)
        .join(t.address, t.address.c.key == t.tie.c.to_key)
        .where(t.address.c.statement_id == statement, t.tie.c.fact == "redirect")
        .order_by(t.tie.c.from_key, t.tie.c.to_key)
    )
    return [(row.from_key, row.to_key) for row in connection.execute(query)]


def _keep_presence(connection: Connection, statement: str, folds: Sequence[Fold], occasion: Occasion) -> tuple[str, Presence]:
    """Judge by the latest captures of its living addresses whether the statement is live or gone, or its text flaps."""
    a = t.address.c
    if not occasion.is_live and all(len(fold.versions) < FEWEST_THAT_FLAP for fold in folds):
        return "live", Presence("live", None)  # archives tell nothing of presence, and too little to flap: the state stays as it is
    before = connection.execute(sa.select(t.statement.c.state).where(t.statement.c.id == statement)).scalar_one()
    addresses = list(connection.execute(sa.select(a.key).where(a.statement_id == statement, a.is_living)).scalars())
    judged = statement_presence([presence(_answers(connection, address)) for address in addresses])
    folded = {fold.address: fold.versions for fold in folds}
    if judged.state == "live" and any(is_flapping(folded.get(key) or standing(load_runs(connection, key))[0]) for key in addresses):
        judged = replace(judged, state="flapping")
    if judged.state != before:
        connection.execute(sa.update(t.statement).where(t.statement.c.id == statement).values(state=judged.state))
    return before, judged


def _answers(connection: Connection, address: str) -> list[Answer]:
    joined = t.capture.join(t.reading, sa.and_(t.reading.c.capture_id == t.capture.c.id, t.reading.c.is_current))
    query = (
        sa.select(t.capture.c.captured_at, t.capture.c.status, t.reading.c.verdict)
        .select_from(joined)
        .where(t.capture.c.address == address, t.capture.c.via == "live")
        .order_by(t.capture.c.captured_at.desc())
        .limit(TAIL)
    )
    return [Answer(row.captured_at, row.status, row.verdict == "ok") for row in connection.execute(query)]


def tie_canonical(store: Store, source: Source, judged: Sequence[Judged], at: datetime) -> None:
    """Tie addresses whose pages name another known address as their canonical one."""
    named = {(j.capture.address, j.extraction.canonical) for j in judged if j.extraction and j.extraction.canonical and j.verdict == "ok"}
    pairs = sorted((one, other) for one, other in named if other and other != one)
    if not pairs:
        return
    with store.writing() as connection:
        known = set(connection.execute(sa.select(t.address.c.key).where(t.address.c.key.in_([other for _, other in pairs]))).scalars())
        for one, other in pairs:
            if other in known:
                bind(connection, source.id, one, other, "canonical", at=at)
