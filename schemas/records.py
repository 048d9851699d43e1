"""The records that cross package borders: frozen dataclasses, and nothing that acts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Via = Literal["live", "memento"]
Verdict = Literal[
    "ok",
    "not_modified",
    "provisional",
    "blocked",
    "error_page",
    "half_loaded",
    "layout_changed",
    "undecodable",
    "failed",
    "quarantined",
    "gone",
    "unsettled",
]
PassageKind = Literal["heading", "paragraph", "list_item"]
DatePrecision = Literal["day", "interval", "month", "year", "unknown"]
DateFrom = Literal["page", "title", "text", "url", "listing", "none"]
DocumentType = Literal["joint_statement", "press_summary", "remarks", "press_conference", "communique", "other"]
ChangeClass = Literal["none", "cosmetic", "editorial", "structural", "substantive"]
EntryKind = Literal["added", "removed", "reworded", "moved", "moved_reworded", "split", "merged", "field"]
Direction = Literal["new", "dropped", "strengthened", "weakened", "widened", "narrowed", "reversed", "changed"]
Cause = Literal["source", "extractor", "lexicon"]
Polarity = Literal["support", "oppose", "neutral"]
Ladder = Literal["appraisal", "position", "commitment", "directive", "concern"]
ShiftKind = Literal[
    "new", "returned", "dropped", "not_mentioned", "strengthened", "weakened", "widened", "narrowed", "reversed", "changed", "reworded", "continued"
]
Comparability = Literal["full", "summary", "partial"]

CLASS_ORDER: tuple[ChangeClass, ...] = ("none", "cosmetic", "editorial", "structural", "substantive")


def digest(*parts: object) -> str:
    """SHA-256 (hex) of the parts as canonical JSON: the one way in which ids and content hashes are made."""
    canonical = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, heading or list item: the unit that can move."""

    text: str
    kind: PassageKind = "paragraph"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a statement says at one time: the part of a reading that a comparison looks at."""

    title: str
    passages: tuple[Passage, ...]
    language: str = "en"  # BCP 47
    published_on: date | None = None
    published_until: date | None = None  # set for an interval only
    document_type: DocumentType = "other"
    parties: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The passages joined by one newline; offsets anywhere count its code points, end exclusive."""
        return "\n".join(passage.text for passage in self.passages)

    @property
    def content_sha256(self) -> str:
        """Hash of title, dates and text: what makes two readings the same version."""
        return digest(self.title, self.published_on, self.published_until, self.text)


