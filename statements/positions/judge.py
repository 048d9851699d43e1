"""Judge a change inside one statement: does it bear on a position, on which issues, and in which direction?

A changed clause is compared with itself: the clause of the later text that holds most of its unchanged words. What the shift rules say of that
pair is the direction; a clause that has no counterpart is new or dropped. Words that only stand in a clause, and are neither its verb nor its
object (spelling, a number, a date, an article), do not bear on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from schemas.records import Direction, Entry, Position, Stances, Wording
from statements.compare.judge import Judgement
from statements.positions.lexicon import Lexicon
from statements.positions.matching import compared
from statements.positions.reading import positions_of
from statements.positions.shading import Shades, idle, negated, of_degrees, of_verbs, restricts
from statements.positions.words import STANCE, object_words

SAME_CLAUSE = 0.3  # of the shorter clause's letters must be unchanged for two clauses to be one
_KEPT = 8  # wordings whose positions are kept: the two of a comparison, and a few neighbours in a history
_GRAVEST: tuple[Direction, ...] = ("reversed", "changed", "weakened", "strengthened", "dropped", "new", "narrowed", "widened")
_TOUCHED = {"actor_differs": "actor", "object_differs": "object", "level_up": "strength", "level_down": "strength"}
_NUMBER = re.compile(r"\d")

Span = tuple[int, int]


class PositionJudge:
    """A `Judge` by the positions that a lexicon finds. It keeps the positions of the last few wordings, as every entry brings the same two."""

    def __init__(self, lexicon: Lexicon, known: Callable[[Wording], Stances | None] = lambda wording: None) -> None:
        """`known` gives the positions of a wording that were found under this lexicon before, for a caller that keeps them."""
        self.lexicon = lexicon
        self._known = known
        self._read: dict[Wording, Stances] = {}

    def __call__(self, before: Wording, after: Wording, entry: Entry) -> Judgement:
        was = _within(self._stances(before).positions, entry.was_span)
        now = _within(self._stances(after).positions, entry.now_span)
        edited = any(sign != "=" for sign, _ in entry.edits)
        if not edited:
            return Judgement(issues=_issues(was or now))
        shades = self._shades(after)
        findings = [] if idle(entry.edits, shades) else _settled(_findings(was, now, _Alignment.of(entry), shades))
        if not findings:
            return Judgement()
        directions = {finding.direction for finding in findings}
        return Judgement(
            position_bearing=True,
            direction=_summed(directions),
            issues=_issues(finding.position for finding in findings),
            touches=tuple(dict.fromkeys(touched for finding in findings for touched in finding.touches)),
            reasons=tuple(dict.fromkeys(finding.reason for finding in findings)),
        )

    def _shades(self, wording: Wording) -> Shades:
        stance = self.lexicon.stances.get(wording.language)
        return stance.shades if stance else Shades({}, frozenset())

    def _stances(self, wording: Wording) -> Stances:
        if wording not in self._read:
            while len(self._read) >= _KEPT:
                self._read.pop(next(iter(self._read)))
            self._read[wording] = self._known(wording) or positions_of(wording, self.lexicon)
        return self._read[wording]


@dataclass(frozen=True, slots=True)
class _Finding:
    position: Position
    direction: Direction
    reason: str
    touches: tuple[str, ...] = ()
    unpaired: bool = False


@dataclass(frozen=True, slots=True)
class _Alignment:
    """An entry's edits as spans of the two whole texts."""

    equal: tuple[tuple[int, int, int], ...]  # (start before, start after, length)
    removed: tuple[Span, ...]
    added: tuple[Span, ...]

    @classmethod
    def of(cls, entry: Entry) -> _Alignment:
        was, now = (entry.was_span or (0, 0))[0], (entry.now_span or (0, 0))[0]
        equal, removed, added = [], [], []
        for sign, text in entry.edits:
            if sign == "=":
                equal.append((was, now, len(text)))
            elif sign == "-":
                removed.append((was, was + len(text)))
            else:
                added.append((now, now + len(text)))
            was += len(text) if sign != "+" else 0
            now += len(text) if sign != "-" else 0
        return cls(tuple(equal), tuple(removed), tuple(added))

    def shared(self, before: Position, after: Position) -> int:
        """Unchanged letters that stand in both clauses."""
        letters = 0
        for was, now, length in self.equal:
            shift = now - was
            start = max(before.start, after.start - shift, was)
            end = min(before.end, after.end - shift, was + length)
            letters += max(0, end - start)
        return letters


def _findings(before: Sequence[Position], after: Sequence[Position], alignment: _Alignment, shades: Shades) -> list[_Finding]:
    pairs = _same_clauses(before, after, alignment)
    paired_before, paired_after = {id(was) for was, _ in pairs}, {id(now) for _, now in pairs}
    findings = [finding for was, now in pairs if (finding := _moved(was, now, alignment, shades))]
    for gone in before:
        if id(gone) not in paired_before and _touches(gone, alignment.removed):
            findings.append(_Finding(gone, "dropped", f"{gone.issue}: no longer says “{_short(gone.quote)}”", unpaired=True))
    for new in after:
        if id(new) not in paired_after and _touches(new, alignment.added):
            findings.append(_Finding(new, "new", f"{new.issue}: now says “{_short(new.quote)}”", unpaired=True))
    return findings


