"""Extracted text to a statement: navigation cut away, title and dateline found, the rest told apart by text.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from schemas.errors import LayoutChanged
from scrapers import boilerplate, dates
from scrapers.text import Found, blocks_of, fold, is_open_line, is_titled

_LONGEST_TITLE = 300
_SHORTEST_SENTENCE = 6  # words
_MARKDOWN = re.compile(r"^#{1,6}\s+")
_LONGEST_NAME = 35  # of an entry in a menu that stands one a line


def take_apart(text: str, language: str = "en") -> Found:
    """Title (empty where the text has none), dateline and blocks of an extracted text.

    Raises:
        LayoutChanged: nothing but navigation stands in it.
    """
    lines = text.replace("\ufeff", "").splitlines()
    end = boilerplate.trailing(lines)
    start = boilerplate.leading(lines[:end])
    start += _menu(lines[start:end])
    cut = [fold(line) for line in (*lines[:start], *lines[end:]) if fold(line)]
    title, stamp, used = _head(lines[start:end], language)
    blocks = blocks_of(lines[start + used : end])
    if title and not blocks:
        title, blocks = "", blocks_of(lines[start:end])
    if not blocks:
        raise LayoutChanged("The text holds no statement: nothing, or navigation at most.")
    in_prose = stamp.startswith(("(", "（", "["))  # the author's "(Dec 10, 1999)", not the publishing system's "2011-03-10 15:33"
    return Found(title, tuple(blocks), "" if in_prose else stamp, stamp if in_prose else "", tuple(cut))


def _head(lines: Sequence[str], language: str) -> tuple[str, str, int]:
    """Title, stamp, and how many lines they take. A text that begins with prose has no title.

    The title is the first line that is no stamp, with those that follow it in a block of its own; a stamp stands before or after it.
    """
    at = _next_filled(lines, 0)
    stamp = fold(lines[at]) if at < len(lines) and dates.is_stamp(fold(lines[at]), language) else ""
    if stamp:
        at = _next_filled(lines, at + 1)
    run = [fold(line) for line in takewhile(fold, lines[at:])]
    title = _title_of(run, language)
    used = at + len(title) if title or stamp else 0
    after = _next_filled(lines, used)
    if title and not stamp and after < len(lines) and dates.is_stamp(fold(lines[after]), language):
        stamp, used = fold(lines[after]), after + 1
    return _MARKDOWN.sub("", " ".join(title)), stamp, used


def _title_of(run: Sequence[str], language: str) -> list[str]:
    """A title that was wrapped runs over two or three lines of a block of its own (or up to a stamp); else it is one line, or none."""
    until_stamp = list(takewhile(lambda line: not dates.is_stamp(line, language), run))
    alone = 0 < len(until_stamp) <= 3 and all(map(is_open_line, until_stamp)) and sum(map(len, until_stamp)) <= _LONGEST_TITLE
    if alone:
        return until_stamp
    return until_stamp[:1] if until_stamp and not _is_prose(until_stamp) else []


def _is_prose(run: Sequence[str]) -> bool:
    """Whether a text begins with its first sentence: the line is one, or goes on in the next line."""
    first = run[0]
    if len(first) > _LONGEST_TITLE:
        return True
    if is_open_line(first):
        return len(run) > 1 and run[1][:1].islower()
    return len(first.split()) >= _SHORTEST_SENTENCE and not is_titled(first)


def _next_filled(lines: Sequence[str], start: int) -> int:
    return next((number for number in range(start, len(lines)) if fold(lines[number])), len(lines))


def _menu(lines: Sequence[str]) -> int:
    """A menu that stands one entry a line: a first block of four short names or more, with a title still to come."""
    block = list(takewhile(fold, lines))
    names = [fold(line) for line in block]
    is_menu = len(names) >= 4 and all(len(name) <= _LONGEST_NAME and is_open_line(name) and not dates.is_stamp(name) for name in names)
    return len(block) if is_menu and any(fold(line) for line in lines[len(block) :]) else 0
