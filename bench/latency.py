"""From publishing on a site of this machine to the mail in a mailbox of this machine, by the real Airflow; and where the time goes."""

from __future__ import annotations

import io
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rich.console import Console

from statements import tables as t
from statements.demo import declarations, pages, rounds, specimens
from statements.demo.site import SpecimenSite
from statements.demo.specimens import SpecimenSource
from statements.local import postgres, services
from statements.local.airflow import LocalAirflow
from statements.local.terminal import Terminal
from statements.pools import pools
from statements.store import Store
from statements.store import create_engine as engine_of

STATEMENTS = 20
POLL = 5.0  # seconds
LIMIT = 180.0  # seconds for one mail
SOURCE = "specimen_mfa_en"
STEPS = (
    "the watcher sees it",  # and Airflow has the asset's event
    "Airflow queues a run",
    "its task begins",
    "fetched, settled, ended",
    "Airflow queues the sender",
    "its task begins",
    "the mail is sent",
)


@dataclass(frozen=True, slots=True)
class Published:
    """One statement's moments, as seconds since the epoch."""

    address: str
    at: float
    mailed_at: float


def main() -> None:
    """Publish twenty statements one after the other, and print how long each took to the mailbox."""
    home = Path(tempfile.mkdtemp(prefix="statements-latency-"))
    home.chmod(0o755)  # PostgreSQL's own user passes
    today = datetime.now(UTC).date()
    source = _source(next(one for one in specimens.load(today) if one.id == SOURCE))
    declared = declarations.write(home / "config", [source], today)
    desk = home / "config" / "subscriptions" / "desk.yml"
    desk.write_text(desk.read_text("utf-8") + "at_most: 1000\n", "utf-8")  # in an hour; a desk that asks for fewer gets the rest together
    state = rounds.first([source])
    try:
        with SpecimenSite() as site:
            site.show(pages.pages_of(state, declared))
            wanted = services.Wanted(
                home,
                config=home / "config",
                pools=pools(declared.values()),
                environment={
                    "STATEMENTS_ALLOW_PRIVATE_ADDRESSES": "1",
                    "STATEMENTS_CONTACT": "bench@example.org",
                    "STATEMENTS_ROUTES": " ".join(f"{origin}={there}" for origin, there in site.routes().items()),
                    "STATEMENTS_SOURCES": SOURCE,
                },
                mail=home / "mail",
                port=0,
            )
            with services.running(wanted, Terminal(Console(file=io.StringIO()))) as airflow:
                server = postgres.Postgres(home)
                store = server.database_url(), server.database_url(postgres.AIRFLOW)
                _baseline(airflow, store[0])
                published = []
                with suppress(KeyboardInterrupt):  # cut short, it tells of those that were mailed
                    for name in [each.id for each in source.statements if each.from_round]:
                        time.sleep(random.uniform(0, POLL))  # at any moment between two looks
                        state = rounds.after(state, [rounds.Change("", (("publish", name),))])
                        site.show(pages.pages_of(state, declared))
                        address = state.statements[name].address
                        published.append(_until_mailed(airflow, home / "mail", address))
                _print(published, _moments(published, *store))
    finally:
        postgres.remove(home)
        shutil.rmtree(home, ignore_errors=True)


def _source(packaged: SpecimenSource) -> SpecimenSource:
    """The specimen source with as many statements to publish as are measured."""
    pattern = next(one for one in packaged.statements if one.id == "fishing")
    new = [
        replace(
            pattern,
            id=f"new{number}",
            from_round=1,
            title=f"{pattern.title}, No. {number}",
            address=pattern.address.replace("9582040", f"{9590000 + number}"),
        )
        for number in range(STATEMENTS)
    ]
    kept = [one for one in packaged.statements if not one.from_round]
    return replace(packaged, statements=(*kept, *new), declare={**packaged.declare, "poll_seconds": POLL})


def _baseline(airflow: LocalAirflow, store_url: str) -> None:
    """The first pass, which owes nothing; and the watcher has seen the listing once."""
    airflow.api.wait_for_dags({f"watch_{SOURCE}", "send_alerts"}, check=airflow.check)
    run = airflow.api.wait_for(airflow.api.trigger(f"watch_{SOURCE}"), check=airflow.check)
    if run.state != "success":
        raise RuntimeError(f"the first look failed: {run.failed_tasks}")
    with Store(engine_of(store_url), None).reading() as connection:  # type: ignore[arg-type]
        assert connection.execute(sa.select(t.source_state.c.baseline_at)).scalar_one()
    time.sleep(2 * POLL)


def _until_mailed(airflow: LocalAirflow, mail: Path, address: str) -> Published:
    at = time.time()
    have = len(list(mail.glob("*.eml")))
    while len(list(mail.glob("*.eml"))) == have:
        airflow.check()
        if time.time() - at > LIMIT:
            raise RuntimeError(f"no mail of {address} after {LIMIT:.0f} s")
        time.sleep(0.02)
    return Published(address, at, time.time())


def _moments(published: Sequence[Published], store_url: str, airflow_url: str) -> list[list[float]]:
    """For each statement, when each step of STEPS was done."""
    with engine_of(store_url).connect() as connection:
        a, v, o = t.address.c, t.event.c, t.outbox.c
        joined = t.event.join(t.outbox, o.event_key == v.key).join(t.address, a.statement_id == v.statement_id)
        owed = {row.key: row for row in connection.execute(sa.select(a.key, v.recorded_at, o.sent_at).select_from(joined))}
    with engine_of(airflow_url).connect() as connection:
        seen = [row.timestamp for row in connection.execute(sa.text("select timestamp from asset_event where source_dag_id is null order by 1"))]
        runs = list(
            connection.execute(
                sa.text(
                    "select r.dag_id, r.queued_at, i.start_date, i.end_date from dag_run r join task_instance i using (dag_id, run_id) "
                    "where i.task_id in ('discover', 'send') and i.end_date is not null order by i.start_date"
                )
            )
        )
    return [_steps(one, owed[one.address], seen, runs) for one in published]


def _steps(one: Published, owed: Any, seen: Sequence[datetime], runs: Sequence[Any]) -> list[float]:
    watching = [run for run in runs if run.dag_id.startswith("watch_") and run.start_date <= owed.recorded_at][-1]
    sending = [run for run in runs if run.dag_id == "send_alerts" and run.start_date <= owed.sent_at][-1]
    saw = next((moment for moment in seen if moment.timestamp() > one.at), watching.queued_at)
    moments = (saw, watching.queued_at, watching.start_date, watching.end_date, sending.queued_at, sending.start_date, owed.sent_at)
    return [moment.timestamp() for moment in moments]


def _print(published: Sequence[Published], moments: Sequence[Sequence[float]]) -> None:
    whole = sorted(one.mailed_at - one.at for one in published)
    print(f"{len(published)} statements, listing looked at every {POLL:g} s")
    print(f"published to mailbox       median {statistics.median(whole):5.1f} s   worst {whole[-1]:5.1f} s   best {whole[0]:5.1f} s")
    for number, name in enumerate(STEPS):
        spent = [steps[number] - (steps[number - 1] if number else one.at) for one, steps in zip(published, moments, strict=True)]
        print(f"  {name:24} median {statistics.median(spent):5.1f} s   worst {max(spent):5.1f} s")


if __name__ == "__main__":
    main()
