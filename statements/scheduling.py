"""Planning visits in the store: when each address is due again, who is quickened by a successor, and what a host group may be asked a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scrapers.source import Source
from statements import tables as t
from statements.extracting import Judged
from statements.folding import Fold
from statements.provisional import look_again_at
from statements.revisit import Policy, next_check
from statements.store import chunks, insert

PREDECESSORS = 3  # the latest members of a series that a new member quickens
MOST_FRESH = 50_000  # addresses: a run maps its tasks over a thousand batches at most
CLAIMED_FOR = timedelta(hours=1)  # what is in a batch stays out of the next ones; settling plans it anew


def schedule(connection: Connection, source: Source, statement: str, folds: Sequence[Fold], judged: Sequence[Judged], at: datetime) -> None:
    """Plan the next visit of a statement's addresses that were just settled: soon after a doubt or a change, later the longer they stood still."""
    refused = {j.capture.address for j in judged if j.extraction and j.verdict != "ok"}
    published = {j.capture.address: j.extraction.wording.published_on for j in judged if j.extraction and j.extraction.wording}
    in_series = connection.execute(sa.select(t.membership.c.series).where(t.membership.c.statement_id == statement).limit(1)).first() is not None
    a = t.address.c
    query = sa.select(a.key, a.recorded_at, a.listed_on, a.quickened_at).where(a.key.in_([fold.address for fold in folds]))
    known = {row.key: row for row in connection.execute(query)}
    policy = Policy.of(source.revisit)
    for fold in folds:
        row = known[fold.address]
        values: dict[str, Any] = {}
        if any(run.first[0] >= at - timedelta(hours=1) for run in fold.versions[1:]) and fold.added:
            values["last_changed_at"] = at
        if fold.address in refused:
            # What was not understood must not be vouched for by a 304 next time.
            values |= {"etag": None, "last_modified": None}
        seen = fold.versions[0].first[0] if fold.versions else row.recorded_at
        day = published.get(fold.address) or row.listed_on
        began = min(seen, datetime.combine(day, time(), UTC)) if day else seen
        changed = [fold.versions[-1].first[0]] if len(fold.versions) > 1 else []
        still_since = max([began, *changed, *([row.quickened_at] if row.quickened_at else [])])
        due = next_check(at, address=fold.address, still_since=still_since, in_series=in_series, policy=policy)
        second_look = look_again_at(fold.runs)
        values["next_due_at"] = min(due, second_look) if second_look else due
        connection.execute(sa.update(t.address).where(a.key == fold.address, a.is_living).values(**values))


def quicken_predecessors(connection: Connection, source: Source, statement: str, at: datetime) -> None:
    """A statement is new: the latest members of its series before it are looked at soon, and often for a while.

    A ministry that says something new of a matter is likeliest then to touch what it said before.
    """
    a, m, v, w = t.address.c, t.membership.c, t.version.c, t.wording.c
    series = sa.select(m.series).where(m.statement_id == statement)
    said_on = sa.func.max(w.published_on)
    joined = t.membership.join(t.address, a.statement_id == m.statement_id).join(t.version, v.address == a.key).join(t.wording, w.id == v.wording_id)
    latest = (
        sa.select(m.statement_id)
        .select_from(joined)
        .where(m.series.in_(series), m.statement_id != statement)
        .group_by(m.statement_id)
        .order_by(said_on.desc(), m.statement_id)
        .limit(PREDECESSORS)
    )
    soon = at + Policy.of(source.revisit).soonest
    due = sa.case((a.next_due_at < soon, a.next_due_at), else_=soon)
    earlier = [row.statement_id for row in connection.execute(latest)]
    connection.execute(sa.update(t.address).where(a.statement_id.in_(earlier), a.is_living).values(quickened_at=at, next_due_at=due))


def take_due(connection: Connection, source: Source, at: datetime) -> list[str]:
    """URLs to visit now: all that were never had, and as many due revisits as the host group's budget of the day allows.

    When more is due than may be asked, half goes to what waits longest and half to what fell due last: the quickened
    ones, which would otherwise stand behind all old ones.
    """
    policy, a = Policy.of(source.revisit), t.address.c
    due = sa.select(a.key, a.fetch_url).where(a.source == source.id, a.is_living, a.next_due_at <= at).order_by(a.next_due_at, a.key)
    fresh = list(connection.execute(due.where(a.body_sha256.is_(None)).limit(MOST_FRESH)))
    revisits = list(connection.execute(due.where(a.body_sha256.is_not(None)).limit(policy.most_at_once)))
    granted = _grant(connection, source.host_group, len(revisits), policy.most_a_day, at)
    if granted < len(revisits):
        revisits = [*revisits[: granted - granted // 2], *revisits[len(revisits) - granted // 2 :]]
    rows = [*fresh, *revisits]
    for part in chunks([row.key for row in rows]):
        connection.execute(sa.update(t.address).where(a.key.in_(part)).values(next_due_at=at + CLAIMED_FOR))
    return [row.fetch_url for row in rows]


def _grant(connection: Connection, host_group: str, wanted: int, most_a_day: int, at: datetime) -> int:
    """Claim up to `wanted` revisits of the day's budget; atomic over all processes."""
    if not wanted:
        return 0
    v, day = t.visits.c, at.astimezone(UTC).date()
    connection.execute(insert(connection, t.visits).values(host_group=host_group, visited_on=day, count=0).on_conflict_do_nothing())
    todays = sa.and_(v.host_group == host_group, v.visited_on == day)
    spent = connection.execute(sa.select(v.count).where(todays).with_for_update()).scalar_one()
    granted = max(0, min(wanted, most_a_day - int(spent)))
    connection.execute(sa.update(t.visits).where(todays).values(count=spent + granted))
    return granted
