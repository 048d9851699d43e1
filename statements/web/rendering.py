"""Records as safe markup: the templates' environment, and the words that stand in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from schemas.records import Comparison, Entry, Position, Wording
from statements.alerts.phrases import counted, dated, named, seen, shortened, web_address
from statements.compare.excerpt import ends, surroundings
from statements.compare.terminal import counts, heading
from statements.positions.report import SIGNS
from statements.web.matrix import WORDS, marked

TEMPLATES = Path(__file__).parent / "templates"
_CONTEXT = 90  # unchanged characters on each side of an edit
_LONGEST = 420  # characters of one piece put in or cut, in an excerpt
_MARKS = {"+": "ins", "-": "del"}


def excerpt(entry: Entry) -> Markup:
    """The changed words of an entry among a few of their neighbours."""
    pieces = []
    for at, (sign, text) in enumerate(entry.edits):
        if sign in _MARKS:
            pieces.append(Markup("<{0}>{1}</{0}>").format(Markup(_MARKS[sign]), ends(text, _LONGEST)))
        elif entry.kind == "moved":
            pieces.append(Markup('<span class="moved">{}</span>').format(ends(text, _LONGEST)))
        else:
            pieces.append(escape(surroundings(text, _CONTEXT, first=at == 0, last=at == len(entry.edits) - 1)))
    return Markup("").join(pieces)


def gravest(comparison: Comparison) -> Entry | None:
    """The entry that a list shows of a change."""
    return max(comparison.entries, key=lambda entry: (entry.position_bearing, entry.significance), default=None)


def quoted(wording: Wording, positions: Iterable[Position]) -> list[tuple[str, Markup]]:
    """Each passage's kind and text, with the words of positions in `<mark>`; what overlaps is marked once."""
    spans = sorted((position.start, position.end) for position in positions)
    shown: list[tuple[str, Markup]] = []
    offset = 0
    for passage in wording.passages:
        end = offset + len(passage.text)
        done = offset
        pieces: list[str] = []
        for start, stop in spans:
            start, stop = max(start, done), min(stop, end)
            if start < stop:
                pieces += [
                    escape(passage.text[done - offset : start - offset]),
                    Markup("<mark>{}</mark>").format(passage.text[start - offset : stop - offset]),
                ]
                done = stop
        pieces.append(escape(passage.text[done - offset :]))
        shown.append((passage.kind, Markup("").join(pieces)))
        offset = end + 1
    return shown


def fits(comparison: Comparison, before: Wording, after: Wording) -> bool:
    """Whether a stored comparison speaks of these very wordings; it may have been made of both as another extractor read them."""
    for entry in comparison.entries:
        for numbers, text, wording in ((entry.was, entry.before, before), (entry.now, entry.after, after)):
            if any(number >= len(wording.passages) for number in numbers):
                return False
            if entry.unit == "passage" and len(numbers) == 1 and text is not None and wording.passages[numbers[0]].text != text:
                return False
    return True


def instant(moment: datetime | str) -> Markup:
    """A moment in UTC, for people and for programs."""
    told = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return Markup('<time datetime="{}">{}</time>').format(told.isoformat(), seen(told, UTC))


def stamp(moment: datetime | str) -> Markup:
    """A moment in UTC where room is short: 2031-05-04 09:30."""
    told = (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(told.isoformat(), f"{told:%Y-%m-%d %H:%M}")


@cache
def environment() -> Environment:
    """The templates, with everything that they are given escaped."""
    layout: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True}
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, **layout)
    made.filters.update(
        instant=instant, stamp=stamp, dated=dated, excerpt=excerpt, shortened=shortened, web_address=web_address, counted=counted, named=named
    )
    made.globals.update(
        gravest=gravest, counts=counts, heading=heading, marked=marked, signs=SIGNS, words=WORDS, sentence=lambda text: text[:1].upper() + text[1:]
    )
    return made
