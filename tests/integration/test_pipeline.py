"""The whole road in this process, on the specimen site and its rounds, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from schemas.errors import StatementsError
from scrapers.source import Source
from statements import fetching
from statements import tables as t
from statements.demo import declarations, pages, rounds, specimens
from statements.demo.site import SpecimenSite
from statements.history import history
from statements.pipeline import Pipeline, Settled
from statements.settings import Settings
from statements.store import Store, now


@dataclass
class Watched:
    """The specimen site under the watcher's eyes, without Airflow."""

    site: SpecimenSite
    store: Store
    place: Settings
    sources: dict[str, Source]
    state: rounds.State

    def show(self, changes: object = ()) -> None:
        self.state = rounds.after(self.state, changes)  # type: ignore[arg-type]
        self.site.show(pages.pages_of(self.state, self.sources))

    def look(self) -> list[Settled]:
        """Every source looked at once, and everything due."""
        with self.store.writing() as connection:
            connection.execute(sa.update(t.address).where(t.address.c.is_living).values(next_due_at=datetime.now(UTC) - timedelta(seconds=1)))
        settled = []
        for source in self.sources.values():
            pipeline = Pipeline(source, self.store, self.place)
            settled += [pipeline.settle(pipeline.fetch(batch)) for batch in pipeline.discover()]
        return settled

    def count(self, table: sa.Table) -> int:
        with self.store.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()

    def changes(self) -> list[tuple[str, str]]:
        with self.store.reading() as connection:
            rows = connection.execute(sa.select(t.change.c.address, t.change.c.klass))
            by_address = {s.address: s.id for s in self.state.statements.values()}
            return sorted((by_address.get(row.address, row.address), row.klass) for row in rows)


@pytest.fixture
def watched(place: Settings, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    clock = iter(range(10_000))
    begun = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr("scrapers.exchange.now_utc", lambda: begun + timedelta(seconds=next(clock)), raising=False)
    specimen_sources = [s for s in specimens.load(date(2026, 3, 2)) if (declarations.PACKAGED / f"{s.like}.yml").exists()]
    sources = declarations.write(tmp_path / "config", specimen_sources, date(2026, 3, 2))
    with SpecimenSite() as site:
        state = rounds.first(specimen_sources)
        site.show(pages.pages_of(state, sources))
        yield Watched(site, store, replace(place, config=tmp_path / "config", routes=site.routes()), sources, state)


def test_the_first_look_stores_every_statement_once_and_owes_nothing(watched):
    settled = watched.look()
    assert {verdict for batch in settled for verdict, _ in batch.verdicts} == {"ok"}
    assert watched.count(t.version) == watched.count(t.statement) == len(watched.state.statements)
    assert watched.count(t.outbox) == 0


def test_a_second_look_at_an_unchanged_site_stores_nothing_and_reads_nothing(watched):
    watched.look()
    before = watched.count(t.version), watched.count(t.extraction), watched.count(t.snapshot)
    watched.site.answered.clear()
    watched.look()
    assert (watched.count(t.version), watched.count(t.extraction), watched.count(t.snapshot)) == before
    assert watched.site.answered[304] >= len(watched.state.statements)


def test_the_rounds_give_each_kind_of_change_and_nothing_else(watched):
    watched.look()
    for changes in rounds.load():
        watched.show(changes)
        watched.look()
    found = watched.changes()
    assert ("taiyuan", "substantive") in found
    assert ("water", "structural") in found
    assert ("tariffs", "substantive") in found
    assert ("declaration", "editorial") in found
    assert ("millennium", "editorial") in found
    assert [name for name, _ in found].count("fishing") == 2
    assert not [name for name, _ in found if name in {"mission", "envoy"}]
    assert watched.count(t.shift) > 0


def test_a_crash_between_fetch_and_settle_is_picked_up_by_the_next_run(watched):
    source = next(iter(watched.sources.values()))
    pipeline = Pipeline(source, watched.store, watched.place)
    abandoned = [pipeline.fetch(batch) for batch in pipeline.discover()]
    again = Pipeline(source, watched.store, watched.place)
    waiting = again.discover()
    assert set(abandoned) <= set(waiting)
    for batch in waiting:
        again.settle(again.fetch(batch))
    with watched.store.reading() as connection:
        assert not fetching.unsettled(connection, source.id)
        assert connection.execute(sa.select(t.pending)).first() is None


def test_what_waits_when_a_declaration_is_edited_is_refused_for_an_hour_and_then_done(watched):
    source = next(iter(watched.sources.values()))
    abandoned = Pipeline(source, watched.store, watched.place).discover()
    rules = replace(source.address, scheme=None, aliases={host: f"old.{host}" for host in source.hosts})
    edited = Pipeline(replace(source, address=rules, sha256="of the file as edited"), watched.store, watched.place)
    with pytest.raises(StatementsError, match="made under other declarations"):
        edited.fetch(abandoned[0])
    with pytest.raises(StatementsError, match="made under other declarations"):
        edited.fetch(next(batch for batch in edited.discover() if batch in abandoned))
    with watched.store.writing() as connection:
        connection.execute(sa.update(t.batch).values(created_at=now() - timedelta(hours=1)))
    waiting = edited.discover()
    assert set(abandoned) <= set(waiting)
    assert sum(edited.settle(edited.fetch(batch)).versions for batch in waiting) > 0


def test_settling_twice_is_harmless(watched):
    source = next(iter(watched.sources.values()))
    pipeline = Pipeline(source, watched.store, watched.place)
    (batch, *_) = pipeline.discover()
    pipeline.settle(pipeline.fetch(batch))
    before = watched.count(t.version), watched.count(t.reading)
    pipeline.settle(pipeline.fetch(batch))
    assert (watched.count(t.version), watched.count(t.reading)) == before


def test_history_tells_what_was_seen_in_time_order(watched):
    watched.look()
    watched.show(rounds.load()[0])
    watched.look()
    with watched.store.reading() as connection:
        row = connection.execute(sa.select(t.address).where(t.address.c.key == watched.state.statements["taiyuan"].address)).one()
        told = history(connection, row.statement_id)
    assert told["statement"]["state"] == "live"
    assert len(told["versions"]) == 2
    assert [c["class"] for c in told["changes"]] == ["substantive"]
    assert [c["captured_at"] for c in told["captures"]] == sorted(c["captured_at"] for c in told["captures"])
