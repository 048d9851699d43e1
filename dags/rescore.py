"""Positions and shifts anew, when somebody edited the lexicon or a series."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

RUNBOOK = """\
### Rescore

Every hour: looks whether the issue and stance files, or a series, have another hash than the recorded shifts were made with. If so
every series is computed anew; shifts that come from the edit have the cause `lexicon` and mail nobody. Otherwise it ends at once.

#### At 3 a.m.
| you see | it means | do |
|---|---|---|
| failed with file, line and key | an issue, stance or series file has a mistake | mend it; until then the shifts of the last good one stand |
| runs for long | a word was edited that many statements use | let it: repeated or broken off, it does harm to nothing |
"""


@dag(
    dag_id="rescore",
    dag_display_name="Rescore positions",
    schedule=CronTriggerTimetable("17 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["operations"],
    default_args={"owner": "operator", "retries": 2, "retry_delay": timedelta(minutes=1)},
    doc_md=RUNBOOK,
)
def rescore() -> None:
    @task(execution_timeout=timedelta(hours=6))
    def recompute() -> dict:
        from statements import rescoring

        return rescoring.rescore()

    recompute()


rescore()
