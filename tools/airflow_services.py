"""Airflow's services in one session of processes: imported once, forked for each, ended together.

Reads one line of JSON from standard input and keeps it open: when its far end closes, for whatever reason, everything
ends. Tells what happens as lines of JSON on standard output. Started by `statements.local.airflow`; the environment
carries Airflow's configuration.

    {"logs": folder, "pools": {name: slots}, "preload": ["module" or "module:function", …], "grace": seconds,
     "workers": [{"name": …, "arguments": [word, …], "environment": {…}}, …]}
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from setproctitle import setproctitle

SERVICES: dict[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
CORE = (
    "airflow.__main__",
    "airflow.cli.commands.scheduler_command",
    "airflow.cli.commands.dag_processor_command",
    "airflow.cli.commands.triggerer_command",
    "airflow.executors.local_executor",
    "airflow.sdk.execution_time.task_runner",
)
# What a service reads in for itself while the database is being migrated.
AHEAD = {
    "api-server": ("airflow.cli.commands.api_server_command", "airflow.api_fastapi.main"),
    "triggerer": ("statements.watching",),  # what the listing watcher looks with
}
TOLD = os.dup(1)  # what we tell; a module that prints while it is read in prints to standard error
os.dup2(2, 1)
RESTART_AFTER = 10.0  # seconds that a service must have lived to be started again when it ends

FORKS = sys.platform != "darwin"  # macOS's own libraries do not survive a fork; there each service starts afresh


class Services:
    """The children, the gate that holds them until the database is ready, and the lifeline to whoever started us."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.home = Path(order["home"])
        self.logs = Path(order["logs"])
        self.pools: dict[str, int] = order["pools"]
        self.preload: list[str] = order["preload"]
        self.grace: float = order["grace"]
        workers = {worker["name"]: worker for worker in order.get("workers", [])}
        self.services = {**SERVICES, **{name: tuple(worker["arguments"]) for name, worker in workers.items()}}
        self.environments: dict[str, dict[str, str]] = {name: worker["environment"] for name, worker in workers.items()}
        self.running: dict[int, tuple[str, float]] = {}
        self.gate, self._keep_shut = os.pipe()
        self.ended, self._end = os.pipe()

    def run(self) -> None:
        """Migrate, serve until the lifeline closes or a signal comes, and leave no process."""
        os.set_blocking(self._end, False)
        signal.set_wakeup_fd(self._end)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            if FORKS:
                read_in(CORE)
                if self.environments:  # of workers: their tasks are forked from them, and they from here
                    self.read_ahead()
                gc.freeze()
                migration = self.fork("migrate", lambda: migrate(self.pools))
                for name in self.services:
                    self.start(name)
                if not self.migrated(migration):
                    return
            else:
                if not self.migrated(self.fork("migrate", lambda: migrate(self.pools))):
                    return
                for name in self.services:
                    self.start(name)
            self.watch()
        finally:
            self.stop()

    def migrated(self, migration: int) -> bool:
        """Wait for the migration, or for the word to stop; open the gate when it went well."""
        while not self.told_to_stop(0.05):
            pid, status = os.waitpid(migration, os.WNOHANG)
            if pid:
                if status:
                    tell(event="failed", service="migrate", log=str(self.logs / "migrate.log"))
                    return False
                os.close(self._keep_shut)
                self._keep_shut = -1
                tell(event="migrated")
                return True
        return False

    def watch(self) -> None:
        """Until told to stop: start again what ended by itself, and say so."""
        while not self.told_to_stop(1.0):
            while self.running:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    break
                if pid not in self.running:
                    continue
                name, since = self.running.pop(pid)
                log = str(self.logs / f"{name}.log")
                if time.monotonic() - since < RESTART_AFTER:
                    tell(event="failed", service=name, status=status, log=log)
                    return
                tell(event="restarted", service=name, status=status, log=log)
                self.start(name)

    def told_to_stop(self, seconds: float) -> bool:
        """Wait up to so long; whether the lifeline closed or a signal to end came."""
        ready, _, _ = select.select([sys.stdin, self.ended], [], [], seconds)
        if sys.stdin in ready:
            return True
        return self.ended in ready and any(number != signal.SIGCHLD for number in os.read(self.ended, 512))

    def stop(self) -> None:
        from statements.local.postgres import Postgres
        from statements.local.processes import end_session

        signal.set_wakeup_fd(-1)
        end_session(os.getsid(0), self.grace)
        Postgres(self.home).stop()  # where whoever started us was killed, nobody else will
        tell(event="stopped")

    def start(self, name: str) -> None:
        arguments = self.services[name]
        if FORKS:
            pid = self.fork(name, lambda: self.serve(name, arguments))
        else:
            with (self.logs / f"{name}.log").open("ab") as log:
                command = [sys.executable, "-m", "airflow", *arguments]
                environment = {**os.environ, **self.environments.get(name, {})}
                pid = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment).pid
        self.running[pid] = (name, time.monotonic())
        tell(event="started", service=name, pid=pid)

    def serve(self, name: str, arguments: Sequence[str]) -> None:
        """In the child: read in what takes long, wait at the gate, become the service."""
        os.environ.update({"_AIRFLOW_PROCESS_CONTEXT": "server"} if name == "api-server" else self.environments.get(name, {}))
        read_in(AHEAD.get(name, ()))
        if name == "api-server":
            rehearse()
        if name == "scheduler" and not self.environments:  # its tasks are forked from it, and find these ready
            self.read_ahead()
        os.read(self.gate, 1)
        sys.argv = ["airflow", *arguments]
        importlib.import_module("airflow.__main__").main()

    def read_ahead(self) -> None:
        """Make ready what every task needs."""
        for entry in self.preload:
            module, _, function = entry.partition(":")
            try:
                found = importlib.import_module(module)
                if function:
                    getattr(found, function)()
            except Exception:  # whichever task needs it says so; the log is this service's
                traceback.print_exc()

    def fork(self, name: str, work: Callable[[], None]) -> int:
        """A child that does `work` and nothing else."""
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            self.become(name, work)
        return pid

    def become(self, name: str, work: Callable[[], None]) -> NoReturn:
        """In the child: signals as new, standard output in the service's log, then the work, then the end."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            for descriptor in (self._keep_shut, self.ended, self._end, TOLD):
                with contextlib.suppress(OSError):
                    os.close(descriptor)
            log = os.open(self.logs / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for there, here in ((nothing, 0), (log, 1), (log, 2)):
                os.dup2(there, here)
            setproctitle(f"airflow {name}")
            work()
            status = 0
        except SystemExit as ending:
            status = ending.code if isinstance(ending.code, int) else int(bool(ending.code))
        except BaseException:
            traceback.print_exc()
        leave(status)


def migrate(pools: dict[str, int]) -> None:
    """Airflow's own tables, and one pool for each group of hosts."""
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    initdb()
    for name, slots in pools.items():
        Pool.create_or_update_pool(name, slots, "How many tasks may ask the hosts of this group at once", include_deferred=False)


def rehearse() -> None:
    """Have the API server answer once before it serves: its first answer takes seconds, and would be the first task's."""
    import asyncio

    import httpx
    from airflow.api_fastapi.main import app

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            await client.get("/execution/health")

    with contextlib.suppress(Exception):
        asyncio.run(ask())


def read_in(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)


def leave(status: int) -> NoReturn:
    """End a forked child without running what its parent registered for its own end."""
    sys.stdout.flush()
    sys.stderr.flush()
    for child in multiprocessing.active_children():
        child.terminate()
    os._exit(status)


def tell(**fact: object) -> None:
    with contextlib.suppress(OSError):
        os.write(TOLD, json.dumps(fact).encode() + b"\n")


if __name__ == "__main__":
    Services(json.loads(sys.stdin.readline())).run()
