"""Airflow with Celery workers on this machine: Redis, the ministries that they watch, an archive, and what may be done to a worker."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from celery import Celery

from statements.exporting import json_lines
from statements.local.airflow import LocalAirflow
from statements.local.airflow_api import Run
from statements.settings import CHECKOUT, Settings
from statements.store import Store
from tests.archive_server import Wayback
from tests.local_site import Answer, Site, page

LIMIT = 420.0  # seconds, on a machine that does other things besides
DELAY = 0.1  # seconds between two requests to one ministry, as declared
HELD = 20.0  # seconds that an answer waits at the gate at most; the fetcher waits longer
PAGES = 100  # of each ministry: two batches
WATCHED = ("north", "south")
ARCHIVED = "shore"
CLOCKS = {"recorded_at", "headers"}  # when it was written down, and the Date of the server that answered
DERIVED = {"id", "from", "to", "version"}  # hashes of moments


class Ministries(Wayback):
    """Three ministries on one server, and an archive of the third. `seen` holds each request's moment and path."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.editions: dict[str, int] = {}  # of each ministry that has opened its listing
        self.seen: list[tuple[float, str]] = []
        self.gate = threading.Event()  # while it is not set, statements and mementos wait
        self.gate.set()

    def get(self, path: str) -> Answer | None:
        self.seen.append((time.monotonic(), path))
        if path.startswith("/cdx/"):
            return super().get(path)
        if path.startswith("/web/"):
            self.gate.wait(HELD)
            return super().get(path)
        _, ministry, name = [*path.split("/"), "", ""][:3]
        if name == "list.html":
            shown = range(PAGES) if ministry in self.editions else ()
            links = "".join(f'<li><a href="/{ministry}/t{number}.html">Statement {number}</a></li>' for number in shown)
            return page(f"<html><body><ul>{links}</ul></body></html>")
        number = re.fullmatch(r"t(\d+)\.html", name)
        if number:
            self.gate.wait(HELD)
        return page(statement(ministry, int(number[1]), self.editions.get(ministry, 0))) if number else None

    def of(self, ministry: str, since: float = 0.0) -> list[tuple[float, str]]:
        """The requests for a ministry's statements, in order."""
        return [(at, path) for at, path in self.seen if at >= since and re.match(rf"/{ministry}/t\d", path)]

    def brought(self, since: float) -> list[str]:
        return [path for at, path in self.seen if at >= since and path.startswith("/web/")]


def statement(ministry: str, number: int, edition: int) -> bytes:
    """One invented page; of every tenth, each edition has another sentence."""
    told = f"The {edition + 2} sides" if number % 10 == 0 else "The two sides"
    words = "".join(
        f"<p>{told if line == 3 else 'Both sides'} reviewed item {line} of agenda {number} and agreed to meet again at the {ministry} ferry.</p>"
        for line in range(8)
    )
    title = f"Joint Statement No. {number} on the {ministry} ferries"
    return f'<html><head><title>{title}</title></head><body><h1>{title}</h1><div id="words">{words}</div></body></html>'.encode()


def declare(folder: Path, **changes: Any) -> Path:
    """A folder of declarations of the three ministries."""
    (folder / "sources").mkdir(parents=True)
    for name in (*WATCHED, ARCHIVED):
        host = f"www.{name}.example"
        declared = {
            "title": f"The ministry of the {name}",
            "country": "ZZ",
            "language": "en",
            "hosts": [host],
            "host_group": name,
            "delay_seconds": DELAY,
            "poll_seconds": 86400,
            "schedule": "0 0 1 1 *",
            "watched_since": datetime.now(UTC).date(),  # no fire of the schedule lies behind it
            "revisit": {"soonest_minutes": 0, "latest_days": 0},
            "listings": [{"url": f"https://{host}/{name}/list.html", "select": "li a"}],
            "layouts": [{"name": "only", "select": "#words", "title": "h1"}],
            **changes,
        }
        (folder / "sources" / f"{name}.yml").write_text(yaml.safe_dump(declared, sort_keys=False), "utf-8")
    return folder


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The URL of a Redis of our own on a free port; the test is skipped where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not on the PATH; install it (Debian: apt-get install redis-server) to try two workers")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = ["--save", "", "--appendonly", "no", "--dir", str(folder), "--logfile", str(folder / "redis.log")]
    with subprocess.Popen([program, "--bind", "127.0.0.1", "--port", str(port), *quiet]) as process:
        try:
            until(lambda: _listens(port), 30)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(holds: Callable[[], Any], limit: float = LIMIT) -> Any:
    """Wait until the condition gives something true, and return it."""
    deadline = time.monotonic() + limit
    while not (found := holds()):
        assert time.monotonic() < deadline, "what was waited for did not happen in time"
        time.sleep(0.1)
    return found


