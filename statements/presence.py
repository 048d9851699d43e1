"""Whether a statement is live, gone, restored or flapping: a pure reading of what its addresses answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

State = Literal["live", "gone", "restored", "flapping"]

GONE_STATUSES = frozenset({404, 410})
GONE_CHECKS = 3  # answers of 404 or 410, in a row
GONE_SPAN = timedelta(hours=24)  # and the least time between the first and the last of them
FLAPPING_RETURNS = 2  # how often a proven absence has ended …
FLAPPING_WITHIN = timedelta(days=30)  # … in this time


@dataclass(frozen=True, slots=True)
class Answer:
    """What one capture says about presence; only 404, 410 and an accepted page say anything."""

    captured_at: datetime
    status: int | None  # HTTP; None where no answer came
    is_accepted: bool  # the body was read as the statement, or a 304 vouched for it


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch of 404 and 410 long enough to be believed."""

    first_missed_at: datetime
    proven_at: datetime  # the capture that completed the proof
    last_missed_at: datetime
    ended_at: datetime | None  # the first accepted page after it
    checks: int


@dataclass(frozen=True, slots=True)
class Presence:
    """A statement's state as of its latest capture, and the absences it rests on."""

    state: State
    since: datetime | None  # when the state began; None where nothing was ever seen
    absences: tuple[Absence, ...] = ()

    @property
    def sentence(self) -> str:
        """The state in words, with its evidence."""
        if self.state == "live" or not self.absences:
            return "Live."
        last = self.absences[-1]
        missed = f"{last.checks} checks between {last.first_missed_at:%Y-%m-%d %H:%M} and {last.last_missed_at:%Y-%m-%d %H:%M} UTC found nothing"
        if self.state == "gone":
            return f"Gone: {missed} (404 or 410)."
        if self.state == "restored":
            return f"Restored on {last.ended_at:%Y-%m-%d %H:%M} UTC: before, {missed}."
        return f"Flapping: gone and back {sum(a.ended_at is not None for a in self.absences)} times; last, {missed}."


def presence(answers: Iterable[Answer]) -> Presence:
    """Judge one address by its captures, in any order.

    Gone needs `GONE_CHECKS` answers of 404 or 410 in a row that span `GONE_SPAN`; a lone 404 on either side of
    accepted pages is nothing. Time-outs, errors of the server and pages not understood neither prove nor disprove.
    Dropping off a listing is no answer at all, and so cannot make a statement gone.
    """
    telling = sorted((a for a in answers if a.is_accepted or a.status in GONE_STATUSES), key=lambda a: (a.captured_at, a.is_accepted))
    absences: list[Absence] = []
    first_seen: datetime | None = None
    open_absence: Absence | None = None
    for is_accepted, group in groupby(telling, key=lambda a: a.is_accepted):
        stretch = list(group)
        if is_accepted:
            first_seen = first_seen or stretch[0].captured_at
            if open_absence:
                absences.append(_ended(open_absence, stretch[0].captured_at))
                open_absence = None
        else:
            open_absence = _proven(stretch)
    if open_absence:
        return Presence("gone", open_absence.proven_at, (*absences, open_absence))
    if not absences:
        return Presence("live", first_seen)
    latest = telling[-1].captured_at
    returns = [a.ended_at for a in absences if a.ended_at and latest - a.ended_at <= FLAPPING_WITHIN]
    return Presence("flapping" if len(returns) >= FLAPPING_RETURNS else "restored", absences[-1].ended_at, tuple(absences))


def statement_presence(addresses: Iterable[Presence]) -> Presence:
    """A statement at several addresses: gone only when every address that ever answered is, live when any always was."""
    rank = {"live": 0, "restored": 1, "flapping": 2, "gone": 3}
    answered = [p for p in addresses if p.since is not None]
    return min(answered, key=lambda p: rank[p.state], default=Presence("live", None))


def _proven(stretch: list[Answer]) -> Absence | None:
    first, last = stretch[0].captured_at, stretch[-1].captured_at
    for number, answer in enumerate(stretch, 1):
        if number >= GONE_CHECKS and answer.captured_at - first >= GONE_SPAN:
            return Absence(first, answer.captured_at, last, None, len(stretch))
    return None


def _ended(absence: Absence, ended_at: datetime) -> Absence:
    return Absence(absence.first_missed_at, absence.proven_at, absence.last_missed_at, ended_at, absence.checks)
