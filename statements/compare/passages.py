"""Tell what happened to each passage and sentence between two wordings: stayed, moved, reworded, split, merged, cut or put in."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from schemas.records import EntryKind, Wording
from statements.compare import sentences
from statements.compare.alignment import Alignment, Pair, align
from statements.compare.folding import fold
from statements.compare.likeness import common, plainly_alike
from statements.compare.tokens import Alphabet, words

TRAVELS: Final = 12  # characters (folded) from which an equal sentence elsewhere is the same sentence
TRAVELS_CJK: Final = 6
TRAVELS_EDITED: Final = 0.75  # likeness from which a sentence elsewhere is the same one, edited
ENTRIES: Final = 10_000  # passages that moved or changed and are told one by one
PIECE: Final = 0.7  # share of a passage's words that a split or merger must account for
ALONE: Final = 0.3  # likeness of two sentences that stand against each other inside one passage

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """What happened to one unit; spans are offsets of the two wordings' texts, None where the unit is absent."""

    kind: EntryKind
    unit: Literal["passage", "sentence"]
    was: tuple[int, ...]
    now: tuple[int, ...]
    was_span: Span | None
    now_span: Span | None


@dataclass(frozen=True, slots=True)
class _Loose:
    """A sentence without a partner in its own passage; `whole` when all of its passage is without."""

    passage: int
    span: Span
    text: str
    whole: bool


class _Side:
    """One wording's passages with their places in the text."""

    def __init__(self, wording: Wording) -> None:
        self.language = wording.language
        self.texts = [passage.text for passage in wording.passages]
        self.text = wording.text
        self.starts: list[int] = []
        at = 0
        for text in self.texts:
            self.starts.append(at)
            at += len(text) + 1

    def span(self, first: int, last: int | None = None) -> Span:
        last = first if last is None else last
        return self.starts[first], self.starts[last] + len(self.texts[last])

    def sentences(self, passage: int) -> list[Span]:
        start = self.starts[passage]
        return [(start + s, start + e) for s, e in sentences.spans(self.texts[passage], self.language)]

    def loose(self, passage: int) -> list[_Loose]:
        spans = self.sentences(passage) or [self.span(passage)]
        return [_Loose(passage, span, self.text[slice(*span)], True) for span in spans]


def find(before: Wording, after: Wording) -> tuple[list[Found], bool]:
    """All that happened, in the order of the later text, cuts after what stood before them; and whether it is coarse."""
    here, there = _Side(before), _Side(after)
    alignment = align(here.texts, there.texts)
    if sum(pair.moved or not pair.same for pair in alignment.pairs) > ENTRIES:
        alignment = _crude(alignment)
    found, alignment = _regrouped(here, there, alignment)
    anchors = [(here.starts[pair.was], there.starts[pair.now]) for pair in alignment.pairs if not pair.moved]
    cut: list[_Loose] = []
    put: list[_Loose] = []
    for pair in alignment.pairs:
        equal = here.texts[pair.was] == there.texts[pair.now]
        if pair.moved:
            kind: EntryKind = "moved" if equal else "moved_reworded"
            found.append(Found(kind, "passage", (pair.was,), (pair.now,), here.span(pair.was), there.span(pair.now)))
        elif not equal and pair.same:  # typography: no sentence needs to be told apart
            found.append(Found("reworded", "passage", (pair.was,), (pair.now,), here.span(pair.was), there.span(pair.now)))
        elif not equal:
            inside, left, right, steady = _within(here, there, pair)
            found += inside
            cut += left
            put += right
            anchors += steady
    if alignment.coarse:
        found += [Found("removed", "passage", tuple(run), (), here.span(run[0], run[-1]), None) for run in _runs(alignment.removed)]
        found += [Found("added", "passage", (), tuple(run), None, there.span(run[0], run[-1])) for run in _runs(alignment.added)]
    else:
        for passage in alignment.removed:
            cut += here.loose(passage)
        for passage in alignment.added:
            put += there.loose(passage)
    found += _travelled(cut, put, here, there)
    anchors.sort()
    return sorted(found, key=lambda one: _place(one, anchors)), alignment.coarse


def _crude(alignment: Alignment) -> Alignment:
    """The alignment with only what stands where it stood: too much moved or changed to be told piece by piece."""
    kept = tuple(pair for pair in alignment.pairs if pair.same and not pair.moved)
    removed = {pair.was for pair in alignment.pairs} - {pair.was for pair in kept}
    added = {pair.now for pair in alignment.pairs} - {pair.now for pair in kept}
    return Alignment(kept, tuple(sorted(removed.union(alignment.removed))), tuple(sorted(added.union(alignment.added))), coarse=True)


