"""Stores for tests: an empty, migrated one on SQLite, and one on the embedded PostgreSQL from a template database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from statements.local.postgres import Postgres, remove
from statements.settings import Settings
from statements.store import Store, create_engine, upgrade

TEMPLATE = "template_store"


class Server:
    """One PostgreSQL for the whole test session; every store is a copy of one migrated template."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._postgres = Postgres(home, durable=False)

    def start(self) -> None:
        self._postgres.start(TEMPLATE)
        engine = create_engine(self._postgres.database_url(TEMPLATE))
        upgrade(engine)
        engine.dispose()

    def stop(self) -> None:
        self._postgres.stop()
        remove(self._home)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh copy, dropped at the end."""
        name = f"store_{uuid.uuid4().hex[:12]}"
        admin = sa.create_engine(self._postgres.database_url("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"'))
        try:
            yield self._postgres.database_url(name)
        finally:
            with admin.connect() as connection:
                connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            admin.dispose()


def settings_for(home: Path, url: str, **changes: object) -> Settings:
    """Settings of a store in a test's own folder."""
    fields: dict[str, object] = {
        "home": home,
        "database_url": url,
        "snapshots": str(home / "snapshots"),
        "config": None,
        "base_url": None,
        "allow_private_addresses": True,
        "routes": {},
        "contact": "tests@example.org",
    }
    return Settings(**{**fields, **changes})  # type: ignore[arg-type]


def migrated_sqlite(home: Path) -> Store:
    """A store on a new SQLite file."""
    return Store.open(settings_for(home, f"sqlite:///{home / 'statements.sqlite'}"), create=True)