def _same_clauses(before: Sequence[Position], after: Sequence[Position], alignment: _Alignment) -> list[tuple[Position, Position]]:
    candidates = []
    for i, was in enumerate(before):
        for j, now in enumerate(after):
            if was.issue == now.issue:
                shared = alignment.shared(was, now)
                if shared >= SAME_CLAUSE * min(len(was.quote), len(now.quote)):
                    candidates.append((-shared, was.actor != now.actor, i, j))
    pairs, taken_before, taken_after = [], set(), set()
    for _, _, i, j in sorted(candidates):
        if i not in taken_before and j not in taken_after:
            pairs.append((before[i], after[j]))
            taken_before.add(i)
            taken_after.add(j)
    return pairs


def _moved(was: Position, now: Position, alignment: _Alignment, shades: Shades) -> _Finding | None:
    """How one clause differs from itself; None where its stance and its object stand as they stood."""
    if negated(was, now, alignment.removed, alignment.added, shades):
        return _Finding(now, "reversed", f"{now.issue}: a negation came or went", ("negation",))
    kind, rule = compared(was, now, 1.0)
    if kind in {"strengthened", "weakened", "reversed", "changed"}:
        touched = _TOUCHED.get(rule) or _emphasised(was, now)
        return _Finding(now, kind, f"{now.issue}: {_told(was, now, rule)}", (touched,) if touched else ())  # type: ignore[arg-type]
    if shade := of_verbs(was, now, alignment.removed, alignment.added, shades):
        return _Finding(now, shade.direction, f"{now.issue}: {shade.reason}", (shade.touch,))
    words_was, words_now = object_words(was), object_words(now)
    lost = {word for word in words_was - words_now if _in(was, word, alignment.removed) and not _NUMBER.search(word)}
    won = {word for word in words_now - words_was if _in(now, word, alignment.added) and not _NUMBER.search(word)}
    if not (lost and won) and (shade := of_degrees(was, now, alignment.removed, alignment.added, shades)):
        return _Finding(now, shade.direction, f"{now.issue}: {shade.reason}", (shade.touch,))
    if not lost and not won:
        return None
    if lost and won:
        direction: Direction = "changed"
    else:
        says_which = restricts(now, alignment.added) if won else restricts(was, alignment.removed)
        direction = "widened" if bool(won) != says_which else "narrowed"
    return _Finding(now, direction, f"{now.issue}: what the clause is about differs, its strength does not", ("object",))


def _settled(findings: list[_Finding]) -> list[_Finding]:
    """A facet that comes or goes while its parent's clause stays makes that clause firmer or softer: it still speaks, and says more or less."""
    spoken = {finding.position.issue for finding in findings if finding.unpaired}
    settled = []
    for finding in findings:
        parent = finding.position.issue.rpartition(".")[0]
        if finding.unpaired and parent and parent not in spoken:
            direction: Direction = "strengthened" if finding.direction == "new" else "weakened"
            settled.append(_Finding(finding.position, direction, finding.reason, ("object",)))
        else:
            settled.append(finding)
    return settled


def _summed(directions: set[Direction]) -> Direction:
    """One direction for an entry: the gravest; what pulls both ways is a change."""
    if "reversed" in directions:
        return "reversed"
    for opposites in ({"strengthened", "weakened"}, {"new", "dropped"}, {"widened", "narrowed"}):
        if opposites <= directions:
            return "changed"
    if directions & {"strengthened", "weakened"} and "changed" in directions:
        directions = directions - {"changed"}
    return next(direction for direction in _GRAVEST if direction in directions)


def _issues(positions: Iterable[Position]) -> tuple[str, ...]:
    """The issues of positions, each facet after its parent."""
    found: dict[str, None] = {}
    for position in positions:
        parent = position.issue.rpartition(".")[0]
        found.update(dict.fromkeys([parent, position.issue] if parent else [position.issue]))
    return tuple(found)


def _within(positions: Sequence[Position], span: Span | None) -> list[Position]:
    if span is None:
        return []
    return [position for position in positions if position.start < span[1] and span[0] < position.end]


def _touches(position: Position, spans: Iterable[Span]) -> bool:
    return any(start < position.end and position.start < end for start, end in spans)


def _in(position: Position, word: str, spans: Iterable[Span]) -> bool:
    """Whether a word (by its stem's first letters) stands in a changed part of the clause."""
    changed = (position.quote[max(0, start - position.start) : max(0, end - position.start)] for start, end in spans)
    return any(word[:4] in part.casefold() for part in changed)


def _emphasised(was: Position, now: Position) -> str | None:
    """What kind of word made the difference where the level stands: a booster, a hedge or a scope word."""
    rules = [{cue.rule.partition(":")[0] for cue in position.cues if cue.rule.startswith(STANCE)} for position in (was, now)]
    return next(("strength" if kind == "booster" else kind for kind in ("hedge", "scope", "booster") if any(kind in side for side in rules)), None)


def _told(was: Position, now: Position, rule: str) -> str:
    if rule == "actor_differs":
        return f"said by {now.actor}, no longer by {was.actor}"
    if was.polarity != now.polarity:
        return f"from {was.polarity} to {now.polarity}"
    if was.level != now.level:
        return f"level {was.level} became {now.level}"
    return "same level, other boosters, hedges or scope words"


def _short(quote: str) -> str:
    return quote if len(quote) <= 90 else quote[:88].rsplit(" ", 1)[0] + " …"
