"""How an archive's mementos are cut into batches, recorded and settled."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa

from schemas.errors import StatementsError
from scrapers.mementos import Memento
from statements import backfilling
from statements import tables as t
from statements.backfilling import backfill, left_over
from statements.identity import bind, introduce
from statements.pipeline import Pipeline
from statements.settlers import Elsewhere, Here, settler_for
from statements.settling import Occasion
from statements.store import now
from tests.archived_world import World, memento, world_in
from tests.stores import migrated_sqlite, settings_for


class Gone(Exception):
    """The process ends here."""


class Batches:
    """Settles nothing, and remembers what it was handed."""

    def __init__(self) -> None:
        self.handed: list[str] = []

    def settle(self, batch: str) -> Iterator[tuple[str, str]]:
        self.handed.append(batch)
        return iter(())

    def rest(self) -> Iterator[tuple[str, str]]:
        return iter(())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_in(tmp_path_factory.mktemp("world"))


@pytest.fixture
def pipeline(tmp_path, world: World) -> Pipeline:
    store = migrated_sqlite(tmp_path)
    return Pipeline(world.source, store, settings_for(tmp_path, f"sqlite:///{tmp_path / 'statements.sqlite'}", config=world.config))


def of_every_address(world: World, minutes: Sequence[int] = (0,)) -> list[Memento]:
    return [memento(world, url, 0, minute) for url in sorted(world.bodies) if world.bodies[url][0] for minute in minutes]


def count(pipeline: Pipeline, table: sa.Table) -> int:
    with pipeline.store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_what_a_slow_archive_gave_is_recorded_before_the_next_is_waited_for(pipeline, world, monkeypatch):
    monkeypatch.setattr(backfilling, "KEPT_AFTER", 0.0)
    wanted = of_every_address(world)[:3]

    def slowly() -> Iterator[Memento]:
        for number, one in enumerate(wanted):
            assert count(pipeline, t.ledger) == number
            yield one
        raise Gone

    with pytest.raises(Gone):
        backfill(pipeline.store, pipeline.source, slowly(), "archive", Here(pipeline))
    tally = backfill(pipeline.store, pipeline.source, wanted, "archive", Here(pipeline))
    assert (tally.known, tally.new, tally.versions) == (3, 0, 3)


def test_a_quick_archive_fills_its_batches(pipeline, world, monkeypatch):
    monkeypatch.setattr(backfilling, "KEPT_AFTER", 3600.0)
    monkeypatch.setattr(backfilling, "CHUNK_BODIES", 3)
    addresses, repeats = 5, 4
    mementos = of_every_address(world, range(repeats))[: addresses * repeats]
    assert len({m.capture.body_sha256 for m in mementos}) == addresses
    batches = Batches()
    backfill(pipeline.store, pipeline.source, mementos, "archive", batches)
    assert len(batches.handed) == 3, "a body that comes again makes a batch no fuller"


def test_what_comes_into_a_batch_that_another_process_has_settled_is_not_forgotten(pipeline, world, monkeypatch):
    monkeypatch.setattr(backfilling, "KEPT_AFTER", 0.0)
    first, second = of_every_address(world)[:2]

    def while_another_settles() -> Iterator[Memento]:
        yield first
        backfill(pipeline.store, pipeline.source, (), "archive", Here(pipeline))
        assert left_over(pipeline.store, pipeline.source.id) == []
        yield second
        raise Gone

    with pytest.raises(Gone):
        backfill(pipeline.store, pipeline.source, while_another_settles(), "archive", Batches())
    assert len(left_over(pipeline.store, pipeline.source.id)) == 1
    backfill(pipeline.store, pipeline.source, (), "archive", Here(pipeline))
    assert count(pipeline, t.version) == 2 and count(pipeline, t.pending) == 0


def test_two_processes_settle_on_sqlite_what_one_would_and_none_is_begun_for_nothing(pipeline, world, monkeypatch):
    monkeypatch.setattr(backfilling, "CHUNK_BODIES", 1)
    mementos = of_every_address(world, (0, 5))
    with settler_for(pipeline) as settler:
        assert isinstance(settler, Elsewhere) or os.cpu_count() == 1
        tally = backfill(pipeline.store, pipeline.source, mementos, "archive", settler)
    assert (tally.new, tally.readings, tally.failed) == (len(mementos), len(mementos), [])
    assert count(pipeline, t.pending) == 0
    with settler_for(pipeline, 2) as settler:
        again = backfill(pipeline.store, pipeline.source, mementos, "archive", settler)
        assert "_pool" not in vars(settler)
    assert (again.known, again.new) == (len(mementos), 0)


def test_a_settling_process_that_was_ended_from_outside_is_told_and_nothing_is_lost(pipeline, world, monkeypatch):
    monkeypatch.setattr(backfilling, "CHUNK_BODIES", 1)
    mementos = of_every_address(world)

    def until_one_is_killed() -> Iterator[Memento]:
        for number, one in enumerate(mementos):
            if number == 2:
                os.kill(next(iter(settler._pool._processes)), signal.SIGKILL)
            yield one

    with pytest.raises(StatementsError, match="run the same command again"), settler_for(pipeline, 2) as settler:
        backfill(pipeline.store, pipeline.source, until_one_is_killed(), "archive", settler)
    tally = backfill(pipeline.store, pipeline.source, mementos, "archive", Here(pipeline))
    assert tally.failed == [] and count(pipeline, t.pending) == 0
    assert count(pipeline, t.capture) == len(mementos)


def test_statements_of_an_archive_share_a_transaction_and_its_questions(pipeline, world):
    asked = []
    sa.event.listen(pipeline.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def asked_for(mementos: Sequence[Memento]) -> int:
        asked.clear()
        tally = backfill(pipeline.store, pipeline.source, mementos, "archive", Here(pipeline))
        assert tally.statements == len(mementos) and tally.versions
        return len(asked)

    alone, *together = of_every_address(world)
    assert len(together) >= 4
    for_one = asked_for([alone])
    assert asked_for(together) <= for_one + 1, "the questions of a transaction do not grow with its statements"


def test_statements_that_a_fact_merged_meanwhile_are_settled_as_one(pipeline, world):
    one, other = [memento(world, url, 0, 0) for url in sorted(world.bodies)[:2]]
    batches = Batches()
    backfill(pipeline.store, pipeline.source, [one, other], "archive", batches)
    held_back = pipeline._by_statement

    def then_merged(judged):
        groups = held_back(judged)
        with pipeline.store.writing() as connection:
            keys = {m.capture.address: (m.capture.address, m.capture.address) for m in (one, other)}
            introduce(connection, pipeline.source.id, keys, at=now())
            bind(connection, pipeline.source.id, one.capture.address, other.capture.address, "canonical", at=now())
        return groups

    pipeline._by_statement = then_merged
    settled = pipeline.settle_captures([one.capture.key, other.capture.key], Occasion(pipeline.source, now(), is_live=False))
    assert settled.statements == 1 and settled.versions == 2
