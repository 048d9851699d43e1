"""`make run`: the real sources on this machine, until Ctrl-C. `python -m statements.local down` ends a database left behind."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from schemas.errors import StatementsError
from scrapers.source import Source, load_sources, source_named
from statements import settings
from statements.local import services
from statements.local.airflow import LocalAirflow
from statements.local.airflow_api import FINISHED, Run
from statements.local.terminal import Terminal
from statements.pools import pools

MAIL_CONNECTION = "AIRFLOW_CONN_SMTP_DEFAULT"  # without it mail is kept in files


def main() -> None:
    """Start, look at every source once, and serve until Ctrl-C."""
    place, terminal = here(), Terminal()
    if sys.argv[1:] == ["down"]:
        terminal.note("A database that was left running has ended." if services.end_what_is_left(place.home) else "Nothing runs.")
        return
    if not place.contact:
        raise StatementsError(
            "STATEMENTS_CONTACT is not set. Ministries find it in the User-Agent and can write to you: "
            "`STATEMENTS_CONTACT=you@example.org make run`, with an address or a page of your own."
        )
    sources = chosen(place)
    terminal.title("statements", f"{len(sources)} source{'s' if len(sources) > 1 else ''} of real ministries; Ctrl-C ends everything")
    wanted = services.Wanted(
        place.home,
        store_url=os.environ.get("STATEMENTS_DATABASE_URL"),
        config=place.config,
        pools=pools(sources),
        environment={"STATEMENTS_SOURCES": " ".join(source.id for source in sources), "STATEMENTS_CONTACT": place.contact},
        mail=None if MAIL_CONNECTION in os.environ else place.home / "mail",
        port=port_asked(),
    )
    with services.running(wanted, terminal) as airflow:
        airflow.api.wait_for_dags({f"watch_{source.id}" for source in sources}, check=airflow.check)
        terminal.title("First look at each source", "a polite one takes minutes; the Airflow page shows it at work")
        runs = {source.id: first_run(airflow, f"watch_{source.id}") for source in sources}
        serve(airflow, runs, terminal)


def here() -> settings.Settings:
    """The settings without what an earlier `make demo` recorded in this home: its declarations are not those of real sources."""
    config = os.environ.get("STATEMENTS_CONFIG")
    return replace(settings.load(), config=Path(config) if config else None)


def first_run(airflow: LocalAirflow, dag: str, limit: float = 10.0) -> Run:
    """The run that the schedule or the listing watcher has started by itself, or after `limit` seconds one of ours."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if run := airflow.api.under_way(dag):
            return run
        time.sleep(0.5)
    return airflow.api.trigger(dag)


def serve(airflow: LocalAirflow, runs: dict[str, Run], terminal: Terminal) -> None:
    """Tell how each first run goes, then keep watch until Ctrl-C."""
    told: set[str] = set()
    try:
        while True:
            airflow.check()
            for source, run in list(runs.items()):
                if airflow.api.state_of(run) in FINISHED:
                    tell_end(airflow, source, run, terminal)
                    del runs[source]
                elif source not in told and (waiting := airflow.api.waiting_to_retry(run)):
                    told.add(source)
                    terminal.note(f"  … {source}: {reason(airflow, run, waiting)}", "yellow")
                    terminal.note("    it is tried again in half a minute", "dim")
            time.sleep(2)
    except KeyboardInterrupt:
        terminal.console.print()


def tell_end(airflow: LocalAirflow, source: str, run: Run, terminal: Terminal) -> None:
    """One line for a run that ended: green, or the sentence of the error that the task ended with."""
    ended = airflow.api.wait_for(run)
    if ended.state == "success":
        terminal.note(f"  ✓ {source}: looked at; `statements history` and the Airflow page have what was found", "green")
    else:
        terminal.note(f"  ✗ {source}: {reason(airflow, ended, ended.failed_tasks)}", "red")
        terminal.note(f"    its schedule tries again; the log: {airflow.url}/dags/watch_{source}", "dim")


def reason(airflow: LocalAirflow, run: Run, tasks: Sequence[str]) -> str:
    """The sentence that the first of these tasks ended with."""
    return next(filter(None, (airflow.api.error_of(run, task) for task in tasks)), f"{', '.join(tasks)} failed")


def chosen(place: settings.Settings) -> list[Source]:
    """The sources that SOURCE names, or all that have a listing to watch.

    Raises:
        StatementsError: SOURCE names one that is not declared, or that has no listing.
    """
    asked = os.environ.get("SOURCE", "").replace(",", " ").split()
    sources = [source_named(name, place.config) for name in asked] or list(load_sources(place.config, on_error=lambda *_: None))
    watched = [source for source in sources if source.listings]
    if missing := [source.id for source in sources if asked and not source.listings]:
        raise StatementsError(f"{', '.join(missing)} has no listing to watch; name a source with `listings:`.")
    if not watched:
        raise StatementsError("No declared source can be read; `statements check` says what is wrong with each.")
    return watched


def port_asked() -> int | None:
    """The port for Airflow's pages that PORT names, or None.

    Raises:
        StatementsError: PORT is no port number.
    """
    asked = os.environ.get("PORT", "")
    if not asked:
        return None
    if not asked.isdigit() or not 0 <= int(asked) <= 65535:
        raise StatementsError(f"PORT={asked} is no port number; use one from 1024 to 65535.")
    return int(asked)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except StatementsError as error:
        click.echo(f"statements: {error}", err=True)
        sys.exit(1)
