"""Where a series stands: its members in order, what each says, and every shift between neighbours with its cause.

The one call that a store makes when a statement joins a series, when a member's text changes, and when the lexicon was edited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from schemas.records import Shift, Stances
from statements.positions.report import Heading, Report, report
from statements.positions.series import Candidate, Member, Series
from statements.positions.shifts import Said, cause_of, shifts_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A series as it stands under one lexicon."""

    series: Series
    members: tuple[Member, ...]
    said: tuple[Said, ...]
    shifts: tuple[Shift, ...]


def standing(series: Series, candidates: Iterable[Candidate], stances_of: Callable[[Candidate], Stances], recorded: Iterable[Shift] = ()) -> Standing:
    """The series with all its shifts.

    `candidates` may be any statements, in any order: those that do not belong are passed over before their positions are asked for. `stances_of`
    gives the positions of a candidate's latest accepted wording, under one lexicon for all. `recorded` are the shifts of this series known so
    far; they decide nothing but the cause. The same input gives the same ids.
    """
    members = series.members(candidates)
    said = tuple(
        Said(member.statement, member.candidate.content_sha256, stances_of(member.candidate), member.comparability, member.candidate.rereads)
        for member in members
    )
    known = {(shift.from_statement, shift.to_statement): shift for shift in recorded if shift.series == series.id}
    pairs = list(pairwise(said))
    causes = {(b.statement, a.statement): cause_of(known.get((b.statement, a.statement)), b, a) for b, a in pairs}
    return Standing(series, members, said, shifts_of(series.id, said, causes))


def report_of(stands: Standing, labels: dict[str, str] | None = None) -> Report:
    """The series as table, page or JSON show it."""
    headings = [
        Heading(
            member.statement,
            member.candidate.title,
            member.candidate.published_on.isoformat() if member.candidate.published_on else None,
            member.candidate.document_type,
            member.comparability,
        )
        for member in stands.members
    ]
    series = stands.series
    return report(series.id, list(zip(headings, stands.said, strict=True)), series.title, series.about, labels, stands.shifts)
