"""Fold readings into runs and versions: pure decisions over the captures of one address."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from statements.compare.returns import Showing, flapping

Moment = tuple[datetime, str]  # captured_at and body hash: archives hold two captures in one second

LOST_MOST = 0.4  # a reading shorter than this share of the text before it is provisional
CONFIRMED_AFTER = timedelta(minutes=5)  # seen again with the same text this much later, it counts


@dataclass(frozen=True, slots=True)
class Sighting:
    """One accepted reading of one capture, as far as the fold needs it."""

    at: Moment
    content_sha256: str
    wording_id: str
    length: int  # code points of the text


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring sightings of one address with the same content."""

    first: Moment
    last: Moment
    content_sha256: str
    wording_id: str  # of its first sighting
    length: int
    captures: int = 1


Split = Callable[[Run, Moment], tuple[Run, Run]]


def runs_of(sightings: Iterable[Sighting]) -> list[Run]:
    """Fold one address's sightings into unbroken runs of the same content.

    Arrival order is irrelevant: a memento found ten years late takes its own place, and a ministry that
    restores an old wording gets a third run, not the first.
    """
    in_order = sorted(sightings, key=lambda s: s.at)
    folded = []
    for content, group in groupby(in_order, key=lambda s: s.content_sha256):
        members = list(group)
        folded.append(Run(members[0].at, members[-1].at, content, members[0].wording_id, members[0].length, len(members)))
    return folded


def insert(runs: Sequence[Run], new: Sighting, split: Split) -> list[Run]:
    """Return the runs with one more sighting in its place: what `runs_of` would give, at the cost of the neighbours.

    `split(run, moment)` cuts a run in two around a moment inside it; it is asked only where a different
    content falls inside a run, because only the store knows the captures there.
    """
    result = list(runs)
    i = bisect_right(result, new.at, key=lambda run: run.first) - 1
    before = result[i] if i >= 0 else None
    after = result[i + 1] if i + 1 < len(result) else None
    if before and before.first <= new.at <= before.last:
        if before.content_sha256 == new.content_sha256:
            result[i] = replace(before, captures=before.captures + 1)
        else:
            left, right = split(before, new.at)
            result[i : i + 1] = [left, _alone(new), right]
    elif before and before.content_sha256 == new.content_sha256:
        result[i] = replace(before, last=new.at, captures=before.captures + 1)
    elif after and after.content_sha256 == new.content_sha256:
        result[i + 1] = replace(after, first=new.at, wording_id=new.wording_id, captures=after.captures + 1)
    else:
        result.insert(i + 1, _alone(new))
    return result


def standing(runs: Sequence[Run]) -> tuple[list[Run], list[Run]]:
    """Return (the runs that count as versions, the runs that do not), each in capture order.

    A run that lost most of the text before it is provisional: it counts once its own captures span
    `CONFIRMED_AFTER`, whatever comes later, and never before. Neighbours that become equal when a run between them
    is set aside are one version.
    """
    counted: list[Run] = []
    aside: list[Run] = []
    for run in runs:
        previous = counted[-1] if counted else None
        if previous and run.length < LOST_MOST * previous.length and run.last[0] - run.first[0] < CONFIRMED_AFTER:
            aside.append(run)
        elif previous and previous.content_sha256 == run.content_sha256:
            counted[-1] = replace(previous, last=run.last, captures=previous.captures + run.captures)
        else:
            counted.append(run)
    return counted, aside


def is_flapping(versions: Sequence[Run]) -> bool:
    """Whether the latest versions only go to and fro between two wordings within days, up to the last of them."""
    found = flapping([Showing(run.content_sha256, run.first[0]) for run in versions])
    return bool(found) and found[-1].last == len(versions) - 1


def _alone(new: Sighting) -> Run:
    return Run(new.at, new.at, new.content_sha256, new.wording_id, new.length)
