"""How firm a clause is: its highest cue on the ladders, what strengthens and softens it, and its sign."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.records import Ladder, Polarity
from statements.positions.segments import SCORED, Item, Segment
from statements.positions.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Weight:
    level: int
    ladder: Ladder
    polarity: Polarity
    base: Item | None
    counted: tuple[Item, ...] = ()
    boosters: tuple[Item, ...] = ()
    spoken: bool = False


NOTHING = Weight(0, "position", "neutral", None)


def weigh(segment: Segment, tokens: Tokens, promised: set[int], silent: bool) -> Weight:
    """The level of a clause: its highest cue, one up for a booster, one down for a hedge; nothing where it only reports."""
    counted: list[tuple[Item, int, str]] = []
    capped = False
    duty = -9  # where the last "should" or "must" ended: the verb that it governs adds nothing of its own
    negated = [end for _, end, entry in segment.items if entry.kind == "negation"]
    for item in segment.items:
        start, _, entry = item
        if entry.kind not in SCORED or (entry.kind != "judgement" and silent):
            continue
        if entry.kind in ("promise", "action", "deed") and start not in promised:
            continue
        if entry.caps and any(0 <= one[0] - item[1] <= 1 and one[2].polarity == "open" for one in segment.items):
            continue  # "would like to reiterate" reiterates
        if (
            segment.head is not None
            and item is not segment.head
            and segment.head[2].polarity in ("support", "oppose")
            and _anothers(item, segment, tokens)
        ):
            continue
        if capped or (entry.kind != "judgement" and start - duty <= 2):
            if entry.polarity == "oppose":
                counted.append((item, 0, "oppose"))
            continue
        level, sign = entry.level, entry.polarity
        if any(0 <= start - end <= 1 for end in negated):
            level, sign = (2, "support") if sign == "oppose" else (min(level, 2), "oppose") if entry.kind != "judgement" else (level, "oppose")
        counted.append((item, level, sign))
        capped = entry.caps
        if entry.kind == "judgement" and tokens.words[item[0]] in ("should", "must", "ought"):
            duty = item[1]
    head = segment.head
    reports = head is not None and head[2].kind == "report" and not any(i[2].kind != "judgement" or i[0] < head[0] for i, _, _ in counted)
    if not counted or reports:
        return NOTHING
    base, level, _ = max(counted, key=lambda one: (one[1], -one[0][0]))
    boosters = tuple(item for item in segment.items if _boosts(item, segment, tokens)) if base[2].ladder != "concern" else ()
    hedged = any(item[2].kind == "hedge" for item in segment.items)
    level = max(1, min(5, level + bool(boosters) - hedged))
    return Weight(
        level,
        base[2].ladder,
        _polarity(counted),
        base,
        tuple(i for i, _, _ in counted),
        boosters,
        any(i[2].kind != "judgement" for i, _, _ in counted),
    )


def _anothers(item: Item, segment: Segment, tokens: Tokens) -> bool:
    """Whether the cue is a noun that somebody owns, as in "appreciates Russia's firm support": what is spoken of, not what is said."""
    before = item[0] - 1
    while before > segment.first and any(start <= before < end for start, end, entry in segment.items if entry.kind == "booster"):
        before -= 1
    return before >= segment.first and tokens.owns[before]


def _boosts(item: Item, segment: Segment, tokens: Tokens) -> bool:
    """Whether a booster strengthens the stance: an adjective such as "firm" only right before the word it belongs to."""
    start, end, entry = item
    if entry.kind != "booster" or end - start > 1 or tokens.words[start].endswith("ly") or tokens.words[start] in ("never", "whatsoever"):
        return entry.kind == "booster"
    return any(0 <= one[0] - end <= 1 and one[2].kind in SCORED and not _anothers(one, segment, tokens) for one in segment.items)


def _polarity(counted: list[tuple[Item, int, str]]) -> Polarity:
    own = [sign for item, _, sign in counted if item[2].kind != "judgement"]
    judged = [sign for item, _, sign in counted if item[2].kind == "judgement"]
    if "oppose" in own:
        return "oppose"
    if "support" in own:
        return "support"
    if "oppose" in judged:
        return "oppose"
    if judged or "open" in own:
        return "support"
    return "neutral"
