"""Changes between neighbouring versions, kept true to the fold and read by one extractor on both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Cause, Comparison, Wording, digest
from statements import tables as t
from statements.compare import compare, document
from statements.compare.judge import Judge
from statements.extracting import wording_of
from statements.folding import Fold, version_id
from statements.store import add, chunks
from statements.versions import Moment, Run

Reread = Callable[[str, Moment, str | None], tuple[str, Wording] | None]
"""(address, moment, layout) → (extractor, wording) by today's declarations, or None where the body is not understood."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was not recorded before."""

    id: str
    address: str
    from_version: str
    to_version: str
    before: Wording
    after: Wording
    comparison: Comparison
    cause: Cause
    run: Run  # of the later version


@dataclass(frozen=True, slots=True)
class AtHand:
    """What the batch has just read, so that the store is not asked for it; whatever else is needed is."""

    wordings: Mapping[str, Wording] = field(default_factory=dict)  # by id
    extractors: Mapping[tuple[str, Moment], tuple[str, str | None]] = field(default_factory=dict)  # and layout, by address and moment

    def wording(self, connection: Connection, key: str) -> Wording:
        """The wording of this id."""
        known = self.wordings.get(key)
        return known or wording_of(connection.execute(sa.select(t.wording).where(t.wording.c.id == key)).one())

    def extractor(self, connection: Connection, address: str, moment: Moment) -> tuple[str, str | None]:
        """The extractor and the layout by which the capture of that moment is read."""
        known = self.extractors.get((address, moment))
        if known:
            return known
        r = t.reading.c
        row = connection.execute(
            sa.select(t.extraction.c.extractor, t.extraction.c.layout)
            .join(t.reading, r.extraction_id == t.extraction.c.id)
            .where(r.address == address, r.captured_at == moment[0], r.body_sha256 == moment[1], r.is_current)
            .limit(1)
        ).one()
        return row.extractor, row.layout


@dataclass(frozen=True, slots=True)
class _Side:
    address: str
    run: Run

    @property
    def id(self) -> str:
        return version_id(self.address, self.run)


def change_id(from_version: str, to_version: str) -> str:
    """The change's id: a hash of the ordered pair."""
    return digest("change", from_version, to_version)


def keep_changes(
    connection: Connection,
    folded: Sequence[tuple[Fold, Sequence[tuple[str, Run]]]],
    *,
    judge: Judge | None,
    lexicon: str,
    reread: Reread,
    at_hand: AtHand,
    at: datetime,
) -> list[Changed]:
    """Make the recorded changes of folded addresses those of their neighbouring versions; return the new ones.

    Args:
        folded: each with the last version of every address that moved there for good, and that address.
    """
    wanted: dict[str, tuple[_Side, _Side]] = {}
    for fold, before_move in folded:
        sides = [_Side(fold.address, run) for run in fold.versions]
        pairs = list(pairwise(sides))
        if sides:
            moved = [_Side(old, run) for old, run in before_move if run.last <= sides[0].run.first]
            pairs += [(old, sides[0]) for old in moved if old.run.content_sha256 != sides[0].run.content_sha256]
        wanted |= {change_id(one.id, other.id): (one, other) for one, other in pairs}
    c = t.change.c
    stored: set[str] = set()
    for part in chunks([fold.address for fold, _ in folded if not fold.is_new]):
        stored.update(connection.execute(sa.select(c.id).where(c.address.in_(part))).scalars())
    for part in chunks(sorted(stored - wanted.keys())):
        connection.execute(sa.delete(t.change).where(c.id.in_(part)))
    changed = []
    for key, (one, other) in wanted.items():
        if key not in stored:
            before, after, cause = _under_one_extractor(connection, one, other, reread, at_hand)
            comparison = compare(before, after, judge)
            changed.append(Changed(key, other.address, one.id, other.id, before, after, comparison, cause, other.run))
    add(connection, t.change, [_row(change, lexicon, at) for change in changed])
    return changed


def _under_one_extractor(connection: Connection, one: _Side, other: _Side, reread: Reread, at_hand: AtHand) -> tuple[Wording, Wording, Cause]:
    """Both sides as one extractor reads them, and whether the ministry or the reading made the difference."""
    before, after = at_hand.wording(connection, one.run.wording_id), at_hand.wording(connection, other.run.wording_id)
    ours, _ = at_hand.extractor(connection, one.address, one.run.last)
    theirs, layout = at_hand.extractor(connection, other.address, other.run.first)
    if ours == theirs:
        return before, after, "source"
    later = reread(other.address, other.run.first, None)
    earlier = reread(one.address, one.run.last, None)
    if earlier and later and earlier[0] != later[0]:
        # Layouts of two eras: the old page may still be legible to the newer layout.
        earlier = reread(one.address, one.run.last, layout) or earlier
    if earlier and later:
        before, after = earlier[1], later[1]
    return before, after, "extractor" if before.content_sha256 == after.content_sha256 else "source"


def _row(change: Changed, lexicon: str, at: datetime) -> dict[str, Any]:
    comparison = change.comparison
    return {
        "id": change.id,
        "address": change.address,
        "from_version": change.from_version,
        "to_version": change.to_version,
        "klass": comparison.klass,
        "cause": change.cause,
        "significance": comparison.significance,
        "is_moved": comparison.moved,
        "is_position_bearing": comparison.position_bearing,
        "body": document(comparison, change.cause),
        "lexicon": lexicon,
        "recorded_at": at,
    }
