"""The compose file's init step: both databases, the administrator, and a pool for each group of hosts. Harmless to repeat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

import sqlalchemy as sa

from scrapers.source import load_sources
from statements import settings
from statements.pools import pools
from statements.store import Store


def main() -> int:
    """Prepare everything that the services need; each command's own words are the log."""
    place = settings.load()
    create_database(place.database_url)
    Store.open(place, create=True)
    airflow("db", "migrate")
    name = os.environ["AIRFLOW_ADMIN_USER"]
    person = ("--firstname", "The", "--lastname", "Operator", "--email", os.environ.get("STATEMENTS_OPERATOR") or "operator@localhost")
    airflow("users", "create", "--role", "Admin", "--username", name, "--password", os.environ["AIRFLOW_ADMIN_PASSWORD"], *person)
    sources = load_sources(place.config, on_error=lambda _, error: print(error, file=sys.stderr))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        about = "How many tasks may ask the hosts of this group at once"
        json.dump({pool: {"slots": slots, "description": about, "include_deferred": False} for pool, slots in pools(sources).items()}, file)
        file.flush()
        airflow("pools", "import", file.name)
    print(f"Ready: two databases, the user {name}, and a pool for each group of hosts.")
    return 0


def create_database(url: str) -> None:
    """Make the store's database beside Airflow's where it is missing."""
    target = sa.make_url(url)
    admin = sa.create_engine(target.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        known = connection.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": target.database}).first()
        if not known:
            connection.execute(sa.text(f'CREATE DATABASE "{target.database}"'))
    admin.dispose()


def airflow(*arguments: str) -> None:
    """One command of Airflow's; its failure ends the step."""
    subprocess.run([sys.executable, "-m", "airflow", *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
