"""`statements positions`: what each statement says on each issue."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from schemas.errors import DeclarationError, PageError, UnknownSource
from schemas.records import Stances
from statements import settings
from statements.commands.output import NOT_UNDERSTOOD, SOME_FAILED, WRONG_USE, emit, note, page_error
from statements.documents import load_pages
from statements.positions import lexicon, reading

_SHADES = {"support": "+", "oppose": "−", "neutral": "·"}


@click.command()
@click.argument("pages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--issues", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Issue files to use in place of the package's.")
@click.option("--source", metavar="ID", help="The source whose layouts read the pages.")
@click.option("--json", "as_document", is_flag=True, help="One JSON document; a page that was not understood stands in it as its error.")
def command(pages: tuple[Path, ...], issues: Path | None, source: str | None, as_document: bool) -> None:
    """What each statement says on each issue: who, how firmly, in which words; and what sounds like a position and no issue took.

    Example: statements positions joint-statement.txt --json
    """
    try:
        words = lexicon.load(issues, settings.load().config)
    except DeclarationError as error:
        note(str(error))
        sys.exit(WRONG_USE)
    statements, failed = [], 0
    try:
        loaded = list(load_pages(pages, source=source))
    except UnknownSource as error:
        note(str(error))
        sys.exit(WRONG_USE)
    for page, read in loaded:
        if isinstance(read, PageError):
            failed += 1
            statements.append({"page": page, **page_error(read)})
            note(f"{page}: {read}")
            continue
        stances = reading.positions_of(read.wording, words)
        statements.append({"page": page, "title": read.wording.title, "parties": list(read.wording.parties), **as_json(stances)})
        if not as_document:
            click.echo("\n".join(_in_words(page, read.wording.title, stances)))
    if as_document:
        emit(statements[0] if failed and len(pages) == 1 else {"statements": statements})
    if failed:
        sys.exit(NOT_UNDERSTOOD if len(pages) == 1 else SOME_FAILED)


def as_json(stances: Stances) -> dict[str, Any]:
    """Positions and unassigned sentences of one statement as the command line's JSON has them."""
    return {
        "positions": [asdict(position) for position in stances.positions],
        "unassigned": [asdict(sentence) for sentence in stances.unassigned],
        "lexicon": stances.lexicon,
    }


def _in_words(page: str, title: str, stances: Stances) -> Iterator[str]:
    yield f"{title or page} ({page})"
    for position in sorted(stances.positions, key=lambda one: (one.issue, one.start)):
        mark = _SHADES[position.polarity]
        yield f"  {position.issue:<32} {mark}{position.level} {position.actor:<14} {position.quote}"
    if stances.unassigned:
        yield "  sounds like a position, and no issue took it:"
        yield from (f"    {one.quote}" + (f"  [{', '.join(one.suggestions)}?]" if one.suggestions else "") for one in stances.unassigned)
    yield ""
