"""Send what is owed: at once when a watching DAG owes something, by sweep for what waits, digests by the hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, dag, task

OWED = Asset("statements-owed", uri="statements://outbox/owed")  # the name and the URI as the watching DAGs emit them

RUNBOOK = """\
### The outbox

Sends every mail that may go out now: started by the watching DAGs the moment they owe something, and every five minutes for
what waits (a digest's hour, the end of quiet hours, a server that deferred). Host, login and TLS come from the connection
`smtp_default`. One attempt for each claim; what fails is owed again later, and after the last attempt given up, visibly.

#### At 3 a.m.
| you see | it means | do |
|---|---|---|
| `send` failed | mails were given up: the server refuses them for good | the log names each; mend, then `statements alerts --again` |
| deferred, again and again | the server is away or says *later* | look at `smtp_default`; nothing is lost while it is away |
| a reader complains of silence | paused, quiet hours, or least significance | `statements alerts --dry-run` shows who would get what |
"""


@dag(
    dag_id="send_alerts",
    dag_display_name="Send alerts",
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("*/5 * * * *", timezone="UTC"), assets=[OWED]),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["alerts"],
    default_args={"owner": "operator", "retries": 2, "retry_delay": timedelta(seconds=30)},
    doc_md=RUNBOOK,
)
def send_alerts() -> None:
    @task(execution_timeout=timedelta(minutes=30))
    def send() -> dict:
        from dataclasses import asdict

        from airflow.sdk import BaseHook
        from airflow.sdk.exceptions import AirflowFailException

        from statements.alerts import send_due
        from statements.alerts.delivery import SmtpSettings
        from statements.store import Store, now

        found = BaseHook.get_connection("smtp_default")
        smtp = SmtpSettings.from_connection(found.host, found.port, found.login, found.password, found.extra_dejson)
        report = send_due(Store.open(), smtp, now)
        if report.given_up:
            raise AirflowFailException(" ".join(report.errors))
        return asdict(report)

    send()


send_alerts()
