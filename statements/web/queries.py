"""What the web pages ask of the store: reading only, and no more rows than a page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Cause, ChangeClass, Comparison, Shift, Wording
from statements import tables as t
from statements.compare.documents import comparison_of
from statements.extracting import wording_of
from statements.serial import shift_of

EVIDENCE = 200  # captures of one version that its page lists
_LATELY = 400  # versions seen last, among which the first page looks for the newest statements: its cost must not follow what is stored


@dataclass(frozen=True, slots=True)
class Head:
    """A statement as a list shows it, by the latest version at a living address."""

    id: str
    source: str
    state: str
    title: str
    language: str
    published_on: date | None
    published_until: date | None
    document_type: str
    versions: int
    first_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Altered:
    """A change with the statement it happened to."""

    id: str
    statement: str
    source: str
    address: str
    title: str
    language: str
    published_on: date | None
    from_version: str
    to_version: str
    seen_at: datetime  # the first capture of the later version
    cause: Cause
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Stood:
    """A version with its words."""

    id: str
    statement: str
    source: str
    address: str
    is_living: bool
    wording_id: str
    wording: Wording
    content_sha256: str
    first_captured_at: datetime
    last_captured_at: datetime
    first_body_sha256: str
    captures: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """One capture that a version rests on, and how it was read."""

    capture: str
    captured_at: datetime
    via: str
    url: str
    status: int | None
    is_not_modified: bool
    body_sha256: str | None
    extractor: str
    layout: str | None
    details: dict[str, Any]
    read_at: datetime


def sources(connection: Connection) -> list[str]:
    """The sources that the store has statements of."""
    s = t.statement.c
    return list(connection.execute(sa.select(s.source).distinct().order_by(s.source)).scalars())


def counts(connection: Connection) -> dict[str, int]:
    """How many statements, versions and changes there are."""
    tables = {"statements": t.statement, "versions": t.version, "changes": t.change}
    return {name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for name, table in tables.items()}


def newest(connection: Connection, limit: int) -> list[Head]:
    """The last published of the statements that were seen lately, new or altered."""
    v = t.version.c
    lately = sa.select(v.id).order_by(v.first_captured_at.desc(), v.id).limit(_LATELY)
    return _published(connection, [v.id.in_(lately)], limit, 0)


def found(connection: Connection, words: str, source: str | None, limit: int, offset: int) -> list[Head]:
    """Statements, the last published first and the undated last; each of `words` stands in a title of the statement or in its source's id."""
    a, w = t.address.c, t.wording.c
    wanted: list[sa.ColumnElement[bool]] = [a.source == source] if source else []
    wanted += [sa.or_(w.title.icontains(word, autoescape=True), a.source.icontains(word, autoescape=True)) for word in words.split()]
    return _published(connection, wanted, limit, offset)


def _published(connection: Connection, wanted: Sequence[sa.ColumnElement[bool]], limit: int, offset: int) -> list[Head]:
    a, w, v = t.address.c, t.wording.c, t.version.c
    published = sa.func.max(w.published_on)
    query = (
        sa.select(a.statement_id)
        .join(t.version, v.address == a.key)
        .join(t.wording, w.id == v.wording_id)
        .where(*wanted)
        .group_by(a.statement_id)
        .order_by(published.is_(None), published.desc(), sa.func.min(v.first_captured_at).desc(), a.statement_id)
        .limit(limit)
        .offset(offset)
    )
    ids = list(connection.execute(query).scalars())
    by_id = heads(connection, ids)
    return [by_id[key] for key in ids]


def heads(connection: Connection, statements: Sequence[str]) -> dict[str, Head]:
    """The heads of these statements by id; those the store does not know are missing."""
    s, a, v, w = t.statement.c, t.address.c, t.version.c, t.wording.c
    query = (
        sa.select(
            s.id, s.source, s.state, a.listed_title, v.first_captured_at, w.title, w.language, w.published_on, w.published_until, w.document_type
        )
        .join(t.address, a.statement_id == s.id)
        .outerjoin(t.version, v.address == a.key)
        .outerjoin(t.wording, w.id == v.wording_id)
        .where(s.id.in_(statements))
        .order_by(s.id, v.id.is_not(None), a.is_living, v.first_captured_at, v.id)
    )
    rows: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        rows.setdefault(row.id, []).append(row)
    return {key: _head(found) for key, found in rows.items()}


def _head(rows: Sequence[Any]) -> Head:
    row = rows[-1]
    seen = [one.first_captured_at for one in rows if one.first_captured_at]
    return Head(
        id=row.id,
        source=row.source,
        state=row.state,
        title=row.title or row.listed_title or "",
        language=row.language or "",
        published_on=row.published_on,
        published_until=row.published_until,
        document_type=row.document_type or "other",
        versions=len(seen),
        first_seen_at=min(seen, default=None),
    )


