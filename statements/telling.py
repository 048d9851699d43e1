"""What settling a statement gives subscribers to tell: events, from outcomes alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.records import Shift, Stances, Wording
from scrapers.source import Source
from statements.alerts.events import Cited, Event
from statements.settling import Outcome
from statements.versions import Run, is_flapping


@dataclass(frozen=True, slots=True)
class Known:
    """What an event quotes beside the outcome itself."""

    wordings: Mapping[str, Wording]  # by wording id, of the versions added now
    stances: Mapping[str, Stances]  # by wording id
    series: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()  # recorded now, to this statement
    earlier: tuple[Cited, ...] = ()


def events_of(outcome: Outcome, known: Known) -> list[Event]:
    """The events that subscribers may be owed for one settled statement.

    Nothing of archives, re-readings or a source's first pass; nothing of a statement older than `alert_from`;
    nothing that only flaps. Each event hangs on the first live capture that showed the new state, so that a late
    memento, which cuts the versions anew, tells nobody.
    """
    if not outcome.occasion.is_live or outcome.occasion.is_baseline or outcome.occasion.rebuild:
        return []
    events = [*_new(outcome, known), *_altered(outcome, known), *_presence(outcome, known)]
    first_day = outcome.occasion.source.alert_from
    return [e for e in events if first_day is None or (e.published_on or e.captured_at.date()) >= first_day]


def _new(outcome: Outcome, known: Known) -> list[Event]:
    if not outcome.is_first:
        return []
    for fold in outcome.folds:
        for run in fold.versions[:1]:
            capture = outcome.captures.get((fold.address, run.first))
            wording = known.wordings.get(run.wording_id)
            if capture and wording:
                stances = known.stances.get(run.wording_id)
                issues = tuple(sorted({p.issue for p in stances.positions})) if stances else ()
                told = _event("new", outcome, known, fold.address, run, capture, wording)
                positions = stances.positions if stances else ()
                new = _with(told, after=wording, issues=issues, positions=positions)
                return [new, *_shifted(told, known)]
    return []


def _altered(outcome: Outcome, known: Known) -> list[Event]:
    events: list[Event] = []
    flapping = {fold.address for fold in outcome.folds if is_flapping(fold.versions)}
    for change in outcome.changes:
        capture = outcome.captures.get((change.address, change.run.first))
        if not capture or change.cause != "source" or change.comparison.klass == "none" or change.address in flapping:
            continue
        told = _event("altered", outcome, known, change.address, change.run, capture, change.after)
        events.append(_with(told, before=change.before, after=change.after, comparison=change.comparison, issues=change.comparison.issues))
        events += _shifted(told, known)
    return events


def _presence(outcome: Outcome, known: Known) -> list[Event]:
    before, after = outcome.presence_before, outcome.presence.state
    kind = "gone" if after == "gone" and before != "gone" else "restored" if after == "restored" and before == "gone" else None
    shown = max(outcome.captures, key=lambda place: place[1], default=None)
    if kind is None or shown is None:
        return []
    fold = next((fold for fold in outcome.folds if fold.address == shown[0]), None)
    if fold is None or not fold.versions:
        return []
    run = fold.versions[-1]
    wording = known.wordings.get(run.wording_id)
    if wording is None:
        return []
    told = _event(kind, outcome, known, fold.address, run, outcome.captures[shown], wording)
    return [_with(told, captured_at=shown[1][0], evidence=outcome.presence.sentence)]


def _shifted(told: Event, known: Known) -> list[Event]:
    if not known.shifts:
        return []
    issues = tuple(sorted({shift.issue for shift in known.shifts}))
    return [_with(told, kind="shift", shifts=known.shifts, earlier=known.earlier, issues=issues)]


def _event(kind: Any, outcome: Outcome, known: Known, address: str, run: Run, capture: str, wording: Wording) -> Event:
    source: Source = outcome.occasion.source
    return Event(
        kind=kind,
        source=source.id,
        statement=outcome.statement,
        capture=capture,
        captured_at=run.first[0],
        recorded_at=outcome.occasion.at,
        address=address,
        url=address,
        title=wording.title,
        ministry=source.short_title,
        published_on=wording.published_on,
        published_until=wording.published_until,
        series=known.series,
    )


def _with(event: Event, **fields: Any) -> Event:
    from dataclasses import replace

    return replace(event, **fields)


def cited(statements: Sequence[tuple[str, str, str, Any]]) -> tuple[Cited, ...]:
    """Earlier statements as (id, title, url, published_on), for a mail to name."""
    return tuple(Cited(key, title, url, published_on) for key, title, url, published_on in statements)
