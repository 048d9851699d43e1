"""A migrated store of each kind, and a mail server."""

from __future__ import annotations

import pytest

from statements import store as stores
from statements.snapshots import Snapshots
from statements.store import Store
from tests import mail_server


@pytest.fixture(params=["sqlite"])
def store(request, tmp_path):
    engine = stores.create_engine(f"sqlite:///{tmp_path / 'statements.sqlite'}")
    stores.upgrade(engine)
    yield Store(engine, Snapshots(str(tmp_path / "snapshots")))
    engine.dispose()


@pytest.fixture
def server():
    with mail_server.running() as running:
        yield running
