"""How one clause differs from itself where five coarse levels do not show it: another modal verb, a firmer or softer word, a word of degree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from schemas.records import Direction, Position
from statements.positions.words import VERB, stem

Span = tuple[int, int]
_WORDS = re.compile(r"[^\W\d_]+")
_ATTRIBUTE = re.compile(r"(?!(?:and|or|of|the)\b)[^\W\d_][\w'’-]*(?: (?!(?:and|or|of)\b)[\w'’-]+)?", re.IGNORECASE)
_FOLLOWED = re.compile(r" ?(?!(?:and|or|of|in|to|for|on|with|by|at|from|as)\b)[^\W\d_]", re.IGNORECASE)
_LISTED = re.compile(r"(?:,|\band|\bor)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shades:
    """The words of one language that tell shades: modal verbs by how much they bind, and words of degree ("deep", "earnestly")."""

    modals: Mapping[str, int]
    degrees: frozenset[str]
    negations: frozenset[str] = frozenset()
    auxiliaries: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()  # words that say the same where they come or go


@dataclass(frozen=True, slots=True)
class Shade:
    direction: Direction
    touch: str
    reason: str


def idle(edits: Iterable[tuple[str, str]], shades: Shades) -> bool:
    """Whether only words changed that hold a sentence together, or that stand for one another: "and" for "as well as"."""
    changed = [word for sign, text in edits if sign != "=" for word in _WORDS.findall(text.casefold())]
    return bool(changed) and shades.fillers.issuperset(changed)


def negated(was: Position, now: Position, removed: Iterable[Span], added: Iterable[Span], shades: Shades) -> bool:
    """Whether a negation came or went and nothing else, however it bends the verb ("supports", "does not support")."""
    gone, come = _words(was, removed), _words(now, added)
    if sum(word in shades.negations for word in gone) % 2 == sum(word in shades.negations for word in come) % 2:
        return False
    empty = shades.negations | shades.auxiliaries
    return sorted(stem(word) for word in gone if word not in empty) == sorted(stem(word) for word in come if word not in empty)


def of_verbs(was: Position, now: Position, removed: Iterable[Span], added: Iterable[Span], shades: Shades) -> Shade | None:
    """What the verbs in the changed parts of a clause tell: "should" that became "must", "oppose" that became "are concerned about"."""
    gone, come = _binding(was, removed, shades), _binding(now, added, shades)
    if gone and come and gone[0] != come[0]:
        return Shade(_turn(gone[0], come[0]), "modality", f"“{gone[1]}” became “{come[1]}”")
    softer, firmer = _rung(was, removed), _rung(now, added)
    if softer and firmer and softer != firmer:
        return Shade(_turn(softer, firmer), "strength", "a word of another level stands in its place")
    return None


def of_degrees(was: Position, now: Position, removed: Iterable[Span], added: Iterable[Span], shades: Shades) -> Shade | None:
    """What words that only came or only went tell: "deep" cut from "deep regret", "can only be" that became "can be"."""
    gone = sum(word in shades.degrees for word in _words(was, removed))
    come = sum(word in shades.degrees for word in _words(now, added))
    if gone != come:
        return Shade(_turn(gone, come), "strength", "a word of degree was cut" if gone > come else "a word of degree was put in")
    softer, firmer = _rung(was, removed), _rung(now, added)
    if softer != firmer:
        return Shade(_turn(softer, firmer), "strength", "a weighing word was cut" if softer else "a weighing word was put in")
    return None


def restricts(position: Position, spans: Iterable[Span]) -> bool:
    """Whether all that changed in the clause are attributes before what they belong to, which say which of a kind is meant ("offensive" weapons)."""
    start, quote = position.start, position.quote
    within = [(max(0, s - start), e - start) for s, e in spans if s < position.end and start < e]
    return bool(within) and all(
        _ATTRIBUTE.fullmatch(quote[s:e].strip()) and _FOLLOWED.match(quote, e) and not _LISTED.search(quote[:s]) for s, e in within
    )


def _turn(before: int, after: int) -> Direction:
    return "strengthened" if after > before else "weakened"


def _binding(position: Position, spans: Iterable[Span], shades: Shades) -> tuple[int, str] | None:
    """The changed modal verb that binds most."""
    words = _words(position, spans)
    said = (*words, *(" ".join(pair) for pair in pairwise(words)))
    return max(((shades.modals[word], word) for word in said if word in shades.modals), default=None)


def _rung(position: Position, spans: Iterable[Span]) -> int:
    """The highest level of a cue that the changed parts of the clause touch; 0 where they touch none."""
    touched = [cue.rule for cue in position.cues for start, end in spans if start < cue.end and cue.start < end and cue.rule.startswith(VERB)]
    return max((int(rule.partition(":")[0].split()[1]) for rule in touched), default=0)


def _words(position: Position, spans: Iterable[Span]) -> list[str]:
    """The words of the clause's changed parts, in small letters."""
    parts = (position.quote[max(0, start - position.start) : max(0, end - position.start)] for start, end in spans)
    return [word for part in parts for word in _WORDS.findall(part.casefold())]
