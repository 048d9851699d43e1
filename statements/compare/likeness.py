"""How much two texts have in common: words in the same order, counted."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rapidfuzz.distance import LCSseq, Postfix, Prefix

CONTAINED: Final = 0.85  # share of the shorter one's words that the longer one keeps, where much was cut or added
LONG_ENOUGH: Final = 8  # words from which containment says anything
PLAINLY_ALIKE: Final = 0.8  # share from which two texts that face each other need no other partner looked for
_CELLS: Final = 25_000_000  # size of the matrix past which order is left out of account


def plainly_alike(before: str, after: str) -> bool:
    """Whether two texts are one for all but a piece in the middle: the quick answer, which a no leaves open."""
    longest = max(len(before), len(after))
    return Prefix.similarity(before, after) + Postfix.similarity(before, after) >= PLAINLY_ALIKE * longest


def common(left: str, right: str) -> int:
    """Words (as letters of one Alphabet) that both have in the same order; of very long texts, in any order."""
    if len(left) * len(right) <= _CELLS:
        return LCSseq.similarity(left, right)
    return (Counter(left) & Counter(right)).total()


def likeness(left: str, right: str) -> float:
    """0 … 1: the share of words in common; high also where one is a long piece of the other."""
    shorter = min(len(left), len(right))
    if not shorter:
        return 0.0
    shared = common(left, right)
    share = 2 * shared / (len(left) + len(right))
    if shorter >= LONG_ENOUGH and shared >= CONTAINED * shorter:
        share = max(share, 0.7 * shared / shorter)
    return share
