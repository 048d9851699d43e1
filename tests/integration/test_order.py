"""Any set of captures, in any order, any batches, with repeats and crashes, gives the same export."""

from __future__ import annotations

import json
import multiprocessing
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.mementos import Memento
from statements import tables as t
from statements.backfilling import backfill, left_over
from statements.exporting import json_lines
from statements.pipeline import Pipeline
from statements.settings import Settings
from statements.settlers import Here
from statements.store import Store
from tests.archived_world import World, memento, world_in
from tests.stores import Server, migrated_sqlite, settings_for


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_in(tmp_path_factory.mktemp("world"))


class Crash(Exception):
    """The worker is gone."""


def told(store: Store) -> list[dict[str, object]]:
    def bare(value: object) -> object:
        if isinstance(value, dict):
            return {key: bare(item) for key, item in value.items() if key != "recorded_at"}
        return [bare(item) for item in value] if isinstance(value, list) else value

    return [bare(json.loads(line)) for line in json_lines(store)]  # type: ignore[misc]


@dataclass(frozen=True)
class Course:
    """One way in which the mementos come: out of order, cut into batches, twice at once, broken off after some step."""

    order: tuple[int, ...]
    cuts: tuple[int, ...]
    workers: int
    crashes: tuple[int, ...]  # after how many steps a worker is gone; then it begins anew


class Fuse:
    """Lets a worker take so many steps (statements to the database, bodies to the snapshots), then no more."""

    def __init__(self, store: Store, steps: int | None) -> None:
        self._left = steps
        put = store.snapshots.put

        def put_or_crash(body: bytes) -> str:
            self.burn()
            sha = put(body)
            self.burn()
            return sha

        object.__setattr__(store.snapshots, "put", put_or_crash)
        sa.event.listen(store.engine, "before_cursor_execute", lambda *_: self.burn())
        sa.event.listen(store.engine, "commit", lambda _: self.burn())

    def burn(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Crash


def bring_in(place: Settings, world: World, mementos: Sequence[Memento], course: Course | None = None) -> None:
    """The mementos in the order and the batches of the course, with its crashes and its workers, until nothing is left."""
    if course is None:
        _worked(place, world, mementos, (), ())
        return
    disorderly = [mementos[i % len(mementos)] for i in course.order] + list(mementos)
    shares = [disorderly, disorderly[::-1]][: course.workers]
    if len(shares) == 1:
        _worked(place, world, disorderly, course.cuts, course.crashes)
        return
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=_worked, args=(place, world, share, course.cuts, course.crashes)) for share in shares]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    _worked(place, world, (), (), ())


def _worked(place: Settings, world: World, mementos: Sequence[Memento], cuts: Sequence[int], crashes: Sequence[int]) -> None:
    edges = [0, *sorted({cut % (len(mementos) + 1) for cut in cuts}), len(mementos)]
    for steps in (*crashes, None):
        store = Store.open(place)
        Fuse(store, steps)
        pipeline = Pipeline(world.source, store, place)
        try:
            for start, end in pairwise(edges):
                tally = backfill(store, world.source, mementos[start:end], "archive", Here(pipeline))
                assert tally.failed == []
            break
        except Crash:
            continue
        finally:
            store.engine.dispose()


def observations() -> st.SearchStrategy[list[tuple[int, int, int]]]:
    return st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=10)


def courses() -> st.SearchStrategy[Course]:
    return st.builds(
        Course,
        order=st.lists(st.integers(0, 30), max_size=8).map(tuple),
        cuts=st.lists(st.integers(0, 20), max_size=3).map(tuple),
        workers=st.sampled_from([1, 1, 2]),
        crashes=st.lists(st.integers(0, 160), max_size=3).map(tuple),
    )


def holds_in_any_order(home: Path, url: str, other_url: str, world: World, seen: list[tuple[int, int, int]], course: Course) -> None:
    urls = sorted(world.bodies)
    mementos = [memento(world, urls[which % len(urls)], state, minute) for which, state, minute in seen]
    straight = settings_for(home / "straight", url, config=world.config)
    crooked = settings_for(home / "crooked", other_url, config=world.config)
    bring_in(straight, world, sorted(mementos, key=lambda m: (m.capture.captured_at, m.where)))
    bring_in(crooked, world, mementos, course)
    store = Store.open(crooked)
    assert left_over(store, world.source.id) == []
    with store.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(t.pending)).scalar_one() == 0
    assert told(store) == told(Store.open(straight))
    store.engine.dispose()


def on_sqlite(world: World, seen: list[tuple[int, int, int]], course: Course) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("straight", "crooked"):
            (home / name).mkdir()
            migrated_sqlite(home / name).engine.dispose()
        urls = [f"sqlite:///{home / name / 'statements.sqlite'}" for name in ("straight", "crooked")]
        holds_in_any_order(home, urls[0], urls[1], world, seen, course)


def on_postgresql(server: Server, world: World, seen: list[tuple[int, int, int]], course: Course) -> None:
    with tempfile.TemporaryDirectory() as folder, server.database() as one, server.database() as other:
        holds_in_any_order(Path(folder), one, other, world, seen, course)


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@given(observations(), courses())
@settings(UNHURRIED, max_examples=12)
def test_any_order_any_batches_repeats_two_workers_and_crashes_give_the_same_export(world, seen, course):
    on_sqlite(world, seen, course)


@pytest.mark.postgres
@given(observations(), courses())
@settings(UNHURRIED, max_examples=6)
def test_the_same_holds_on_postgresql(world, postgres_server: Server, seen, course):
    on_postgresql(postgres_server, world, seen, course)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@given(observations(), courses())
@settings(UNHURRIED, max_examples=200)
def test_it_holds_two_hundred_times(world, seen, course):
    on_sqlite(world, seen, course)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.postgres
@given(observations(), courses())
@settings(UNHURRIED, max_examples=200)
def test_it_holds_two_hundred_times_on_postgresql(world, postgres_server: Server, seen, course):
    on_postgresql(postgres_server, world, seen, course)
