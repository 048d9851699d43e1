"""Find, for two sequences of texts, which of one are which of the other, and which of them changed places."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from statements.compare.folding import fold
from statements.compare.likeness import LONG_ENOUGH, PLAINLY_ALIKE, likeness, plainly_alike
from statements.compare.text import in_order
from statements.compare.tokens import Alphabet, words

ALIKE: Final = 0.5  # share of words two wordings of one passage have in common, in order
ALIKE_ELSEWHERE: Final = 0.6  # the same for one that changed its place as well
COMPARISONS: Final = 40_000  # pairs whose likeness is worked out; more of them are looked up by rare words
MANY: Final = 20_000  # texts without an equal; past it likeness is not looked for
UNLIKE: Final = 200_000  # characters on both sides without any likeness: told as coarse
BLOCKS: Final = 60_000  # runs weighed by characters; more of them count as one each
LONG: Final = 6_000  # texts on both sides from which the longest common run is taken first
REPEATS: Final = 64  # ways to pair one repeated text; more of them are paired in order


class Pair(NamedTuple):
    """`before[was]` and `after[now]` are one text. `same`: equal after folding. `moved`: its order among the pairs changed."""

    was: int
    now: int
    same: bool
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """Every index of both sequences stands in exactly one of the three; pairs are in the order of `was`."""

    pairs: tuple[Pair, ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]
    coarse: bool = False


def align(before: Sequence[str], after: Sequence[str], alone: float = 0.4) -> Alignment:
    """Pair equal texts by their folds, then like ones; the heaviest run in rising order stays, the rest has moved.

    Repeated texts are paired where they stand in order, then first with first. Weight is characters, and of equally
    heavy runs the one that keeps the earlier texts of `before` stays. A text pushed down by an insertion has not moved.
    Where one text alone stands against one between two that stayed, a likeness of `alone` makes them a pair.

    >>> [pair.was for pair in align(["a", "b", "c"], ["c", "a", "b"]).pairs if pair.moved]
    [2]
    """
    head = _equal_run(before, after)
    tail = _equal_run(before[head:][::-1], after[head:][::-1])
    was = range(head, len(before) - tail)
    now = range(head, len(after) - tail)
    found = [(i, i, True) for i in range(head)]
    coarse = False
    if was and now:
        exact = _exact(before, after, was, now)
        paired_was, paired_now = {w for w, _ in exact}, {n for _, n in exact}
        rest_was = [i for i in was if i not in paired_was]
        rest_now = [i for i in now if i not in paired_now]
        like: list[tuple[int, int]] = []
        if rest_was and rest_now:
            like, coarse = _alike(before, after, exact, rest_was, rest_now, alone)
        middle = [(w, n, True) for w, n in exact] + [(w, n, False) for w, n in like]
        found += sorted(middle)
    shift = len(after) - len(before)
    found += [(i, i + shift, True) for i in range(len(before) - tail, len(before))]
    steady, crude = _steady(found, before)
    pairs = tuple(Pair(w, n, same, moved=at not in steady) for at, (w, n, same) in enumerate(found))
    here, there = {pair.was for pair in pairs}, {pair.now for pair in pairs}
    removed = tuple(i for i in was if i not in here)
    added = tuple(i for i in now if i not in there)
    return Alignment(pairs, removed, added, coarse or crude)


def _equal_run(before: Sequence[str], after: Sequence[str]) -> int:
    count = 0
    for left, right in zip(before, after, strict=False):
        if left != right:
            break
        count += 1
    return count


def _exact(before: Sequence[str], after: Sequence[str], was: Sequence[int], now: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of equal fold. Two long sequences that differ in little give up their longest common run at once."""
    found: list[tuple[int, int]] = []
    if len(was) + len(now) > LONG:
        found = [(was[w], now[n]) for w, n in in_order([before[i] for i in was], [after[i] for i in now])]
        paired_was, paired_now = {w for w, _ in found}, {n for _, n in found}
        was, now = [i for i in was if i not in paired_was], [i for i in now if i not in paired_now]
    return sorted(found + _equal(before, after, was, now))


