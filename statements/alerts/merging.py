"""What became of a statement between its first event and its mail: corrections made within minutes are told once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from schemas.records import Comparison, Wording
from statements.alerts.events import Event

CORRECTION = timedelta(minutes=15)
Compare = Callable[[Wording, Wording], Comparison]


def merged(events: Iterable[Event], compare: Compare) -> list[Event]:
    """The events with each burst at one address brought to its outcome; empty where all of it was undone.

    A burst starts with an event and takes what was seen within CORRECTION after it. In it, alterations become one,
    from the first wording to the last; an alteration of what is new is part of the new; what went and came back never happened.
    """
    told: list[Event] = []
    by_place = attrgetter("statement", "address")
    for _, group in groupby(sorted(events, key=lambda event: (*by_place(event), event.captured_at, event.recorded_at)), key=by_place):
        for burst in _bursts(list(group)):
            told += _outcome(burst, compare)
    return [event for event in told if not event.is_empty]


def _bursts(events: Sequence[Event]) -> list[list[Event]]:
    bursts: list[list[Event]] = []
    for event in events:
        if bursts and event.captured_at - bursts[-1][0].captured_at <= CORRECTION:
            bursts[-1].append(event)
        else:
            bursts.append([event])
    return bursts


def _outcome(burst: Sequence[Event], compare: Compare) -> list[Event]:
    if len(burst) == 1:
        return list(burst)
    new = [event for event in burst if event.kind == "new"][:1]
    alterations = [event for event in burst if event.kind == "altered"]
    comings = [event for event in burst if event.kind in ("gone", "restored")]
    shifts = [event for event in burst if event.kind == "shift"]
    told: list[Event] = []
    if new:
        told.append(_corrected(new[0], alterations[-1]) if alterations else new[0])
    elif alterations:
        told.append(_joined(alterations, compare))
    if comings and comings[0].kind == comings[-1].kind:
        told.append(comings[-1])
    if shifts:
        latest = {(shift.series, shift.issue, shift.actor): shift for event in shifts for shift in event.shifts}
        earlier = dict.fromkeys(cited for event in shifts for cited in event.earlier)
        told.append(replace(shifts[-1], shifts=tuple(latest.values()), earlier=tuple(earlier)))
    return told


def _corrected(new: Event, last: Event) -> Event:
    """The new statement as its correction left it; of its positions, those whose words still stand."""
    text = last.after.text if last.after else ""
    kept = last.positions or tuple(position for position in new.positions if position.quote in text)
    return replace(new, title=last.title, published_on=last.published_on, published_until=last.published_until, after=last.after, positions=kept)


def _joined(alterations: Sequence[Event], compare: Compare) -> Event:
    first, last = alterations[0], alterations[-1]
    if first is last or first.before is None or last.after is None:
        return last
    if first.before.content_sha256 == last.after.content_sha256:
        return replace(last, before=first.before, comparison=Comparison())
    return replace(last, before=first.before, comparison=compare(first.before, last.after))
