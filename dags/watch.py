"""One watching DAG for each declared source: listings and revisits in, settled statements out."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from airflow.sdk import DAG, Asset, AssetAlias, AssetOrTimeSchedule, AssetWatcher, CronTriggerTimetable, dag, get_parsing_context, task
from statement_listing_watch import StatementListingTrigger

from scrapers.source import Source, load_sources
from statements import settings

OWED = Asset("statements-owed", uri="statements://outbox/owed")

RUNBOOK = """\
### {title}

As soon as its listing names something new (looked at every {poll:g} s), and every `{schedule}` as a floor: **discover** reads the
listings and adds the addresses that are due again, **fetch** visits them politely (pool `{host_group}`, {delay:g} s between
requests, shared by all workers), **settle** reads the stored bodies, holds the readings to their expectations,
folds versions, compares neighbours and writes what is owed to the outbox.

#### At 3 a.m.
| you see | it means | do |
|---|---|---|
| `discover` failed with *EmptyListing* | the listing moved, or the site is away | open it; mend `listings:` in `{id}.yml`, or wait for the next run |
| `fetch` failed | the store or the snapshots are out of reach (a site that is away fails no task) | look at disk and database; clear the task |
| `settle` green, nothing new | captures may be held back | the `health` DAG, or `statements quarantine` |
| many `layout_changed` | the ministry rebuilt its pages | add a dated layout to `{id}.yml`, then `statements reread {id}` |
| *made under other declarations* | workers have different `STATEMENTS_CONFIG` | give all the same folder, clear the task |

Nothing is lost by a failed or repeated run: bodies are stored before they are read, and every step may be repeated.

{runbook}
"""


def announce(outlet_events: Any, source: Source, owed: int) -> None:
    """Start the sending DAG, only where somebody is owed something."""
    if owed:
        outlet_events[AssetAlias("outbox")].add(OWED, extra={"source": source.id, "owed": owed})


def urls_in(extra: dict) -> list[str]:
    """The URLs that an event of the listing watcher carries."""
    return list((extra.get("payload") or {}).get("urls", ()))


def watch(source: Source) -> DAG:
    """The watching DAG of one source; a function for each, so that no task binds another's source."""

    trigger = StatementListingTrigger(source.id, source.poll_seconds)
    watcher = AssetWatcher(name=f"listing_{source.id}", trigger=trigger)
    listing = Asset(name=f"listing-{source.id}", uri=source.listings[0].url, watchers=[watcher])

    @dag(
        dag_id=f"watch_{source.id}",
        schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable(source.schedule, timezone="UTC"), assets=[listing]),
        start_date=datetime.combine(source.watched_since, time(), UTC),
        catchup=False,
        max_active_runs=1,
        tags=["watch", source.country],
        default_args={"owner": source.owner, "retries": 2, "retry_delay": timedelta(seconds=30)},
        dag_display_name=f"Watch: {source.title}",
        doc_md=RUNBOOK.format(
            id=source.id,
            title=source.title,
            schedule=source.schedule,
            host_group=source.host_group,
            delay=source.delay_seconds,
            poll=source.poll_seconds,
            runbook=source.runbook,
        ),
    )
    def steps() -> None:
        @task(pool=source.host_group, execution_timeout=timedelta(minutes=30), outlets=[AssetAlias("outbox")])
        def discover(*, outlet_events: dict, triggering_asset_events: dict | None = None) -> list[str]:
            from statements import pipeline

            seen = [url for events in (triggering_asset_events or {}).values() for event in events for url in urls_in(event.extra)]
            arrived = pipeline.arrive(source.id, seen) if seen else None
            if arrived is not None:  # a page that the watcher has just seen does not wait for a batch, nor for two more tasks
                announce(outlet_events, source, arrived.owed)
                return []
            return pipeline.discover(source.id)

        @task(pool=source.host_group, execution_timeout=timedelta(hours=2), map_index_template="{{ batch[:8] }}")
        def fetch(batch: str) -> str:
            from statements import pipeline

            return pipeline.fetch(source.id, batch)

        @task(outlets=[AssetAlias("outbox")], execution_timeout=timedelta(hours=1), map_index_template="{{ batch[:8] }}")
        def settle(batch: str, *, outlet_events: dict) -> dict:
            from statements import pipeline

            settled = pipeline.settle(source.id, batch)
            announce(outlet_events, source, settled.owed)
            return settled.told()

        settle.expand(batch=fetch.expand(batch=discover()))

    return steps()


place, asked = settings.load(), get_parsing_context().dag_id  # a task that runs needs its own DAG alone
for declared in load_sources(place.config, on_error=lambda *_: None):  # the health DAG tells of the others
    if declared.listings and (not place.sources or declared.id in place.sources) and asked in {None, f"watch_{declared.id}"}:
        watch(declared)
