"""Where things live: everything under STATEMENTS_HOME unless the environment says otherwise."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Resolved places. `database_url` and `snapshots` are URLs or paths as SQLAlchemy and fsspec take them."""

    home: Path
    database_url: str
    snapshots: str
    config: Path | None
    base_url: str | None
    allow_private_addresses: bool
    routes: dict[str, str]  # origin → the origin that answers in its place: a mirror, a replay on this machine
    contact: str | None  # in the User-Agent; live fetching refuses to start without it
    sources: frozenset[str] = frozenset()  # the only ones that Airflow watches; empty: all that are declared

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load() -> Settings:
    """Read the environment afresh.

    The store is, in this order: STATEMENTS_DATABASE_URL; the store that `make run` or `make demo` left its
    URL of in `<home>/database_url`, with the declarations it was made under; SQLite under the home.
    """
    home = Path(os.environ.get("STATEMENTS_HOME") or CHECKOUT / "var").absolute()
    recorded = recorded_url(home)
    database_url = os.environ.get("STATEMENTS_DATABASE_URL") or recorded or f"sqlite:///{home / 'statements.sqlite'}"
    config = os.environ.get("STATEMENTS_CONFIG") or (_line(home / "config_folder") if database_url == recorded else None)
    return Settings(
        home=home,
        database_url=database_url,
        snapshots=os.environ.get("STATEMENTS_SNAPSHOTS") or str(home / "snapshots"),
        config=Path(config) if config else None,
        base_url=(os.environ.get("STATEMENTS_BASE_URL") or "").rstrip("/") or None,
        allow_private_addresses=os.environ.get("STATEMENTS_ALLOW_PRIVATE_ADDRESSES", "") in {"1", "true", "yes"},
        routes=dict(route.split("=", 1) for route in os.environ.get("STATEMENTS_ROUTES", "").split() if "=" in route),
        contact=os.environ.get("STATEMENTS_CONTACT") or None,
        sources=frozenset(os.environ.get("STATEMENTS_SOURCES", "").replace(",", " ").split()),
    )


def recorded_url(home: Path) -> str | None:
    """The store's URL that `make run` or `make demo` recorded in this home."""
    return _line(home / "database_url")


def record(home: Path, database_url: str, config: Path | None) -> None:
    """Let every verb with this home use this store and, where there is one, this folder of declarations."""
    for name, value in (("config_folder", str(config) if config else ""), ("database_url", database_url)):
        unfinished = home / f"{name}.part"
        unfinished.write_text(value + "\n", "utf-8")
        unfinished.replace(home / name)


def _line(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None
