"""`statements shifts`: how positions moved between successive statements."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from schemas.errors import DeclarationError, PageError, UnknownSource
from schemas.records import Reading
from statements import settings
from statements.commands.output import NOT_UNDERSTOOD, SOME_FAILED, WRONG_USE, emit, note, page_error
from statements.documents import load_index, load_pages
from statements.positions import series as declared
from statements.positions.lexicon import Lexicon, load
from statements.positions.reading import positions_of
from statements.positions.report import Heading, Report, document, report
from statements.positions.series import UnknownSeries, comparability_of_text
from statements.positions.shifts import Said

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("pages", nargs=-1, type=_FILE)
@click.option("--series", "series_id", metavar="ID", help="The members of a declared series, from the store, in place of PAGES.")
@click.option("--source", metavar="ID", help="The source whose layouts read the pages; else found from the URL.")
@click.option("--index", type=_FILE, help="JSON lines with file, url, fetched, response_headers.")
@click.option("--issues", type=_FOLDER, help="A folder of issue files in place of the packaged ones.")
@click.option("--series-dir", type=_FOLDER, help="A folder of series files in place of the packaged ones.")
@click.option("--issue", "only", multiple=True, metavar="ID", help="Show this issue and its facets alone, with the words of every clause.")
@click.option("--json", "as_document", is_flag=True, help="JSON.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the matrix as one self-contained page.")
def command(
    pages: tuple[Path, ...],
    series_id: str | None,
    source: str | None,
    index: Path | None,
    issues: Path | None,
    series_dir: Path | None,
    only: tuple[str, ...],
    as_document: bool,
    html: Path | None,
) -> None:
    """Tell what is new, gone, firmer or softer from statement to statement, with the words to show for it.

    PAGES are successive statements in the order given: HTML, or extracted text in .txt.

    \b
    Examples: statements shifts 1999.txt 2000.txt 2009.txt
              statements shifts --series china_russia_en --html matrix.html
    """
    if bool(pages) == bool(series_id):
        raise click.UsageError("Name the pages of successive statements, or one --series; not both.")
    failures: list[dict[str, Any]] = []
    try:
        lexicon = load(issues, settings.load().config)
        if series_id:
            told = _of_series(series_id, series_dir, lexicon)
        else:
            told, failures = _of_pages(pages, source, index, lexicon)
    except (DeclarationError, UnknownSeries, UnknownSource) as error:
        note(f"statements shifts: {error}")
        sys.exit(WRONG_USE)
    if len(pages) == 1 and failures:
        _show_failures(failures, as_document)
        sys.exit(NOT_UNDERSTOOD)
    told = _narrowed(told, only) if only else told
    if html:
        from statements.web.matrix import page

        html.write_text(page(told), "utf-8")
        note(f"{html}: {len(told.headings)} statements, {len(told.matrix)} issues.")
    if as_document:
        emit(document(told, "statement" if series_id else "page") | ({"failed": failures} if failures else {}))
    elif not html:
        _print(told, evidence=bool(only))
    if failures:
        _show_failures([] if as_document else failures, as_document)
        sys.exit(SOME_FAILED)


def _of_pages(pages: Sequence[Path], source: str | None, index: Path | None, lexicon: Lexicon) -> tuple[Report, list[dict[str, Any]]]:
    known = load_index(index) if index else None
    statements: list[tuple[Heading, Said]] = []
    failures: list[dict[str, Any]] = []
    for page, reading in load_pages(pages, source=source, index=known):
        if isinstance(reading, PageError):
            failures.append({"page": page, **page_error(reading)})
        else:
            statements.append(_statement(page, reading, lexicon))
    return report("pages", statements, title="Shifts between statements", labels=_labels(lexicon)), failures


def _of_series(series_id: str, folder: Path | None, lexicon: Lexicon) -> Report:
    """The series as the store has it now."""
    from statements.positions.standing import report_of
    from statements.serial import standing_of
    from statements.store import Store, now

    place = settings.load()
    series = declared.load(series_id, folder, place.config)
    with Store.open(place).writing() as connection:  # stances that this lexicon has not read yet are kept
        stands, _, _ = standing_of(connection, series, lexicon, now(), enrolled=folder is None)
    if not stands.members:
        note(f"{series_id}: no statement of the store belongs to this series yet; its source is {series.source}.")
    return report_of(stands, _labels(lexicon))


def _statement(page: str, reading: Reading, lexicon: Lexicon) -> tuple[Heading, Said]:
    wording = reading.wording
    comparability = comparability_of_text(wording.document_type, reading.flags)
    published = wording.published_on.isoformat() if wording.published_on else None
    heading = Heading(page, wording.title, published, wording.document_type, comparability, reading.date_hint or Path(page).stem)
    return heading, Said(page, reading.content_sha256, positions_of(wording, lexicon), comparability)


def _narrowed(told: Report, only: Sequence[str]) -> Report:
    """The report on these issues and their facets alone."""

    def wanted(issue: str) -> bool:
        return any(issue == one or issue.startswith(f"{one}.") for one in only)

    matrix = {issue: row for issue, row in told.matrix.items() if wanted(issue)}
    return replace(told, matrix=matrix, shifts=tuple(shift for shift in told.shifts if wanted(shift.issue)))


def _labels(lexicon: Lexicon) -> dict[str, str]:
    return {issue.id: issue.title for issue in lexicon.issues.values()}


def _print(told: Report, evidence: bool) -> None:
    from rich.console import Console

    from statements.commands.shifts_table import show

    show(told, Console(), evidence)


def _show_failures(failures: Sequence[dict[str, Any]], as_document: bool) -> None:
    for failure in failures:
        if as_document:
            emit({key: value for key, value in failure.items() if key != "page"})
        else:
            note(f"{failure['page']}: {failure['error']}: {failure['message']}")
