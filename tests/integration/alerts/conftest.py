"""A mail server, and one store of each kind whose outbox is emptied between tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from statements import tables as t
from statements.store import Store
from tests import mail_server
from tests.mail_server import MailServer
from tests.stores import migrated_sqlite, settings_for


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server.running() as running:
        yield running


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home = tmp_path_factory.mktemp("alerts")
    if request.param == "sqlite":
        opened = migrated_sqlite(home)
        yield opened
        opened.engine.dispose()
    else:
        with request.getfixturevalue("postgres_server").database() as url:
            opened = Store.open(settings_for(home, url))
            yield opened
            opened.engine.dispose()


@pytest.fixture
def store(shared_store: Store) -> Store:
    with shared_store.writing() as connection:
        connection.execute(t.outbox.delete())
        connection.execute(t.event.delete())
    return shared_store
