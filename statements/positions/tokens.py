"""Words, breaks and sentences of a text, with their places: what every rule of this package looks at."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

# What stands between a word and the one before it.
SPACE, COMMA, STRONG, SENTENCE = 0, 1, 2, 3

LONGEST_SENTENCE = 400  # words; what claims to be a longer sentence is read in pieces, so that time stays linear

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
# "non- proliferation" and "co-operation" are one word however a ministry or a line break writes them.
_JOINED = "anti|bi|co|counter|de|infra|inter|intra|multi|non|post|pre|re|sub|trans|tri|uni"
_WORD = re.compile(
    rf"(?P<dotted>\b(?:[A-Z]\.){{2,6}}(?!\w))|[{_CJK}]|\b(?:(?:{_JOINED})-[ ]?(?=[a-z]))?[^\W_{_CJK}]+(?P<own>['’]s\b)?",
    re.IGNORECASE,
)
_STOP = re.compile(r"(?:[.!?]{1,6}|[。！？])(?:''|[\"'”’»)\]]){0,3}(?=\s|$|[*“])|[。！？]")
_BEGINS = re.compile(r"\s*[*•\-–—]?\s*[\"'“‘«(\[]{0,2}[A-Z0-9À-ÞЀ-Я一-鿿]")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr st no nos art arts vol pp prof gen col capt lt sen rep gov hon vs cf al inc ltd co"  # noqa: SIM905
    " jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
# An abbreviation such as "U.S." ends a sentence only before a word that likes to begin one.
_STARTERS = frozenset("the they we it this these those in both to on as he she at for all our i".split())  # noqa: SIM905
_SPELLINGS = (
    (re.compile(r"(neighb|fav|hon|lab|behavi|endeav|col|harb|arm|rum|hum|val|vig|splend|rig|sav|cand|clam)our"), r"\1or"),
    (re.compile(r"^(.{2,})is(e|es|ed|er|ers|ing|ation|ations|ational)$"), r"\1iz\2"),
    (re.compile(r"(def|off|lic|pret)ence"), r"\1ense"),
    (re.compile(r"(cent|theat|fib|met)re(s?)$"), r"\1er\2"),
    (re.compile(r"programme"), "program"),
    (re.compile(r"(fulfil|instal|enrol|skil)l"), r"\1"),
    (re.compile(r"(cancel|label|model|signal|travel|counsel)l(ed|ing|er)"), r"\1\2"),
    (re.compile(r"^(to|back|for|after)wards$"), r"\1ward"),
)


@lru_cache(maxsize=16384)
def fold(word: str) -> str:
    """One spelling for a word: lower case, no accents, American, prefixes joined; patterns and texts are folded alike.

    >>> [fold(word) for word in ("Defence", "neighbourly", "recognise", "non- proliferation", "Communiqué")]
    ['defense', 'neighborly', 'recognize', 'nonproliferation', 'communique']
    """
    folded = word.lower()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    folded = folded.replace("-", "").replace(" ", "").replace(".", "")
    for spelling, usual in _SPELLINGS:
        folded = spelling.sub(usual, folded)
    return folded


@dataclass(frozen=True, slots=True)
class Sentence:
    """A run of words, `first` to `last` (end exclusive), and its code points in the text."""

    first: int
    last: int
    start: int
    end: int
    asks: bool  # it ends in a question mark


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one text in order. The lists run in parallel."""

    text: str
    words: list[str]  # folded
    capitals: list[str]  # "=NPT" for a word in capitals, "" for any other
    starts: list[int]
    ends: list[int]  # a possessive 's is not part of the word
    owns: list[bool]  # the word carries a possessive 's
    breaks: list[int]  # SPACE, COMMA, STRONG or SENTENCE before the word
    sentences: list[Sentence]


def tokenize(text: str) -> Tokens:
    """Cut `text` into words and sentences; offsets are code points of `text`.

    A line break ends a sentence. Time is linear in the text, whatever it holds.
    """
    words: list[str] = []
    capitals: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    owns: list[bool] = []
    breaks: list[int] = []
    reached = 0
    for found in _WORD.finditer(text):
        start, end = found.span()
        group = found.lastgroup
        if group == "own":
            end = found.start(group)
        word, capital = _shape(text[start:end], group == "dotted")
        words.append(word)
        capitals.append(capital)
        starts.append(start)
        ends.append(end)
        owns.append(group == "own")
        between = text[reached:start]
        breaks.append(SPACE if between == " " or not between else _break(between))
        reached = end
    return Tokens(text, words, capitals, starts, ends, owns, breaks, _sentences(text, words, starts, ends, breaks))


@lru_cache(maxsize=65536)
def _shape(raw: str, dotted: bool) -> tuple[str, str]:
    """A word folded, and as its capitals are listed."""
    plain = raw.replace(".", "") if dotted else raw
    return fold(raw), "=" + plain if len(plain) > 1 and plain.isupper() and plain.isascii() else ""


def _break(between: str) -> int:
    if any(mark in between for mark in ";:—()；：（）") or " – " in between or " - " in between or "*" in between:
        return STRONG
    return COMMA if "," in between or "，" in between or "、" in between else SPACE


def _sentences(text: str, words: list[str], starts: list[int], ends: list[int], breaks: list[int]) -> list[Sentence]:
    stops: list[int] = []
    line = 0
    while line <= len(text):
        newline = text.find("\n", line)
        newline = len(text) if newline < 0 else newline
        for found in _STOP.finditer(text, line, newline):
            if found.end() == newline or _ends_sentence(text, found, words, starts):
                stops.append(found.end())
        if not stops or stops[-1] < newline:
            stops.append(newline)
        line = newline + 1
    sentences: list[Sentence] = []
    first = 0
    for stop in stops:
        last = bisect_left(starts, stop, lo=first)
        for piece in range(first, last, LONGEST_SENTENCE):
            until = min(piece + LONGEST_SENTENCE, last)
            breaks[piece] = SENTENCE
            end = stop if until == last else ends[until - 1]
            start = starts[piece]
            if start and text[start - 1] in "\"'“‘«([":
                start -= 1
            sentences.append(Sentence(piece, until, start, end, text[max(start, end - 2) : end].strip("\"'”’ ").endswith(("?", "？"))))
        first = last
    return sentences


def _ends_sentence(text: str, stop: re.Match[str], words: list[str], starts: list[int]) -> bool:
    if text[stop.start()] in "。！？":
        return True
    if not _BEGINS.match(text, stop.end()):
        return False
    if text[stop.start()] != ".":
        return True
    after = bisect_left(starts, stop.end())
    before = bisect_left(starts, stop.start()) - 1
    if before < 0:
        return True
    previous = text[starts[before] : stop.start()]
    if "." in previous or (len(previous) == 1 and previous.isupper()):
        return "." in previous and after < len(words) and words[after] in _STARTERS
    return previous.lower() not in _ABBREVIATIONS
