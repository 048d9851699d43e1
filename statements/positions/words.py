"""The words of a clause as its object: folded, stemmed, without its verb, its modifiers and its small words."""

from __future__ import annotations

import re
from functools import lru_cache

from schemas.records import Position
from statements.compare.folding import fold

# A letter of a script without spaces is a word of its own, so that 台湾 and 台湾问题 are alike.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_SMALL_WORDS = """
a an the this that these those such some it its they them their he his she her we our us who which what as at by for from in into of off on
onto over to toward towards under up upon with within without through about among between and or nor but if than then so also too only just
is are was were be been being am has have had having do does did done will would shall should can could may might must not no
both two side sides party parties head heads state leader leaders president presidents country countries each other one another all any every
there here regard respect s t
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_ENDINGS = (
    "isations",
    "izations",
    "isation",
    "ization",
    "ations",
    "ation",
    "ments",
    "ment",
    "ically",
    "ally",
    "ities",
    "ingly",
    "ings",
    "ness",
    "tion",
    "ions",
    "ity",
)
_SHORT_ENDINGS = ("ing", "ion", "ied", "ies", "ed", "es", "ly", "al", "s", "e", "y")


VERB = ("appraisal", "position", "commitment", "directive", "concern")
"""What the rule of a cue begins with that set ladder and level."""
STANCE = (*VERB, "booster", "hedge", "scope", "negation")
"""What the rule of a cue begins with that says how something is meant, and not what."""


def folded(text: str) -> str:
    """`text` without what does not change its words: typography (as a comparison folds it) and letter case."""
    return fold(text).casefold()


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A crude English stem, good enough to pair "opposes" with "opposition" nearly and "support" with "supports" surely.

    >>> stem("supports") == stem("supported") == stem("supporting")
    True
    """
    for endings, kept in ((_ENDINGS, 4), (_SHORT_ENDINGS, 3)):
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= kept:
                return word[: -len(ending)]
    return word


def object_words(position: Position) -> frozenset[str]:
    """The stems of a clause that say what it is about: its cues (verb, boosters, negation) and small words left out."""
    start, quote = position.start, position.quote
    pieces, done = [], 0
    for cue in sorted(position.cues, key=lambda cue: (cue.start, cue.end)):
        if start <= cue.start and cue.end <= position.end and cue.rule.startswith(STANCE):
            pieces.append(quote[done : max(done, cue.start - start)])
            done = max(done, cue.end - start)
    text = " ".join([*pieces, quote[done:]]) if pieces else quote
    words = _ASCII_WORD.findall(text.lower()) if text.isascii() else _WORD.findall(folded(text))
    return frozenset(map(stem, set(words) - _SMALL))
