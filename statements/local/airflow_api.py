"""The few questions that we ask of Airflow's REST API, each a method that returns plain facts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from schemas.errors import StatementsError

SERVICES = {"metadatabase": "database", "scheduler": "scheduler", "dag_processor": "DAG processor", "triggerer": "triggerer"}
FINISHED = {"success", "failed"}


class AirflowApiError(StatementsError):
    """Airflow refused a request, or did not do in time what was asked of it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One DAG run and what became of it."""

    dag_id: str
    run_id: str
    state: str
    failed_tasks: tuple[str, ...] = ()


class AirflowApi:
    """A client of one Airflow, logged in as one user. Not safe to share between threads."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._credentials = {"username": user, "password": password}
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the environment has no business with 127.0.0.1

    def unhealthy(self) -> list[str]:
        """The services that have not reported in yet; empty when all four answer."""
        try:
            health = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=5).json()
        except (requests.RequestException, ValueError):
            return ["API server"]
        return [name for key, name in SERVICES.items() if (health.get(key) or {}).get("status") != "healthy"]

    def wait_for_dags(self, dag_ids: set[str], limit: float = 300.0, check: Callable[[], None] = lambda: None) -> None:
        """Return when the DAG processor has taken in all of these and none is paused.

        Raises:
            AirflowApiError: after `limit` seconds; names the missing DAGs and the import errors.
        """
        deadline = time.monotonic() + limit
        while missing := dag_ids - self.dag_ids():
            check()
            if time.monotonic() > deadline:
                errors = "; ".join(self.import_errors()) or "no import error is known"
                raise AirflowApiError(f"Airflow does not know the DAG {', '.join(sorted(missing))} after {limit:.0f} seconds ({errors}).")
            time.sleep(0.2)

    def dag_ids(self) -> set[str]:
        """The DAGs that are known and not paused."""
        return {dag["dag_id"] for dag in self.ask("GET", "dags", params={"limit": 1000, "paused": False})["dags"]}

    def import_errors(self) -> list[str]:
        """ "file: last line of the error" for each file that could not be read."""
        errors = self.ask("GET", "importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in errors]

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> Run:
        """Start a run now."""
        body = {"logical_date": datetime.now(UTC).isoformat(), "conf": dict(conf or {})}
        run = self.ask("POST", f"dags/{dag_id}/dagRuns", json=body)
        return Run(dag_id, run["dag_run_id"], run["state"])

    def under_way(self, dag_id: str) -> Run | None:
        """A run that is queued or running by now; None where there is none."""
        found = self.ask("GET", f"dags/{dag_id}/dagRuns", params={"state": ["queued", "running"], "limit": 1})["dag_runs"]
        return Run(dag_id, found[0]["dag_run_id"], found[0]["state"]) if found else None

    def state_of(self, run: Run) -> str:
        """queued, running, success or failed."""
        return str(self.ask("GET", f"dags/{run.dag_id}/dagRuns/{run.run_id}")["state"])

    def wait_for(self, run: Run, limit: float = 300.0, check: Callable[[], None] = lambda: None) -> Run:
        """Return the run when it has ended, with the tasks that failed.

        Raises:
            AirflowApiError: it has not ended after `limit` seconds.
        """
        deadline = time.monotonic() + limit
        while (state := self.state_of(run)) not in FINISHED:
            check()
            if time.monotonic() > deadline:
                raise AirflowApiError(f"The run {run.run_id} of {run.dag_id} is still {state} after {limit:.0f} seconds.")
            time.sleep(0.2)
        return Run(run.dag_id, run.run_id, state, tuple(self._failed(run)) if state == "failed" else ())

    def error_of(self, run: Run, task_id: str) -> str | None:
        """The sentence that the task's last try ended with; None where it did not fail, or its log holds none."""
        tries = [task for task in self.tasks(run) if task["task_id"] == task_id and task["state"] in {"failed", "up_for_retry"}]
        if not tries:
            return None
        path = f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task_id}/logs/{tries[0]['try_number']}"
        lines = self.ask("GET", path, params={"map_index": tries[0]["map_index"], "full_content": True})["content"]
        details = [detail for line in lines if isinstance(line, dict) for detail in line.get("error_detail") or []]
        return str(details[-1]["exc_value"]) if details else None

    def waiting_to_retry(self, run: Run) -> list[str]:
        """The tasks of a run that failed once and will be tried again."""
        return sorted({task["task_id"] for task in self.tasks(run) if task["state"] == "up_for_retry"})

    def _failed(self, run: Run) -> list[str]:
        return sorted({task["task_id"] for task in self.tasks(run) if task["state"] == "failed"})

    def tasks(self, run: Run) -> list[dict[str, Any]]:
        """The run's task instances as Airflow tells them: task_id, map_index, state, try_number, pid …"""
        path = f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances"
        return list(self.ask("GET", path, params={"limit": 1000})["task_instances"])

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Any other question: the JSON that Airflow answers at /api/v2/`path`; options as `requests` takes them.

        Raises:
            AirflowApiError: Airflow is away, or refused; the sentence holds its words.
        """
        try:
            if "Authorization" not in self._session.headers:
                self._log_in()
            answer = self._session.request(method, f"{self.url}/api/v2/{path}", timeout=30, **options)
            if answer.status_code == requests.codes.unauthorized:  # the token's day is over
                self._log_in()
                answer = self._session.request(method, f"{self.url}/api/v2/{path}", timeout=30, **options)
        except requests.RequestException as error:
            raise AirflowApiError(f"Airflow at {self.url} does not answer ({type(error).__name__}).") from error
        if not answer.ok:
            raise AirflowApiError(f"Airflow refused {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def _log_in(self) -> None:
        answer = self._session.post(f"{self.url}/auth/token", json=self._credentials, timeout=30)
        if not answer.ok:
            raise AirflowApiError(f"Airflow at {self.url} refused the user {self._credentials['username']}: {answer.status_code}.")
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
