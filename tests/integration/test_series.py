"""A series over the store: what `statements shifts --series` shows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from schemas.errors import StoreError
from schemas.records import Passage, Wording
from statements import settings
from statements import tables as t
from statements.commands.shifts import command
from statements.extracting import wording_id, wording_row
from statements.positions import lexicon, series
from statements.serial import mark_stale, recompute, stale_series
from statements.store import Store
from tests.stores import settings_for

AT = datetime(2024, 1, 1, tzinfo=UTC)
SAID = {
    "later": (date(2003, 6, 9), "The two sides firmly support the northern railway."),
    "earlier": (date(2001, 5, 4), "The two sides support the northern railway."),
    "other": (date(2002, 1, 1), "Norway supports the northern railway."),
}


@pytest.fixture
def kept(place, store, tmp_path: Path, monkeypatch) -> Path:
    """Three statements in the store, two of them joint; the declarations of a series and an issue in the folder returned."""
    with store.writing() as connection:
        for name, (day, text) in SAID.items():
            kind = "remarks" if name == "other" else "joint_statement"
            wording = Wording(f"Talks, {name}", (Passage(text),), published_on=day, document_type=kind, parties=("China", "Norway"))
            key = f"https://arden.example/{name}"
            rows = {
                t.statement: {"id": name, "source": "arden_en", "state": "live", "recorded_at": AT},
                t.address: {
                    "key": key, "source": "arden_en", "statement_id": name, "identity": key, "fetch_url": key, "is_living": True, "recorded_at": AT,
                },
                t.wording: wording_row(wording),
                t.version: {
                    "id": f"v-{name}", "address": key, "content_sha256": wording.content_sha256, "wording_id": wording_id(wording), "captures": 1,
                    "first_captured_at": AT, "last_captured_at": AT, "first_body_sha256": "b", "last_body_sha256": "b", "recorded_at": AT,
                },
            }  # fmt: skip
            for table, row in rows.items():
                connection.execute(sa.insert(table), row)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "talks.yml").write_text("title: Talks\nsource: arden_en\nlanguage: en\nkinds: [joint_statement]\n", "utf-8")
    (tmp_path / "railway.yml").write_text("title: Railway\nmentions: {en: [railway]}\n", "utf-8")
    monkeypatch.setattr(settings, "load", lambda: place)
    return tmp_path


def test_a_series_shows_its_members_in_order_by_the_statements_ids(kept):
    result = CliRunner().invoke(
        command, ["--series", "talks", "--series-dir", str(kept / "own"), "--issues", str(kept), "--json"], catch_exceptions=False
    )
    told = json.loads(result.stdout)
    assert [statement["statement"] for statement in told["statements"]] == ["earlier", "later"]
    assert [(s["issue"], s["from"], s["to"], s["kind"], s["cause"]) for s in told["shifts"]] == [
        ("railway", "earlier", "later", "strengthened", "source")
    ]


def test_a_series_with_nobody_in_the_store_says_so(kept):
    (kept / "own" / "walks.yml").write_text("title: Walks\nsource: borel_en\nlanguage: en\nkinds: [remarks]\n", "utf-8")
    result = CliRunner().invoke(command, ["--series", "walks", "--series-dir", str(kept / "own"), "--issues", str(kept), "--json"])
    assert result.exit_code == 0 and json.loads(result.stdout) == {"statements": [], "shifts": [], "matrix": {}}
    assert "no statement of the store belongs" in result.stderr


@pytest.mark.postgres
def test_a_series_is_recomputed_with_what_another_worker_is_about_to_commit(tmp_path: Path, postgres_url: str):
    (tmp_path / "talks.yml").write_text("title: Talks\nsource: arden_en\nlanguage: en\nkinds: [joint_statement]\n", "utf-8")
    talks, store = series.load("talks", tmp_path), Store.open(settings_for(tmp_path, postgres_url))
    with store.writing() as connection:
        mark_stale(connection, ["talks"])
    with store.writing() as settling:
        mark_stale(settling, ["talks"])  # a second batch has touched the series, and is not committed yet
        with pytest.raises(StoreError, match="lock timeout"), store.writing() as recomputing:
            recomputing.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
            recompute(recomputing, talks, lexicon.load(), AT)
    with store.writing() as connection:
        assert stale_series(connection) == ["talks"]
        recompute(connection, talks, lexicon.load(), AT)
        assert stale_series(connection) == []
