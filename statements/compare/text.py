"""Edits between two wordings of one passage: diff-match-patch on tokens, cleaned so that whole words change."""

from __future__ import annotations

from collections.abc import Sequence
from operator import ne
from typing import Final

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel, Postfix, Prefix

from statements.compare.tokens import Alphabet, tokens

Edit = tuple[str, str]  # ("=" | "-" | "+", text)

DELICATE: Final = 160  # tokens that differ; past it diff-match-patch in Python grows with their square
FEW: Final = 8  # tokens that differ; past it, tokens exchanged one for one need no search for a shorter way
ROOM: Final = 60_000_000  # cells of the comparison matrix; past it a middle that differs is replaced whole

_SIGNS: Final = {0: "=", -1: "-", 1: "+"}


def _machine() -> diff_match_patch:
    machine = diff_match_patch()
    machine.Diff_Timeout = 0  # a clock would make the answer depend on the machine's load
    return machine


_MACHINE: Final = _machine()


def edits(before: str, after: str) -> tuple[tuple[Edit, ...], bool]:
    """What was cut from `before` and put in to give `after`, in whole words, and whether the answer is coarse.

    Joined, the "=" and "-" texts give `before` and the "=" and "+" texts give `after`, always; a "-" comes before
    the "+" that replaces it, no text is empty, and no two neighbours carry the same sign. CJK changes by character.

    >>> edits("It supports this.", "It does not support this.")[0]
    (('=', 'It '), ('-', 'supports'), ('+', 'does not support'), ('=', ' this.'))
    """
    if before == after:
        return ((("=", before),) if before else ()), False
    head, tail = _shared_ends(before, after)
    was = tokens(before[head : len(before) - tail])
    now = tokens(after[head : len(after) - tail])
    found: list[Edit] = [("=", before[:head])]
    coarse = False
    if was and now:
        middle, coarse = _differing(was, now)
        found += middle
    else:
        found += [("-", "".join(was)), ("+", "".join(now))]
    found.append(("=", before[len(before) - tail :]))
    return tuple(_whole_phrases(found)), coarse


def _exchanged(old: str, new: str) -> tuple[Edit, ...]:
    return (("=", old),) if old == new else (("-", old), ("+", new))


def in_order(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of equal items in the longest common run; none where that would take too long."""
    alphabet = Alphabet()
    left, right = alphabet.encode(before), alphabet.encode(after)
    if alphabet.is_full:
        return []
    if Indel.distance(left, right, score_cutoff=DELICATE) > DELICATE:
        if len(left) * len(right) > ROOM:
            return []
        equal = [step for step in Indel.opcodes(left, right) if step.tag == "equal"]
        return [(step.src_start + k, step.dest_start + k) for step in equal for k in range(step.src_end - step.src_start)]
    diffs = _MACHINE.diff_main(left, right, False)
    pairs: list[tuple[int, int]] = []
    w = n = 0
    for sign, run in diffs:
        if sign == 0:
            pairs += zip(range(w, w + len(run)), range(n, n + len(run)), strict=True)
        w += len(run) if sign <= 0 else 0
        n += len(run) if sign >= 0 else 0
    return pairs


def _shared_ends(before: str, after: str) -> tuple[int, int]:
    """Lengths of the equal beginning and end, cut back to a space so that neither splits a token."""
    head = Prefix.similarity(before, after)
    if not (_border(before, head) and _border(after, head)):
        head = before.rfind(" ", 0, head) + 1
    tail = Postfix.similarity(before[head:], after[head:])
    if not (_border(before, len(before) - tail) and _border(after, len(after) - tail)):
        space = before.find(" ", len(before) - tail)
        tail = len(before) - space if space >= 0 else 0
    return head, tail


def _border(text: str, at: int) -> bool:
    """Whether a space stands on one side of `at` only: a border that no token crosses, whatever follows."""
    return at in (0, len(text)) or text[at - 1].isspace() != text[at].isspace()


def _differing(was: list[str], now: list[str]) -> tuple[list[Edit], bool]:
    alphabet = Alphabet()
    left, right = alphabet.encode(was), alphabet.encode(now)
    if alphabet.is_full:
        return [("-", "".join(was)), ("+", "".join(now))], True
    distance = Indel.distance(left, right) if len(left) * len(right) <= ROOM else Indel.distance(left, right, score_cutoff=DELICATE)
    if len(left) == len(right) and distance > FEW and distance == 2 * sum(map(ne, left, right)):
        return [(sign, text) for old, new in zip(was, now, strict=True) for sign, text in _exchanged(old, new)], False
    if distance <= DELICATE:
        diffs = _MACHINE.diff_main(left, right, False)
        _MACHINE.diff_cleanupSemantic(diffs)
        return [(_SIGNS[sign], alphabet.decode(encoded)) for sign, encoded in diffs], False
    head, tail = Prefix.similarity(left, right), Postfix.similarity(left, right)
    if (len(left) - head - tail) * (len(right) - head - tail) > ROOM:
        return [("-", "".join(was)), ("+", "".join(now))], True
    found: list[Edit] = []
    for step in Indel.opcodes(left, right):
        if step.tag == "equal":
            found.append(("=", "".join(was[step.src_start : step.src_end])))
        else:
            found.append(("-", "".join(was[step.src_start : step.src_end])))
            found.append(("+", "".join(now[step.dest_start : step.dest_end])))
    return found, False


def _whole_phrases(diffs: list[Edit]) -> list[Edit]:
    """Join edits that only a space keeps apart, when both sides of it were replaced, and neighbours of one sign."""
    done: list[Edit] = []
    cut: list[str] = []
    put: list[str] = []

    def settle() -> None:
        for sign, parts in (("-", cut), ("+", put)):
            if joined := "".join(parts):
                done.append((sign, joined))
            parts.clear()

    for at, (sign, text) in enumerate(diffs):
        if not text:
            continue
        if sign == "-":
            cut.append(text)
        elif sign == "+":
            put.append(text)
        elif text.isspace() and cut and put and _replaces(diffs, at + 1):
            cut.append(text)
            put.append(text)
        else:
            settle()
            if done and done[-1][0] == "=":
                done[-1] = ("=", done[-1][1] + text)
            else:
                done.append(("=", text))
    settle()
    return done


def _replaces(diffs: list[Edit], at: int) -> bool:
    """Whether the hunk that begins at `at` cuts something and puts something in its place."""
    signs = set()
    for sign, text in diffs[at:]:
        if sign == "=" and text:
            break
        if text:
            signs.add(sign)
    return signs == {"-", "+"}
