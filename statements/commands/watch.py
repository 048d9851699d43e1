"""`statements watch`: the whole road without Airflow, once or for ever."""

from __future__ import annotations

import time

import click

from statements.commands.output import FAILED, SOME_FAILED, emit, note


@click.command()
@click.argument("sources", metavar="[SOURCE…]", nargs=-1)
@click.option("--once", is_flag=True, help="Go the road once and end; without it, go on until Ctrl-C.")
@click.option("--every", default=300, show_default=True, help="Seconds between two passes.")
@click.option("--json", "as_json", is_flag=True, help="With --once: one JSON document on standard output.")
def command(sources: tuple[str, ...], once: bool, every: int, as_json: bool) -> None:
    """Discover, fetch and settle: all sources that have listings, or those named.

    Example: statements watch cn_mfa_en --once
    """
    from schemas.errors import StatementsError
    from scrapers.source import load_sources
    from statements import settings
    from statements.pipeline import Pipeline
    from statements.store import Store

    place = settings.load()
    Store.open(place, create=place.is_sqlite).engine.dispose()
    names = sources or tuple(s.id for s in load_sources(place.config, on_error=lambda _, error: note(str(error))) if s.listings)
    while True:
        told, failed = {}, []
        for name in names:
            try:
                pipeline = Pipeline.of(name)
                told[name] = [pipeline.settle(pipeline.fetch(batch)).told() for batch in pipeline.discover()]
                captures, versions, changes = (sum(batch[what] for batch in told[name]) for what in ("captures", "versions", "changes"))
                note(f"{name}: {captures} captures settled, {versions} versions, {changes} changes.")
            except StatementsError as error:
                failed.append({"source": name, "error": str(error)})
                note(f"{name}: {error}")
        if once:
            break
        time.sleep(every)
    if as_json:
        emit({"settled": told, "failed": failed})
    if failed:
        raise SystemExit(FAILED if len(failed) == len(names) else SOME_FAILED)