def _place(one: Found, anchors: list[Span]) -> tuple[int, int, int]:
    if one.now_span is not None:
        return one.now_span[0], 0, 0
    assert one.was_span is not None
    at = bisect.bisect_left(anchors, (one.was_span[0], -1)) - 1
    return (anchors[at][1] if at >= 0 else -1), 1, one.was_span[0]


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _regrouped(here: _Side, there: _Side, alignment: Alignment) -> tuple[list[Found], Alignment]:
    """Split and merged passages, and what of the alignment they leave."""
    groups: list[tuple[list[int], list[int]]] = []
    removed, added = set(alignment.removed), set(alignment.added)
    used: set[int] = set()  # `was` of pairs that became part of a group
    changed = {pair.was: pair for pair in alignment.pairs if not pair.same}
    if alignment.coarse or not (removed or added or changed):
        return [], alignment
    for was, pair in changed.items():
        if was in used or pair.moved:
            continue
        following = changed.get(was + 1)
        if (
            following
            and following.now == pair.now + 1
            and _one_text(here, [was, was + 1], there, [pair.now, pair.now + 1])
            and not _one_text(here, [was], there, [pair.now])
        ):
            groups.append(([was, was + 1], [pair.now, pair.now + 1]))  # the break between two passages was put elsewhere
            used |= {was, was + 1}
            continue
        pieces = _grown(here.texts[was], there.texts, pair.now, added)
        parts = _grown(there.texts[pair.now], here.texts, was, removed) if len(pieces) == 1 else [was]
        if len(pieces) > 1 or len(parts) > 1:
            groups.append((parts, pieces))
            used.add(was)
            added -= set(pieces)
            removed -= set(parts)
    before_of = {pair.now: pair.was for pair in alignment.pairs}
    for run in _runs(sorted(added)):
        start = before_of.get(run[0] - 1, -1) + 1
        gone = next((gap for gap in _runs(sorted(removed)) if gap[0] == start), None)
        if gone and (len(gone) > 1 or len(run) > 1) and _one_text(here, gone, there, run):
            groups.append((gone, run))
            added -= set(run)
            removed -= set(gone)
    found = [
        Found(
            "merged" if len(was) > len(now) else "split", "passage", tuple(was), tuple(now), here.span(was[0], was[-1]), there.span(now[0], now[-1])
        )
        for was, now in groups
    ]
    pairs = tuple(pair for pair in alignment.pairs if pair.was not in used)
    return found, replace(alignment, pairs=pairs, removed=tuple(sorted(removed)), added=tuple(sorted(added)))


def _one_text(here: _Side, was: list[int], there: _Side, now: list[int]) -> bool:
    left, right = (fold(" ".join(side.texts[i] for i in part)).replace(" ", "") for side, part in ((here, was), (there, now)))
    return left == right


def _grown(whole: str, texts: list[str], middle: int, free: set[int]) -> list[int]:
    """`middle` and the free neighbours on both sides that, joined to it, account for more of `whole`."""
    if middle - 1 not in free and middle + 1 not in free:
        return [middle]
    alphabet = Alphabet()
    goal = alphabet.encode(words(fold(whole)))
    part = alphabet.encode(words(fold(texts[middle])))
    first = last = middle
    shared = common(goal, part)
    for step in (1, -1):
        at = middle + step
        while at in free:
            text = fold(texts[at])
            piece = alphabet.encode(words(text))
            joined = part + piece if step > 0 else piece + part
            gain = common(goal, joined) - shared
            if not piece or gain < PIECE * len(piece) or (len(piece) < 5 and text.lower() not in fold(whole).lower()):
                break
            part, shared = joined, shared + gain
            first, last = min(first, at), max(last, at)
            at += step
    return list(range(first, last + 1))


def _within(here: _Side, there: _Side, pair: Pair) -> tuple[list[Found], list[_Loose], list[_Loose], list[Span]]:
    """Inside a passage that stayed and changed: its sentences' fates, or one entry for all of it where they are entangled."""
    whole = [Found("reworded", "passage", (pair.was,), (pair.now,), here.span(pair.was), there.span(pair.now))]
    left, right = here.sentences(pair.was), there.sentences(pair.now)
    if not left or not right or len(left) == len(right) == 1:
        return whole, [], [], []
    was = [here.text[slice(*span)] for span in left]
    now = [there.text[slice(*span)] for span in right]
    alignment = _in_place(was, now) or align(was, now, alone=ALONE)
    if not alignment.pairs or _entangled(was, now, alignment) or not _spaced_alike(here, there, pair, left, right, alignment):
        return whole, [], [], []
    found: list[Found] = []
    for one in alignment.pairs:
        equal = was[one.was] == now[one.now]
        if not (equal and not one.moved):
            kind: EntryKind = ("moved" if equal else "moved_reworded") if one.moved else "reworded"
            found.append(Found(kind, "sentence", (pair.was,), (pair.now,), left[one.was], right[one.now]))
    cut = [_Loose(pair.was, left[i], was[i], False) for i in alignment.removed]
    put = [_Loose(pair.now, right[i], now[i], False) for i in alignment.added]
    steady = [(left[one.was][0], right[one.now][0]) for one in alignment.pairs if not one.moved]
    return found, cut, put, steady


