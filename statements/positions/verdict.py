"""From the clauses of one issue to the one word a desk officer reads first, with the rule that chose it.

The clauses decide, not the issue's highest level alone: a shift is told from pairs of clauses, and from clauses that came or went. Where
pairs pull both ways, the level of the issue settles it, and the confidence says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.records import ClauseShift, Shift, ShiftKind

_CAME = frozenset({"new", "returned", "strengthened", "widened"})
_WENT = frozenset({"dropped", "weakened", "narrowed"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind of a shift, why, and the clauses that decided it."""

    kind: ShiftKind
    rule: str
    reason: str
    leading: tuple[ClauseShift, ...]
    confidence: Literal["high", "medium", "low"]


def verdict_on(clauses: Sequence[ClauseShift], whole_before: bool, whole_after: bool) -> Verdict:
    """The shift of an issue that both statements speak on.

    `whole_before` and `whole_after`: the texts are full, so that a clause missing there is one that was not said. A summary's silence gives
    up nothing, however strong the clause that it leaves out.
    """
    pairs = [clause for clause in clauses if clause.before and clause.after]
    added = [clause for clause in clauses if clause.before is None]
    removed = [clause for clause in clauses if clause.after is None]
    peak_before = max(clause.before.level for clause in clauses if clause.before)
    peak_after = max(clause.after.level for clause in clauses if clause.after)

    if all(clause.kind == "continued" for clause in clauses):
        return Verdict("continued", "same_text", "Every clause is repeated word for word.", tuple(clauses), "high")
    if flipped := _of_kind(pairs, "reversed"):
        return Verdict("reversed", flipped[0].rule, "The same clause with the other sign.", flipped, "high")

    up = [*_of_kind(pairs, "strengthened"), *(clause for clause in added if clause.after and clause.after.level > peak_before)]
    down = [*_of_kind(pairs, "weakened"), *(clause for clause in removed if whole_after and clause.before and clause.before.level > peak_after)]
    if up and not down:
        return Verdict("strengthened", _rule(up), _told(up, peak_before, peak_after), tuple(up), _surety(up))
    if down and not up:
        return Verdict("weakened", _rule(down), _told(down, peak_before, peak_after), tuple(down), _surety(down))
    if up and down:
        reason = f"Some clauses are firmer and some softer; the issue's level goes from {peak_before} to {peak_after}."
        if peak_before == peak_after:
            return Verdict("changed", "clauses_pull_both_ways", reason, tuple(up + down), "low")
        kind: ShiftKind = "strengthened" if peak_after > peak_before else "weakened"
        return Verdict(kind, "level_of_the_issue", reason, tuple(up if kind == "strengthened" else down), "low")

    if differing := _of_kind(pairs, "changed"):
        reason = "Another actor says it." if differing[0].rule == "actor_differs" else "What it is about has changed, at the same level."
        return Verdict("changed", differing[0].rule, reason, differing, "medium")
    came, went = added if whole_before else [], removed if whole_after else []
    if (came and went) or not pairs:
        return Verdict("changed", "clauses_replaced", "Clauses came and clauses went, at the same level.", tuple(added + removed), "medium")
    if came:
        return Verdict("widened", "clauses_added", f"Says more at the same level: {_count(came)} added.", tuple(came), "medium")
    if went:
        return Verdict("narrowed", "clauses_removed", f"Says less at the same level: {_count(went)} gone.", tuple(went), "medium")
    if all(clause.kind == "continued" for clause in pairs):
        return Verdict("continued", "same_text", "What both texts hold is repeated word for word.", tuple(pairs), "medium")
    return Verdict("reworded", "same_level_and_object", "Other words, the same level and object.", tuple(pairs), "medium")


def with_facets(verdict: Verdict, facets: Sequence[Shift], whole_after: bool) -> Verdict:
    """The shift of a parent issue, which gathers its facets.

    A facet is a commitment of its own (no arms, no recognition): taking one on is firmer and giving one up softer, whatever words the rest is
    dressed in. So the facets' balance decides, and only where it is even do the parent's own clauses. A facet that a summary leaves out has
    not been given up.
    """
    went_kinds = _WENT | {"not_mentioned"} if whole_after else _WENT
    came = [shift for shift in facets if shift.kind in _CAME]
    went = [shift for shift in facets if shift.kind in went_kinds]
    if len(came) == len(went) or verdict.kind == "reversed":
        return verdict
    kind: ShiftKind = "strengthened" if len(came) > len(went) else "weakened"
    decisive = came if kind == "strengthened" else went
    leading = tuple(clause for shift in decisive for clause in shift.clauses) or verdict.leading
    reason = f"Of its facets, {_named(came) or 'none'} came or firmed, {_named(went) or 'none'} went or softened."
    return Verdict(kind, "facets_" + ("gained" if kind == "strengthened" else "lost"), reason, leading, "medium" if came and went else "high")


def _of_kind(clauses: Sequence[ClauseShift], kind: ShiftKind) -> tuple[ClauseShift, ...]:
    return tuple(clause for clause in clauses if clause.kind == kind)


def _rule(leading: Sequence[ClauseShift]) -> str:
    """The rule of a pair speaks before that of a clause which merely came or went."""
    return next((clause.rule for clause in leading if clause.before and clause.after), "stronger_" + leading[0].rule)


def _surety(leading: Sequence[ClauseShift]) -> Literal["high", "medium"]:
    return "high" if any(clause.likeness >= 0.5 for clause in leading) else "medium"


def _told(leading: Sequence[ClauseShift], before: int, after: int) -> str:
    pair = next((clause for clause in leading if clause.before and clause.after), None)
    if pair is None or pair.before is None or pair.after is None:
        return f"Clauses stronger than any beside them came or went; the issue's level goes from {before} to {after}."
    if pair.before.level != pair.after.level:
        return f"The matched clause goes from level {pair.before.level} to {pair.after.level}."
    return "The matched clause keeps its level; its boosters, hedges or scope words differ."


def _count(clauses: Sequence[ClauseShift]) -> str:
    return "1 clause" if len(clauses) == 1 else f"{len(clauses)} clauses"


def _named(shifts: Sequence[Shift]) -> str:
    return ", ".join(shift.issue.rpartition(".")[2] for shift in shifts)
