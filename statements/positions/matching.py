"""Pair the clauses of two statements on one issue, and say what became of each.

A clause is paired with the one most like it in object, actor and polarity; where no two are alike, the strongest of either side stand for the
issue. Then the pair is read in a fixed order: the same words, another actor, the other sign, another level, other boosters or hedges, another
object, other words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.records import ClauseShift, Position, ShiftKind
from statements.positions.words import VERB, folded, object_words, stem

PAIRED = 0.30  # likeness of objects from which two clauses are one clause in two statements
SAME_OBJECT = 0.40  # from which a reworded clause is about the same thing
FLIPPED_OBJECT = 0.60  # from which another verb of the other sign is a reversal and not another subject
STANCE_TAKEN = 3  # the level from which a clause supports or opposes; two observations that differ in tone reverse nothing

_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither|cannot|without)\b|n['’]t\b", re.IGNORECASE)
_BEFORE, _AFTER = 16, 5  # characters around a verb in which its negation stands ("does no longer support", "will not")
_AUXILIARIES = frozenset({"not", "no", "never", "do", "does", "did", "is", "are", "was", "were", "be"})


@dataclass(frozen=True, slots=True)
class _Pair:
    score: float
    likeness: float
    before: int
    after: int


def clause_shifts(before: Sequence[Position], after: Sequence[Position]) -> tuple[ClauseShift, ...]:
    """What became of every clause of one issue: pairs, additions (`new`) and removals (`dropped`).

    In the order of the later text, removals after; the same clauses give the same answer in any order of arrival.
    """
    before, after = sorted(before, key=_place), sorted(after, key=_place)
    pairs = _paired(before, after)
    paired_before, paired_after = {pair.before for pair in pairs}, {pair.after for pair in pairs}
    found = [(pair.after, _judged(before[pair.before], after[pair.after], pair.likeness)) for pair in pairs]
    found += [(i, ClauseShift("new", "clause_added", None, clause)) for i, clause in enumerate(after) if i not in paired_after]
    found.sort(key=lambda item: item[0])
    gone = [ClauseShift("dropped", "clause_removed", clause, None) for i, clause in enumerate(before) if i not in paired_before]
    return tuple([clause for _, clause in found] + gone)


def emphasis(position: Position) -> int:
    """Boosters, scope words and telling names less hedges: what a level of five steps is too coarse to show."""
    rules = [cue.rule for cue in position.cues]
    return sum(rule.startswith(("booster", "scope", "style")) for rule in rules) - sum(rule.startswith("hedge") for rule in rules)


def compared(before: Position, after: Position, likeness: float) -> tuple[ShiftKind, str]:
    """The kind of shift between two paired clauses, and the rule that told it."""
    same_reading = (before.actor, before.polarity, before.level) == (after.actor, after.polarity, after.level)
    if same_reading and likeness > 0.99 and folded(before.quote) == folded(after.quote):
        return "continued", "same_text"
    if before.actor != after.actor:
        return "changed", "actor_differs"
    if {before.polarity, after.polarity} == {"support", "oppose"}:
        if likeness >= SAME_OBJECT and _verb_negated(before, after):
            return "reversed", "same_verb_other_sign"
        if likeness >= FLIPPED_OBJECT and min(before.level, after.level) >= STANCE_TAKEN:
            return "reversed", "polarity_flips"
        return "changed", "polarity_differs" if likeness >= SAME_OBJECT else "object_differs"
    if before.level != after.level:
        return ("strengthened", "level_up") if after.level > before.level else ("weakened", "level_down")
    if (more := emphasis(after) - emphasis(before)) != 0:
        return ("strengthened", "emphasis_up") if more > 0 else ("weakened", "emphasis_down")
    if likeness < SAME_OBJECT:
        return "changed", "object_differs"
    return "reworded", "same_level_and_object"


def _judged(before: Position, after: Position, likeness: float) -> ClauseShift:
    kind, rule = compared(before, after, likeness)
    return ClauseShift(kind, rule, before, after, round(likeness, 2))


def _paired(before: Sequence[Position], after: Sequence[Position]) -> list[_Pair]:
    """Greedily, the most alike first; each clause is paired once at most."""
    if not before or not after:
        return []
    words = [object_words(position) for position in (*before, *after)]
    weight = _weights(words).__getitem__
    weights = [sum(map(weight, clause)) for clause in words]
    alike: list[_Pair] = []
    unlike: list[_Pair] = []
    for i, was in enumerate(before):
        for j, now in enumerate(after):
            k = len(before) + j
            same = words[i] == words[k] and folded(was.quote) == folded(now.quote)  # a clause of small words alone has no weight
            likeness = 1.0 if same else _likeness(sum(map(weight, words[i] & words[k])), weights[i], weights[k])
            if likeness >= PAIRED:
                alike.append(_Pair(likeness + _kinship(was, now), likeness, i, j))
            elif not alike:
                unlike.append(_Pair(likeness + _kinship(was, now), likeness, i, j))
    if not alike:
        return [max(unlike, key=lambda pair: (*_strength(before[pair.before], after[pair.after]), pair.score, -pair.before, -pair.after))]
    pairs: list[_Pair] = []
    taken_before, taken_after = set(), set()
    for pair in sorted(alike, key=lambda pair: (-pair.score, pair.before, pair.after)):
        if pair.before not in taken_before and pair.after not in taken_after:
            pairs.append(pair)
            taken_before.add(pair.before)
            taken_after.add(pair.after)
    return pairs


def _strength(before: Position, after: Position) -> tuple[bool, int]:
    """Orders pairs of unlike clauses: the same actor on the same side of the issue, then the strongest words of both statements."""
    return (before.actor == after.actor and before.polarity == after.polarity, before.level + after.level)


def _kinship(before: Position, after: Position) -> float:
    """What decides between clauses about equally alike."""
    return 0.15 * (before.actor == after.actor) + 0.08 * (before.polarity == after.polarity) + 0.04 * (before.ladder == after.ladder)


def _likeness(shared: float, before: float, after: float) -> float:
    """Dice's coefficient over weighted words, lifted where one clause is contained in the other (an elaboration)."""
    return 0.7 * 2 * shared / (before + after) + 0.3 * shared / min(before, after) if shared else 0.0


def _weights(clauses: Sequence[frozenset[str]]) -> dict[str, float]:
    """Words that every clause of the issue has ("Taiwan") tell little about which clause became which."""
    documents = Counter(word for clause in clauses for word in clause)
    return {word: math.log(1 + len(clauses) / count) for word, count in documents.items()}


def _verb_negated(before: Position, after: Position) -> bool:
    """Whether a verb of both clauses stands in one with a negation and in the other without."""
    was, now = _verbs(before), _verbs(after)
    return any(was[verb] != now[verb] for verb in was.keys() & now.keys())


def _verbs(position: Position) -> dict[str, bool]:
    """The stems of the words that set the level, negation and auxiliaries apart, and whether each is negated."""
    verbs: dict[str, bool] = {}
    for cue in position.cues:
        if cue.rule.startswith(VERB):
            start, end = cue.start - position.start, cue.end - position.start
            negated = bool(_NEGATION.search(position.quote, max(0, start - _BEFORE), max(0, end + _AFTER)))
            verbs.update({stem(word): negated for word in folded(cue.text).split() if word not in _AUXILIARIES})
    return verbs


def _place(position: Position) -> tuple[int, int, str, str, int, str]:
    return (position.start, position.end, position.actor, position.polarity, position.level, position.ladder)
