"""Series: which statements follow one another, in which order, and how far two of them can be compared.

Membership is a pure function of the declaration and of the statements' latest accepted wordings, so that the same store gives the same series
whatever the order in which its statements were learned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from schemas import declarations
from schemas.errors import DeclarationError, StatementsError
from schemas.records import Comparability, DocumentType
from statements.positions.words import folded

PACKAGED = Path(__file__).parent / "series"
_FULLEST: tuple[Comparability, ...] = ("full", "partial", "summary")
_NO_DATE = date.max


class UnknownSeries(StatementsError):
    """No declared series has this id."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement by its latest accepted wording: what membership looks at, and no more."""

    statement: str  # its id
    source: str | None
    language: str
    title: str
    published_on: date | None  # the start, where it is an interval
    parties: tuple[str, ...]
    document_type: DocumentType
    content_sha256: str
    first_captured_at: datetime | None = None
    addresses: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()  # of the reading: a suspected truncation makes a text partial
    rereads: frozenset[str] = frozenset()  # contents that other extractors read from the snapshot of this wording


@dataclass(frozen=True, slots=True)
class Listed:
    """A member named by hand, and what is known of it beyond its page."""

    statement: str  # an address, or an id
    position: date | None = None
    comparability: Comparability | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A statement in its place in a series."""

    candidate: Candidate
    stands_on: date | None  # the day that orders it
    comparability: Comparability
    copies: tuple[str, ...] = ()  # ids of the same statement at other addresses, not compared

    @property
    def statement(self) -> str:
        return self.candidate.statement


@dataclass(frozen=True)
class Series:
    """Statements that follow one another, as one YAML file declares them."""

    id: str
    title: str
    source: str
    language: str
    about: str = ""
    parties: tuple[str, ...] = ()
    kinds: tuple[DocumentType, ...] = ()
    titles: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    listed: tuple[Listed, ...] = ()
    leave_out: tuple[str, ...] = ()
    sha256: str = ""  # of the declaration's bytes

    @cached_property
    def _title_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern, re.IGNORECASE) for pattern in self.titles)

    def takes(self, candidate: Candidate) -> bool:
        """Whether the statement belongs: named by hand, or of the right parties, kind and title; never when left out."""
        if candidate.source != self.source or candidate.language.partition("-")[0] != self.language.partition("-")[0]:
            return False
        if _names(self.leave_out, candidate):
            return False
        if self._by_hand(candidate):
            return True
        if not (self.parties or self.kinds or self.titles):
            return False
        day = candidate.published_on
        return (
            {folded(party) for party in self.parties} <= {folded(party) for party in candidate.parties}
            and (not self.kinds or candidate.document_type in self.kinds)
            and (not self.titles or any(pattern.search(candidate.title) for pattern in self._title_patterns))
            and (self.since is None or (day is not None and day >= self.since))
            and (self.until is None or (day is not None and day <= self.until))
        )

    def members(self, candidates: Iterable[Candidate]) -> tuple[Member, ...]:
        """The statements that belong, in order, one for each event.

        Order: the day of publication, else the `position:` of the file, else the day of the first capture; ties by title, content and id. Of
        several texts of one event (the same day with the same title, the same content, or a summary beside the full text) the fullest stands
        for it, then the one captured first.
        """
        taken = sorted((self._member(candidate) for candidate in candidates if self.takes(candidate)), key=_fullest_first)
        events: list[Member] = []
        for member in taken:
            same = next((i for i, other in enumerate(events) if _same_event(other, member)), None)
            if same is None:
                events.append(member)
            elif member.statement not in {events[same].statement, *events[same].copies}:
                known = events[same]
                events[same] = Member(known.candidate, known.stands_on, known.comparability, tuple(sorted({*known.copies, member.statement})))
        return tuple(sorted(events, key=_in_time))

    def _member(self, candidate: Candidate) -> Member:
        by_hand = self._by_hand(candidate)
        captured = candidate.first_captured_at.date() if candidate.first_captured_at else None
        stands_on = candidate.published_on or (by_hand.position if by_hand else None) or captured
        comparability = (
            by_hand.comparability if by_hand and by_hand.comparability else comparability_of_text(candidate.document_type, candidate.flags)
        )
        return Member(candidate, stands_on, comparability)

    def _by_hand(self, candidate: Candidate) -> Listed | None:
        return next((listed for listed in self.listed if _names([listed.statement], candidate)), None)


def comparability_of_text(document_type: DocumentType, flags: Iterable[str] = ()) -> Comparability:
    """How far silence in a text tells anything: a press summary chooses, a truncated text has lost some, any other is full."""
    if document_type == "press_summary":
        return "summary"
    return "partial" if {"suspected_truncation", "provisional"} & set(flags) else "full"


def load(series_id: str, folder: Path | None = None, config: Path | None = None) -> Series:
    """The series declared in `folder`, in the mounted configuration, or in the package.

    Raises:
        UnknownSeries: no file has this id.
        DeclarationError: the file breaks the schema; the message names file, line and key.
    """
    paths = _paths(folder, config)
    if series_id not in paths:
        raise UnknownSeries(
            f"No series is called {series_id!r}; declared are {', '.join(paths) or 'none'}. Add {series_id}.yml, or name one of these."
        )
    return read(paths[series_id])


def load_all(folder: Path | None = None, config: Path | None = None) -> Iterator[Series]:
    """Every declared series, by id; the first mistake raises DeclarationError."""
    for path in _paths(folder, config).values():
        yield read(path)


def read(path: Path) -> Series:
    """The series in one file; its id is the file's stem."""
    declared = declarations.read(path, "series")
    for pattern in declared.get("titles", ()):
        try:
            re.compile(pattern)
        except re.error as error:
            raise DeclarationError(f"{path}: titles: {pattern!r} is not a regular expression ({error}).") from error
    return Series(
        id=path.stem,
        title=declared["title"],
        source=declared["source"],
        language=declared["language"],
        about=declared.get("about", ""),
        parties=tuple(declared.get("parties", ())),
        kinds=tuple(declared.get("kinds", ())),
        titles=tuple(declared.get("titles", ())),
        since=_day(declared.get("since")),
        until=_day(declared.get("until")),
        listed=tuple(Listed(m["statement"], _day(m.get("position")), m.get("comparability")) for m in declared.get("members", ())),
        leave_out=tuple(declared.get("leave_out", ())),
        sha256=declarations.file_sha256(path),
    )


def _paths(folder: Path | None, config: Path | None) -> dict[str, Path]:
    if folder is not None:
        return {path.stem: path for path in sorted(folder.glob("*.yml"))}
    return declarations.found("series", PACKAGED, config)


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)) if value is not None else None


def _names(names: Iterable[str], candidate: Candidate) -> bool:
    return any(name == candidate.statement or name in candidate.addresses for name in names)


def _same_event(one: Member, other: Member) -> bool:
    if one.candidate.content_sha256 == other.candidate.content_sha256:
        return True
    if one.candidate.published_on is None or one.candidate.published_on != other.candidate.published_on:
        return False
    beside_full_text = "summary" in {one.comparability, other.comparability} and one.comparability != other.comparability
    return beside_full_text or folded(one.candidate.title) == folded(other.candidate.title)


def _fullest_first(member: Member) -> tuple[object, ...]:
    captured = member.candidate.first_captured_at
    return (_FULLEST.index(member.comparability), captured is None, captured.isoformat() if captured else "", member.statement)


def _in_time(member: Member) -> tuple[object, ...]:
    return (member.stands_on or _NO_DATE, folded(member.candidate.title), member.candidate.content_sha256, member.statement)
