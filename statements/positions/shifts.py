"""Tell how positions moved between successive statements of a series: one shift for each issue that either of two neighbours speaks on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from schemas.records import Cause, ClauseShift, Comparability, Position, Shift, ShiftKind, Stances
from statements.positions.matching import clause_shifts
from statements.positions.verdict import Verdict, verdict_on, with_facets

Confidence = Literal["high", "medium", "low"]
_COMPARABILITY_ORDER: tuple[Comparability, ...] = ("full", "partial", "summary")
_LESS: dict[Confidence, Confidence] = {"high": "medium", "medium": "low", "low": "low"}


@dataclass(frozen=True, slots=True)
class Said:
    """One statement of a series, in its place, with what it says.

    `statement` is the id in the store, or the page as it was given. `stances` were read under one lexicon for the whole series. `rereads` are
    the contents that other extractors read from the same snapshot.
    """

    statement: str
    content_sha256: str
    stances: Stances
    comparability: Comparability = "full"
    rereads: frozenset[str] = frozenset()


Spoken = Mapping[str, tuple[Position, ...]]
"""A statement's positions by issue, each in the order of the text."""


@dataclass(frozen=True)
class _Side:
    said: Said
    spoken: Spoken

    @cached_property
    def facets(self) -> Mapping[str, list[Position]]:
        """What the facets of each parent issue say."""
        facets: dict[str, list[Position]] = {}
        for issue, positions in self.spoken.items():
            if parent := issue.rpartition(".")[0]:
                facets.setdefault(parent, []).extend(positions)
        return facets


def shifts_of(series: str, statements: Sequence[Said], causes: Mapping[tuple[str, str], Cause] | None = None) -> tuple[Shift, ...]:
    """All shifts between neighbours of `statements`, which stand in the order of the series.

    The same statements give the same shifts under the same ids. `causes` says, by (from, to), why a pair was compared anew; a pair that it
    does not name was compared because the source spoke.
    """
    sides = [_Side(said, by_issue(said.stances)) for said in statements]
    earlier: dict[str, _Side] = {}  # issue → the last statement, before the pair's first, that spoke on it
    shifts: list[Shift] = []
    for before, after in pairwise(sides):
        cause = (causes or {}).get((before.said.statement, after.said.statement), "source")
        found: dict[str, Shift] = {}
        for issue in _facets_first({*before.spoken, *after.spoken}):
            base = before if issue in before.spoken else earlier.get(issue, before)
            found[issue] = _shift(series, issue, before, base, after, found, cause)
        shifts += [found[issue] for issue in sorted(found)]
        earlier.update(dict.fromkeys(before.spoken, before))
    return tuple(shifts)


def by_issue(stances: Stances) -> dict[str, tuple[Position, ...]]:
    """Positions by issue, in the order of the text; a parent issue also holds what its facets say and it does not say itself."""
    issues: dict[str, list[Position]] = {}
    for position in sorted(set(stances.positions), key=_in_text):
        issues.setdefault(position.issue, []).append(position)
    for facet in sorted(issue for issue in issues if "." in issue):
        own = issues.setdefault(facet.rpartition(".")[0], [])
        own += [p for p in issues[facet] if not any(q.start < p.end and p.start < q.end for q in own)]
        own.sort(key=_in_text)
    return {issue: tuple(positions) for issue, positions in sorted(issues.items())}


def level(positions: Sequence[Position]) -> int | None:
    """A statement's level on an issue: the highest of its clauses there."""
    return max((position.level for position in positions), default=None)


def comparability_of(before: Comparability, after: Comparability) -> Comparability:
    """A pair is as comparable as the less complete of its texts; a summary, which chooses, is less than a text with holes."""
    return max(before, after, key=_COMPARABILITY_ORDER.index)


def cause_of(recorded: Shift | None, before: Said, after: Said) -> Cause:
    """Why two neighbours are compared anew, given a shift that was recorded between them before.

    The same contents under another lexicon are the lexicon's doing. Contents that differ, but that another extractor read from the very same
    snapshots, are the extractor's. All else is what the source said, and so is a pair never compared before.
    """
    if recorded is None:
        return "source"
    sides = ((recorded.from_content, before), (recorded.to_content, after))
    if all(content == said.content_sha256 for content, said in sides):
        return recorded.cause if recorded.lexicon == after.stances.lexicon else "lexicon"
    reread = all(content == said.content_sha256 or content in said.rereads for content, said in sides)
    return "extractor" if reread else "source"


