"""`statements diff`: the change between two pages, texts or stored versions."""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import PageError, UnknownSource
from statements.commands.output import NOT_UNDERSTOOD, WRONG_USE, emit, note, page_error

if TYPE_CHECKING:
    from schemas.records import Entry, Wording
    from statements.compare import Judge, Judgement


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--source", metavar="ID", help="The source whose layouts read the pages.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="A red-lined page, written to FILE.")
def command(a: str, b: str, *, source: str | None, as_json: bool, html_file: Path | None) -> None:
    """The change from A to B: what moved, was reworded, cut or put in, and how much it matters.

    A and B are pages (HTML), texts (.txt), ids of stored versions (or their first letters), or a statement on a day: ID@2014-05-01.

    Example: statements diff before.txt after.txt --html change.html
    """
    from statements.compare import compare, document, redline, terminal
    from statements.named import Named, is_stored, wording_named

    for name in (a, b):
        if not Path(name).is_file() and not is_stored(name):
            raise click.UsageError(f"{name}: there is no such file, and it names no stored version (an id, or ID@2014-05-01).")

    def named(name: str) -> Named:
        try:
            return wording_named(name, source)
        except UnknownSource as error:
            raise click.UsageError(str(error)) from error
        except PageError as error:
            if as_json:
                emit({**page_error(error), "page": name})
            else:
                note(f"{name}: {type(error).__name__}: {error}")
            sys.exit(NOT_UNDERSTOOD)

    was, now = named(a), named(b)
    comparison = compare(was.wording, now.wording, _judged)
    if html_file:
        try:
            html_file.write_text(redline.html(comparison, was.wording, now.wording, was=was.label, now=now.label), "utf-8")
        except OSError as error:
            note(f"statements diff: {html_file} cannot be written ({error.strerror}).")
            sys.exit(WRONG_USE)
    if as_json:
        same_reader = was.extractor is not None and was.extractor == now.extractor
        emit(document(comparison, cause="source" if same_reader and comparison.klass != "none" else None))
    elif html_file:
        click.echo(f"{html_file}: {terminal.headline(comparison)}")
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        width = min(120, max(60, shutil.get_terminal_size((100, 40)).columns))
        click.echo(terminal.render(comparison, colour=colour, width=width), nl=False, color=colour)


def _judged(before: Wording, after: Wording, entry: Entry) -> Judgement:
    """Whether an entry bears on a position, by the packaged and mounted issues; loaded when the first entry asks."""
    return _judge()(before, after, entry)


@cache
def _judge() -> Judge:
    from statements import settings
    from statements.positions.judge import PositionJudge
    from statements.positions.lexicon import load

    return PositionJudge(load(config=settings.load().config))
