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
from statements.store import Store, now

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

    id: str
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


@dataclass(frozen=True, slots=True)
class Moved:
    """One shift of a position, with what was said before and after."""

    issue: str
    actor: str
    kind: str
    before: str
    after: str


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
    found = []
    for row in connection.execute(sa.select(t.statement)):
        title = titles.get(row.id, "(nothing read yet)")
        found.append(Line(row.id, row.source, title, row.state, captures.get(row.id, 0), versions.get(row.id, 0), tuple(changes[row.id])))
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


def owed_now(store: Store) -> int:
    """Alerts that are owed and due, or on their way."""
    o = t.outbox.c
    due = sa.or_(o.state == "claimed", sa.and_(o.state == "owed", o.due_at <= now()))
    with store.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).where(due)).scalar_one())


def counted(found: list[Line]) -> str:
    """The sums, as a sentence."""
    captures, versions = sum(line.captures for line in found), sum(line.versions for line in found)
    return f"{len(found)} statements, {captures} captures, {versions} versions, {sum(len(line.changes) for line in found)} changes"


def news(before: list[Line], after: list[Line]) -> list[Text]:
    """What one look added: a line for each new statement and each change."""
    known = {line.id: len(line.changes) for line in before}
    told = []
    for line in after:
        if line.id not in known and before:
            told.append(Text.assemble(("new", "bold green"), f"   {line.title}"))
        told += [Text.assemble(_shown(change), f"   {line.title}") for change in line.changes[known.get(line.id, 0) :]]
    return told


def statement_table(found: list[Line]) -> Table:
    """The statements, with a line for each change."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  statement", no_wrap=True, overflow="ellipsis", max_width=64)
    table.add_column("captures", justify="right", no_wrap=True)
    table.add_column("versions", justify="right", no_wrap=True)
    table.add_column("changes", no_wrap=True)
    source = ""
    for line in found:
        if line.source != source:
            source = line.source
            table.add_row(Text(f"  {source}", style="bold"), "", "", "")
        told = Text("\n").join(_shown(change) for change in line.changes)
        title = Text("    " + line.title)
        if line.state != "live":
            title.append(f"  {line.state}", style="magenta")
        table.add_row(title, str(line.captures), str(line.versions), told)
    return table


def held_back_table(found: list[HeldBack]) -> Table:
    """What was held back, and why."""
    table = _table("capture of", "because", "verdict")
    for held in found:
        table.add_row(f"  …{held.address[-44:]}", held.reason, Text(held.verdict, style="yellow"))
    return table


def shifts(connection: Connection) -> list[Moved]:
    """How positions moved to the newest statement of each series from the one before; what only continued is left out."""
    s, earlier = t.shift.c, t.shift.alias("earlier")
    is_newest = s.to_statement.not_in(sa.select(earlier.c.from_statement))
    rows = connection.execute(sa.select(t.shift).where(s.kind != "continued", is_newest).order_by(s.series, s.issue, s.actor))
    return [Moved(row.issue, row.actor, row.kind, " ".join(row.body["before"]), " ".join(row.body["after"])) for row in rows]


def shift_table(found: list[Moved]) -> Table:
    """The shifts, each with its quotations."""
    table = _table("issue", "before → after", "shift")
    for moved in found:
        words = Text.assemble((moved.before or "–", "red"), "\n→ ", (moved.after or "–", "green"))
        table.add_row(f"  {moved.issue}\n  {moved.actor}", words, Text(moved.kind, style="bold"))
    return table


def _table(*names: str) -> Table:
    """Three columns: what, in words that may be long, and a verdict that is never cut."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    what, words, verdict = names
    table.add_column(f"  {what}", no_wrap=True, overflow="ellipsis")
    table.add_column(words, overflow="fold")
    table.add_column(verdict, no_wrap=True)
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
        words = list(touches)[:2]
    return Told(row.klass, tuple(words), row.significance)


def _pairs(connection: Connection, query: sa.Select[Any]) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in connection.execute(query)]
