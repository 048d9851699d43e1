"""One archive DAG for each source: a month of mementos a run, so that a backfill of decades is one command; and WARC files by parameter."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, dag, get_parsing_context, task
from airflow.sdk.exceptions import AirflowSkipException

from scrapers.source import Source, load_sources
from statements import settings

BEGINNING = datetime(1999, 1, 1, tzinfo=UTC)

RUNBOOK = """\
### Archives of {title}

Each run brings in what a web archive holds of one month (its data interval): the CDX server is `STATEMENTS_CDX`. A run finds
nothing twice: the ledger knows every record. To fill thirty years, a few months at a time:

    airflow backfill create --dag-id archive_{id} --from-date 1999-01-01 --to-date 2026-01-01 --max-active-runs 4

The DAG has no schedule of its own beyond that: it does not catch up by itself. Requests to the archive share the pool `archives`
and the archive's own delay. Nobody is mailed about what archives bring.

#### At 3 a.m.
| you see | it means | do |
|---|---|---|
| a run failed with *could not be had* | the archive is away or asks for rest | clear the run later; it goes on where it stood |
| *STATEMENTS_CDX is not set* | no archive is named | set it for all workers |
| captures `blocked`, `error_page` | the archive kept block pages | nothing: they are verdicts, never versions |
"""

FILES_RUNBOOK = """\
### WARC files

Trigger with a source and the files. Broken off or repeated, it goes on where it stood; nobody is mailed.

#### At 3 a.m.
| you see | it means | do |
|---|---|---|
| *No WARC, ARC or WACZ file in …* | the worker does not see the path | name it as workers see it, or mount the folder in them |
| green, with `failed` in its return value | a file is cut or damaged | what can be read is in the store; each record that cannot is named there |
"""


def archive(source: Source) -> DAG:
    """The archive DAG of one source."""

    @dag(
        dag_id=f"archive_{source.id}",
        dag_display_name=f"Archives: {source.title}",
        schedule=CronDataIntervalTimetable("@monthly", timezone="UTC"),
        start_date=BEGINNING,
        catchup=False,
        max_active_runs=4,
        tags=["archive", source.country],
        default_args={"owner": source.owner, "retries": 3, "retry_delay": timedelta(minutes=1), "retry_exponential_backoff": True},
        doc_md=RUNBOOK.format(id=source.id, title=source.title),
    )
    def steps() -> None:
        @task(pool="archives", execution_timeout=timedelta(hours=12))
        def bring_in(data_interval_start: datetime, data_interval_end: datetime, dag_run: Any = None) -> dict:
            from statements import archives

            if dag_run.run_type == "scheduled" and not os.environ.get("STATEMENTS_CDX"):
                raise AirflowSkipException("STATEMENTS_CDX is not set: no archive is named, and nobody asked for one.")
            last = (data_interval_end - timedelta(seconds=1)).date()
            return archives.bring_in_window(source.id, data_interval_start.date(), last)

        bring_in()

    return steps()


@dag(
    dag_id="archive_files",
    dag_display_name="Archives: WARC files",
    schedule=None,
    start_date=BEGINNING,
    catchup=False,
    tags=["archive"],
    params={
        "source": Param("cn_mfa_en", type="string", description="The id of a declared source."),
        "files": Param([], type="array", items={"type": "string"}, description="WARC, ARC, WACZ files or folders, as workers see them."),
    },
    default_args={"owner": "operator", "retries": 2, "retry_delay": timedelta(minutes=1)},
    doc_md=FILES_RUNBOOK,
)
def archive_files() -> None:
    @task(execution_timeout=timedelta(hours=24))
    def bring_in(params: dict | None = None) -> dict:
        from statements import archives

        assert params is not None
        return archives.bring_in_files(params["source"], params["files"])

    bring_in()


place, asked = settings.load(), get_parsing_context().dag_id  # a task that runs needs its own DAG alone
for declared in load_sources(place.config, on_error=lambda *_: None):  # the health DAG tells of the others
    if declared.layouts and (not place.sources or declared.id in place.sources) and asked in {None, f"archive_{declared.id}"}:
        archive(declared)
archive_files()
