"""Any set of captures, in any order, any batches, with repeats and crashes, gives the same export."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.records import Capture
from scrapers.mementos import Memento
from scrapers.source import Source
from statements.backfilling import Here, backfill, left_over
from statements.demo import declarations, pages, rounds, specimens
from statements.exporting import json_lines
from statements.pipeline import Pipeline
from statements.settings import Settings
from statements.store import Store
from tests.stores import Server, migrated_sqlite, settings_for

START = datetime(2025, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Pages of one specimen source in several states, and the declarations to read them by."""

    source: Source
    config: Path
    bodies: dict[str, tuple[bytes, ...]]  # by URL: what it answered in each round


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    config = tmp_path_factory.mktemp("config")
    specimen_sources = [s for s in specimens.load(date(2026, 3, 2)) if s.id == "specimen_mfa_en"]
    declared = declarations.write(config, specimen_sources, date(2026, 3, 2))
    state = rounds.first(specimens.load(date(2026, 3, 2)))
    states = [state]
    for changes in rounds.load():
        states.append(rounds.after(states[-1], changes))
    bodies: dict[str, list[bytes]] = {}
    everything = declarations.write(tmp_path_factory.mktemp("all"), specimens.load(date(2026, 3, 2)), date(2026, 3, 2))
    for one in states:
        for url, page in pages.pages_of(one, everything).items():
            if declared["specimen_mfa_en"].takes(url) and any(s.address == url for s in one.statements.values()):
                bodies.setdefault(url, []).append(page.body or b"")
    return World(declared["specimen_mfa_en"], config, {url: tuple(seen) for url, seen in bodies.items()})


def memento(world: World, url: str, state: int, minute: int) -> Memento:
    seen = world.bodies[url]
    body = seen[state % len(seen)]
    at = START + timedelta(minutes=minute)
    status = 200 if body else 404
    capture = Capture(
        address=url, captured_at=at, via="memento", url=url, final_url=url, status=status, body_sha256=sha256(body).hexdigest() if body else None
    )
    return Memento(capture, body or None, f"{url}@{at.isoformat()}#{state % len(seen)}")


class Crash(Exception):
    """The worker is gone."""


def told(store: Store) -> list[dict[str, object]]:
    def bare(value: object) -> object:
        if isinstance(value, dict):
            return {key: bare(item) for key, item in value.items() if key != "recorded_at"}
        return [bare(item) for item in value] if isinstance(value, list) else value

    return [bare(json.loads(line)) for line in json_lines(store)]  # type: ignore[misc]


def bring_in(place: Settings, world: World, mementos: Sequence[Memento], cuts: Sequence[int] = (), crash_at: int | None = None) -> None:
    """The mementos in the order given, in batches, perhaps broken off between recording and settling, then done again."""
    store = Store.open(place)
    pipeline = Pipeline(world.source, store, place)
    edges = [0, *sorted({cut % (len(mementos) + 1) for cut in cuts}), len(mementos)]
    for number, (start, end) in enumerate(pairwise(edges)):
        settler = _Broken() if number == crash_at else Here(pipeline)
        try:
            backfill(store, world.source, mementos[start:end], "archive", settler)
        except Crash:
            store.engine.dispose()
            store = Store.open(place)
            pipeline = Pipeline(world.source, store, place)
    backfill(store, world.source, (), "archive", Here(pipeline))
    assert left_over(store, world.source.id) == []
    store.engine.dispose()


class _Broken:
    def settle(self, batch: str) -> Iterator[tuple[str, str]]:
        raise Crash
        yield batch, ""

    def rest(self) -> Iterator[tuple[str, str]]:
        return iter(())


def observations() -> st.SearchStrategy[list[tuple[int, int, int]]]:
    return st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=10)


def holds_in_any_order(
    home: Path, url: str, other_url: str, world: World, seen: list[tuple[int, int, int]], order: list[int], cuts: list[int], crash: int | None
) -> None:
    urls = sorted(world.bodies)
    mementos = [memento(world, urls[which % len(urls)], state, minute) for which, state, minute in seen]
    straight = settings_for(home / "straight", url, config=world.config)
    crooked = settings_for(home / "crooked", other_url, config=world.config)
    bring_in(straight, world, sorted(mementos, key=lambda m: (m.capture.captured_at, m.where)))
    bring_in(crooked, world, [mementos[i % len(mementos)] for i in order] + mementos, cuts, crash)
    assert told(Store.open(crooked)) == told(Store.open(straight))


@given(observations(), st.lists(st.integers(0, 30), max_size=8), st.lists(st.integers(0, 20), max_size=3), st.none() | st.integers(0, 2))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_order_any_batches_repeats_and_a_crash_give_the_same_export(world, seen, order, cuts, crash):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("straight", "crooked"):
            (home / name).mkdir()
            migrated_sqlite(home / name).engine.dispose()
        urls = [f"sqlite:///{home / name / 'statements.sqlite'}" for name in ("straight", "crooked")]
        holds_in_any_order(home, urls[0], urls[1], world, seen, order, cuts, crash)


@pytest.mark.postgres
@given(observations(), st.lists(st.integers(0, 30), max_size=8), st.lists(st.integers(0, 20), max_size=3), st.none() | st.integers(0, 2))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_same_holds_on_postgresql(world, postgres_server: Server, seen, order, cuts, crash):
    with tempfile.TemporaryDirectory() as folder, postgres_server.database() as one, postgres_server.database() as other:
        holds_in_any_order(Path(folder), one, other, world, seen, order, cuts, crash)
