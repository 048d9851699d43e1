"""What can be told of a statement, and which subscribers want to hear it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from schemas.records import Comparison, Position, Shift, ShiftKind, Wording, digest
from statements.alerts.subscriptions import EventKind, Subscription

# They say that nothing moved, or that one of the two texts is too short to tell.
SILENT_SHIFTS: frozenset[ShiftKind] = frozenset({"not_mentioned", "reworded", "continued"})


@dataclass(frozen=True, slots=True)
class Cited:
    """An earlier statement that a shift compares with."""

    statement: str
    title: str
    url: str = ""
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell of one statement, with all that its mail needs; free of any subscriber."""

    kind: EventKind
    source: str
    statement: str
    capture: str  # key of the first live capture that showed the new state
    captured_at: datetime  # of that capture
    recorded_at: datetime
    address: str
    url: str  # the ministry's page, for the reader to click
    title: str
    ministry: str = ""  # short: "China MFA"
    published_on: date | None = None
    published_until: date | None = None
    series: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()  # what the statement is about
    before: Wording | None = None  # altered, and restored with another wording
    after: Wording | None = None
    comparison: Comparison | None = None
    shifts: tuple[Shift, ...] = ()
    positions: tuple[Position, ...] = ()  # of a new statement: what it says
    earlier: tuple[Cited, ...] = ()  # the statements that `shifts` name as `from_statement`
    evidence: str = ""  # of gone: "404 at three visits since 2 March"

    @property
    def key(self) -> str:
        """The event's id: what makes it owed once, however often and by whichever road it is found again."""
        return digest("event", self.kind, self.statement, self.capture)

    @property
    def telling_shifts(self) -> tuple[Shift, ...]:
        """The shifts worth a mail: the ministry's own, of a kind that says something moved, each told once.

        An issue's own shift is left out where one of its facets tells of the same move.
        """
        moved = [shift for shift in self.shifts if shift.cause == "source" and shift.kind not in SILENT_SHIFTS]
        facets = {(shift.issue.rpartition(".")[0], shift.kind) for shift in moved}
        once = {(shift.issue, shift.actor, shift.kind, shift.from_statement): shift for shift in reversed(moved)}
        return tuple(shift for shift in reversed(once.values()) if (shift.issue, shift.kind) not in facets)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The issues that this event is about, not merely its statement: those of the change, or of the shifts."""
        if self.kind == "shift":
            return tuple(dict.fromkeys(shift.issue for shift in self.telling_shifts))
        if self.kind == "altered" and self.comparison:
            return self.comparison.issues
        return self.issues

    @property
    def rank(self) -> int:
        """Its place in a mail, the lowest first: position-bearing alterations, shifts, new statements, the rest."""
        if self.comparison and self.comparison.position_bearing:
            return 0
        return {"shift": 1, "new": 2}.get(self.kind, 3)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell: an alteration of nothing, a shift that did not move."""
        if self.kind == "altered":
            return self.comparison is None or self.comparison.klass == "none"
        return self.kind == "shift" and not self.telling_shifts


def as_json(event: Event) -> dict[str, Any]:
    """The event as plain JSON values; `from_json` gives an equal event back."""
    return _adapter().dump_python(event, mode="json")  # type: ignore[no-any-return]


def from_json(value: dict[str, Any]) -> Event:
    """The event that `as_json` wrote.

    Raises:
        ValueError: the value is not such an event.
    """
    event: Event = _adapter().validate_python(value)
    return event


def matching(events: Iterable[Event], subscriptions: Iterable[Subscription]) -> Iterator[tuple[Event, Subscription]]:
    """Each event with each subscription that asked for it, in the order of both; an empty event matches nobody.

    Every condition is a set of subscribers kept as the bits of one integer, so that an event costs a
    few look-ups and "and"s however many subscribers there are, and then only those who want it.
    """
    wanted = [subscription for subscription in subscriptions if not subscription.is_paused]
    index = _Index(wanted)
    for event in events:
        bits = 0 if event.is_empty else index.takers(event)
        while bits:
            lowest = bits & -bits
            yield event, wanted[lowest.bit_length() - 1]
            bits ^= lowest


class _Facet:
    """For one condition: which subscribers ask for a given value, and which for any."""

    def __init__(self, asked: Sequence[frozenset[Any] | None]) -> None:
        self._any = sum(1 << bit for bit, values in enumerate(asked) if values is None)
        self._by_value: dict[Any, int] = {}
        for bit, values in enumerate(asked):
            for value in values or ():
                self._by_value[value] = self._by_value.get(value, 0) | 1 << bit

    def takers(self, values: Iterable[Any]) -> int:
        bits = self._any
        for value in values:
            bits |= self._by_value.get(value, 0)
        return bits


class _Index:
    def __init__(self, subscriptions: Sequence[Subscription]) -> None:
        self._sources = _Facet([s.sources for s in subscriptions])
        self._series = _Facet([s.series for s in subscriptions])
        self._issues = _Facet([s.issues for s in subscriptions])
        self._kinds = _Facet([s.kinds for s in subscriptions])
        self._classes = _Facet([s.classes for s in subscriptions])
        ranked = sorted(range(len(subscriptions)), key=lambda bit: subscriptions[bit].least_significance)
        self._least = [subscriptions[bit].least_significance for bit in ranked]
        self._content_with = [0]
        for bit in ranked:
            self._content_with.append(self._content_with[-1] | 1 << bit)

    def takers(self, event: Event) -> int:
        bits = self._kinds.takers((event.kind,)) & self._sources.takers((event.source,)) & self._series.takers(event.series)
        bits &= self._issues.takers(with_parents(event.subjects))
        if event.kind == "altered" and event.comparison:
            bits &= self._classes.takers((event.comparison.klass,))
            bits &= self._content_with[bisect_right(self._least, event.comparison.significance)]
        return bits


def with_parents(issues: Iterable[str]) -> set[str]:
    """The issues and all that they are parts of.

    >>> sorted(with_parents(["taiwan.independence", "wto"]))
    ['taiwan', 'taiwan.independence', 'wto']
    """
    return {".".join(parts[:depth]) for parts in (issue.split(".") for issue in issues) for depth in range(1, len(parts) + 1)}


def prepare() -> None:
    """Build now what turns events into JSON and back: for a process that forks workers."""
    _adapter()


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Event)
