"""Cut a passage into sentences by each language's cheap rule: enough to see one travel, not to parse it."""

from __future__ import annotations

import re
from functools import lru_cache

from statements.compare.lexicon import words_of

_WIDE_END = r"[。！？｡]+[”’」』）)\"']*"
_NARROW_END = r"[.!?؟۔।…]+[”’»\"')\]]*(?=\s)"
_END = re.compile(f"{_WIDE_END}|{_NARROW_END}")
_LAST_WORD = re.compile(r"[^\s(“\"«'‘]+$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?")
_OPENS = re.compile(r"\s*[(“\"«'‘„\[]*\s*")


@lru_cache(maxsize=1024)
def spans(text: str, language: str = "en") -> tuple[tuple[int, int], ...]:
    """(start, end) of each sentence of one passage, without the white space around it; never empty for a text with words.

    A stop after an abbreviation, an initial or an enumerating number ends nothing, nor does one before a small letter.

    """
    abbreviations = words_of(language).abbreviations
    found: list[tuple[int, int]] = []
    start = _skip_space(text, 0)
    for match in _END.finditer(text):
        end = match.end()
        if end <= start:
            continue
        if match[0][0] in ".!?…" and not _stops(text, start, match.start(), end, abbreviations):
            continue
        found.append((start, end))
        start = _skip_space(text, end)
    stop = len(text.rstrip())
    if start < stop:
        found.append((start, stop))
    return tuple(found)


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _stops(text: str, start: int, stop: int, end: int, abbreviations: frozenset[str]) -> bool:
    opens = _OPENS.match(text, end)
    following = text[opens.end() : opens.end() + 1] if opens else ""
    if following.islower():
        return False
    if text[stop] != ".":
        return True
    last = _LAST_WORD.search(text, max(start, stop - 40), stop)
    if last is None:
        return True
    word = last[0]
    if word.lower() in abbreviations or (_INITIALS.fullmatch(word + ".") and len(word) == 1):
        return False
    return not (word.isdigit() and len(word) <= 2 and last.start() == start)
