"""A source's health: computed from facts alone, told to the operator once for each thing that goes wrong or right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from schemas.findings import BatchFinding

State = Literal["well", "ailing", "failing"]
Gravity = Literal["warning", "failure"]

SILENT_DAYS = 14  # without a newer statement; a ministry that publishes daily says less in its `expect:`
SUCCESS_HOURS = 24  # since a run last ended well
REFUSED_SHARE = 0.5  # of a batch's bodies not understood: the layout drifted, not the page
FILL_DROP = 0.3  # a field filled in this much less of the batch than before
FEW = 5  # shares of fewer pages than this mean nothing


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    of: int
    hits: int

    @property
    def rate(self) -> float:
        return self.hits / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.hits} of {self.of}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a source at one moment; nothing here is judged yet."""

    source: str
    at: datetime
    last_success_at: datetime | None = None
    newest_on: date | None = None  # the newest published_on of its statements
    selectors: Mapping[str, Share] = field(default_factory=dict)  # "title h1" → pages of the last batch it matched in
    fill: Mapping[str, Share] = field(default_factory=dict)  # "published_on" → readings of the last batch that have it
    usual_fill: Mapping[str, Share] = field(default_factory=dict)  # the same over the earlier readings
    verdicts: Mapping[str, int] = field(default_factory=dict)  # of the last batch's captures
    quarantined: int = 0  # waiting now
    batch_findings: tuple[BatchFinding, ...] = ()  # of the last batch
    mistake: str | None = None  # the declaration's error: file, line, key


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From the source's `expect: {health: …}`."""

    silent_days: int = SILENT_DAYS
    success_hours: int = SUCCESS_HOURS
    refused_share: float = REFUSED_SHARE

    @classmethod
    def of(cls, expect: Mapping[str, Any]) -> Thresholds:
        return cls(**expect.get("health", {}))


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that is wrong: `key` names it from run to run, the sentence may change with the numbers."""

    key: str
    gravity: Gravity
    sentence: str


@dataclass(frozen=True, slots=True)
class Health:
    """A source's state with the sentences for its operator."""

    source: str
    at: datetime
    ailments: tuple[Ailment, ...]
    facts: Facts

    @property
    def state(self) -> State:
        if any(a.gravity == "failure" for a in self.ailments):
            return "failing"
        return "ailing" if self.ailments else "well"

    @property
    def told(self) -> str:
        """What to store once the operator was told: the keys of the ailments, one a line; empty for a well source."""
        return "\n".join(sorted({a.key for a in self.ailments}))


def health(facts: Facts, thresholds: Thresholds | None = None) -> Health:
    """Judge the facts of one source; the same facts give the same health."""
    limits = thresholds or Thresholds()
    return Health(facts.source, facts.at, tuple(_ailments(facts, limits)), facts)


def news(now: Health, told: str | None) -> tuple[str, ...]:
    """The sentences owed to the operator, given what was told last (`Health.told` of that time, None for never).

    Each ailment is told when it appears, and once more when it is over; not again while it lasts.
    """
    before = set((told or "").splitlines())
    fresh = tuple(a.sentence for a in now.ailments if a.key not in before)
    over = before - {a.key for a in now.ailments}
    return (*fresh, *(f"{now.source}: over: {key.replace('_', ' ').replace(':', ' ')}." for key in sorted(over)))


def _ailments(facts: Facts, limits: Thresholds) -> Iterable[Ailment]:
    name = facts.source
    if facts.mistake:
        yield Ailment("declaration", "failure", f"{name}: the declaration is wrong, nothing of this source runs: {facts.mistake}")
        return
    overdue = timedelta(hours=limits.success_hours)
    if facts.last_success_at and facts.at - facts.last_success_at > overdue:
        since = f"no run has ended well for {_span(facts.at - facts.last_success_at)} ({limits.success_hours} hours are expected)"
        yield Ailment("no_success", "failure", f"{name}: {since}; read the log of its last run.")
    for selector, share in sorted(facts.selectors.items()):
        if share.of and not share.hits:
            sentence = f"{name}: {selector!r} matched on none of {share.of} pages; the ministry changed its pages: compare one with the layout."
            yield Ailment(f"selector:{selector}", "failure" if share.of >= FEW else "warning", sentence)
    read = sum(facts.verdicts.get(v, 0) for v in ("ok", "provisional", "quarantined"))
    refused = {v: n for v, n in facts.verdicts.items() if v in {"layout_changed", "blocked", "error_page", "half_loaded", "undecodable"} and n}
    bodies = read + sum(refused.values())
    for verdict, count in sorted(refused.items()):
        if bodies and count / bodies >= limits.refused_share:
            sentence = f"{name}: {count} of {bodies} bodies are {verdict.replace('_', ' ')}; no version was touched."
            yield Ailment(f"refused:{verdict}", "failure" if bodies >= FEW else "warning", sentence)
    held = facts.verdicts.get("quarantined", 0)
    if read and held / read >= limits.refused_share:
        sentence = f"{name}: {held} of {read} readings failed their expectations; see `statements quarantine`, mend, then replay."
        yield Ailment("quarantined", "failure" if read >= FEW else "warning", sentence)
    for column, share in sorted(facts.fill.items()):
        usual = facts.usual_fill.get(column)
        if usual and min(share.of, usual.of) >= FEW and usual.rate - share.rate > FILL_DROP:
            yield Ailment(f"fill:{column}", "warning", f"{name}: {column} is filled in {share} readings, against {usual} before.")
    if facts.newest_on and (facts.at.date() - facts.newest_on).days > limits.silent_days:
        days = (facts.at.date() - facts.newest_on).days
        yield Ailment(
            "silent", "warning", f"{name}: the newest statement is {days} days old ({limits.silent_days} are expected at most); look at the listing."
        )
    yield from (Ailment(f"batch:{f.kind}", "warning", f"{name}: {f.sentence}") for f in facts.batch_findings)


def _span(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
