"""Invented events of an invented ministry, for every test of the alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.records import Comparison, Entry, Passage, Shift, Wording
from statements.alerts.events import Event

MONDAY = datetime(2025, 3, 3, 13, 5, tzinfo=UTC)
FIRM = "The northern side firmly opposes any attempt to divide the island."
SOFT = "The northern side opposes any attempt to divide the island."
TITLE = "Joint Statement on Deepening the Partnership"


def wording(*passages: str, title: str = TITLE) -> Wording:
    return Wording(title, tuple(Passage(text) for text in passages), published_on=date(2025, 3, 3), document_type="joint_statement")


def softened() -> Comparison:
    entry = Entry(
        "reworded",
        was=(1,),
        now=(1,),
        before=FIRM,
        after=SOFT,
        edits=(("=", "The northern side "), ("-", "firmly "), ("=", "opposes any attempt to divide the island.")),
        touches=("strength",),
        significance=0.9,
        reasons=("a word of strength went",),
        position_bearing=True,
        direction="weakened",
        issues=("island",),
    )
    return Comparison("substantive", position_bearing=True, directions=("weakened",), issues=("island",), significance=0.9, entries=(entry,))


def altered(statement: str = "s1", **fields: Any) -> Event:
    opening = "The two sides met in good spirit."
    event = Event(
        kind="altered",
        source="nord_en",
        statement=statement,
        capture=f"capture of {statement}",
        captured_at=MONDAY,
        recorded_at=MONDAY + timedelta(seconds=20),
        address=f"https://mfa.nord.example/{statement}",
        url=f"https://mfa.nord.example/{statement}.html",
        title=TITLE,
        ministry="Nord MFA",
        published_on=date(2025, 3, 3),
        issues=("island", "trade"),
        before=wording(opening, FIRM),
        after=wording(opening, SOFT),
        comparison=softened(),
    )
    return replace(event, **fields)


def new(statement: str = "s1", **fields: Any) -> Event:
    return altered(statement, **{"kind": "new", "before": None, "comparison": None} | fields)


def shifted(statement: str = "s2", **fields: Any) -> Event:
    shift = Shift("nord_sued", "island", "Nord", "s1", statement, "weakened", 4, 3, (FIRM,), (SOFT,), None, "booster dropped", "high", "full")
    return altered(statement, **{"kind": "shift", "before": None, "comparison": None, "shifts": (shift,)} | fields)
