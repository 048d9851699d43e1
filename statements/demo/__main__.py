"""`make demo`: the whole road on this machine, in rounds, on a site of invented statements; nothing is fetched from outside."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.text import Text

from schemas.errors import StatementsError
from scrapers.source import Source
from statements import settings
from statements.demo import declarations, pages, report, rounds, specimens
from statements.demo.site import SpecimenSite
from statements.local import services
from statements.local.__main__ import port_asked
from statements.local.airflow import LocalAirflow
from statements.local.mailbox import subjects
from statements.local.terminal import Terminal
from statements.pools import pools
from statements.store import Store

STORE, METADATA = "demo", "demo_airflow"  # beside the real store, never in it


def main() -> None:
    """Start everything, play the rounds, show what was found; keep serving until Ctrl-C unless ONCE is set."""
    home, terminal = settings.load().home, Terminal()
    once = os.environ.get("ONCE", "") not in {"", "0"}
    terminal.title("statements, a demonstration", "a ministry's site of invented texts, watched by Airflow, all on this machine")
    today = datetime.now(UTC).date()
    sources = specimens.load(today)
    config = home / "demo" / "config"
    declared = declarations.write(config, sources, today)
    shutil.rmtree(home / "demo" / "mail", ignore_errors=True)
    with SpecimenSite() as site:
        state = rounds.first(sources)
        site.show(pages.pages_of(state, declared))
        with services.running(wanted(home, config, declared, site), terminal) as airflow:
            began = time.monotonic()
            store = Store.open(replace(settings.load(), database_url=settings.recorded_url(home) or "", snapshots=str(home / "snapshots")))
            play(airflow, store, site, state, declared, terminal)
            await_mail(store, airflow, terminal)
            show(store, site, home / "demo" / "mail", terminal, time.monotonic() - began)
            terminal.title("Airflow", f"{airflow.url}   user {airflow.user}   password {airflow.password}")
            terminal.note(f"    every statement and red-line: {airflow.url}/statement-history/ behind its login, or `statements serve`")
            if not once:
                terminal.note("Ctrl-C ends everything. In another terminal: .venv/bin/statements --help", "dim")
                serve(airflow, terminal)


def play(airflow: LocalAirflow, store: Store, site: SpecimenSite, state: rounds.State, declared: dict[str, Source], terminal: Terminal) -> None:
    """The first look and the rounds: the site changes, Airflow looks, and what it found is told."""
    watch = sorted(f"watch_{source}" for source in declared)
    with terminal.step("DAGs") as step:
        airflow.api.wait_for_dags(set(watch), check=airflow.check)
        step.tell(f"{len(watch)} that watch, and those that send alerts and mind the health of all")
    terminal.title("The first look", f"{len(state.statements)} statements at {len(declared)} sources")
    found = look(airflow, store, watch, [], terminal)
    for number, changes in enumerate(rounds.load(), start=1):
        terminal.title(f"Round {number}", "between two visits")
        for change in changes:
            terminal.note(f"    {change.told}", "italic")
        state = rounds.after(state, changes)
        site.show(pages.pages_of(state, declared))
        found = look(airflow, store, watch, found, terminal)


def wanted(home: Path, config: Path, declared: Mapping[str, Source], site: SpecimenSite) -> services.Wanted:
    """What the demo starts: empty databases of its own, and tasks that find the specimen hosts on this machine."""
    environment = {
        "STATEMENTS_ALLOW_PRIVATE_ADDRESSES": "1",
        "STATEMENTS_CONTACT": "demo@statements.example",
        "STATEMENTS_SNAPSHOTS": str(home / "snapshots"),
        "STATEMENTS_ROUTES": " ".join(f"{origin}={there}" for origin, there in site.routes().items()),
        "STATEMENTS_SOURCES": " ".join(declared),
    }
    return services.Wanted(
        home,
        STORE,
        METADATA,
        is_fresh=True,
        config=config,
        pools=pools(declared.values()),
        environment=environment,
        mail=home / "demo" / "mail",
        port=port_asked(),
    )


def look(airflow: LocalAirflow, store: Store, watch: Sequence[str], known: list[report.Line], terminal: Terminal) -> list[report.Line]:
    """Let every source be looked at once by its DAG, wait for the runs' end, and tell what is new since `known`.

    Raises:
        StatementsError: a run failed, which no round of the demo asks for.
    """
    with terminal.step("Airflow looks") as step:
        runs = [airflow.api.trigger(dag) for dag in watch]
        ended = [airflow.api.wait_for(run, check=airflow.check) for run in runs]
        failed = [run for run in ended if run.state != "success"]
        with store.reading() as connection:
            found = report.lines(connection)
        step.tell(report.counted(found))
    if failed:
        reasons = [f"{run.dag_id}: {airflow.api.error_of(run, task) or f'{task} failed'}" for run in failed for task in run.failed_tasks]
        raise StatementsError(f"{' '.join(reasons)} (The logs are in {airflow.arrangement.logs}.)")
    for told in report.news(known, found):
        terminal.console.print(Text("    → ").append_text(told), soft_wrap=True)
    return found


def await_mail(store: Store, airflow: LocalAirflow, terminal: Terminal, limit: float = 60.0) -> None:
    """Until the sending DAG, which the watching DAGs started, has sent what is owed by now."""
    deadline = time.monotonic() + limit
    with terminal.step("Mail") as step:
        while owed := report.owed_now(store):
            airflow.check()
            step.tell(f"{owed} alerts still owed")
            if time.monotonic() > deadline:
                break
            time.sleep(0.3)
        else:
            step.tell("everything that was owed is sent")


def show(store: Store, site: SpecimenSite, mail: Path, terminal: Terminal, seconds: float) -> None:
    """The end of the demo: what the store holds, what was mailed, and what it cost the site."""
    with store.reading() as connection:
        found, held, moved = report.lines(connection), report.held_back(connection), report.shifts(connection)
    terminal.title("What was found", report.counted(found))
    terminal.console.print(report.statement_table(found))
    if moved:
        terminal.title("How positions moved", "in the newest joint statement against the one before")
        terminal.console.print(report.shift_table(moved))
    terminal.title("What was held back", f"{len(held)} capture{'' if len(held) == 1 else 's'} that became no version")
    terminal.console.print(report.held_back_table(held))
    terminal.title("What the desk was mailed", str(mail))
    for path, subject in subjects(mail):
        terminal.note(f"    {path.name[:3]}  {subject}")
    asked, unchanged = sum(site.answered.values()), site.answered[304]
    terminal.title("What it cost the site", f"{asked} requests in {seconds:.0f} s; {unchanged} were answered “not modified”, without a body")


def serve(airflow: LocalAirflow, terminal: Terminal) -> None:
    """Until Ctrl-C, or until a service ends."""
    try:
        while True:
            airflow.check()
            time.sleep(1)
    except KeyboardInterrupt:
        terminal.console.print()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except StatementsError as error:
        click.echo(f"statements: {error}", err=True)
        sys.exit(1)
