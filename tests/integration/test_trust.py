"""What is not the statement becomes no version, through `settle`: a verdict for each, nothing lost, and a replay brings back what was mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from schemas.records import Capture
from scrapers.source import load_source, statement_key
from statements import settings
from statements import tables as t
from statements.commands.quarantine import command
from statements.history import find_statement, history
from statements.identity import introduce
from statements.pipeline import Pipeline
from statements.quarantine import REFUSED, held, held_one, replay
from statements.settings import Settings
from statements.settling import Occasion
from statements.store import Store, add, now, record
from statements.vitals import MENDABLE

URL = "https://www.mfa.example/news/1.html"
START = datetime(2024, 3, 1, 8, tzinfo=UTC)
DECLARED = """\
title: A ministry
country: ZZ
language: en
hosts: [www.mfa.example]
watched_since: 2024-01-01
layouts:
  - {name: only, select: "%s", title: h1}
expect:
  passages: {min: %d}
"""
WORDS = [
    "The two sides met on Tuesday and agreed to go on with the talks that they began in the spring.",
    "They welcomed the report of the commission on the waters of the lower river, and thanked its members.",
    "They asked the commission to propose a common warning system before the next season of floods.",
    "The next round will be held in autumn at a place that both sides have still to agree upon.",
]


def page(*words: str, title: str = "Statement on the river talks") -> bytes:
    paragraphs = "".join(f"<p>{word}</p>" for word in words or WORDS)
    menu = "".join(f"<li><a href='/{i}'>Section {i} of the ministry's site</a></li>" for i in range(40))
    head = f"<!DOCTYPE html><html><head><title>{title}</title></head>"
    return f"{head}<body><ul>{menu}</ul><h1>{title}</h1><div id='words'>{paragraphs}</div></body></html>".encode()


def notice(words: str, title: str = "Ministry") -> bytes:
    return f"<html><head><title>{title}</title></head><body><p>{words}</p></body></html>".encode()


@dataclass
class Address:
    """One address under the watcher's eyes."""

    store: Store
    place: Settings

    @property
    def path(self) -> Path:
        assert self.place.config
        return self.place.config / "sources" / "xx_mfa.yml"

    def declare(self, *, select: str = "#words", passages: int = 1) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(DECLARED % (select, passages), "utf-8")

    def see(self, minutes: float, body: bytes | None = None, **given: Any) -> str:
        """One live capture, settled; returns its id."""
        source, body = load_source(self.path), page() if body is None else body
        sha256 = self.store.snapshots.put(body) if body else None
        at = START + timedelta(minutes=minutes)
        capture = Capture(URL, at, url=URL, final_url=URL, status=200, body_sha256=sha256)
        capture = replace(capture, **given)
        with self.store.writing() as connection:
            introduce(connection, source.id, {URL: (statement_key(source, URL), URL)}, at=now())
            if sha256:
                add(connection, t.snapshot, [{"sha256": sha256, "size": len(body), "recorded_at": now()}])
            record(connection, source.id, None, [capture], at=now())
        Pipeline(source, self.store, self.place).settle_captures([capture.key], Occasion(source, now(), is_live=True))
        return capture.key

    def told(self) -> dict[str, Any]:
        with self.store.reading() as connection:
            return history(connection, find_statement(connection, URL, URL))

    def verdicts(self) -> list[str]:
        return [capture["verdict"] for capture in self.told()["captures"]]


