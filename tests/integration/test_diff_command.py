"""`statements diff` as a person uses it: texts, pages, stored versions, and what it says when it cannot."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from schemas.records import Passage, Wording
from statements import tables as t
from statements.cli import cli
from statements.extracting import wording_id, wording_row
from statements.named import wording_named
from statements.store import Store, add
from tests.stores import migrated_sqlite

TEXT = """Joint Communiqué on Harbours

(Mar 4, 2031)

The two sides agree to widen trade in timber and fish along the northern coast.

Norway supports the bid of Chile to host the Fishery Forum.
"""
ADDRESS = "https://ministry.example/t1.html"


@pytest.fixture
def files(tmp_path):
    before, after = tmp_path / "before.txt", tmp_path / "after.txt"
    before.write_text(TEXT, "utf-8")
    after.write_text(TEXT.replace("supports", "does not support"), "utf-8")
    return str(before), str(after)


def run(*words: str):
    return CliRunner().invoke(cli, ["diff", *words])


def test_two_texts_give_one_json_document(files):
    result = run(*files, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["class"], told["cause"], len(told["changes"])) == ("substantive", "source", 1)
    assert {"negation"} <= set(told["changes"][0]["touches"])


def test_two_texts_are_told_in_words_without_colour_where_no_terminal_reads(files):
    result = run(*files)
    assert "[-supports-]{+does not support+}" in result.stdout
    assert "\033[" not in result.stdout


def test_the_page_is_written_where_it_was_asked(files, tmp_path):
    result = run(*files, "--html", str(tmp_path / "change.html"))
    assert result.exit_code == 0
    assert "does not support</ins>" in (tmp_path / "change.html").read_text("utf-8")


def test_equal_texts_have_no_change_and_no_cause(files):
    told = json.loads(run(files[0], files[0], "--json").stdout)
    assert (told["class"], told["cause"], told["changes"]) == ("none", None, [])


def test_a_missing_side_is_wrong_use(files):
    result = run(files[0], "nowhere.txt")
    assert result.exit_code == 2
    assert "nowhere.txt: there is no such file" in result.output


@pytest.mark.parametrize("body", [b"", bytes(range(256)) * 40])
def test_a_page_that_is_not_understood_is_an_error_object(files, tmp_path, body):
    (tmp_path / "odd.txt").write_bytes(body)
    result = run(files[0], str(tmp_path / "odd.txt"), "--json")
    assert result.exit_code == 3
    assert {"error", "message", "url", "selector"} <= set(json.loads(result.stdout))


@pytest.fixture
def stored(tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("STATEMENTS_HOME", str(tmp_path))
    monkeypatch.delenv("STATEMENTS_DATABASE_URL", raising=False)
    store = migrated_sqlite(tmp_path)
    seen = [datetime(2031, 3, 4, 9, tzinfo=UTC), datetime(2031, 5, 2, 9, tzinfo=UTC)]
    said = ["Norway supports the toll on barges.", "Norway opposes the toll on barges."]
    with store.writing() as connection:
        add(connection, t.statement, [{"id": "5" * 64, "source": "specimen", "state": "live", "recorded_at": seen[0]}])
        address = {"key": ADDRESS, "source": "specimen", "statement_id": "5" * 64, "identity": "t1", "fetch_url": ADDRESS}
        add(connection, t.address, [{**address, "is_living": True, "recorded_at": seen[0]}])
        for at, text, letter in zip(seen, said, "ab", strict=True):
            wording = Wording("Communiqué", (Passage(text),), published_on=date(2031, 3, 4))
            key = wording_id(wording)
            add(connection, t.wording, [wording_row(wording)])
            shared = {"address": ADDRESS, "first_captured_at": at, "last_captured_at": at, "content_sha256": wording.content_sha256}
            bodies = {"first_body_sha256": letter, "last_body_sha256": letter, "wording_id": key, "captures": 1}
            add(connection, t.run, [{**shared, **bodies, "length": len(text)}])
            add(connection, t.version, [{"id": letter * 64, **shared, **bodies, "recorded_at": at}])
    return store


@pytest.mark.parametrize(
    ("one", "other"),
    [("aaaaaa", "bbbbbb"), (f"{ADDRESS}@2031-04-01", f"{ADDRESS}@2031-05-02"), ("555555@2031-03-04", "b" * 64)],
    ids=["ids", "days", "a day and an id"],
)
def test_stored_versions_are_found_by_id_or_by_day(stored, one, other):
    told = json.loads(run(one, other, "--json").stdout)
    assert [change["kind"] for change in told["changes"]] == ["reworded"]
    assert told["changes"][0]["before"] == "Norway supports the toll on barges."


def test_a_day_before_the_first_version_is_said(stored):
    result = run(f"{ADDRESS}@2030-01-01", "bbbbbb")
    assert result.exit_code == 1
    assert "no version of this statement was seen until then" in str(result.exception)


def test_a_version_is_labelled_with_when_it_was_first_seen(stored):
    assert wording_named("aaaaaa").label == "version aaaaaaaaaaaa, first seen 2031-03-04 09:00 UTC"
