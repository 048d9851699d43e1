"""Extracted text to a statement: navigation cut away, title and dateline found, the rest told apart by text.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from schemas.errors import LayoutChanged
from scrapers import boilerplate, dates
from scrapers.text import Found, blocks_of, fold, is_open_line

_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?|\((?:GMT|UTC)[^)]*\)|updated|published|posted|at|on|source|来源|时间|日期|更新|发布", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day|星期[一二三四五六日天]", re.IGNORECASE)
_LONGEST_TITLE = 300
_LONGEST_NAME = 35  # of an entry in a menu that stands one a line


def take_apart(text: str, language: str = "en") -> Found:
    """Title, dateline and blocks of an extracted text.

    Raises:
        LayoutChanged: nothing but navigation stands in it, or a title without a text.
    """
    lines = text.replace("\ufeff", "").splitlines()
    end = boilerplate.trailing(lines)
    start = boilerplate.leading(lines[:end])
    start += _menu(lines[start:end])
    cut = [fold(line) for line in (*lines[:start], *lines[end:]) if fold(line)]
    body = lines[start:end]
    title, stamp, used = _head(body, language)
    start += used
    blocks = blocks_of(lines[start:end])
    if not title or not blocks:
        raise LayoutChanged("The text holds no title followed by a statement: navigation at most.")
    in_prose = stamp.startswith(("(", "（", "["))  # the author's "(Dec 10, 1999)", not the publishing system's "2011-03-10 15:33"
    return Found(title, tuple(blocks), "" if in_prose else stamp, stamp if in_prose else "", tuple(cut))


def _head(lines: Sequence[str], language: str) -> tuple[str, str, int]:
    """Title, stamp, and how many lines they took.

    The title is the first run of lines that is no date: it ends at an empty line, at a stamp, or, where the text follows at once, after the line.
    """
    title: list[str] = []
    stamp, used = "", 0
    for number, raw in enumerate(lines):
        line = fold(raw)
        if not line:
            if title and stamp:
                break
            continue
        if not stamp and is_stamp(line, language):
            stamp, used = line, number + 1
            if title:
                break
            continue
        if title:
            break  # prose begins
        run = [fold(after) for after in takewhile(fold, lines[number:])]
        title = _title_of(run, language)
        used = number + len(title)
        if stamp:
            break
    after = next((number for number in range(used, len(lines)) if fold(lines[number])), None)
    if not stamp and after is not None and is_stamp(fold(lines[after]), language):
        stamp, used = fold(lines[after]), after + 1
    return " ".join(title), stamp, used


def _title_of(run: Sequence[str], language: str) -> list[str]:
    """A wrapped title runs over two or three lines of a block of its own (or up to a stamp); else it is one line."""
    until_stamp = list(takewhile(lambda line: not is_stamp(line, language), run))
    alone = len(until_stamp) <= 3 and all(map(is_open_line, until_stamp)) and sum(map(len, until_stamp)) <= _LONGEST_TITLE
    return until_stamp if alone else until_stamp[:1]


def is_stamp(line: str, language: str = "en") -> bool:
    """Whether a line is a date and little else: `(Dec 10, 1999)`, `2011-03-10 15:33`, `Updated: June 17, 2025 19:20`."""
    if len(line) > 80 or not any(character.isdigit() or character in "年月" for character in line):
        return False
    found = dates.find(line, language)
    if len(found) != 1:
        return False
    rest = line[: found[0].start] + line[found[0].end :]
    return not re.sub(r"[\W\d_]+", "", _WEEKDAY.sub("", _CLOCK.sub("", rest)))


def _menu(lines: Sequence[str]) -> int:
    """A menu that stands one entry a line: a first block of four short names or more, with a title still to come."""
    block = list(takewhile(fold, lines))
    names = [fold(line) for line in block]
    is_menu = len(names) >= 4 and all(len(name) <= _LONGEST_NAME and is_open_line(name) and not is_stamp(name) for name in names)
    return len(block) if is_menu and any(fold(line) for line in lines[len(block) :]) else 0
