"""Settle captures: under a lock on each statement, one transaction for readings, fold, changes, shifts and what is owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Wording
from scrapers.source import Source
from statements import tables as t
from statements.changing import AtHand, Changed, Reread, keep_changes
from statements.compare.judge import Judge
from statements.extracting import Judged
from statements.folding import Fold, fold, load_runs
from statements.identity import bind
from statements.presence import Answer, Presence, presence, statement_presence
from statements.scheduling import quicken_predecessors, schedule
from statements.store import Store, chunks, lock
from statements.verdicts import write_verdicts
from statements.versions import Moment, Run, Sighting, is_flapping, standing


class Follower(Protocol):
    """What follows from settled statements, in their transaction."""

    @property
    def wordings(self) -> Mapping[str, Wording]:
        """The wordings of the batch, by id."""

    def judge(self, connection: Connection) -> Judge | None: ...

    @property
    def lexicon_sha256(self) -> str: ...

    def settle(self, connection: Connection, outcomes: Sequence[Outcome]) -> None: ...


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


def settle_statements(store: Store, groups: Mapping[str, Sequence[Judged]], occasion: Occasion, following: Follower, reread: Reread) -> list[Outcome]:
    """Settle all judged captures of some statements in one transaction, under their locks.

    Args:
        groups: the captures of each statement, by the id that it had when the batch was read.
    """
    judged = [j for group in groups.values() for j in group]
    known_as = set(groups)
    while True:
        with store.writing() as connection:
            lock(connection, known_as)
            by_statement = _by_statement(connection, judged)
            if by_statement.keys() <= known_as:
                return _settled(connection, by_statement, occasion, following, reread)
        # Facts merged statements while this worker waited: it begins anew, so that its locks are taken in one order.
        known_as |= by_statement.keys()


def _by_statement(connection: Connection, judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    a = t.address.c
    statement_of: dict[str, str] = {}
    for part in chunks(sorted({j.capture.address for j in judged})):
        statement_of |= {row.key: row.statement_id for row in connection.execute(sa.select(a.key, a.statement_id).where(a.key.in_(part)))}
    found: dict[str, list[Judged]] = defaultdict(list)
    for j in judged:
        found[statement_of[j.capture.address]].append(j)
    return dict(sorted(found.items()))


def _settled(
    connection: Connection, by_statement: Mapping[str, Sequence[Judged]], occasion: Occasion, following: Follower, reread: Reread
) -> list[Outcome]:
    judged = [j for group in by_statement.values() for j in group]
    older = _with_versions(connection, list(by_statement)) if occasion.is_live else set()
    fresh = write_verdicts(connection, judged, occasion.at)
    folds, changes = _fold_all(connection, by_statement, fresh, occasion, following, reread)
    outcomes = []
    for statement, group in by_statement.items():
        addresses = {one.address for one in folds[statement]}
        before, after = _keep_presence(connection, statement, folds[statement], occasion)
        outcomes.append(
            Outcome(
                statement,
                occasion,
                is_first=occasion.is_live and statement not in older,
                folds=tuple(folds[statement]),
                changes=tuple(change for change in changes if change.address in addresses),
                presence_before=before,
                presence=after,
                captures={(j.capture.address, j.capture.moment): j.capture.key for j in group},
            )
        )
    following.settle(connection, outcomes)
    if occasion.is_live:
        for outcome in outcomes:
            schedule(connection, occasion.source, outcome.statement, outcome.folds, by_statement[outcome.statement], occasion.at)
            if outcome.is_first and not occasion.is_baseline:
                quicken_predecessors(connection, occasion.source, outcome.statement, occasion.at)
    return outcomes


def _with_versions(connection: Connection, statements: Sequence[str]) -> set[str]:
    """Those of the statements that have a version."""
    a = t.address.c
    query = sa.select(a.statement_id).join(t.version, a.key == t.version.c.address).where(a.statement_id.in_(statements))
    return set(connection.execute(query.distinct()).scalars())


def _fold_all(
    connection: Connection,
    by_statement: Mapping[str, Sequence[Judged]],
    fresh: Sequence[Judged],
    occasion: Occasion,
    following: Follower,
    reread: Reread,
) -> tuple[dict[str, list[Fold]], list[Changed]]:
    """The folds of each statement's addresses, and the changes that were not recorded before."""
    statement_of = {j.capture.address: statement for statement, group in by_statement.items() for j in group}
    sightings: dict[str, list[Sighting]] = {address: [] for address in statement_of}
    for j in fresh:
        if j.verdict == "ok" and j.extraction and j.extraction.wording:
            wording = j.extraction.wording
            seen = Sighting(j.capture.moment, wording.content_sha256, str(j.extraction.wording_id), len(wording.text))
            sightings[j.capture.address].append(seen)
    moves = _moves(connection, list(by_statement))
    for statement, old, new in moves:
        if old in sightings:
            statement_of[new] = statement
            sightings.setdefault(new, [])
    folds = {one.address: one for one in fold(connection, sightings, at=occasion.at, rebuild=occasion.rebuild)}
    elsewhere = load_runs(connection, sorted({old for _, old, _ in moves} - folds.keys()))
    last = {address: tuple(standing(runs)[0])[-1:] for address, runs in elsewhere.items()} | {key: one.versions[-1:] for key, one in folds.items()}
    before_move: dict[str, list[tuple[str, Run]]] = defaultdict(list)
    for _, old, new in moves:
        before_move[new] += [(old, run) for run in last[old]]
    touched = [(one, before_move[key]) for key, one in folds.items() if one.added or one.removed or before_move[key]]
    changes = keep_changes(
        connection,
        touched,
        judge=following.judge(connection),
        lexicon=following.lexicon_sha256,
        reread=reread,
        at_hand=AtHand(following.wordings, _extractors(by_statement)),
        at=occasion.at,
    )
    found: dict[str, list[Fold]] = {statement: [] for statement in by_statement}
    for address, one in folds.items():
        found[statement_of[address]].append(one)
    return found, changes


