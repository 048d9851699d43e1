"""The queries that analysts run by hand hold to the tables, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

QUERIES = sorted((Path(__file__).resolve().parents[2] / "sql" / "queries").glob("*.sql"))
GIVEN = {"source": "cn_mfa_en", "issue": "taiwan", "least": 0.5, "version": "0" * 64}


def without_comments(path: Path) -> str:
    return "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith("--"))


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_runs_on_the_declared_tables(store, path):
    query = sa.text(without_comments(path))
    with store.reading() as connection:
        assert connection.execute(query, {name: GIVEN[name] for name in query._bindparams}).all() == []


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_says_what_it_is_for_and_what_it_takes(path):
    text = path.read_text("utf-8")
    assert text.startswith("-- ")
    assert all(f"-- :{name} " in text for name in sa.text(without_comments(path))._bindparams)
