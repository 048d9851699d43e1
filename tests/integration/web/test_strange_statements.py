"""Pages of statements that no specimen has: variants between living addresses, a ministry that writes markup, gone statements."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from schemas.records import Passage, Wording, digest
from statements import tables as t
from statements.extracting import wording_id, wording_row
from statements.store import Store
from statements.web.app import create_app
from statements.web.library import Library
from tests.stores import migrated_sqlite, settings_for

SEEN = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
STATEMENT = digest("statement")
HOSTILE = '<script>alert("x")</script>'


def put(store: Store, address: str, wording: Wording, *, state: str = "live") -> str:
    """One version of one statement at an address; returns its id."""
    version = digest("version", address)
    key = wording_id(wording)
    rows = {
        t.statement: {"id": STATEMENT, "source": "nord_en", "state": state, "recorded_at": SEEN},
        t.address: {
            "key": address,
            "source": "nord_en",
            "statement_id": STATEMENT,
            "identity": STATEMENT,
            "fetch_url": address,
            "is_living": True,
            "recorded_at": SEEN,
        },
        t.wording: wording_row(wording),
        t.version: {
            "id": version,
            "address": address,
            "content_sha256": wording.content_sha256,
            "wording_id": key,
            "first_captured_at": SEEN,
            "last_captured_at": SEEN,
            "first_body_sha256": "aa",
            "last_body_sha256": "aa",
            "captures": 1,
            "recorded_at": SEEN,
        },
    }
    with store.writing() as connection:
        for table, row in rows.items():
            connection.execute(sa.insert(table).prefix_with("OR IGNORE"), row)
    return version


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Library(settings_for(tmp_path, f"sqlite:///{tmp_path / 'statements.sqlite'}"))))


def test_what_two_living_addresses_say_differently_is_a_variant_and_no_change(client, tmp_path):
    store = migrated_sqlite(tmp_path)
    ministry = put(store, "https://mfa.nord.example/1", Wording("Remarks", (Passage("We hope, for peace."),)))
    embassy = put(store, "https://oulo.nord.example/1", Wording("Remarks", (Passage("We hope for peace."),)))
    page = client.get("/statements", params={"q": "https://mfa.nord.example/1"}).text
    assert "Variants between its addresses" in page
    assert "Its words have stood as they were first seen." in page
    compared = client.get(f"/compare/{ministry}/{embassy}").text
    assert 'class="del"' in compared
    assert "not a recorded change" in compared


def test_what_a_ministry_writes_never_becomes_markup_and_its_address_never_a_script(client, tmp_path):
    store = migrated_sqlite(tmp_path)
    version = put(store, "javascript:alert(1)//", Wording(HOSTILE, (Passage(HOSTILE), Passage("\u202eback\u0000wards"))))
    for path in ("/", "/statements", "/statements?q=script", f"/versions/{version}"):
        page = client.get(path).text
        assert "<script" not in page, path
        assert "&lt;script" in page, path
    page = client.get(f"/versions/{version}").text
    assert "javascript:alert(1)//" in page
    assert 'href="javascript' not in page


def test_a_statement_that_is_gone_is_marked_so(client, tmp_path):
    put(migrated_sqlite(tmp_path), "https://mfa.nord.example/1", Wording("Remarks", (Passage("We hope for peace."),)), state="gone")
    assert '<span class="tag gone">gone</span>' in client.get("/").text
