"""Everything out again: JSON Lines for people and programs, WARC for archives and for a store to be rebuilt from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Capture
from scrapers.mementos.export import write_warc
from statements import tables as t
from statements.extracting import wording_of
from statements.serial import shift_of
from statements.store import Store, capture_of


def json_lines(store: Store, lexicon: str | None = None) -> Iterator[str]:
    """One JSON object a line, sorted by type, source, statement and time, keys sorted.

    Two stores with the same captures give the same lines once `recorded_at` is taken out.
    """
    with store.reading() as connection:
        streamed = connection.execution_options(yield_per=1000)
        for rows in (_captures, _changes, _positions, _shifts, _statements, _versions):
            for row in rows(streamed):
                yield json.dumps(row, ensure_ascii=False, sort_keys=True, default=_plain)


def warc(store: Store, out: BinaryIO) -> int:
    """Every capture with its body as WARC/1.1, in order of address and time; returns their number."""
    return write_warc(_with_bodies(store), out)


def _with_bodies(store: Store) -> Iterator[tuple[Capture, bytes | None]]:
    given: set[str] = set()
    c = t.capture.c
    with store.reading() as connection:
        query = sa.select(t.capture).order_by(c.address, c.captured_at, c.body_sha256, c.id)
        for row in connection.execution_options(yield_per=500).execute(query):
            capture = capture_of(row)
            sha256 = capture.body_sha256
            body = store.snapshots.get(sha256) if sha256 and sha256 not in given else None
            if sha256:
                given.add(sha256)
            yield capture, body


def _captures(connection: Connection) -> Iterator[dict[str, Any]]:
    a, c, r = t.address.c, t.capture.c, t.reading.c
    query = (
        sa.select(t.capture, a.source, a.statement_id, r.verdict)
        .join(t.address, a.key == c.address)
        .outerjoin(t.reading, sa.and_(r.capture_id == c.id, r.is_current))
        .order_by(a.source, a.statement_id, c.captured_at, c.body_sha256, c.id)
    )
    for row in connection.execute(query):
        capture = asdict(capture_of(row))
        yield {"type": "capture", "id": row.id, "source": row.source, "statement": row.statement_id, "verdict": row.verdict} | capture


def _changes(connection: Connection) -> Iterator[dict[str, Any]]:
    a, c, v = t.address.c, t.change.c, t.version.c
    query = (
        sa.select(t.change, a.source, a.statement_id)
        .join(t.version, v.id == c.to_version)
        .join(t.address, a.key == v.address)
        .order_by(a.source, a.statement_id, v.first_captured_at, v.first_body_sha256, c.id)
    )
    for row in connection.execute(query):
        head = {"type": "change", "id": row.id, "source": row.source, "statement": row.statement_id, "from": row.from_version, "to": row.to_version}
        yield head | row.body | {"recorded_at": row.recorded_at}


def _positions(connection: Connection) -> Iterator[dict[str, Any]]:
    a, s, v = t.address.c, t.stances.c, t.version.c
    query = (
        sa.select(v.id, v.recorded_at, a.source, a.statement_id, s.lexicon, s.body)
        .join(t.address, a.key == v.address)
        .join(t.stances, s.wording_id == v.wording_id)
        .order_by(a.source, a.statement_id, v.first_captured_at, v.first_body_sha256, v.id, s.lexicon)
    )
    for row in connection.execute(query):
        for position in row.body["positions"]:
            head = {"type": "position", "source": row.source, "statement": row.statement_id, "version": row.id, "lexicon": row.lexicon}
            yield head | position


def _shifts(connection: Connection) -> Iterator[dict[str, Any]]:
    s, st = t.shift.c, t.statement.c
    query = sa.select(t.shift, st.source).join(t.statement, st.id == s.to_statement).order_by(st.source, s.to_statement, s.series, s.issue, s.id)
    for row in connection.execute(query):
        shift = asdict(shift_of(row.body))
        yield {"type": "shift", "id": row.id, "source": row.source, "statement": row.to_statement, "recorded_at": row.recorded_at} | shift


def _statements(connection: Connection) -> Iterator[dict[str, Any]]:
    a, s = t.address.c, t.statement.c
    addresses: dict[str, list[str]] = {}
    for row in connection.execute(sa.select(a.statement_id, a.key).order_by(a.key)):
        addresses.setdefault(row.statement_id, []).append(row.key)
    for row in connection.execute(sa.select(t.statement).order_by(s.source, s.id)):
        known = addresses.get(row.id, [])
        yield {"type": "statement", "id": row.id, "source": row.source, "state": row.state, "addresses": known, "recorded_at": row.recorded_at}


def _versions(connection: Connection) -> Iterator[dict[str, Any]]:
    a, v, w = t.address.c, t.version.c, t.wording.c
    query = (
        sa.select(t.version, a.source, a.statement_id, t.wording)
        .join(t.address, a.key == v.address)
        .join(t.wording, w.id == v.wording_id)
        .order_by(a.source, a.statement_id, v.first_captured_at, v.first_body_sha256, v.id)
    )
    for row in connection.execute(query):
        wording = wording_of(row)
        yield {
            "type": "version",
            "id": row.id,
            "source": row.source,
            "statement": row.statement_id,
            "address": row.address,
            "first_captured_at": row.first_captured_at,
            "last_captured_at": row.last_captured_at,
            "captures": row.captures,
            "content_sha256": row.content_sha256,
            "recorded_at": row.recorded_at,
            "title": wording.title,
            "published_on": wording.published_on,
            "published_until": wording.published_until,
            "language": wording.language,
            "document_type": wording.document_type,
            "parties": wording.parties,
            "passages": [{"kind": passage.kind, "text": passage.text} for passage in wording.passages],
            "text": wording.text,
        }


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the export")
