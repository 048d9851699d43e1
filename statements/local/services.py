"""PostgreSQL, the store and Airflow, started in the order that is quickest and ended without leaving a process."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from statements import settings
from statements.local import postgres
from statements.local.airflow import Arrangement, LocalAirflow, LocalServiceError, Worker
from statements.local.mailbox import Mailbox
from statements.local.postgres import Postgres
from statements.local.terminal import Terminal

# Called once by the scheduler that tasks are forked from.
PRELOAD = ("statements.warming:warm",)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to start, and in which databases of the home's server."""

    home: Path
    store: str = postgres.STORE
    metadata: str = postgres.AIRFLOW
    store_url: str | None = None  # a store elsewhere, in place of the home's own
    is_fresh: bool = False  # begin with both databases empty
    config: Path | None = None  # a folder of declarations, for the tasks and for the verbs of other terminals
    pools: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    mail: Path | None = None  # keep all mail in this folder; None: Airflow's connection `smtp_default` is the environment's
    port: int | None = None
    preload: Sequence[str] = PRELOAD
    broker_url: str | None = None  # of a Redis that runs already: `workers` run the tasks by Celery
    workers: Sequence[Worker] = ()


@contextmanager
def running(wanted: Wanted, terminal: Terminal) -> Iterator[LocalAirflow]:
    """Everything up and healthy inside; ended on the way out, also after an error or Ctrl-C.

    Raises:
        LocalServiceError: something else runs in this home, a port is taken, or a service did not come up.
        StoreError: PostgreSQL or the store cannot be used.
    """
    with _alone_in(wanted.home), _interruptible(), ExitStack() as stack:
        server = Postgres(wanted.home)
        airflow: LocalAirflow | None = None
        try:
            with terminal.step("PostgreSQL") as step:
                server.start(*([] if wanted.is_fresh else [wanted.store, wanted.metadata]))
                if wanted.is_fresh:
                    server.recreate(wanted.store, wanted.metadata)
                step.tell(f"{server.folder}, two databases")
            url = wanted.store_url or server.database_url(wanted.store)
            environment = {"STATEMENTS_DATABASE_URL": url, **wanted.environment}
            if wanted.config:
                environment["STATEMENTS_CONFIG"] = str(wanted.config)
            if wanted.mail:
                environment["AIRFLOW_CONN_SMTP_DEFAULT"] = stack.enter_context(Mailbox(wanted.mail)).connection()
            arrangement = Arrangement(
                wanted.home,
                server.database_url(wanted.metadata, "psycopg2"),
                pools=wanted.pools,
                environment=environment,
                port=wanted.port,
                preload=wanted.preload,
                broker_url=wanted.broker_url,
                workers=wanted.workers,
            )
            airflow = LocalAirflow(arrangement)
            airflow.start()  # reads in its modules while the store is made
            with terminal.step("Store") as step:
                _migrate(url)
                settings.record(wanted.home, url, wanted.config)
                step.tell("its tables are made; `statements` in another terminal finds it")
            with terminal.step("Airflow") as step:
                airflow.wait_until_healthy(step.tell)
                step.tell(f"{airflow.url}   user {airflow.user}   password {airflow.password}")
            yield airflow
        finally:
            with _undisturbed(), terminal.step("Everything ended") as step:
                if airflow:
                    airflow.stop()
                server.stop()
                step.tell("no process is left")


def _migrate(url: str) -> None:
    from statements.store import create_engine, upgrade

    engine = create_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    """One set of services in a home at a time."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "services.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise LocalServiceError(
                f"`make demo` or `make run` is at work in {home} already (process {lock.read().strip()}); "
                "end it, or set STATEMENTS_HOME to another folder."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _interruptible() -> Iterator[None]:
    """A closed terminal or a plain kill ends things in order, as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    earlier = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not cut the ending short; that would leave processes."""
    earlier = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def end_what_is_left(home: Path) -> bool:
    """Stop a database that a killed process left running; whether there was one."""
    server = Postgres(home)
    if not server.link.exists() or not server.is_running():
        return False
    with suppress(LocalServiceError), _alone_in(home):
        server.stop()
    return not server.is_running()