def _extractors(by_statement: Mapping[str, Sequence[Judged]]) -> dict[tuple[str, Moment], tuple[str, str | None]]:
    """By which extractor and layout each capture is read that is settled now."""
    judged = (j for group in by_statement.values() for j in group)
    return {
        (j.capture.address, j.capture.moment): (j.extraction.extractor, j.extraction.layout) for j in judged if j.extraction and j.verdict == "ok"
    }


def _moves(connection: Connection, statements: Sequence[str]) -> list[tuple[str, str, str]]:
    """(statement, old address, new address) wherever a permanent redirect ties two."""
    a, tie = t.address.c, t.tie.c
    query = sa.select(a.statement_id, tie.from_key, tie.to_key).join(t.address, a.key == tie.to_key)
    query = query.where(a.statement_id.in_(statements), tie.fact == "redirect").order_by(tie.from_key, tie.to_key)
    return [(row.statement_id, row.from_key, row.to_key) for row in connection.execute(query)]


def _keep_presence(connection: Connection, statement: str, folds: Sequence[Fold], occasion: Occasion) -> tuple[str, Presence]:
    """Judge by the latest captures of its living addresses whether the statement is live or gone, or its text flaps."""
    a = t.address.c
    if not occasion.is_live and all(len(fold.versions) < FEWEST_THAT_FLAP for fold in folds):
        return "live", Presence("live", None)  # archives tell nothing of presence, and too little to flap: the state stays as it is
    before = connection.execute(sa.select(t.statement.c.state).where(t.statement.c.id == statement)).scalar_one()
    addresses = list(connection.execute(sa.select(a.key).where(a.statement_id == statement, a.is_living)).scalars())
    judged = statement_presence([presence(_answers(connection, address)) for address in addresses])
    folded = {fold.address: fold.versions for fold in folds if fold.address in addresses}
    others = load_runs(connection, [key for key in addresses if key not in folded])
    versions = [*folded.values(), *(standing(runs)[0] for runs in others.values())]
    if judged.state == "live" and any(map(is_flapping, versions)):
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
