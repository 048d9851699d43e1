"""Readings that lost most of their text: why each is held back, and when to look again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from statements.versions import CONFIRMED_AFTER, LOST_MOST, Run, standing


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A run that does not count (see `statements.versions.standing`), with its evidence."""

    run: Run
    length_before: int  # code points of the last text that counts
    look_again_at: datetime | None  # None once a later capture has said otherwise

    @property
    def sentence(self) -> str:
        kept = self.run.length / self.length_before
        lost = f"{self.run.length:,} of {self.length_before:,} characters are left ({kept:.0%}; below {LOST_MOST:.0%} is held back)"
        if self.look_again_at is None:
            return f"{lost}; dismissed: a later capture has another text."
        return f"{lost}; counts when a capture from {self.look_again_at:%Y-%m-%d %H:%M} UTC on shows the same text."


def held_back(runs: Sequence[Run]) -> tuple[HeldBack, ...]:
    """The provisional runs among one address's runs, in capture order.

    A function of the captures alone. Only the address's last run can still be confirmed; a run that another one
    followed within `CONFIRMED_AFTER` is dismissed for good.
    """
    counted, aside = standing(runs)
    found = []
    for run in aside:
        before = [other for other in counted if other.first < run.first]
        is_last = run == runs[-1]
        found.append(HeldBack(run, before[-1].length, run.first[0] + CONFIRMED_AFTER if is_last else None))
    return tuple(found)


def look_again_at(runs: Sequence[Run]) -> datetime | None:
    """When a live address owes its second look; None where nothing waits for one."""
    waiting = held_back(runs)[-1:]
    return waiting[0].look_again_at if waiting else None
