"""What the store knows of one statement, now or as it was known at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import StatementsError
from schemas.records import Wording
from statements import tables as t
from statements.compare.returns import returns
from statements.extracting import wording_of
from statements.folding import load_runs, sightings
from statements.versions import Run, runs_of, standing


def find_statement(connection: Connection, reference: str, address: str | None = None) -> str:
    """The id of the statement that `reference` names: an address or URL, a statement's or version's id or the start of one.

    Args:
        address: the reference as the source normalises it, where it is a URL.

    Raises:
        StatementsError: nothing, or more than one thing, goes by that name.
    """
    keys = [reference, *([address] if address else [])]
    a = t.address.c
    found = set(connection.execute(sa.select(a.statement_id).where(sa.or_(a.key.in_(keys), a.fetch_url.in_(keys)))).scalars())
    if not found and len(reference) >= 6 and all(c in "0123456789abcdef" for c in reference):
        found |= set(connection.execute(sa.select(t.statement.c.id).where(t.statement.c.id.startswith(reference)).limit(2)).scalars())
        of_version = sa.select(a.statement_id).join(t.version, t.version.c.address == a.key).where(t.version.c.id.startswith(reference)).limit(2)
        found |= set(connection.execute(of_version).scalars())
    if len(found) != 1:
        state = "names more than one statement; give more of the id" if found else "is no statement of this store: neither an address nor an id"
        raise StatementsError(f"{reference} {state}. `statements watch` or `statements backfill` bring statements in.")
    return str(found.pop())


def history(connection: Connection, statement: str) -> dict[str, Any]:
    """Captures, versions and changes of one statement as CONTRACT's `history`, each list in time order."""
    row = connection.execute(sa.select(t.statement).where(t.statement.c.id == statement)).one()
    a = t.address.c
    addresses = list(connection.execute(sa.select(a.key).where(a.statement_id == statement).order_by(a.key)).scalars())
    captures = _captures(connection, addresses)
    aside: set[Any] = set()
    for address, runs in load_runs(connection, addresses).items():
        for run in standing(runs)[1]:
            aside.add((address, run.first, run.last))
    versions = _versions(connection, addresses)
    latest = _latest(connection, addresses)
    c = t.change.c
    changes = connection.execute(
        sa.select(t.change, t.version.c.first_captured_at)
        .join(t.version, t.version.c.id == c.to_version)
        .where(c.address.in_(addresses))
        .order_by(t.version.c.first_captured_at, c.id)
    )
    return {
        "statement": {
            "id": statement,
            "source": row.source,
            "addresses": addresses,
            "title": latest.title if latest else None,
            "published_on": latest.published_on.isoformat() if latest and latest.published_on else None,
            "state": row.state,
        },
        "captures": [_shown(capture, aside) for capture in captures],
        "versions": versions,
        "changes": [{"id": change.id, "from": change.from_version, "to": change.to_version, **change.body} for change in changes],
    }


def version_at(connection: Connection, address: str, moment: datetime) -> tuple[Run, Wording] | None:
    """The version that stood at `moment`: the last one first captured until then; None before the first."""
    return _standing_at(connection, standing(load_runs(connection, [address])[address])[0], moment)


def as_known_at(connection: Connection, address: str, moment: datetime) -> list[Run]:
    """The versions of an address as they would have been told at `moment`: the fold of the readings recorded until then."""
    return standing(runs_of(sightings(connection, address, known_at=moment)))[0]


def _standing_at(connection: Connection, runs: list[Run], moment: datetime) -> tuple[Run, Wording] | None:
    until = [run for run in runs if run.first[0] <= moment]
    if not until:
        return None
    row = connection.execute(sa.select(t.wording).where(t.wording.c.id == until[-1].wording_id)).one()
    return until[-1], wording_of(row)


def _captures(connection: Connection, addresses: list[str]) -> list[Any]:
    joined = t.capture.outerjoin(t.reading, sa.and_(t.reading.c.capture_id == t.capture.c.id, t.reading.c.is_current))
    return list(
        connection.execute(
            sa.select(t.capture, t.reading.c.verdict)
            .select_from(joined)
            .where(t.capture.c.address.in_(addresses))
            .order_by(t.capture.c.captured_at, t.capture.c.body_sha256, t.capture.c.id)
        )
    )


def _shown(capture: Any, aside: set[Any]) -> dict[str, Any]:
    verdict = capture.verdict or "unsettled"
    moment = (capture.captured_at, capture.body_sha256 or "")
    if verdict == "ok" and any(address == capture.address and first <= moment <= last for address, first, last in aside):
        verdict = "provisional"
    elif verdict == "ok" and capture.is_not_modified:
        verdict = "not_modified"
    return {
        "captured_at": capture.captured_at.isoformat(),
        "address": capture.address,
        "via": capture.via,
        "status": capture.status,
        "verdict": verdict,
        "sha256": capture.body_sha256,
    }


def _versions(connection: Connection, addresses: list[str]) -> list[dict[str, Any]]:
    v = t.version.c
    rows = connection.execute(
        sa.select(t.version, t.wording.c.title)
        .join(t.wording, t.wording.c.id == v.wording_id)
        .where(v.address.in_(addresses))
        .order_by(v.first_captured_at, v.first_body_sha256, v.id)
    ).all()
    back = returns([(row.address, row.content_sha256) for row in rows])
    return [
        {
            "id": row.id,
            "address": row.address,
            "first_captured_at": row.first_captured_at.isoformat(),
            "last_captured_at": row.last_captured_at.isoformat(),
            "content_sha256": row.content_sha256,
            "title": row.title,
            "captures": row.captures,
            "returns_to": rows[earlier].id if earlier is not None else None,
        }
        for row, earlier in zip(rows, back, strict=True)
    ]


def _latest(connection: Connection, addresses: list[str]) -> Any:
    v = t.version.c
    return connection.execute(
        sa.select(t.wording)
        .join(t.version, v.wording_id == t.wording.c.id)
        .where(v.address.in_(addresses))
        .order_by(v.first_captured_at.desc(), v.id)
        .limit(1)
    ).first()
