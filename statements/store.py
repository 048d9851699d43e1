"""The store: engine, transactions, locks, and the few writes that every step shares."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from schemas.errors import StoreError
from schemas.records import Capture
from statements import settings as _settings
from statements import tables as t
from statements.snapshots import Snapshots

_LOCKS = sa.text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")
MIGRATIONS = _settings.CHECKOUT / "sql" / "migrations"


def now() -> datetime:
    """This moment, with its zone."""
    return datetime.now(UTC)


def create_engine(url: str) -> Engine:
    """An engine with what each database needs: WAL, a busy time-out and foreign keys on SQLite; psycopg 3 on PostgreSQL."""
    if url.startswith("sqlite"):
        path, patience = sa.make_url(url).database, sa.make_url(url).query.get("timeout", "30")
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, connect_args={"timeout": float(str(patience)), "isolation_level": None})

        @sa.event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            # Readers do not wait in WAL; a writer must hold the lock from the start or fail half-way.
            connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reads_only") else "BEGIN IMMEDIATE")

        return engine
    return sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), pool_pre_ping=True)


def upgrade(engine: Engine) -> None:
    """Create or migrate the store's tables to the newest revision."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _told(engine), engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"{engine.url.render_as_string()} was made by other migrations than these ({error}); use the release that made it."
            ) from error


def _head() -> str:
    return max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


@dataclass(frozen=True)
class Store:
    """An opened store: its database and its snapshots."""

    engine: Engine
    snapshots: Snapshots

    @classmethod
    def open(cls, place: _settings.Settings | None = None, *, create: bool = False) -> Store:
        """Open the store that the settings name.

        Args:
            create: migrate it first, making it when it is not there.

        Raises:
            StoreError: it is out of reach, locked, or not migrated; the sentence says what to run.
        """
        place = place or _settings.load()
        if not place.is_sqlite:
            from statements.local.postgres import ensure_running  # with its driver; SQLite needs neither

            ensure_running(place)
        try:
            engine = create_engine(place.database_url)
        except OSError as error:
            raise StoreError(f"{place.home}: the store's folder cannot be made ({error}); free space, or point STATEMENTS_HOME elsewhere.") from error
        store = cls(engine, Snapshots(place.snapshots))
        if create:
            upgrade(engine)
        else:
            store._insist_on_migration(place.database_url)
        return store

    def _insist_on_migration(self, url: str) -> None:
        with _told(self.engine), self.reading() as connection:
            found = None
            if sa.inspect(connection).has_table("alembic_version"):
                found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        if found != _head():
            shown = sa.make_url(url).render_as_string(hide_password=True)
            state = f"stands at revision {found}, not {_head()}" if found else "has no tables yet"
            raise StoreError(f"The store {shown} {state}; run `statements db upgrade`.")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write; what it raises undoes all of it."""
        with _told(self.engine), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads, and never waits for a writer."""
        with _told(self.engine), self.engine.connect().execution_options(reads_only=True) as connection:
            yield connection

    def claim(self, host_group: str, delay_seconds: float) -> float:
        """Claim the host's next free moment for this caller and return the seconds to wait until it.

        Atomic in the store, so that any number of processes keep `delay_seconds` between their requests.
        """
        moment = time.time()
        with self.writing() as connection:
            next_free = insert(connection, t.host).values(host_group=host_group, next_allowed_at=moment + delay_seconds)
            taken = sa.case((t.host.c.next_allowed_at > moment, t.host.c.next_allowed_at), else_=moment) + delay_seconds
            claimed = connection.execute(
                next_free.on_conflict_do_update(index_elements=["host_group"], set_={"next_allowed_at": taken}).returning(t.host.c.next_allowed_at)
            ).scalar_one()
        return max(0.0, float(claimed) - delay_seconds - moment)


def insert(connection: Connection, table: sa.Table) -> Any:
    """The database's own INSERT, which knows ON CONFLICT."""
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)


def add(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that may be there already: a repeat changes nothing."""
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), list(rows))


def lock(connection: Connection, names: Iterable[str]) -> None:
    """Hold a lock on each name until the transaction ends; taken in one order, so that two workers cannot deadlock.

    On SQLite the transaction itself is the lock.
    """
    if connection.dialect.name != "postgresql":
        return
    numbers = sorted({int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True) for name in names})
    if numbers:
        connection.execute(_LOCKS, {"numbers": numbers})


def chunks(values: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    """Parts of at most `size`, for IN lists that every database takes."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def record(connection: Connection, source: str, batch_id: str | None, captures: Sequence[Capture], *, at: datetime) -> int:
    """Write captures that are not known yet, each with its pending verdict; return how many were new."""
    if not captures:
        return 0
    rows = {capture.key: capture_row(capture, batch_id, at) for capture in captures}
    known: set[str] = set()
    for part in chunks(list(rows)):
        known.update(connection.execute(sa.select(t.capture.c.id).where(t.capture.c.id.in_(part))).scalars())
    fresh = [row for key, row in rows.items() if key not in known]
    add(connection, t.capture, fresh)
    add(connection, t.pending, [{"capture_id": row["id"], "source": source, "batch_id": batch_id, "recorded_at": at} for row in fresh])
    return len(fresh)


def capture_row(capture: Capture, batch_id: str | None, at: datetime) -> dict[str, Any]:
    """The capture as a row of its table."""
    return {
        "id": capture.key,
        "address": capture.address,
        "captured_at": capture.captured_at,
        "via": capture.via,
        "url": capture.url or capture.address,
        "final_url": capture.final_url or capture.url or capture.address,
        "status": capture.status,
        "headers": [list(pair) for pair in capture.headers],
        "body_sha256": capture.body_sha256,
        "redirects": [list(pair) for pair in capture.redirects],
        "is_not_modified": capture.not_modified,
        "error": capture.error,
        "batch_id": batch_id,
        "recorded_at": at,
    }


def capture_of(row: Any) -> Capture:
    """The capture that a row of its table holds."""
    return Capture(
        address=row.address,
        captured_at=row.captured_at,
        via=row.via,
        url=row.url,
        final_url=row.final_url,
        status=row.status,
        headers=tuple((name, value) for name, value in row.headers),
        body_sha256=row.body_sha256,
        redirects=tuple((status, location) for status, location in row.redirects),
        not_modified=row.is_not_modified,
        error=row.error,
    )


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    """Turn a database's own complaint into a sentence that says what to do."""
    try:
        yield
    except sa.exc.OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
        where = engine.url.render_as_string(hide_password=True)
        if "locked" in reason:
            advice = "another process holds it: wait for it to end, or use PostgreSQL for several at once"
        elif "no such table" in reason or "does not exist" in reason:
            advice = "run `statements db upgrade`"
        elif "readonly" in reason or "read-only" in reason or "full" in reason:
            advice = "free space, or mend the disk or its rights, then run again: nothing was lost"
        else:
            advice = "check that the server runs and that STATEMENTS_DATABASE_URL is right"
        raise StoreError(f"{where}: {reason}; {advice}.") from error