def changes(
    connection: Connection,
    *,
    source: str | None = None,
    klass: ChangeClass | None = None,
    statement: str | None = None,
    ids: Sequence[str] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Altered]:
    """Changes, the last seen first. Without `statement` or `ids`, only what the ministries themselves changed."""
    c, a, v, w = t.change.c, t.address.c, t.version.c, t.wording.c
    wanted: list[sa.ColumnElement[bool]] = []
    if ids is not None:
        wanted.append(c.id.in_(ids))
    elif statement:
        wanted.append(a.statement_id == statement)
    else:
        wanted += [c.cause == "source", c.klass != "none"]
    if source:
        wanted.append(a.source == source)
    if klass:
        wanted.append(c.klass == klass)
    # Sorted without their bodies, which are long.
    chosen = (
        sa.select(c.id, v.first_captured_at)
        .join(t.version, v.id == c.to_version)
        .join(t.address, a.key == c.address)
        .where(*wanted)
        .order_by(v.first_captured_at.desc(), c.id)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    query = (
        sa.select(c.id, a.statement_id, a.source, c.address, c.from_version, c.to_version, c.cause, c.body, v.first_captured_at)
        .add_columns(w.title, w.language, w.published_on)
        .join(chosen, chosen.c.id == c.id)
        .join(t.version, v.id == c.to_version)
        .join(t.address, a.key == c.address)
        .join(t.wording, w.id == v.wording_id)
        .order_by(v.first_captured_at.desc(), c.id)
    )
    return [
        Altered(
            id=row.id,
            statement=row.statement_id,
            source=row.source,
            address=row.address,
            title=row.title,
            language=row.language,
            published_on=row.published_on,
            from_version=row.from_version,
            to_version=row.to_version,
            seen_at=row.first_captured_at,
            cause=row.cause,
            comparison=comparison_of(row.body),
        )
        for row in connection.execute(query)
    ]


def version(connection: Connection, key: str) -> Stood | None:
    """A version by its id."""
    return next(iter(_versions(connection, t.version.c.id == key)), None)


def latest_versions(connection: Connection, statement: str) -> list[Stood]:
    """The latest version at each living address of the statement, by address."""
    found = _versions(connection, sa.and_(t.address.c.statement_id == statement, t.address.c.is_living))
    return [one for _, one in sorted({one.address: one for one in found}.items())]


def _versions(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Stood]:
    v, a = t.version.c, t.address.c
    query = (
        sa.select(t.version, a.statement_id, a.source, a.is_living)
        .join(t.address, a.key == v.address)
        .where(condition)
        .order_by(v.first_captured_at, v.first_body_sha256, v.id)
    )
    rows = list(connection.execute(query))
    wordings = {row.id: row for row in connection.execute(sa.select(t.wording).where(t.wording.c.id.in_({row.wording_id for row in rows})))}
    return [
        Stood(
            id=row.id,
            statement=row.statement_id,
            source=row.source,
            address=row.address,
            is_living=row.is_living,
            wording_id=row.wording_id,
            wording=wording_of(wordings[row.wording_id]),
            content_sha256=row.content_sha256,
            first_captured_at=row.first_captured_at,
            last_captured_at=row.last_captured_at,
            first_body_sha256=row.first_body_sha256,
            captures=row.captures,
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]


def evidence(connection: Connection, stood: Stood) -> list[Evidence]:
    """The captures that a version rests on, in time order, EVIDENCE at most."""
    r, c, e = t.reading.c, t.capture.c, t.extraction.c
    query = (
        sa.select(t.capture, e.extractor, e.layout, e.details, e.recorded_at.label("read_at"))
        .join(t.reading, sa.and_(r.capture_id == c.id, r.is_current))
        .join(t.extraction, e.id == r.extraction_id)
        .where(r.address == stood.address, r.verdict == "ok", r.content_sha256 == stood.content_sha256)
        .where(r.captured_at.between(stood.first_captured_at, stood.last_captured_at))
        .order_by(r.captured_at, r.body_sha256)
        .limit(EVIDENCE)
    )
    return [
        Evidence(
            capture=row.id,
            captured_at=row.captured_at,
            via=row.via,
            url=row.final_url,
            status=row.status,
            is_not_modified=row.is_not_modified,
            body_sha256=row.body_sha256,
            extractor=row.extractor,
            layout=row.layout,
            details=row.details,
            read_at=row.read_at,
        )
        for row in connection.execute(query)
    ]


def shown_by(connection: Connection, capture: str) -> tuple[str | None, str | None]:
    """The statement that a capture is of now, and the id of the change whose later version holds the capture; None where there is none."""
    r, v, c, a = t.reading.c, t.version.c, t.change.c, t.address.c
    statement = connection.execute(sa.select(a.statement_id).join(t.capture, t.capture.c.address == a.key).where(t.capture.c.id == capture)).scalar()
    change = connection.execute(
        sa.select(c.id)
        .join(t.version, v.id == c.to_version)
        .join(t.reading, sa.and_(r.address == v.address, r.content_sha256 == v.content_sha256, r.is_current))
        .where(r.capture_id == capture, r.captured_at.between(v.first_captured_at, v.last_captured_at))
        .limit(1)
    ).scalar()
    return statement, change


def memberships(connection: Connection, statement: str) -> list[str]:
    """The series that a statement belongs to."""
    m = t.membership.c
    return list(connection.execute(sa.select(m.series).where(m.statement_id == statement).order_by(m.series)).scalars())


def member_counts(connection: Connection) -> dict[str, int]:
    """How many statements each series has."""
    m = t.membership.c
    return {row[0]: row[1] for row in connection.execute(sa.select(m.series, sa.func.count()).group_by(m.series))}


def shifts(connection: Connection, statement: str) -> list[Shift]:
    """What moved when this statement followed its predecessors, by series and issue; what stayed as it was is left out."""
    s = t.shift.c
    query = (
        sa.select(s.body)
        .where(s.series.in_(memberships(connection, statement)), s.to_statement == statement, s.kind.not_in(["continued", "reworded"]))
        .order_by(s.series, s.issue, s.actor)
    )
    return [shift_of(body) for body in connection.execute(query).scalars()]


def is_captured(connection: Connection, sha256: str) -> bool:
    """Whether some capture has this stored body."""
    return connection.execute(sa.select(t.capture.c.id).where(t.capture.c.body_sha256 == sha256).limit(1)).first() is not None
