"""Lay a comparison over the whole text: every passage of the later wording with its marks, and what is gone in its old place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from schemas.records import Entry, Wording

Mark = Literal["=", "+", "-", "moved", "away"]  # "away" is the old place of what moved
RowKind = Literal["same", "changed", "away"]

_OUT = frozenset({"moved", "moved_reworded", "split", "merged"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text under one mark; `entry` is the number of the comparison's entry it belongs to."""

    mark: Mark
    text: str
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One passage, or one group of split or merged ones, as it stands in the red-lined text."""

    kind: RowKind
    pieces: tuple[Piece, ...]
    passage_kind: str = "paragraph"

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Item:
    start: int
    end: int
    entry: int
    stays: bool  # stands on both sides in the same place, reworded


class _Side:
    def __init__(self, wording: Wording, spans: dict[int, list[_Item]], out: dict[int, int]) -> None:
        self.text = wording.text
        self.kinds = [passage.kind for passage in wording.passages]
        ends = list(accumulate(len(passage.text) + 1 for passage in wording.passages))
        self.spans = [(end - 1 - len(passage.text), end - 1) for end, passage in zip(ends, wording.passages, strict=True)]
        self.items = {passage: sorted(items, key=lambda item: item.start) for passage, items in spans.items()}
        self.out = out  # passages that left or came as a whole: the number of their entry

    def scattered(self, passage: int) -> bool:
        """Whether sentences that left or came make up the whole passage, so that it has no partner of its own."""
        items = self.items.get(passage, [])
        if not items or any(item.stays for item in items):
            return False
        at, end = self.spans[passage]
        for item in items:
            if self.text[at : item.start].strip():
                return False
            at = item.end
        return not self.text[at:end].strip()


def rows(entries: Sequence[Entry], before: Wording, after: Wording) -> list[Row]:
    """The red-lined text in reading order; without marks "-" and "away" it is the later text, passage by passage."""
    here, there = _sides(entries, before, after)
    was = [i for i in range(len(here.spans)) if i not in here.out and not here.scattered(i)]
    now = [j for j in range(len(there.spans)) if j not in there.out and not there.scattered(j)]
    partner = dict(zip(now, was, strict=True))
    gone = iter([i for i in range(len(here.spans)) if i not in set(was)])
    waiting = next(gone, None)
    laid: list[Row] = []
    told: set[int] = set()

    def lay_gone(until: int) -> Iterator[Row]:
        nonlocal waiting
        while waiting is not None and waiting < until:
            row = _gone(waiting, here, entries)
            if row:
                yield row
            waiting = next(gone, None)

    for j in range(len(there.spans)):
        if j in partner:
            laid += lay_gone(partner[j])
            pieces = _merged(partner[j], j, here, there, entries)
            laid.append(Row("changed" if any(piece.entry is not None for piece in pieces) else "same", tuple(pieces), there.kinds[j]))
        elif j in there.out:
            number = there.out[j]
            if number not in told:
                told.add(number)
                if entries[number].kind in {"split", "merged"}:
                    laid += lay_gone(entries[number].was[0])
                laid.append(Row("changed", tuple(_of_entry(number, entries)), there.kinds[j]))
        else:
            pieces = list(_one_side(j, there, entries, "+", "moved"))
            laid.append(Row("changed", tuple(pieces), there.kinds[j]))
    laid += lay_gone(len(here.spans))
    return laid


def _sides(entries: Sequence[Entry], before: Wording, after: Wording) -> tuple[_Side, _Side]:
    was_items: dict[int, list[_Item]] = defaultdict(list)
    now_items: dict[int, list[_Item]] = defaultdict(list)
    was_out: dict[int, int] = {}
    now_out: dict[int, int] = {}
    for number, entry in enumerate(entries):
        if entry.kind == "field":
            continue
        whole = entry.unit == "passage" and (entry.kind in _OUT or not entry.was or not entry.now)
        if whole:
            was_out.update(dict.fromkeys(entry.was, number))
            now_out.update(dict.fromkeys(entry.now, number))
            continue
        if entry.was_span:
            was_items[entry.was[0]].append(_Item(*entry.was_span, number, entry.kind == "reworded"))
        if entry.now_span:
            now_items[entry.now[0]].append(_Item(*entry.now_span, number, entry.kind == "reworded"))
    return _Side(before, was_items, was_out), _Side(after, now_items, now_out)


def _of_entry(number: int, entries: Sequence[Entry]) -> Iterator[Piece]:
    entry = entries[number]
    for sign, text in entry.edits:
        mark: Mark = "-" if sign == "-" else "+" if sign == "+" else "moved" if entry.kind in {"moved", "moved_reworded"} else "="
        yield Piece(mark, text, number)


def _gone(i: int, here: _Side, entries: Sequence[Entry]) -> Row | None:
    number = here.out.get(i)
    if number is None:
        return Row("changed", tuple(_one_side(i, here, entries, "-", "away")), here.kinds[i])
    if entries[number].kind in {"split", "merged"}:
        return None
    text = here.text[slice(*here.spans[i])]
    if entries[number].kind == "removed":
        return Row("changed", (Piece("-", text, number),), here.kinds[i])
    return Row("away", (Piece("away", text, number),), here.kinds[i])


def _one_side(passage: int, side: _Side, entries: Sequence[Entry], alone: Mark, travelled: Mark) -> Iterator[Piece]:
    at, end = side.spans[passage]
    for item in side.items.get(passage, []):
        if at < item.start:
            yield Piece(alone, side.text[at : item.start], item.entry)
        kind = entries[item.entry].kind
        yield Piece(travelled if kind in {"moved", "moved_reworded"} else alone, side.text[item.start : item.end], item.entry)
        at = item.end
    if at < end:
        yield Piece(alone, side.text[at:end])


def _merged(i: int, j: int, here: _Side, there: _Side, entries: Sequence[Entry]) -> list[Piece]:
    """One passage that stayed: what left it, what came and what was reworded, walked on both sides at once."""
    left, right = here.items.get(i, []), there.items.get(j, [])
    start, end = there.spans[j]
    if not left and not right:
        return [Piece("=", there.text[start:end])]
    pieces: list[Piece] = []
    at, now = here.spans[i][0], start
    last = here.spans[i][1]
    while at < last or now < end:
        mine = left[0] if left else None
        theirs = right[0] if right else None
        if mine and at == mine.start and not mine.stays:
            kind = entries[mine.entry].kind
            if pieces and not pieces[-1].text[-1:].isspace():
                pieces.append(Piece("=", " "))
            pieces.append(Piece("-" if kind == "removed" else "away", here.text[mine.start : mine.end], mine.entry))
            at = mine.end
            left = left[1:]
        elif theirs and now == theirs.start and not theirs.stays:
            if entries[theirs.entry].kind == "added":
                pieces.append(Piece("+", there.text[theirs.start : theirs.end], theirs.entry))
            else:
                pieces += _of_entry(theirs.entry, entries)
            now = theirs.end
            right = right[1:]
        elif mine and theirs and at == mine.start and now == theirs.start:
            pieces += _of_entry(theirs.entry, entries)
            at, now = mine.end, theirs.end
            left, right = left[1:], right[1:]
        elif at < last and here.text[at].isspace() and not (now < end and there.text[now].isspace()):
            at += 1
        elif now < end and there.text[now].isspace() and not (at < last and here.text[at].isspace()):
            pieces.append(Piece("=", there.text[now]))
            now += 1
        else:
            step = min((mine.start if mine else last) - at, (theirs.start if theirs else end) - now)
            if step <= 0:  # one side is at an item that the other has not reached: white space was all that lay between
                break
            pieces.append(Piece("=", there.text[now : now + step]))
            at, now = at + step, now + step
    if now < end:
        pieces.append(Piece("=", there.text[now:end]))
    return pieces
