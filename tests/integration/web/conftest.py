"""A store filled once for the session by the specimen site and its rounds, and the pages over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from statements import tables as t
from statements.demo import declarations, pages, rounds, specimens
from statements.demo.site import SpecimenSite
from statements.history import find_statement
from statements.pipeline import Pipeline
from statements.store import Store
from statements.web.app import create_app
from statements.web.library import Library
from tests.stores import migrated_sqlite, settings_for


@dataclass
class Shown:
    """The pages, the store behind them, and the specimens' addresses by their names."""

    app: FastAPI
    client: TestClient
    store: Store
    addresses: dict[str, str]

    def statement(self, name: str) -> str:
        with self.store.reading() as connection:
            return find_statement(connection, self.addresses[name])

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-600:])
        return answer.text


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Every round of the demo played once, on SQLite."""
    home = tmp_path_factory.mktemp("pages")
    store = migrated_sqlite(home)
    declared = [s for s in specimens.load(date(2026, 3, 2)) if (declarations.PACKAGED / f"{s.like}.yml").exists()]
    sources = declarations.write(home / "config", declared, date(2026, 3, 2))
    clock = iter(range(100_000))
    begun = datetime.now(UTC).replace(microsecond=0)
    with pytest.MonkeyPatch.context() as patch, SpecimenSite() as site:
        patch.setattr("scrapers.exchange.now_utc", lambda: begun + timedelta(seconds=next(clock)), raising=False)
        state = rounds.first(declared)
        site.show(pages.pages_of(state, sources))
        place = replace(settings_for(home, f"sqlite:///{home / 'statements.sqlite'}"), config=home / "config", routes=site.routes())
        for changes in [(), *rounds.load()]:
            state = rounds.after(state, changes)
            site.show(pages.pages_of(state, sources))
            with store.writing() as connection:
                connection.execute(sa.update(t.address).values(next_due_at=datetime.now(UTC) - timedelta(seconds=1)))
            for source in sources.values():
                pipeline = Pipeline(source, store, place)
                for batch in pipeline.discover():
                    pipeline.settle(pipeline.fetch(batch))
    app = create_app(Library(place))
    yield Shown(app, TestClient(app), store, {one.id: one.address for one in state.statements.values()})
    store.engine.dispose()