def _equal(before: Sequence[str], after: Sequence[str], was: Sequence[int], now: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of equal fold: first the heaviest choice in rising order, then what is left of each text, first with first."""
    places: dict[str, tuple[list[int], list[int]]] = {}
    for i in was:
        places.setdefault(fold(before[i]), ([], []))[0].append(i)
    for i in now:
        if known := places.get(fold(after[i])):
            known[1].append(i)
    shared = [(left, right) for left, right in places.values() if right]
    sure = [(left[0], right[0]) for left, right in shared if len(left) == len(right) == 1]
    repeated = [(left, right) for left, right in shared if not len(left) == len(right) == 1]
    if not repeated:
        return sure
    ways = [(w, n) for left, right in repeated if len(left) * len(right) <= REPEATS for w in left for n in right]
    if often := {w for left, right in repeated if len(left) * len(right) > REPEATS for w in left}:
        common = in_order([fold(before[i]) for i in was], [fold(after[i]) for i in now])
        ways += [(was[w], now[n]) for w, n in common if was[w] in often]
    chain = _chain(before, sorted(sure + ways, key=lambda way: (way[0], -way[1])))
    taken_was, taken_now = {w for w, _ in chain}, {n for _, n in chain}
    chosen = [way for way in sure if way[0] not in taken_was] + chain
    for left, right in repeated:
        rest = ([w for w in left if w not in taken_was], [n for n in right if n not in taken_now])
        chosen += zip(*rest, strict=False)
    return chosen


def _chain(before: Sequence[str], candidates: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The heaviest choice of candidates that rises on both sides; none where there are too many to weigh."""
    if all(left[0] < right[0] and left[1] < right[1] for left, right in pairwise(candidates)):
        return candidates
    if len(candidates) > BLOCKS:
        return []
    places, weights, origins = [n for _, n in candidates], [_weight(before[w]) for w, _ in candidates], [w for w, _ in candidates]
    return [candidates[at] for at in _heaviest_run(places, weights, origins)]


def _alike(
    before: Sequence[str],
    after: Sequence[str],
    exact: list[tuple[int, int]],
    rest_was: list[int],
    rest_now: list[int],
    alone: float,
) -> tuple[list[tuple[int, int]], bool]:
    """Pairs of like texts among those without an equal: the likest first, those in one gap between equal texts preferred."""
    if len(rest_was) + len(rest_now) > MANY:
        return [], True
    steady, coarse = _steady([(w, n, True) for w, n in exact], before)
    anchors = [exact[at] for at in sorted(steady)]
    gap_was = _gaps([w for w, _ in anchors], rest_was)
    gap_now = _gaps([n for _, n in anchors], rest_now)
    gap_of_was, gap_of_now = dict(zip(rest_was, gap_was, strict=True)), dict(zip(rest_now, gap_now, strict=True))
    by_gap: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for i, gap in gap_of_was.items():
        by_gap[gap][0].append(i)
    for i, gap in gap_of_now.items():
        by_gap[gap][1].append(i)
    facing = [pair for ours, theirs in by_gap.values() if len(ours) == len(theirs) for pair in zip(ours, theirs, strict=True)]
    pairs = [(w, n) for w, n in facing if plainly_alike(before[w], after[n])]
    done_was, done_now = {w for w, _ in pairs}, {n for _, n in pairs}
    open_was = [i for i in rest_was if i not in done_was]
    open_now = [i for i in rest_now if i not in done_now]
    if not open_was or not open_now:
        return pairs, coarse
    alphabet = Alphabet()
    left = {i: alphabet.encode(words(fold(before[i]))) for i in open_was}
    right = {i: alphabet.encode(words(fold(after[i]))) for i in open_now}
    if len(open_was) * len(open_now) <= COMPARISONS:
        candidates: Iterable[tuple[int, int]] = ((w, n) for w in open_was for n in open_now)
    else:
        coarse = True
        sure = [(w, n) for w, n in facing if w in left and n in right and likeness(left[w], right[n]) >= PLAINLY_ALIKE]
        candidates = sure + _sharing_rare_words(left, right, open_was, open_now)
    scored: list[tuple[float, int, int, int]] = []
    for w, n in candidates:
        score = likeness(left[w], right[n])
        if score < ALIKE:
            continue
        if gap_of_was[w] == gap_of_now[n]:
            score += 0.05
        elif score < ALIKE_ELSEWHERE or min(len(left[w]), len(right[n])) < LONG_ENOUGH // 2:
            continue
        scored.append((-score, abs(w - n), w, n))
    for _, _, w, n in sorted(scored):
        if w not in done_was and n not in done_now:
            done_was.add(w)
            done_now.add(n)
            pairs.append((w, n))
    for ours, theirs in by_gap.values():
        sole = len(ours) == len(theirs) == 1 and ours[0] not in done_was and theirs[0] not in done_now
        if sole and likeness(left[ours[0]], right[theirs[0]]) >= alone:
            pairs.append((ours[0], theirs[0]))

    unlike = not pairs and min(sum(map(len, side)) for side in ([before[i] for i in rest_was], [after[i] for i in rest_now])) > UNLIKE
    return pairs, coarse or unlike


def _gaps(anchors: list[int], places: list[int]) -> list[int]:
    """For each place the number of anchors before it."""
    return [bisect.bisect(anchors, place) for place in places]


def _sharing_rare_words(left: dict[int, str], right: dict[int, str], was: list[int], now: list[int]) -> list[tuple[int, int]]:
    """Candidates where comparing all with all would take too long: texts that share several words few others have."""
    holders: dict[str, list[int]] = defaultdict(list)
    for n in now:
        for letter in set(right[n]):
            holders[letter].append(n)
    candidates: list[tuple[int, int]] = []
    for w in was:
        shared: dict[int, int] = defaultdict(int)
        for letter in set(left[w]):
            having = holders.get(letter, ())
            if len(having) <= 8:
                for n in having:
                    shared[n] += 1
        best = sorted(shared, key=lambda n: (-shared[n], abs(n - w)))[:3]
        candidates += [(w, n) for n in best]
    return candidates


def _steady(pairs: Sequence[tuple[int, int, bool]], before: Sequence[str]) -> tuple[set[int], bool]:
    """Positions in `pairs` (in the order of `was`) that stay: the heaviest run rising in `now`; and whether weights were dropped."""
    order = [now for _, now, _ in pairs]
    if all(left < right for left, right in pairwise(order)):
        return set(range(len(pairs))), False
    ranks = {now: rank for rank, now in enumerate(sorted(order))}
    starts = [0]
    for at in range(1, len(order)):
        if ranks[order[at]] != ranks[order[at - 1]] + 1:
            starts.append(at)
    ends = [*starts[1:], len(order)]
    heads = [order[start] for start in starts]
    if len(starts) > BLOCKS:
        run = _longest_run(heads)
    else:
        weights = [sum(_weight(before[pairs[at][0]]) for at in range(start, end)) for start, end in zip(starts, ends, strict=True)]
        run = _heaviest_run(heads, weights)
    return {at for block in run for at in range(starts[block], ends[block])}, len(starts) > BLOCKS


def _weight(text: str) -> int:
    return len(text) or 1


def _heaviest_run(values: Sequence[int], weights: Sequence[int], origins: Sequence[int] | None = None) -> list[int]:
    """Positions of the strictly rising subsequence of greatest weight; of equal ones that with the earliest positions.

    `origins`, where given, holds for each value what it belongs to: of one origin's values, listed falling, the lowest
    is taken. A Fenwick tree over the values holds the heaviest run that begins above each, filled from the end.
    """
    ranks = {value: rank for rank, value in enumerate(sorted(set(values), reverse=True), start=1)}
    tree = [0] * (len(ranks) + 1)
    best = [0] * len(values)
    for at in range(len(values) - 1, -1, -1):
        rank = ranks[values[at]]
        above, step = 0, rank - 1
        while step:
            above = max(above, tree[step])
            step &= step - 1
        best[at] = weight = weights[at] + above
        while rank < len(tree):
            tree[rank] = max(tree[rank], weight)
            rank += rank & -rank
    run: list[int] = []
    owed, floor, ceiling = max(best, default=0), -1, -1
    for at, weight in enumerate(best):
        if run and origins and origins[at] == origins[run[-1]]:
            if weight == best[run[-1]] and values[at] > ceiling:
                run[-1] = at
                floor = values[at]
        elif owed and weight == owed and values[at] > floor:
            run.append(at)
            owed -= weights[at]
            floor, ceiling = values[at], floor
    return run


def _longest_run(values: Sequence[int]) -> list[int]:
    """Positions of the longest strictly rising subsequence, each value counting one."""
    tails: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for at, value in enumerate(values):
        slot = bisect.bisect_left(tails, value)
        previous.append(last[slot - 1] if slot else -1)
        if slot == len(tails):
            tails.append(value)
            last.append(at)
        else:
            tails[slot] = value
            last[slot] = at
    run: list[int] = []
    at = last[-1] if last else -1
    while at >= 0:
        run.append(at)
        at = previous[at]
    return run[::-1]