def _shift(series: str, issue: str, before: _Side, base: _Side, after: _Side, facets: Mapping[str, Shift], cause: Cause) -> Shift:
    """One issue between two neighbours; `base` is the statement compared with: the predecessor, or the last that spoke."""
    comparability = comparability_of(before.said.comparability, after.said.comparability)
    clauses = _clauses(issue, base, after)
    was, now = base.spoken.get(issue, ()), after.spoken.get(issue, ())
    compared: ShiftKind | None = None
    if not was:
        verdict = _first_time(clauses, before.said.comparability)
    elif not now:
        verdict = _silence(clauses, comparability)
    else:
        verdict = verdict_on(clauses, base.said.comparability == "full", after.said.comparability == "full")
        verdict = with_facets(verdict, [shift for name, shift in facets.items() if name.startswith(issue + ".")], after.said.comparability == "full")
        if base is not before:
            compared = verdict.kind
            reason = f"Not in the statement before; {compared} since it was last said."
            verdict = Verdict("returned", "absent_then_back", reason, verdict.leading, "high")
    confidence = verdict.confidence
    if comparability != "full" and verdict.kind in {"new", "returned", "widened", "narrowed", "strengthened", "weakened"}:
        confidence = _LESS[confidence]
    return Shift(
        series=series,
        issue=issue,
        actor=_actor(verdict.leading),
        from_statement=before.said.statement,
        to_statement=after.said.statement,
        kind=verdict.kind,
        level_before=level(was),
        level_after=level(now),
        before=tuple(position.quote for position in was),
        after=tuple(position.quote for position in now),
        last_said=base.said.statement if base is not before else None,
        rule=verdict.rule,
        confidence=confidence,
        comparability=comparability,
        cause=cause,
        from_content=before.said.content_sha256,
        to_content=after.said.content_sha256,
        lexicon=after.said.stances.lexicon,
        cues=tuple(cue for position in (*was, *now) for cue in position.cues),
        reason=verdict.reason,
        clauses=clauses,
        compared=compared,
    )


def _clauses(issue: str, before: _Side, after: _Side) -> tuple[ClauseShift, ...]:
    """The clauses of an issue, paired; those of a parent only with clauses of the same facet."""
    groups: dict[str, tuple[list[Position], list[Position]]] = {}
    for n, side in enumerate((before, after)):
        facets = side.facets.get(issue, ())
        for position in side.spoken.get(issue, ()):
            groups.setdefault(_facet(position, facets), ([], []))[n].append(position)
    clauses = [clause for _, group in sorted(groups.items()) for clause in clause_shifts(*group)]
    return tuple(sorted(clauses, key=_in_later_text))


def _in_later_text(clause: ClauseShift) -> tuple[bool, int, int]:
    shown = clause.after or clause.before
    assert shown is not None, "a clause stands in one of the two texts"
    return (clause.after is None, shown.start, shown.end)


def _facet(position: Position, facets: Sequence[Position]) -> str:
    """The facet that most of the position's words speak on; the position's own issue where none does."""
    shared = [(min(facet.end, position.end) - max(facet.start, position.start), facet.issue) for facet in facets]
    most, facet = max(shared, default=(0, ""))
    return facet if most > 0 else position.issue


def _first_time(clauses: Sequence[ClauseShift], before: Comparability) -> Verdict:
    weak = "" if before == "full" else ", though the text before is not complete"
    return Verdict("new", "first_time", f"In no earlier statement of the series{weak}.", tuple(clauses), "high")


def _silence(clauses: Sequence[ClauseShift], comparability: Comparability) -> Verdict:
    if comparability == "full":
        return Verdict("dropped", "gone_from_full_text", "Said before, and nowhere in the later text.", tuple(clauses), "high")
    text = "a summary" if comparability == "summary" else "incomplete"
    reason = f"Said before and absent now, but one of the two texts is {text}: weak evidence that it was given up."
    return Verdict("not_mentioned", "absent_from_incomplete_text", reason, tuple(clauses), "low")


def _actor(leading: Sequence[ClauseShift]) -> str:
    """Who moved: the actor of the strongest clause that decided, as the later statement names it."""
    clauses = [clause.after or clause.before for clause in leading]
    strongest = max((clause for clause in clauses if clause), key=lambda clause: (clause.level, -clause.start))
    return strongest.actor


def _in_text(position: Position) -> tuple[int, int, str, str, str, int, str]:
    """The order of the text, with every tie broken, so that the order in which positions were found is of no account."""
    return (position.start, position.end, position.issue, position.actor, position.polarity, position.level, position.ladder)


def _facets_first(issues: Iterable[str]) -> list[str]:
    """A parent is judged after its facets, whose shifts it gathers."""
    return sorted(issues, key=lambda issue: (-issue.count("."), issue))
