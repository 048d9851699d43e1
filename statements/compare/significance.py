"""How grave a change is: its class, and a figure within the band of that class, with reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from schemas.records import CLASS_ORDER, ChangeClass, EntryKind
from statements.compare.folding import fold, typography
from statements.compare.lexicon import Words
from statements.compare.text import Edit
from statements.compare.tokens import words as words_in
from statements.compare.touches import ORDER, Touch, hunks, touch

# Where each class begins and what it may reach; position-bearing starts above every other substantive change.
BANDS: Final[dict[ChangeClass, tuple[float, float]]] = {
    "none": (0.0, 0.0),
    "cosmetic": (0.02, 0.09),
    "editorial": (0.12, 0.29),
    "structural": (0.32, 0.49),
    "substantive": (0.50, 0.79),
}
POSITION: Final = (0.80, 0.99)

# What a touch adds above the beginning of its band, by how much it can turn a sentence.
WEIGHTS: Final = {
    "negation": 0.16, "strength": 0.10, "modality": 0.10, "number": 0.10, "actor": 0.10, "object": 0.08, "date": 0.08, "hedge": 0.07,
    "scope": 0.06, "name": 0.05, "truncation": 0.05, "wording": 0.02,
    "completion": 0.10, "quotes": 0.04, "spelling": 0.03, "doubled_word": 0.02, "case": 0.01, "punctuation": 0.01,
}  # fmt: skip
LENGTH: Final = 0.10  # added for a passage of FULL characters put in or cut
FULL: Final = 600
TOLD: Final = 5_000  # characters of a passage put in or cut whose words are looked at
SMALL_WORDS: Final = "only small words changed"

_MANNER_CLASS: Final[dict[str, ChangeClass]] = {"cosmetic": "cosmetic", "editorial": "editorial", "wording": "substantive"}
_MOST_REASONS: Final = 8


@dataclass(frozen=True, slots=True)
class Weight:
    """The verdict on one entry."""

    klass: ChangeClass
    significance: float  # 0.00 … 1.00, two decimals
    touches: tuple[str, ...]
    reasons: tuple[str, ...]


def of_typography(before: str, after: str) -> Weight:
    """The verdict on two texts of equal fold."""
    touches = ordered(typography(before, after))
    start, _ = BANDS["cosmetic"]
    return Weight("cosmetic", within("cosmetic", start + 0.01 * len(touches)), touches, ("typography only",))


def of_wording(before: str, after: str, edits: Sequence[Edit], words: Words) -> Weight:
    """The verdict on two wordings of one text and the edits between them."""
    if before == after:
        return Weight("none", 0.0, (), ())
    if fold(before) == fold(after):
        return of_typography(before, after)
    return of_edits(edits, words)


def graver(one: ChangeClass, other: ChangeClass) -> ChangeClass:
    return max(one, other, key=CLASS_ORDER.index)


def of_edits(edits: Sequence[Edit], words: Words) -> Weight:
    """The verdict on a reworded text, from its edits: the gravest place decides, the others add."""
    told = [touch(hunk, words) for hunk in hunks(edits)]
    klass: ChangeClass = "none"
    for one in told:
        klass = graver(klass, _MANNER_CLASS[one.manner])
    grave = [one for one in told if _MANNER_CLASS[one.manner] == klass]
    touches = ordered(kind for one in told for kind in one.touches)
    weighing = {kind for one in grave for kind in one.touches}
    start, _ = BANDS[klass]
    figure = start + sum(WEIGHTS.get(kind, 0.01) for kind in weighing) + 0.005 * (len(grave) - 1)
    if klass == "substantive" and weighing == {"wording"} and all(_small(one, words) for one in grave):
        return Weight(klass, start, touches, (SMALL_WORDS,))
    return Weight(klass, within(klass, figure), touches, _reasons(told, klass))


def _small(one: Touch, words: Words) -> bool:
    quoted = one.reason.partition(":")[2]
    return all(word in words.small or word in {"became", "cut", "put"} for word in words_in(fold(quoted)))


def _reasons(told: list[Touch], klass: ChangeClass) -> tuple[str, ...]:
    reasons = list(dict.fromkeys(one.reason for one in told if _MANNER_CLASS[one.manner] == klass))
    rest = len(reasons) - _MOST_REASONS
    return tuple(reasons[:_MOST_REASONS] + ([f"and {rest} more of the kind"] if rest > 0 else []))


def of_presence(text: str, kind: EntryKind, words: Words, unit: str) -> Weight:
    """The verdict on a passage or sentence put in or cut: the more it says, the graver."""
    cues = words.cues(fold(text)) if len(text) <= TOLD else []
    found = {"actor" if cue.touch == "party" else cue.touch for cue in cues}
    touches = ordered(kind for kind in found if kind in {"negation", "modality", "strength", "hedge", "number", "date"})
    figure = BANDS["substantive"][0] + 0.05 + sum(WEIGHTS[kind] / 4 for kind in touches) + LENGTH * min(1.0, len(text) / FULL)
    count = len(words_in(text)) if len(text) <= 100_000 else None
    size = f"of {count} word{'s' if count != 1 else ''}" if count is not None else f"of {len(text)} characters"
    return Weight("substantive", within("substantive", figure), touches, (f"a {unit} {size} {'put in' if kind == 'added' else 'cut'}",))


def of_place(share: float, reason: str) -> Weight:
    """The verdict on text that only stands elsewhere, split or joined: `share` of all characters."""
    start, end = BANDS["structural"]
    return Weight("structural", within("structural", start + (end - start) * min(1.0, share * 2)), (), (reason,))


def both(place: Weight, wording: Weight) -> Weight:
    """The verdict on text that changed its place or paragraph and its words as well: the graver of the two, all touches."""
    if wording.klass in {"none", "cosmetic"}:
        return replace(place, touches=wording.touches)
    klass = graver(place.klass, wording.klass)
    return Weight(klass, max(place.significance, wording.significance), wording.touches, wording.reasons + place.reasons)


def bearing(weight: Weight) -> float:
    """Significance of a substantive entry once it is known to bear on a position: the same order, in the highest band."""
    low, high = BANDS["substantive"]
    share = (weight.significance - low) / (high - low)
    return round(POSITION[0] + (POSITION[1] - POSITION[0]) * max(0.0, min(1.0, share)), 2)


def within(klass: ChangeClass, figure: float) -> float:
    low, high = BANDS[klass]
    return round(min(max(figure, low), high), 2)


def ordered(kinds: Iterable[str]) -> tuple[str, ...]:
    unique = set(kinds)
    return tuple(sorted(unique, key=lambda kind: ORDER.index(kind) if kind in ORDER else len(ORDER)))
