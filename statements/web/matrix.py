"""The issue × statement matrix as one self-contained HTML page: level by shade, shift by sign, quotes on demand, gaps drawn as gaps."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from schemas.records import Position, ShiftKind
from statements.positions.report import SIGNS, Report

WORDS: dict[ShiftKind, str] = {
    "new": "first time",
    "returned": "said again",
    "dropped": "gone",
    "not_mentioned": "not mentioned",
    "strengthened": "firmer",
    "weakened": "softer",
    "widened": "wider",
    "narrowed": "narrower",
    "reversed": "reversed",
    "changed": "changed",
    "reworded": "reworded",
    "continued": "unchanged",
}
"""The kinds of shift as a reader says them; the page's legend gives the kind's own name beside it."""


def page(report: Report) -> str:
    """The report as HTML that needs no other file, no script and no network; light and dark, from a phone's width up."""
    return _template().render(report=report, signs=SIGNS, words=WORDS, marked=marked)


def marked(position: Position) -> Markup:
    """The quotation with the words that decided in `<mark>`, everything else escaped.

    Cues that overlap are marked as one; a cue outside of the quotation (an actor carried over from an earlier sentence) is not shown.
    """
    spans = sorted(
        (cue.start - position.start, cue.end - position.start) for cue in position.cues if position.start <= cue.start and cue.end <= position.end
    )
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        start = max(start, done)
        if start < end:
            pieces += [escape(position.quote[done:start]), Markup("<mark>{}</mark>").format(position.quote[start:end])]
            done = end
    return Markup("").join([*pieces, escape(position.quote[done:])])


@cache
def _template() -> Template:
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).get_template("matrix.html")
