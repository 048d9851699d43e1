"""`statements read`: pages to readings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from schemas.errors import PageError, StatementsError, UnknownSource
from schemas.records import Reading
from statements.commands.output import NOT_UNDERSTOOD, SOME_FAILED, WRONG_USE, emit, note, page_error
from statements.documents import as_json, load_index, load_pages, moment


@click.command()
@click.argument("pages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", metavar="ID", help="The source whose layouts read the pages; else found from the URL.")
@click.option("--url", help="Where the page stood (one page).")
@click.option("--captured-at", metavar="T", help="When it looked so: ISO 8601, UTC where no zone is named.")
@click.option("--index", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON lines with file, url, fetched, response_headers.")
@click.option("--json", "as_document", is_flag=True, help="JSON; one line for each of several pages.")
def command(pages: tuple[Path, ...], source: str | None, url: str | None, captured_at: str | None, index: Path | None, as_document: bool) -> None:
    """Read pages (HTML, or extracted text in .txt): title, date, passages, and what was cut away.

    Example: statements read t1561528.html --url https://www.fmprc.gov.cn/mfa_eng/xwfw_665399/t1561528.shtml --json
    """
    if url and len(pages) > 1:
        raise click.UsageError("--url is the address of one page; give several pages an --index.")
    try:
        instant = moment(captured_at) if captured_at else None
    except ValueError:
        raise click.BadParameter(f"{captured_at!r} is no ISO 8601 instant such as 2020-07-04T03:55:00Z.", param_hint="--captured-at") from None
    try:
        known = load_index(index) if index else None
        readings = load_pages(pages, source=source, url=url, captured_at=instant, index=known)
        failed = sum(_show(page, reading, as_document, alone=len(pages) == 1) for page, reading in readings)
    except UnknownSource as error:
        note(f"statements read: {error}")
        sys.exit(WRONG_USE)
    if failed:
        sys.exit(NOT_UNDERSTOOD if len(pages) == 1 else SOME_FAILED)


def _show(page: str, reading: Reading | StatementsError, as_document: bool, *, alone: bool) -> bool:
    """Print one page's reading or error; whether it failed."""
    if isinstance(reading, PageError):
        error = page_error(reading)
        if as_document:
            emit(error if alone else {"page": page, **error})
        else:
            note(f"{page}: {error['error']}: {error['message']}")
        return True
    assert isinstance(reading, Reading)
    if as_document:
        emit(as_json(reading) if alone else {"page": page, **as_json(reading)})
    else:
        click.echo(_in_words(page, reading))
    return False


def _in_words(page: str, reading: Reading) -> str:
    wording = reading.wording
    when = f"{wording.published_on or reading.date_hint or 'no date'}" + (f" to {wording.published_until}" if wording.published_until else "")
    marks = {"heading": "# ", "list_item": "* ", "paragraph": ""}
    body = [f"{marks[p.kind]}{p.text}{'  […]' if n in reading.truncated_passages else ''}" for n, p in enumerate(wording.passages)]
    who = ", ".join(wording.parties) or "no parties"
    cut = [f"  - {words[:120]}" for words in reading.boilerplate]
    return "\n".join(
        [
            f"{wording.title}",
            f"{when} ({reading.date_precision}, from {reading.date_from}) · {wording.document_type} · {who} · {wording.language}",
            f"{page}: {reading.source or 'no source'}, layout {reading.layout}" + (f" · {', '.join(reading.flags)}" if reading.flags else ""),
            "",
            *body,
            *(["", "Cut away:", *cut] if cut else []),
        ]
    )
