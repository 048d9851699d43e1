"""Ten thousand events matched with two hundred subscribers, beside two nested loops over a part; and one mail composed."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from schemas.records import Comparison, Entry, Passage, Wording
from statements.alerts.events import Event, as_json, from_json, matching, with_parents
from statements.alerts.mail import compose
from statements.alerts.subscriptions import Subscription
from statements.compare import compare

EVENTS, SUBSCRIBERS, LOOPED = 10_000, 200, 500
BUDGET_SECONDS = 60.0
_MOMENT = datetime(2025, 3, 3, 13, 5, tzinfo=UTC)


def happened(chance: random.Random) -> list[Event]:
    """Events of thirty sources on forty issues, two in three of them alterations."""
    events = []
    for number in range(EVENTS):
        issues = tuple(f"issue{chance.randrange(40)}.facet{chance.randrange(3)}" for _ in range(chance.randrange(4)))
        significance = chance.random()
        changed = Comparison(
            "substantive" if significance >= 0.5 else "editorial", issues=issues, significance=significance, entries=(Entry("reworded"),)
        )
        event = Event(
            kind="altered" if number % 3 else "new",
            source=f"source{chance.randrange(30)}",
            statement=f"statement{number}",
            capture=f"capture{number}",
            captured_at=_MOMENT,
            recorded_at=_MOMENT,
            address=f"https://mfa.example/{number}",
            url=f"https://mfa.example/{number}",
            title="Remarks",
            issues=issues,
        )
        events.append(replace(event, comparison=changed) if event.kind == "altered" else event)
    return events


def subscribed(chance: random.Random) -> list[Subscription]:
    """Subscribers of whom some ask for everything and most for a few sources or issues."""
    subscriptions = []
    for number in range(SUBSCRIBERS):
        sources = frozenset(f"source{chance.randrange(30)}" for _ in range(3)) if number % 3 else None
        issues = frozenset(f"issue{chance.randrange(40)}" for _ in range(4)) if number % 2 else None
        wish = Subscription(f"desk{number}", f"desk{number}@example.org", sources=sources, issues=issues, least_significance=chance.random())
        subscriptions.append(wish)
    return subscriptions


def looped(events: Sequence[Event], subscriptions: Sequence[Subscription]) -> int:
    """The same by two nested loops: what the index is measured against."""
    return sum(
        event.kind in wish.kinds
        and (wish.sources is None or event.source in wish.sources)
        and (wish.issues is None or bool(wish.issues & with_parents(event.subjects)))
        and (event.comparison is None or (event.comparison.klass in wish.classes and event.comparison.significance >= wish.least_significance))
        for event in events
        for wish in subscriptions
    )


def main() -> None:
    """Print seconds, the share of the budget, and the ratios."""
    chance = random.Random(1)
    events, subscriptions = happened(chance), subscribed(chance)
    started = time.perf_counter()
    pairs = sum(1 for _ in matching(events, subscriptions))
    indexed = time.perf_counter() - started
    started = time.perf_counter()
    few = looped(events[:LOOPED], subscriptions)
    loops = (time.perf_counter() - started) * EVENTS / LOOPED
    assert few == sum(1 for _ in matching(events[:LOOPED], subscriptions))
    print(f"{EVENTS} events x {SUBSCRIBERS} subscribers: {pairs} pairs in {indexed:.2f} s, {indexed / BUDGET_SECONDS:.1%} of the minute allowed")
    print(f"two nested loops: {loops / indexed:.0f} times as long")

    passages = tuple(Passage(f"The two sides agreed on point {number} and on all that follows from it, as they had before.") for number in range(200))
    before = Wording("Joint Statement", passages)
    after = replace(before, passages=(*passages[:90], Passage("The two sides may agree on point 90."), *passages[91:]))
    event = replace(events[1], before=before, after=after, comparison=compare(before, after))
    started = time.perf_counter()
    for _ in range(20):
        mail = compose([event], subscriptions[0], sender="s@example.org", message_id="<m@example.org>", now=_MOMENT)
    composed = (time.perf_counter() - started) / 20
    started = time.perf_counter()
    for _ in range(20):
        from_json(as_json(event))
    kept = (time.perf_counter() - started) / 20
    print(f"a mail with its red-line of {len(before.text) / 1000:.0f} kB ({len(mail.as_bytes()) / 1000:.0f} kB): {composed * 1000:.1f} ms")
    print(f"its event to JSON and back: {kept / composed:.0%} of that")


if __name__ == "__main__":
    main()