@pytest.fixture
def address(place: Settings, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    own = replace(place, config=tmp_path / "config")
    monkeypatch.setattr(settings, "load", lambda: own)
    watched = Address(store, own)
    watched.declare()
    return watched


# One database is enough for what is decided without it.
on_sqlite = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

LIES = {
    "error_page": {"body": page("Sorry, the page you requested cannot be found.", title="Ministry")},
    "blocked": {"body": notice("Checking your browser before accessing www.mfa.example.", "Just a moment...")},
    "blocked by a wall": {"body": notice("<input type='password'>Please log in to continue.", "Sign in")},
    "error_page after a redirect": {"body": page("The newest words of the ministry."), "final_url": "https://www.mfa.example/"},
    "half_loaded": {"body": page()[: len(page()) * 3 // 4]},
    "layout_changed": {"body": page().replace(b"id='words'", b"id='text'")},
    "undecodable": {"body": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9},
    "quarantined": {"body": page(*WORDS, "Suggest to a Friend&zwnj;", '"&gt; window.location = x')},
}


@on_sqlite
def test_what_is_not_the_statement_gets_its_verdict_and_touches_no_version(address):
    address.see(0)
    before = address.told()
    for hour, lie in enumerate(LIES.values(), 1):
        address.see(60 * hour, **lie)
    address.see(60 * 24)
    assert address.verdicts() == ["ok", *(kind.split()[0] for kind in LIES), "ok"]
    after = address.told()
    assert [v["id"] for v in after["versions"]] == [v["id"] for v in before["versions"]]
    assert after["changes"] == []
    assert after["statement"]["state"] == "live"


@on_sqlite
def test_a_text_that_lost_most_counts_only_once_it_was_seen_again_minutes_on(address):
    address.see(0)
    address.see(60, page("The two sides met."))
    assert (address.verdicts()[-1], len(address.told()["versions"])) == ("provisional", 1)
    address.see(70, page("The two sides met."))
    assert len(address.told()["versions"]) == 2


@on_sqlite
def test_a_text_that_returns_dismisses_the_stub(address):
    address.see(0)
    address.see(60, page("The two sides met."))
    address.see(62)
    assert len(address.told()["versions"]) == 1
    assert address.told()["changes"] == []


@on_sqlite
def test_gone_needs_proof_and_what_comes_back_is_restored(address):
    address.see(0)
    for hours in (1, 2):
        address.see(hours * 60, b"", status=404)
    assert address.told()["statement"]["state"] == "live"
    address.see(30 * 60, b"", status=410)
    assert address.told()["statement"]["state"] == "gone"
    address.see(40 * 60)
    assert address.told()["statement"]["state"] == "restored"
    assert len(address.told()["versions"]) == 1


def test_a_broken_layout_leaves_versions_alone_and_one_replay_brings_the_held_pages_in(address):
    address.see(0)
    address.declare(select="#gone")
    address.see(60, page(*WORDS[:3], "The next round will not be held in autumn."))
    address.see(120, page(*WORDS[:3], "The next round will be held in winter."))
    assert address.verdicts() == ["ok", "layout_changed", "layout_changed"]
    assert len(address.told()["versions"]) == 1
    address.declare()
    shown = CliRunner().invoke(command, ["--replay", "--json"])
    assert shown.exit_code == 0, shown.output
    assert len(json.loads(shown.stdout)["accepted"]) == 2
    told = address.told()
    assert [v["first_captured_at"][11:16] for v in told["versions"]] == ["08:00", "09:00", "10:00"]
    assert len(told["changes"]) == 2


@on_sqlite
def test_a_failed_expectation_is_listed_with_value_and_provenance_and_replayed_once_mended(address):
    address.declare(passages=9)
    key = address.see(0)
    with address.store.reading() as connection:
        (one,) = held(connection)
        assert held_one(connection, key[:8]) == one == held_one(connection, URL)
    assert (one.id, one.verdict, one.source) == (key, "quarantined", "xx_mfa")
    (finding,) = one.findings
    assert (finding["expectation"], finding["value"]) == ("enough_passages", 4)
    assert one.wording is not None and one.wording.title == "Statement on the river talks"

    again = CliRunner().invoke(command, ["show", key[:8], "--replay", "--json"])
    assert again.exit_code == 4, "nothing was mended"
    address.declare(passages=2)
    with address.store.reading() as connection:
        outcome = replay(address.store, address.place, held(connection))
    assert (outcome.accepted, outcome.held) == ((key,), ())
    assert len(address.told()["versions"]) == 1


@on_sqlite
def test_the_verb_lists_shows_and_says_when_nothing_is_held(address):
    nothing = CliRunner().invoke(command, [])
    assert (nothing.exit_code, nothing.output) == (0, "Nothing is held back.\n")
    address.declare(passages=9)
    key = address.see(0)
    listed = CliRunner().invoke(command, ["--json"])
    assert [one["id"] for one in json.loads(listed.stdout)["quarantined"]] == [key]
    assert key[:12] in CliRunner().invoke(command, []).output
    shown = CliRunner().invoke(command, ["show", key[:12]])
    assert "enough_passages" in shown.output and WORDS[0] in shown.output
    assert json.loads(CliRunner().invoke(command, ["show", key[:12], "--json"]).stdout)["passages"][0]["text"] == WORDS[0]


@on_sqlite
def test_block_pages_are_held_apart_from_what_a_mended_declaration_can_change(address):
    address.see(0, **LIES["blocked"])
    with address.store.reading() as connection:
        assert held(connection, verdicts=MENDABLE) == []
        assert [one.verdict for one in held(connection, verdicts=REFUSED)] == ["blocked"]


@on_sqlite
def test_a_source_that_is_no_longer_declared_fails_a_replay_alone(address):
    address.declare(passages=9)
    key = address.see(0)
    address.path.unlink()
    with address.store.reading() as connection:
        outcome = replay(address.store, address.place, held(connection))
    assert (outcome.held, [source for source, _ in outcome.failed]) == ((key,), ["xx_mfa"])


@on_sqlite
def test_a_settled_batch_leaves_its_page_and_the_sources_health(address):
    address.declare(select="#gone")
    capture = address.see(0)
    source = load_source(address.path)
    pipeline = Pipeline(source, address.store, address.place)
    settled = pipeline.settle_captures([capture], Occasion(source, START + timedelta(hours=1), is_live=True), "a-batch")
    assert "layout changed" in Path(settled.page).read_text("utf-8")
    with address.store.reading() as connection:
        kept = connection.execute(sa.select(t.source_state.c.health)).scalar_one()
    assert kept["selectors"] == {"#gone": [1, 0]}
    assert [finding["kind"] for finding in kept["findings"]] == ["empty"]
    address.declare()
    settled = pipeline.settle_captures([address.see(60)], Occasion(source, START + timedelta(hours=2), is_live=False), "archived")
    assert Path(settled.page).exists()
    with address.store.reading() as connection:
        assert connection.execute(sa.select(t.source_state.c.health)).scalar_one() == kept, "an archive says nothing of the live source"
