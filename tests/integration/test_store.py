"""The shared clock of hosts, locks, and complaints of the database told as sentences."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.errors import StoreError
from statements.snapshots import Snapshots
from statements.store import Store, create_engine, lock
from tests.stores import settings_for


def test_two_workers_keep_the_delay_between_their_requests(store):
    with ThreadPoolExecutor(4) as pool:
        waits = sorted(pool.map(lambda _: store.claim("mfa", 2.0), range(6)))
    gaps = [later - sooner for sooner, later in pairwise(waits)]
    assert all(gap > 1.0 for gap in gaps)
    assert waits[0] == 0.0


def test_a_statement_is_settled_by_one_worker_at_a_time(store):
    if store.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite the transaction itself is the lock")
    entered, order = threading.Event(), []

    def second() -> None:
        entered.wait(5)
        with store.writing() as connection:
            lock(connection, ["a statement"])
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with store.writing() as connection:
        lock(connection, ["a statement"])
        entered.set()
        time.sleep(0.2)
        order.append("first")
    other.join(5)
    assert order == ["first", "second"]


def test_a_locked_database_is_told_in_a_sentence(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'one.sqlite'}"
    holder = Store.open(settings_for(tmp_path, url), create=True)
    waiter = Store.open(settings_for(tmp_path, url))
    waiter = Store(create_engine(f"{url}?timeout=0.1"), holder.snapshots)
    with holder.writing(), pytest.raises(StoreError, match="another process holds it"), waiter.writing():
        pass


def test_a_snapshot_is_what_was_put(tmp_path: Path):
    snapshots = Snapshots(str(tmp_path))
    assert snapshots.get(snapshots.put(b"words")) == b"words"


def test_a_damaged_snapshot_is_never_read_as_a_page(tmp_path: Path):
    snapshots = Snapshots(str(tmp_path))
    sha256 = snapshots.put(b"words")
    next(tmp_path.glob("*/*.z")).write_bytes(b"\x00")
    with pytest.raises(StoreError, match="restore it from a backup"):
        snapshots.get(sha256)


def test_a_place_that_cannot_be_written_loses_nothing_and_says_so(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="free space or mend"):
        Snapshots(str(tmp_path / "file")).put(b"words")