@dataclass(frozen=True, slots=True)
class Capture:
    """One observation of one address at one time, successful or not. A fact, never edited."""

    address: str  # the normalised URL whose captures are folded
    captured_at: datetime  # aware, UTC, whole seconds: when the page looked like this, not when we stored it
    via: Via = "live"
    url: str = ""  # as asked for, before normalisation
    final_url: str = ""  # after redirects
    status: int | None = None  # HTTP status; None where no answer came
    headers: tuple[tuple[str, str], ...] = ()  # as received, in order
    body_sha256: str | None = None  # None where there was no body; a 304 carries the body its validator stood for
    redirects: tuple[tuple[int, str], ...] = ()  # (status, location) in order
    not_modified: bool = False
    error: str | None = None  # the sentence of a failed attempt

    @property
    def key(self) -> str:
        """The capture's id: address, instant to the second, body hash (`via` is an attribute, not part of it)."""
        return digest("capture", self.address, self.captured_at.isoformat(timespec="seconds"), self.body_sha256 or self.error or "")

    @property
    def moment(self) -> tuple[datetime, str]:
        """What orders the captures of an address: archives hold two in one second."""
        return self.captured_at, self.body_sha256 or ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a layout took from a stored body."""

    source: str | None
    layout: str
    extractor: str  # hash of the resolved layout declaration and READING_VERSION
    url: str
    captured_at: datetime | None
    wording: Wording
    date_precision: DatePrecision = "unknown"
    date_from: DateFrom = "none"
    date_hint: str | None = None  # ISO 8601 truncated date such as "--07-18" where the year is not on the page
    boilerplate: tuple[str, ...] = ()  # what was cut away, for a reviewer
    flags: tuple[str, ...] = ()  # "suspected_truncation", …
    truncated_passages: tuple[int, ...] = ()
    canonical_url: str | None = None  # rel=canonical, where the page names one
    notes: tuple[str, ...] = ()  # library versions and the like; not part of the extractor

    @property
    def content_sha256(self) -> str:
        return self.wording.content_sha256


@dataclass(frozen=True, slots=True)
class Version:
    """An unbroken run of accepted readings of one address with the same content, in capture order."""

    address: str
    content_sha256: str
    first_captured_at: datetime
    last_captured_at: datetime
    captures: int = 1

    @property
    def id(self) -> str:
        return digest("version", self.address, self.content_sha256, self.first_captured_at.isoformat(timespec="seconds"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that changed between two wordings, as CONTRACT describes an item of `changes`."""

    kind: EntryKind
    unit: Literal["passage", "sentence"] = "passage"
    field: Literal["title", "published"] | None = None
    was: tuple[int, ...] = ()  # passage numbers in the earlier text
    now: tuple[int, ...] = ()
    was_span: tuple[int, int] | None = None  # code points of the earlier text, end exclusive
    now_span: tuple[int, int] | None = None
    before: str | None = None
    after: str | None = None
    edits: tuple[tuple[str, str], ...] = ()  # ("=" | "-" | "+", text)
    touches: tuple[str, ...] = ()
    klass: ChangeClass = "substantive"  # `class` in JSON
    significance: float = 0.0
    reasons: tuple[str, ...] = ()
    position_bearing: bool = False
    direction: Direction | None = None
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between two wordings, classified, with its evidence."""

    klass: ChangeClass = "none"
    moved: bool = False
    position_bearing: bool = False
    directions: tuple[Direction, ...] = ()
    issues: tuple[str, ...] = ()
    significance: float = 0.0
    entries: tuple[Entry, ...] = ()
    coarse: bool = False  # the texts were too large or too unlike for the full comparison


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that made a rule fire."""

    text: str
    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Position:
    """What a party says on an issue in a statement; `text[start:end] == quote`, always."""

    issue: str
    actor: str
    polarity: Polarity
    ladder: Ladder
    level: int  # 1 … 5
    start: int
    end: int
    quote: str
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A sentence that sounds like a position and that no issue took."""

    start: int
    end: int
    quote: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stances:
    """All positions of one statement, and what no rule took, under one lexicon."""

    positions: tuple[Position, ...]
    unassigned: tuple[Unassigned, ...] = ()
    lexicon: str = ""  # hash of the issue and stance files


@dataclass(frozen=True, slots=True)
class ClauseShift:
    """One clause of an issue and what became of it: `before` is None where it is new, `after` where it is gone."""

    kind: ShiftKind
    rule: str
    before: Position | None
    after: Position | None
    likeness: float = 0.0  # of the two objects, 0 … 1; 0 where there is no pair


@dataclass(frozen=True, slots=True)
class Shift:
    """A position that differs from that of the preceding statement of the series."""

    series: str
    issue: str
    actor: str
    from_statement: str
    to_statement: str
    kind: ShiftKind
    level_before: int | None
    level_after: int | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    last_said: str | None
    rule: str
    confidence: Literal["high", "medium", "low"]
    comparability: Comparability
    cause: Cause = "source"
    from_content: str = ""
    to_content: str = ""
    lexicon: str = ""
    cues: tuple[Cue, ...] = field(default=())  # of both sides, earlier side first; offsets are into the side's own text
    reason: str = ""  # the rule as a sentence, for people
    clauses: tuple[ClauseShift, ...] = ()  # the evidence: every clause of the issue, in the order of the later text
    compared: ShiftKind | None = None  # for `returned`: how it differs from what was last said

    @property
    def id(self) -> str:
        statements = (self.from_statement, self.to_statement, self.from_content, self.to_content)
        return digest("shift", self.series, self.issue, self.actor, *statements, self.lexicon)