@dataclass
class Distributed:
    """A running Airflow whose tasks go to Celery workers."""

    airflow: LocalAirflow
    ministries: Ministries
    store: Store
    place: Settings

    def watch(self, *sources: str) -> list[Run]:
        return [self.airflow.api.trigger(f"watch_{source}") for source in sources]

    def backfill(self, since: str, until: str) -> None:
        """The command of the archive DAG's own runbook."""
        window = ["--from-date", since, "--to-date", until, "--max-active-runs", "4"]
        command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", f"archive_{ARCHIVED}", *window]
        subprocess.run(command, cwd=CHECKOUT, env=self.airflow.environment(), check=True, capture_output=True)

    def backfilled(self, runs: int) -> list[Run]:
        """The runs of all backfills so far, when so many have ended."""

        def ended() -> list[Run]:
            self.airflow.check()
            asked = self.airflow.api.ask("GET", f"dags/archive_{ARCHIVED}/dagRuns", params={"run_type": "backfill", "limit": 100})
            found = [Run(f"archive_{ARCHIVED}", run["dag_run_id"], run["state"]) for run in asked["dag_runs"]]
            done = [run for run in found if run.state in {"success", "failed"}]
            return done if len(done) == runs else []

        return self.well(until(ended))

    def ended(self, runs: Sequence[Run]) -> list[Run]:
        """The runs, when they have ended well."""
        return self.well([self.airflow.api.wait_for(run, LIMIT, self.airflow.check) for run in runs])

    def well(self, runs: list[Run]) -> list[Run]:
        for run in runs:
            assert run.state == "success", f"{run}: {[self.airflow.api.error_of(run, task['task_id']) for task in self.airflow.api.tasks(run)]}"
        return runs

    def serve(self, worker: str, *, serves: bool) -> None:
        """Have a worker take tasks from the queue, or take no more."""
        with Celery(broker=self.airflow.arrangement.broker_url) as app:
            order = app.control.add_consumer if serves else app.control.cancel_consumer
            until(
                lambda: any("ok" in said for answer in order("default", destination=[f"celery@{worker}"], reply=True) for said in answer.values()), 60
            )

    def is_up(self, worker: str) -> bool:
        with Celery(broker=self.airflow.arrangement.broker_url) as app:
            return bool(app.control.ping(destination=[f"celery@{worker}"], timeout=1))

    def holder(self, dag_id: str) -> str | None:
        """A worker that is at work on a `fetch` or a `bring_in` of this DAG."""
        runs = self.airflow.api.ask("GET", f"dags/{dag_id}/dagRuns", params={"state": "running"})["dag_runs"]
        tasks = [task for run in runs for task in self.airflow.api.tasks(Run(dag_id, run["dag_run_id"], "running"))]
        pids = {task["pid"] for task in tasks if task["state"] == "running" and task["task_id"] in {"fetch", "bring_in"}}
        for worker in self.airflow.arrangement.workers:
            if pids & {process.pid for process in self._tree(worker.name)}:
                return worker.name
        return None

    def kill(self, worker: str) -> None:
        """End a worker and all its processes by SIGKILL, as a machine that loses power does."""
        for process in self._tree(worker):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def _tree(self, worker: str) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.airflow.processes[worker])
            return [parent, *parent.children(recursive=True)]
        return []

    def tasks_of(self, worker: str, since: int = 0) -> Counter[str]:
        """How many tasks of each DAG a worker has begun, by its log from this byte on."""
        log = (self.airflow.arrangement.logs / f"{worker}.log").read_bytes()[since:].decode("utf-8", "replace")
        return Counter(re.findall(r"Executing workload in Celery: .*?dag_id='(\w+)'", log))


def facts(store: Store, source: str, *, timeless: bool = False) -> list[str]:
    """The export of one source without what tells when it was asked for; `timeless`, also without the moments of its captures."""
    kept = []
    for line in json_lines(store):
        fact = json.loads(line)
        if fact["source"] == source:
            kept.append(json.dumps(_without(fact, timeless), sort_keys=True))
    return sorted(kept)


def _without(fact: Any, timeless: bool) -> Any:
    if isinstance(fact, list):
        return [_without(part, timeless) for part in fact]
    if not isinstance(fact, dict):
        return fact
    dropped = {name for name in fact if name in CLOCKS or (timeless and (name.endswith("_at") or name in DERIVED))}
    return {name: _without(value, timeless) for name, value in fact.items() if name not in dropped}


def environment_cleared(environment: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("STATEMENTS_", "AIRFLOW_"))]:
        environment.delenv(name)
