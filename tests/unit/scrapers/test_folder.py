"""Folders of saved pages with an index."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime

from schemas.records import Capture
from scrapers.mementos import Memento, Selection, Unread
from scrapers.mementos.folder import folder_mementos

URL = "https://www.ministry.example/eng/t1.shtml"


def folder(tmp_path, *entries, pages=("a.html",)):
    for name in pages:
        (tmp_path / name).write_bytes(f"page {name}".encode())
    (tmp_path / "index.jsonl").write_text("\n".join(entry if isinstance(entry, str) else json.dumps(entry) for entry in entries), "utf-8")
    return tmp_path


def test_an_entry_is_a_capture(tmp_path):
    entry = {"file": "a.html", "url": URL, "fetched": "2020-07-04T03:55:38.210182Z", "response_headers": ["Content-Type: text/html", 'Etag: "a:b"']}
    assert list(folder_mementos(folder(tmp_path, entry))) == [
        Memento(
            Capture(
                address=URL,
                captured_at=datetime(2020, 7, 4, 3, 55, 38, tzinfo=UTC),
                via="memento",
                url=URL,
                final_url=URL,
                status=200,
                headers=(("Content-Type", "text/html"), ("Etag", '"a:b"')),
                body_sha256=hashlib.sha256(b"page a.html").hexdigest(),
            ),
            b"page a.html",
            "index.jsonl:1",
        )
    ]


def test_an_entry_that_cannot_be_read_costs_itself(tmp_path):
    good = {"file": "a.html", "url": URL, "fetched": "2020-07-04"}
    bad = [
        {**good, "file": "missing.html"},
        {**good, "file": "../../etc/hostname"},
        {**good, "fetched": "soon"},
        {"file": "a.html", "fetched": "2020-07-04"},
        "{not json",
        "[]",
    ]
    found = list(folder_mementos(folder(tmp_path, *bad, good)))
    assert [type(each) for each in found] == [Unread] * 6 + [Memento]
    errors = [each.error for each in found[:6]]
    assert "No such file" in errors[0] and "outside the folder" in errors[1] and "'url'" in errors[3]


def test_a_folder_without_an_index_is_told(tmp_path):
    (unread,) = folder_mementos(tmp_path)
    assert "needs an index" in unread.error


def test_the_window_and_the_source_choose(tmp_path):
    entries = [{"file": "a.html", "url": URL, "fetched": f"2020-07-0{day}T00:00:00Z"} for day in (1, 2, 3)]
    chosen = Selection(since=date(2020, 7, 2), until=date(2020, 7, 2))
    assert [memento.where for memento in folder_mementos(folder(tmp_path, *entries), chosen)] == ["index.jsonl:2"]
