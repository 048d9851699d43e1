"""The migrations give exactly the tables that the code declares, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from schemas.errors import StoreError
from statements.store import Store, upgrade
from statements.tables import metadata
from tests.stores import settings_for


def test_migrations_give_the_declared_tables(store):
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_migrating_twice_changes_nothing(store, place):
    upgrade(store.engine)
    assert Store.open(place).engine.url == store.engine.url


def test_a_store_without_tables_says_what_to_run(tmp_path):
    with pytest.raises(StoreError, match="statements db upgrade"):
        Store.open(settings_for(tmp_path, f"sqlite:///{tmp_path / 'empty.sqlite'}"))
