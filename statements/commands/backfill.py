"""`statements backfill`: archives in, with a progress bar, resumable anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statements.commands.output import SOME_FAILED, emit, note

if TYPE_CHECKING:
    from statements.backfilling import Tally

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("source")
@click.option("--from", "since", type=DAY, metavar="DAY", help="The first day of the window (UTC).")
@click.option("--to", "until", type=DAY, metavar="DAY", help="The last day of the window (UTC).")
@click.option("--cdx", metavar="URL", help="A CDX server that has mementos: the Wayback Machine's API, pywb.")
@click.option(
    "--warc", multiple=True, type=click.Path(exists=True, path_type=Path), metavar="FILE…", help="WARC, ARC or WACZ files, or folders of them."
)
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR", help="Saved pages with an index.jsonl.")
@click.option("--one-a-day", is_flag=True, help="One capture of each address and day.")
@click.option("--only-changed", is_flag=True, help="Only captures whose body differs from the one before.")
@click.option("--workers", type=int, help="Settling processes; by default one for each core, on SQLite two.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.argument("more", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(
    source: str,
    since: datetime | None,
    until: datetime | None,
    cdx: str | None,
    warc: tuple[Path, ...],
    folder: Path | None,
    one_a_day: bool,
    only_changed: bool,
    workers: int | None,
    as_json: bool,
    more: tuple[Path, ...],
) -> None:
    """Bring archives in. Broken off anywhere, the same command goes on where it stood; nothing is downloaded twice.

    Example: statements backfill cn_mfa_en --from 2019-01-01 --to 2020-12-31 --warc crawl-2019.warc.gz crawl-2020.warc.gz
    """
    warc = (*warc, *more)
    if sum(map(bool, (cdx, warc, folder))) != 1:
        raise click.UsageError("Name one archive: --cdx URL, --warc FILE… or --folder DIR.")
    from scrapers.source import source_named
    from statements import settings
    from statements.archives import Archive, from_cdx, from_folder, from_warcs
    from statements.backfilling import backfill
    from statements.pipeline import Pipeline
    from statements.settlers import settler_for
    from statements.store import Store

    place = settings.load()
    pipeline = Pipeline(source_named(source, place.config), Store.open(place, create=place.is_sqlite), place)
    window = (_day(since), _day(until))
    archive: Archive
    if cdx:
        archive = from_cdx(pipeline, cdx, *window, one_a_day=one_a_day, only_changed=only_changed)
    elif folder:
        archive = from_folder(pipeline, folder, *window, one_a_day=one_a_day, only_changed=only_changed)
    else:
        archive = from_warcs(pipeline, warc, *window, one_a_day=one_a_day, only_changed=only_changed)
    with settler_for(pipeline, workers) as settler, _progress(archive.count) as show:
        tally = backfill(pipeline.store, pipeline.source, archive.mementos, archive.origin, settler, show)
    if as_json:
        emit(tally.document())
    else:
        for line in _told(tally):
            note(line)
    for failure in tally.failed[:20]:
        note(f"{failure['where']}: {failure['error']}")
    if tally.failed:
        raise SystemExit(SOME_FAILED)


def _told(tally: Tally) -> Iterator[str]:
    yield f"captures read: {tally.read:,}; {tally.new:,} new, {tally.known:,} known before, {tally.skipped:,} of no page of this source"
    verdicts = ", ".join(f"{count:,} {verdict.replace('_', ' ')}" for verdict, count in tally.verdicts.most_common())
    yield f"verdicts: {verdicts or 'none, as nothing was new'}"
    yield f"statements touched: {tally.statements:,}; versions found: {tally.versions:,}, changes: {tally.changes:,}"


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


@contextmanager
def _progress(count: Callable[[], int]) -> Iterator[Callable[[Tally], Any]]:
    """A bar on standard error: done, rate, time left, versions found."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("captures"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    total = count() if console.is_terminal else None
    with Progress(*columns, TextColumn("{task.fields[found]}"), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("backfill", total=total or None, rate="", found="")

        def show(tally: Tally) -> None:
            elapsed = bar.tasks[0].elapsed or 0.001
            bar.update(
                task, completed=tally.read, rate=f"{tally.read / elapsed:,.0f}/s", found=f"{tally.versions:,} versions, {tally.changes:,} changes"
            )

        yield show
