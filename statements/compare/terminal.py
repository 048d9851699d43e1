"""A comparison as plain text for a terminal; colour only where the caller says that a terminal reads it."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Final

from schemas.records import Comparison, Entry, EntryKind
from statements.compare.excerpt import ends, surroundings

_COLOURS: Final = {"-": "31;9", "+": "32;4", "moved": "36", "bold": "1", "dim": "2", "substantive": "1;31", "structural": "1;36", "editorial": "1;33"}
_CONTEXT: Final = 90  # unchanged characters shown on each side of an edit
_LONGEST: Final = 1200  # characters of one passage put in or cut

KINDS: Final[dict[EntryKind, str]] = {
    "added": "put in",
    "removed": "cut",
    "reworded": "reworded",
    "moved": "moved",
    "moved_reworded": "moved and reworded",
    "split": "split",
    "merged": "merged",
    "field": "changed",
}
_FIELDS: Final = {"title": "title changed", "published": "date changed"}


def render(comparison: Comparison, *, colour: bool = False, width: int = 100) -> str:
    """Verdict, then each change with its reasons and its words; without colour cuts stand in [- -] and what was put in in {+ +}."""
    lines = [_paint(headline(comparison), _COLOURS.get(comparison.klass, "1"), colour)]
    if comparison.entries:
        lines.append(counts(comparison))
    if comparison.coarse:
        lines.append("The comparison is coarse: the texts were too large, or too unlike, for the full one.")
    for entry in comparison.entries:
        lines += ["", *_entry(entry, colour, width)]
    return "\n".join(lines) + "\n"


def headline(comparison: Comparison) -> str:
    """The verdict in one line, as in "substantive 0.91, bears on a position: weakened (taiwan)"."""
    if comparison.klass == "none":
        return "no change"
    line = f"{comparison.klass} {comparison.significance:.2f}"
    if comparison.position_bearing:
        line += f", bears on a position: {', '.join(comparison.directions) or 'direction not told'}"
    return line + (f" ({', '.join(comparison.issues)})" if comparison.issues else "")


def counts(comparison: Comparison) -> str:
    """How many of each kind, as in "date changed, 2 reworded, 1 moved"."""
    fields = [_FIELDS[entry.field] for entry in comparison.entries if entry.field]
    numbers = Counter(entry.kind for entry in comparison.entries if not entry.field)
    return ", ".join(fields + [f"{number} {KINDS[kind]}" for kind, number in numbers.items()])


def gravest(comparison: Comparison) -> str:
    """The first reason of the gravest change, with its place; empty where nothing changed."""
    if not comparison.entries:
        return ""
    entry = max(comparison.entries, key=lambda one: one.significance)
    return f"{heading(entry)}: {entry.reasons[0]}" if entry.reasons else heading(entry)


def heading(entry: Entry) -> str:
    """What happened to which passage, counted from 1."""
    if entry.field:
        return _FIELDS[entry.field]
    was, now = _numbers(entry.was), _numbers(entry.now)
    place = (f"{was} → {now}" if was != now else was) if was and now else now or was
    if entry.unit == "sentence":
        return f"sentence {KINDS[entry.kind]} in passage {place}"
    return f"passage {place} {KINDS[entry.kind]}"


def _numbers(passages: tuple[int, ...]) -> str:
    if not passages:
        return ""
    return str(passages[0] + 1) if len(passages) == 1 else f"{passages[0] + 1}–{passages[-1] + 1}"


def _entry(entry: Entry, colour: bool, width: int) -> list[str]:
    lines = [f"{_paint(f'{entry.significance:.2f} {entry.klass}', _COLOURS.get(entry.klass, '2'), colour)}  {_paint(heading(entry), '1', colour)}"]
    if entry.position_bearing:
        lines.append(f"     position: {entry.direction or 'changed'} on {', '.join(entry.issues)}")
    lines += [f"     {reason}" for reason in entry.reasons]
    shown = "".join(_edit(entry, at, colour) for at in range(len(entry.edits)))
    for paragraph in shown.split("\n"):
        lines += textwrap.wrap(paragraph, width, initial_indent="     │ ", subsequent_indent="     │ ", break_on_hyphens=False) or ["     │"]
    return lines


def _edit(entry: Entry, at: int, colour: bool) -> str:
    sign, raw = entry.edits[at]
    text = _visible(raw)
    if sign == "=":
        if entry.kind == "moved":
            return _paint(ends(text, _LONGEST), _COLOURS["moved"], colour)
        return surroundings(text, _CONTEXT, first=at == 0, last=at == len(entry.edits) - 1)
    text = ends(text, _LONGEST)
    if colour:
        return _paint(text, _COLOURS[sign], colour)
    return f"[-{text}-]" if sign == "-" else f"{{+{text}+}}"


def _visible(text: str) -> str:
    """Control characters and lone surrogates shown as a mark, so that a text cannot steer the terminal."""
    return "".join(char if char == "\n" or char.isprintable() or char.isspace() else "�" for char in text).replace("\r", " ")


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour and text else text
