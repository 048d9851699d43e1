"""The watching DAG run in this process by `dag.test()`, on a site of this machine that gives every kind of answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner

from scrapers.source import Source
from statements import tables as t
from statements.cli import cli
from statements.demo import declarations, pages, rounds, specimens
from statements.demo.site import Page, SpecimenSite
from statements.demo.specimens import SpecimenSource
from statements.store import Store
from tests.airflow.inside.conftest import DAGS
from tests.stores import migrated_sqlite

pytestmark = [pytest.mark.dagtest]

SOURCE = "specimen_mfa_en"
NAMES = ("ok", "error_page", "blocked", "layout_changed", "undecodable", "quarantined", "failed", "gone")
CHALLENGE = b"<html><head><title>Just a moment...</title></head><body><p>Checking your browser before accessing</p></body></html>"


@dataclass
class Watched:
    """One specimen source of eight statements, its site, and the DAGs that watch it."""

    site: SpecimenSite
    store: Store
    declared: dict[str, Source]
    specimens: SpecimenSource
    pages: dict[str, Page]
    config: Path
    parse: Callable[[Path], dict]

    def run(self, dag_id: str = f"watch_{SOURCE}") -> str:
        """One run of a DAG, no task tried twice; its state."""
        dag = self.parse(DAGS)[dag_id]
        for task in dag.tasks:
            task.retries = 0
        return str(dag.test().state)

    def address(self, name: str) -> str:
        return next(statement.address for statement in self.specimens.statements if statement.id == name)

    def answer(self, name: str, page: Page | None) -> None:
        """From now on this is what stands at the statement's address; None: nothing."""
        self.pages = {url: old for url, old in self.pages.items() if url != self.address(name)}
        if page:
            self.pages[self.address(name)] = page
        self.site.show(self.pages)

    def verdicts(self) -> dict[str, str]:
        """The verdict of each statement's latest capture, by its name."""
        names = {statement.address: statement.id for statement in self.specimens.statements}
        with self.store.reading() as connection:
            query = sa.select(t.reading.c.address, t.reading.c.verdict).where(t.reading.c.is_current).order_by(t.reading.c.captured_at)
            return {names[address]: verdict for address, verdict in connection.execute(query)}

    def versions(self) -> Counter[str]:
        names = {statement.address: statement.id for statement in self.specimens.statements}
        with self.store.reading() as connection:
            return Counter(names[address] for address in connection.execute(sa.select(t.version.c.address)).scalars())

    def redesign(self, name: str, words: bytes = b"") -> None:
        """Rebuild one page in a layout that nobody declared, with other words where they are given."""
        page = self.pages[self.address(name)]
        body = page.body.replace(b"content_text", b"article-body").replace(b"TRS_UEDITOR", b"rich-text").replace(b"news_header_title", b"headline")
        assert body != page.body
        self.answer(name, Page(body.replace(b"keep calm", words) if words else body))

    def add_layout(self, layout: dict[str, str]) -> None:
        """Close the layout in force with today, and declare its successor, as an engineer does."""
        file = self.config / "sources" / f"{SOURCE}.yml"
        raw = yaml.safe_load(file.read_text("utf-8"))
        raw["layouts"][-1]["until"] = datetime.now(UTC).date()
        raw["layouts"].append(layout)
        file.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), "utf-8")


@pytest.fixture
def watched(dags, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    today = datetime.now(UTC).date()
    packaged = next(source for source in specimens.load(today) if source.id == SOURCE)
    fishing = next(statement for statement in packaged.statements if statement.id == "fishing")
    eight = tuple(
        replace(fishing, id=name, title=f"{fishing.title} ({name.replace('_', ' ')})", address=fishing.address.replace("9582040", f"958204{number}"))
        for number, name in enumerate(NAMES)
    )
    source = replace(packaged, statements=eight)
    config = tmp_path / "config"
    declared = declarations.write(config, [source], today)
    store = migrated_sqlite(tmp_path)
    with SpecimenSite() as site:
        shown = pages.pages_of(rounds.first([source]), declared)
        site.show(shown)
        for name, value in {
            "STATEMENTS_HOME": tmp_path,
            "STATEMENTS_CONFIG": config,
            "STATEMENTS_CONTACT": "tests@example.org",
            "STATEMENTS_ALLOW_PRIVATE_ADDRESSES": 1,
            "STATEMENTS_ROUTES": " ".join(f"{origin}={there}" for origin, there in site.routes().items()),
        }.items():
            monkeypatch.setenv(name, str(value))
        yield Watched(site, store, declared, source, shown, config, dags)
        store.engine.dispose()


def test_each_kind_of_answer_gets_its_verdict_and_only_a_statement_becomes_a_version(watched):
    page = watched.pages[watched.address("ok")].body
    watched.answer("error_page", Page(redirect="https://www.mfa.example/error.htm"))
    watched.answer("blocked", Page(CHALLENGE))
    watched.redesign("layout_changed")
    watched.answer("undecodable", Page(bytes(range(256)) * 40, "application/octet-stream"))
    watched.answer("quarantined", Page(page.replace(b"Chinese fishermen have worked", 3 * b"\xef\xbf\xbd")))  # what a wrong charset leaves behind
    watched.answer("failed", Page(redirect="ftp://elsewhere.example/statement.html"))
    watched.answer("gone", None)
    assert watched.run() == "success"
    assert watched.verdicts() == {name: name for name in NAMES}
    assert watched.versions() == {"ok": 1}


def test_a_second_run_over_an_unchanged_site_stores_nothing_new(watched):
    assert watched.run() == "success"
    before = watched.versions()
    assert before == dict.fromkeys(NAMES, 1)
    watched.site.answered.clear()
    assert watched.run() == "success"
    assert watched.versions() == before
    assert watched.site.answered[304] >= len(NAMES)


def test_a_redesign_costs_no_version_shows_in_health_and_one_replay_brings_in_what_was_held(watched):
    watched.run()
    for name in NAMES:
        watched.redesign(name, b"keep their distance" if name == "ok" else b"")
    assert watched.run() == "success"
    assert set(watched.verdicts().values()) == {"layout_changed"}
    assert watched.versions() == dict.fromkeys(NAMES, 1)
    assert watched.run("health") == "failed"
    assert "of 8 pages" in CliRunner().invoke(cli, ["check", SOURCE]).output

    watched.add_layout({"name": "rebuilt", "select": ".article-body", "title": ".headline", "published": ".xltime"})
    replayed = CliRunner().invoke(cli, ["quarantine", "--replay"])
    assert (replayed.exit_code, replayed.output.splitlines()[-1]) == (0, "8 of 8 passed and took their place in time; 0 are held back still.")
    assert watched.versions() == {name: 1 + (name == "ok") for name in NAMES}
    assert watched.run("health") == "success"


def test_a_declaration_with_a_mistake_fails_the_health_dag_by_file_line_and_key(watched):
    (watched.config / "sources" / "atlantis.yml").write_text("title: Atlantis\nlayuots: []\n", "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        told = []
        from statements import operations

        insist = operations.insist_on_health

        def listen(found):
            try:
                insist(found)
            except operations.SourcesAil as error:
                told.append(str(error))
                raise

        patched.setattr(operations, "insist_on_health", listen)
        assert watched.run("health") == "failed"
    assert "atlantis.yml:2: layuots" in told[-1]
