"""Airflow on this machine: scheduler, DAG processor, triggerer and API server, started and ended as one."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.errors import StatementsError
from statements.local.airflow_api import AirflowApi
from statements.local.processes import end_session
from statements.settings import CHECKOUT

USER = "operator"
PREFERRED_PORT = 8080
START_LIMIT = 600.0  # seconds; a quiet machine of two cores needs about ten


class LocalServiceError(StatementsError):
    """A service of this machine did not start, or ended; the sentence says where its log is."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A Celery worker beside the scheduler, by the name that Celery knows it under, and how its environment differs from the services'."""

    name: str
    concurrency: int = 1  # tasks at once
    queue: str = "default"
    environment: Mapping[str, str] = field(default_factory=dict)

    def order(self) -> dict[str, Any]:
        """The worker as tools/airflow_services.py takes it."""
        wanted = ("--celery-hostname", self.name, "--concurrency", str(self.concurrency), "--queues", self.queue)
        return {"name": self.name, "arguments": ["celery", "worker", *wanted, "--skip-serve-logs"], "environment": dict(self.environment)}


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What Airflow is started with. `environment` reaches every task."""

    home: Path
    metadata_url: str  # as postgresql+psycopg2://…, a database of Airflow's own
    pools: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    dags: Path = CHECKOUT / "dags"
    plugins: Path = CHECKOUT / "plugins"
    port: int | None = None  # None: 8080 where it is free, else any free one
    parallelism: int = 4
    preload: Sequence[str] = ()  # "module" or "module:function", read in and called before any task; edits to them need a restart
    grace: float = 10.0  # seconds that running tasks get when everything ends
    broker_url: str | None = None  # a Redis that holds Celery's queue: the workers run the tasks; None: the scheduler's own processes do
    workers: Sequence[Worker] = ()

    @property
    def executor(self) -> dict[str, str]:
        """Airflow's configuration of what runs the tasks."""
        if self.broker_url is None:
            return {"AIRFLOW__CORE__EXECUTOR": "LocalExecutor"}
        results = f"db+{self.metadata_url}"
        return {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": self.broker_url,
            "AIRFLOW__CELERY__RESULT_BACKEND": results,
        }

    @property
    def logs(self) -> Path:
        """The folder of the services' logs; the tasks' are in `tasks` below it."""
        return self.home / "logs"


class LocalAirflow:
    """The four services under one lifeline: they end with `stop`, and with this process however it ends."""

    def __init__(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self.port = choose_port(arrangement.port)
        self.password = _kept_secret(arrangement.home / "airflow" / "password", 12)
        self.user = USER
        self.api = AirflowApi(self.url, self.user, self.password)
        self.trouble: str | None = None  # the sentence about a service that ended
        self.processes: dict[str, int] = {}  # the process id of each service and worker, as last started
        self._process: subprocess.Popen[str] | None = None
        self._migrated = threading.Event()

    @property
    def url(self) -> str:
        """Where Airflow's pages are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin; returns at once. `wait_until_healthy` says when all four answer."""
        place = self.arrangement
        place.logs.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, str(CHECKOUT / "tools" / "airflow_services.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(place.logs / "services.log").open("ab"),
            text=True,
            env=self.environment(),
            cwd=CHECKOUT,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
        )
        order = {
            "home": str(place.home),
            "logs": str(place.logs),
            "pools": dict(place.pools),
            "preload": list(place.preload),
            "grace": place.grace,
            "workers": [worker.order() for worker in place.workers],
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_until_healthy(self, tell: Callable[[str], None] = lambda _: None, limit: float = START_LIMIT) -> None:
        """Return when the database is migrated and all four services have reported in.

        Raises:
            LocalServiceError: a service ended, or the limit in seconds passed.
        """
        deadline = time.monotonic() + limit
        tell("Airflow reads in its modules and makes its tables")
        while not self._migrated.wait(0.1):
            self._check(deadline, "its tables")
        while missing := self.api.unhealthy():
            tell(f"waiting for {', '.join(missing)}")
            self._check(deadline, ", ".join(missing))
            time.sleep(0.2)

    def stop(self) -> None:
        """End all services and their tasks; none is left behind. Harmless when nothing runs."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(self.arrangement.grace + 15)
        except subprocess.TimeoutExpired:
            end_session(self._process.pid, 0)
            self._process.wait(10)
        self._process = None

    def check(self) -> None:
        """Raise LocalServiceError when a service has ended and was not started again."""
        self._check(float("inf"), "")

    def environment(self) -> dict[str, str]:
        """The environment of every service and task: ours, Airflow's configuration, and what the arrangement adds."""
        place = self.arrangement
        folder = place.home / "airflow"
        paths = [str(CHECKOUT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        secret = _kept_secret(folder / "secret", 64)
        passwords = folder / "passwords.json"
        passwords.write_text(json.dumps({USER: self.password}) + "\n", "utf-8")
        passwords.chmod(0o600)
        airflow = {
            "AIRFLOW_HOME": str(folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(place.dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(place.plugins),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            **place.executor,
            "AIRFLOW__CORE__PARALLELISM": str(place.parallelism),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).decode(),
            "AIRFLOW__CORE__MAX_MAP_LENGTH": "4096",  # batches of one run; as in docker-compose.yml
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": place.metadata_url,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__SECRET_KEY": secret,
            "AIRFLOW__API_AUTH__JWT_SECRET": secret,
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(place.logs / "tasks"),
            "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(place.logs / "dag-parsing"),
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",  # seconds between looks for new files
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "GX_ANALYTICS_ENABLED": "false",
        }
        ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**ours, **airflow, **place.environment, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "STATEMENTS_HOME": str(place.home)}

    def _listen(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        for line in self._process.stdout:
            fact = json.loads(line)
            if fact["event"] == "migrated":
                self._migrated.set()
            elif fact["event"] == "started":
                self.processes[fact["service"]] = fact["pid"]
            elif fact["event"] == "failed":
                self.trouble = f"Airflow's {fact['service']} ended ({_last_words(Path(fact['log']))}); its log is {fact['log']}."

    def _check(self, deadline: float, what: str) -> None:
        process, log = self._process, self.arrangement.logs / "services.log"
        if self.trouble:
            raise LocalServiceError(self.trouble)
        if process is None or process.poll() is not None:
            raise LocalServiceError(f"Airflow's services ended ({_last_words(log)}); see {log}.")
        if time.monotonic() > deadline:
            raise LocalServiceError(f"Airflow did not come up in time (missing: {what}); see {self.arrangement.logs}.")


def choose_port(asked: int | None) -> int:
    """The port asked for, 0 meaning any free one; without a wish 8080, or any free one where 8080 is taken.

    Raises:
        LocalServiceError: something else listens on the port asked for.
    """
    for port in [asked] if asked is not None else [PREFERRED_PORT, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise LocalServiceError(f"Port {asked} of this machine is in use; name another with PORT=…, or leave PORT out for a free one.")


def _kept_secret(path: Path, size: int) -> str:
    """A secret made once for this home, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(size), "utf-8")
    return path.read_text("utf-8").strip()


def _last_words(log: Path) -> str:
    try:
        lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    return lines[-1][:300] if lines else "without a word"