def _in_place(was: list[str], now: list[str]) -> Alignment | None:
    """The alignment of as many sentences as before, each equal or plainly alike to the one in its place; None where it is not so simple."""
    if len(was) != len(now) or not all(before == after or plainly_alike(before, after) for before, after in zip(was, now, strict=True)):
        return None
    return Alignment(tuple(Pair(i, i, before == after) for i, (before, after) in enumerate(zip(was, now, strict=True))), (), ())


def _entangled(was: list[str], now: list[str], alignment: Alignment) -> bool:
    """Whether sentences were joined or parted, so that none of them can be told alone."""
    if alignment.coarse:
        return False
    removed, added = set(alignment.removed), set(alignment.added)
    return any(
        len(_grown(was[pair.was], now, pair.now, added)) > 1 or len(_grown(now[pair.now], was, pair.was, removed)) > 1
        for pair in alignment.pairs
        if not pair.same
    )


def _spaced_alike(here: _Side, there: _Side, pair: Pair, left: list[Span], right: list[Span], alignment: Alignment) -> bool:
    """Whether the white space around sentences that stayed neighbours is the same, so that no difference goes untold."""
    (was_start, was_end), (now_start, now_end) = here.span(pair.was), there.span(pair.now)
    if (
        here.text[was_start : left[0][0]] != there.text[now_start : right[0][0]]
        or here.text[left[-1][1] : was_end] != there.text[right[-1][1] : now_end]
    ):
        return False
    partner = {one.was: one.now for one in alignment.pairs}
    for i in range(len(left) - 1):
        j = partner.get(i)
        if j is not None and partner.get(i + 1) == j + 1 and here.text[left[i][1] : left[i + 1][0]] != there.text[right[j][1] : right[j + 1][0]]:
            return False
    return True


def _travelled(cut: list[_Loose], put: list[_Loose], here: _Side, there: _Side) -> list[Found]:
    """Sentences that went from one passage to another; the rest of the loose ones as cut or put in."""
    pairs = _same_sentence(cut, put)
    gone, come = {i for i, _ in pairs}, {j for _, j in pairs}
    found = []
    for i, j in pairs:
        kind: EntryKind = "moved" if cut[i].text == put[j].text else "moved_reworded"
        found.append(Found(kind, "sentence", (cut[i].passage,), (put[j].passage,), cut[i].span, put[j].span))
    found += [Found("removed", unit, (passage,), (), span, None) for unit, passage, span in _remaining(cut, gone, here)]
    found += [Found("added", unit, (), (passage,), None, span) for unit, passage, span in _remaining(put, come, there)]
    return found


def _same_sentence(cut: list[_Loose], put: list[_Loose]) -> list[tuple[int, int]]:
    waiting: dict[str, list[int]] = defaultdict(list)
    for j, sentence in enumerate(put):
        waiting[fold(sentence.text)].append(j)
    pairs: list[tuple[int, int]] = []
    for i, sentence in enumerate(cut):
        key = fold(sentence.text)
        long_enough = len(key) >= (TRAVELS if key.isascii() or len(words(key)) < len(key) // 2 else TRAVELS_CJK)
        if long_enough and waiting.get(key):
            pairs.append((i, waiting[key].pop(0)))
    gone, come = {i for i, _ in pairs}, {j for _, j in pairs}
    rest_cut = [i for i in range(len(cut)) if i not in gone and len(words(cut[i].text)) >= 8]
    rest_put = [j for j in range(len(put)) if j not in come and len(words(put[j].text)) >= 8]
    if 0 < len(rest_cut) * len(rest_put) <= 10_000:
        alphabet = Alphabet()
        left = {i: alphabet.encode(words(fold(cut[i].text))) for i in rest_cut}
        right = {j: alphabet.encode(words(fold(put[j].text))) for j in rest_put}
        scored = sorted(
            (-score, i, j)
            for i in rest_cut
            for j in rest_put
            if (score := 2 * common(left[i], right[j]) / (len(left[i]) + len(right[j]))) >= TRAVELS_EDITED
        )
        for _, i, j in scored:
            if i not in gone and j not in come:
                gone.add(i)
                come.add(j)
                pairs.append((i, j))
    return pairs


def _remaining(loose: list[_Loose], taken: set[int], side: _Side) -> list[tuple[Literal["passage", "sentence"], int, Span]]:
    """What found no partner: a whole passage at once, unless some of its sentences did."""
    broken = {loose[i].passage for i in taken if loose[i].whole}
    left: list[tuple[Literal["passage", "sentence"], int, Span]] = []
    told: set[int] = set()
    for i, sentence in enumerate(loose):
        if i in taken:
            continue
        if sentence.whole and sentence.passage not in broken:
            if sentence.passage not in told:
                told.add(sentence.passage)
                left.append(("passage", sentence.passage, side.span(sentence.passage)))
        else:
            left.append(("sentence", sentence.passage, sentence.span))
    return left
