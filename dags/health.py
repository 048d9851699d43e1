"""The health DAG: fails with a sentence for every source that ails, and tells the operator once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

RUNBOOK = """\
### Health of all sources

Every ten minutes: reads what the watching DAGs left behind, and **fails while a source ails**, so that this page is red as long as
something is wrong. The table is in the log of `look` and in its return value. The operator gets one mail for each thing
that goes wrong, and one when it is over, by the connection `smtp_default` to `STATEMENTS_OPERATOR`.

#### At 3 a.m.
| you see | do |
|---|---|
| *the declaration is wrong* with file, line and key | mend the YAML; only that source stands still |
| *matched on none of N pages*, *layout changed* | compare a page with the layout; add a dated one; `statements reread SOURCE` |
| *failed their expectations* | `statements quarantine`, then mend, then `statements quarantine --replay` |
| *no run has ended well* | the log of the source's own DAG |
| *the newest statement is N days old* | the listing may have moved, or the ministry is silent |
"""


@dag(
    dag_id="health",
    dag_display_name="Health of all sources",
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["operations"],
    default_args={"owner": "operator", "retries": 1, "retry_delay": timedelta(seconds=10)},
    doc_md=RUNBOOK,
)
def health() -> None:
    @task(execution_timeout=timedelta(minutes=5))
    def look() -> str:
        from airflow.exceptions import AirflowNotFoundException
        from airflow.sdk import BaseHook

        from statements import operations, settings
        from statements.alerts.delivery import SmtpSettings
        from statements.store import Store

        place = settings.load()
        store = Store.open(place)
        found, table = operations.look(store, place)
        logging.getLogger(__name__).info("Health of all sources:\n%s", table)
        try:
            smtp = BaseHook.get_connection("smtp_default")
            mail = SmtpSettings.from_connection(smtp.host, smtp.port, smtp.login, smtp.password, smtp.extra_dejson)
        except AirflowNotFoundException:
            mail = None
        operations.tell_operator(store, found, mail)
        operations.insist_on_health(found)
        return table

    look()


health()
