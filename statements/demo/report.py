"""What the store holds after the rounds, as the table that ends the demo."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import Connection

from statements import tables as t

CLASS_STYLES = {"substantive": "bold red", "structural": "yellow", "editorial": "cyan", "cosmetic": "dim", "none": "dim"}


@dataclass(frozen=True, slots=True)
class Told:
    """One change, in the words that a table has room for."""

    klass: str
    words: tuple[str, ...]
    significance: float


@dataclass(frozen=True, slots=True)
class Line:
    """One statement and what was seen of it."""

    source: str
    title: str
    state: str
    captures: int
    versions: int
    changes: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One capture that did not become a version, and why."""

    address: str
    verdict: str
    reason: str


def lines(connection: Connection) -> list[Line]:
    """Every statement by source and title."""
    a, c, v = t.address.c, t.capture.c, t.version.c
    captures = dict(_pairs(connection, sa.select(a.statement_id, sa.func.count()).join(t.capture, c.address == a.key).group_by(a.statement_id)))
    versions = dict(_pairs(connection, sa.select(a.statement_id, sa.func.count()).join(t.version, v.address == a.key).group_by(a.statement_id)))
    changes: dict[str, list[Told]] = defaultdict(list)
    changed = sa.select(a.statement_id, t.change).join(t.change, t.change.c.address == a.key).join(t.version, v.id == t.change.c.to_version)
    for row in connection.execute(changed.order_by(v.first_captured_at)):
        changes[row.statement_id].append(_told(row))
    titles = {}
    latest = sa.select(a.statement_id, t.wording.c.title).join(t.version, v.address == a.key).join(t.wording, t.wording.c.id == v.wording_id)
    for row in connection.execute(latest.order_by(v.first_captured_at)):
        titles[row.statement_id] = row.title
    found = [
        Line(
            row.source, titles.get(row.id, "(nothing read yet)"), row.state, captures.get(row.id, 0), versions.get(row.id, 0), tuple(changes[row.id])
        )
        for row in connection.execute(sa.select(t.statement))
    ]
    return sorted(found, key=lambda line: (line.source, line.title))


def held_back(connection: Connection) -> list[HeldBack]:
    """Captures with a verdict that keeps them from being a version, in order of time."""
    r, e, c = t.reading.c, t.extraction.c, t.capture.c
    query = (
        sa.select(r.address, r.verdict, e.evidence, c.error)
        .join(t.capture, c.id == r.capture_id)
        .outerjoin(t.extraction, e.id == r.extraction_id)
        .where(r.is_current, r.verdict != "ok")
        .order_by(r.captured_at, r.address)
    )
    return [HeldBack(row.address, row.verdict, (row.evidence or {}).get("message") or row.error or "") for row in connection.execute(query)]


def counted(found: list[Line]) -> str:
    """The sums, as a sentence."""
    captures, versions = sum(line.captures for line in found), sum(line.versions for line in found)
    return f"{len(found)} statements, {captures} captures, {versions} versions, {sum(len(line.changes) for line in found)} changes"


def statement_table(found: list[Line]) -> Table:
    """The statements, with a line for each change."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    table.add_column("statement", max_width=64, overflow="fold")
    table.add_column("captures", justify="right")
    table.add_column("versions", justify="right")
    table.add_column("changes")
    source = ""
    for line in found:
        if line.source != source:
            source = line.source
            table.add_row(Text(source, style="bold"), "", "", "")
        told = Text("\n").join(_shown(change) for change in line.changes)
        title = Text("  " + line.title)
        if line.state != "live":
            title.append(f"  {line.state}", style="magenta")
        table.add_row(title, str(line.captures), str(line.versions), told)
    return table


def held_back_table(found: list[HeldBack]) -> Table:
    """What was held back, and why."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("capture of", overflow="fold")
    table.add_column("verdict")
    table.add_column("because", overflow="fold")
    for held in found:
        table.add_row("  " + held.address, Text(held.verdict, style="yellow"), held.reason)
    return table


def _shown(change: Told) -> Text:
    parts = [(change.klass, CLASS_STYLES.get(change.klass, "")), (f" {change.significance:.2f}", "dim")]
    return Text.assemble(*parts, *((f" · {word}", "") for word in change.words))


def _told(row: Any) -> Told:
    words = []
    if row.is_moved:
        words.append("moved")
    if row.is_position_bearing:
        words += [f"position {direction}" for direction in row.body.get("directions", [])] or ["position"]
        words += [", ".join(row.body["issues"])] if row.body.get("issues") else []
    if not words:
        touches = dict.fromkeys(touch for entry in row.body.get("changes", []) for touch in entry.get("touches", []))
        words = list(touches)[:3]
    return Told(row.klass, tuple(words), row.significance)


def _pairs(connection: Connection, query: sa.Select[Any]) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in connection.execute(query)]
