"""The outbox: alerts that are owed, written with what they tell, claimed by one worker at a time, never lost.

A row is owed, then claimed for a while, then sent, given up or folded. Every function acts inside the caller's
transaction. Rows that a claim puts into one mail share its Message-ID from then on, so that a mail
that must be repeated after a crash is the same mail, and its reader's program can tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import digest
from statements import store
from statements import tables as t
from statements.alerts import schedule
from statements.alerts.events import Event, as_json, from_json, matching
from statements.alerts.subscriptions import EventKind, Subscription

LEASE = timedelta(minutes=15)  # longer than any attempt may take; after it, another worker may repeat the mail
MOST_TOLD = 50  # events whose payload a mail carries; the rest are counted
_OPEN = ("owed", "claimed")


@dataclass(frozen=True, slots=True)
class Claim:
    """One mail to be sent, and the worker that may."""

    message_id: str
    worker: str
    subscription: Subscription
    rows: tuple[str, ...]
    events: tuple[Event, ...]
    untold: Mapping[EventKind, int]  # events of the same mail beyond MOST_TOLD
    attempts: int  # this one included


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of one subscriber stand in one state."""

    subscriber: str
    state: str
    rows: int
    next_due_at: datetime


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A mail that will not be sent unless somebody asks again."""

    message_id: str
    subscriber: str
    rows: int
    attempts: int
    error: str


def owe(connection: Connection, events: Iterable[Event], subscriptions: Mapping[str, Subscription], now: datetime) -> int:
    """Write one row for each event and subscriber that asked for it; return how many were new. A repeat changes nothing."""
    told: dict[str, Event] = {}
    rows: list[dict[str, object]] = []
    for event, subscription in matching(events, subscriptions.values()):
        key = event.key
        told[key] = event
        rows.append(
            {
                "id": digest("outbox", key, subscription.id),
                "event_key": key,
                "subscriber": subscription.id,
                "statement_id": event.statement,
                "created_at": now,
                "due_at": schedule.due_at(subscription, now),
                "state": "owed",
                "attempts": 0,
            }
        )
    # In one order, so that two transactions that owe the same cannot deadlock.
    rows.sort(key=lambda row: str(row["id"]))
    store.add(connection, t.event, [_event_row(key, told[key], now) for key in sorted(told)])
    fresh = store.insert(connection, t.outbox).on_conflict_do_nothing().returning(t.outbox.c.id)
    return sum(len(connection.execute(fresh, list(part)).scalars().all()) for part in store.chunks(rows))


def claim(connection: Connection, subscriptions: Mapping[str, Subscription], worker: str, now: datetime, domain: str) -> Claim | None:
    """Take the next mail that may go out now, for LEASE; None where there is none.

    Two workers never hold the same row, and a subscriber's rows are parcelled by one worker at a time.
    Rows whose subscriber is unknown or paused wait.

    Args:
        worker: a name that no other running claimant has.
        domain: the right-hand side of a newly minted Message-ID.
    """
    active = {name: subscription for name, subscription in subscriptions.items() if not subscription.is_paused}
    for subscriber in _with_due_rows(connection, active, now):
        store.lock(connection, [f"outbox of {subscriber}"])
        subscription = active[subscriber]
        rows = _claimable(connection, subscriber, now)
        step = schedule.next_step(rows, subscription, _mailed_at(connection, subscriber, now), now)
        if isinstance(step, schedule.Wait):
            waiting = [row.id for row in rows if row.due_at <= now]
            _update(connection, waiting, {"state": "owed", "due_at": step.until, "claimed_by": None, "claimed_until": None})
        elif step is not None:
            return _claimed(connection, step.rows, subscription, worker, now, domain)
    return None


def sent(connection: Connection, claimed: Claim, now: datetime) -> None:
    """Note that the server took the mail. It counts even where the claim has run out: the mail is on its way."""
    values = {"state": "sent", "sent_at": now, "last_error": None, "claimed_by": None, "claimed_until": None}
    connection.execute(_of_mail(claimed.message_id, _OPEN).values(values))


def deferred(connection: Connection, claimed: Claim, now: datetime, error: str) -> bool:
    """Owe the mail again later, or give it up after enough attempts; return whether it is still owed."""
    later = schedule.retry_at(claimed.attempts, now)
    if later is None:
        given_up(connection, claimed, error)
        return False
    values = {"state": "owed", "due_at": later, "last_error": error, "claimed_by": None, "claimed_until": None}
    connection.execute(_held(claimed).values(values))
    return True


def given_up(connection: Connection, claimed: Claim, error: str) -> None:
    """Stop trying, and keep the reason where `statements alerts` shows it."""
    connection.execute(_held(claimed).values(state="given_up", last_error=error, claimed_by=None, claimed_until=None))


def folded(connection: Connection, claimed: Claim, why: str) -> None:
    """Close rows that came to nothing before they left, such as an alteration undone within minutes."""
    connection.execute(_held(claimed).values(state="folded", last_error=why, claimed_by=None, claimed_until=None))


def owe_again(connection: Connection, now: datetime) -> int:
    """Give every mail that was given up a new set of attempts, under its old Message-ID; return how many rows."""
    values = {"state": "owed", "due_at": now, "attempts": 0}
    return connection.execute(t.outbox.update().where(t.outbox.c.state == "given_up").values(values)).rowcount


def tallies(connection: Connection) -> list[Tally]:
    """How many rows each subscriber has in each state, and the first instant any of them is due."""
    columns = (t.outbox.c.subscriber, t.outbox.c.state)
    query = sa.select(*columns, sa.func.count(), sa.func.min(t.outbox.c.due_at)).group_by(*columns).order_by(*columns)
    return [Tally(*row) for row in connection.execute(query)]


def failures(connection: Connection) -> list[GivenUp]:
    """Every mail that was given up, with the reason."""
    columns = (t.outbox.c.message_id, t.outbox.c.subscriber)
    numbers = (sa.func.count(), sa.func.max(t.outbox.c.attempts), sa.func.max(t.outbox.c.last_error))
    query = sa.select(*columns, *numbers).where(t.outbox.c.state == "given_up").group_by(*columns).order_by(*columns)
    return [GivenUp(*row) for row in connection.execute(query)]


def next_due_at(connection: Connection, subscriptions: Mapping[str, Subscription], after: datetime) -> datetime | None:
    """The first instant behind `after` at which an owed row of these subscribers is due."""
    active = [name for name, subscription in subscriptions.items() if not subscription.is_paused]
    firsts = (
        connection.execute(
            sa.select(sa.func.min(t.outbox.c.due_at)).where(t.outbox.c.state == "owed", t.outbox.c.due_at > after, t.outbox.c.subscriber.in_(part))
        ).scalar()
        for part in store.chunks(active)
    )
    return min((first for first in firsts if first), default=None)


def _event_row(key: str, event: Event, now: datetime) -> dict[str, object]:
    facts = {"key": key, "kind": event.kind, "statement_id": event.statement, "source": event.source}
    return facts | {"rank": event.rank, "payload": as_json(event), "recorded_at": now}


def _with_due_rows(connection: Connection, active: Mapping[str, Subscription], now: datetime) -> Iterator[str]:
    for part in store.chunks(list(active)):
        first = sa.func.min(t.outbox.c.due_at)
        query = sa.select(t.outbox.c.subscriber).where(_ripe(now), t.outbox.c.subscriber.in_(part))
        yield from connection.execute(query.group_by(t.outbox.c.subscriber).order_by(first, t.outbox.c.subscriber)).scalars().all()


def _ripe(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(t.outbox.c.state == "owed", t.outbox.c.due_at <= now),
        sa.and_(t.outbox.c.state == "claimed", t.outbox.c.claimed_until <= now),
    )


def _claimable(connection: Connection, subscriber: str, now: datetime) -> list[schedule.Owed]:
    """The subscriber's rows that nobody holds: owed, or claimed by a worker whose lease is over."""
    o = t.outbox.c
    held_in_vain = sa.and_(o.state == "claimed", o.claimed_until <= now)
    query = (
        sa.select(o.id, o.statement_id, o.due_at, o.message_id, t.event.c.rank)
        .join(t.event, t.event.c.key == o.event_key)
        .where(o.subscriber == subscriber, sa.or_(o.state == "owed", held_in_vain))
        .with_for_update(skip_locked=True, of=t.outbox)
    )
    return [schedule.Owed(*row) for row in connection.execute(query)]


def _mailed_at(connection: Connection, subscriber: str, now: datetime) -> list[datetime]:
    """When mails went to the subscriber in the last hour; one that is being sent goes now."""
    o = t.outbox.c
    lately = sa.select(o.message_id, sa.func.max(o.sent_at)).where(o.subscriber == subscriber, o.sent_at > now - timedelta(hours=1))
    mails: dict[str, datetime] = {row[0]: row[1] for row in connection.execute(lately.group_by(o.message_id))}
    flying = sa.select(o.message_id).where(o.subscriber == subscriber, o.state == "claimed", o.claimed_until > now).distinct()
    mails |= dict.fromkeys(connection.execute(flying).scalars(), now)
    return list(mails.values())


def _claimed(connection: Connection, rows: Sequence[schedule.Owed], subscription: Subscription, worker: str, now: datetime, domain: str) -> Claim:
    ids = sorted(row.id for row in rows)
    message_id = rows[0].message_id or f"<{digest('mail', *ids)[:40]}@{domain}>"
    values = {"state": "claimed", "claimed_by": worker, "claimed_until": now + LEASE, "message_id": message_id}
    _update(connection, ids, values | {"attempts": t.outbox.c.attempts + 1})
    first = sorted(rows, key=lambda row: (row.rank, row.due_at, row.id))
    told, untold = [row.id for row in first[:MOST_TOLD]], [row.id for row in first[MOST_TOLD:]]
    joined = sa.select(t.outbox.c.id, t.outbox.c.attempts, t.event.c.payload).join(t.event, t.event.c.key == t.outbox.c.event_key)
    found = {row.id: row for row in connection.execute(joined.where(t.outbox.c.id.in_(told)))}
    counts: Counter[EventKind] = Counter()
    for part in store.chunks(untold):
        kinds = sa.select(t.event.c.kind).join(t.outbox, t.event.c.key == t.outbox.c.event_key).where(t.outbox.c.id.in_(part))
        counts.update(connection.execute(kinds).scalars())
    events = tuple(from_json(found[row].payload) for row in told)
    return Claim(message_id, worker, subscription, tuple(ids), events, counts, max(row.attempts for row in found.values()))


def _update(connection: Connection, ids: Sequence[str], values: Mapping[str, object]) -> None:
    for part in store.chunks(ids):
        connection.execute(t.outbox.update().where(t.outbox.c.id.in_(part)).values(values))


def _of_mail(message_id: str, states: Sequence[str]) -> sa.Update:
    return t.outbox.update().where(t.outbox.c.message_id == message_id, t.outbox.c.state.in_(states))


def _held(claimed: Claim) -> sa.Update:
    return _of_mail(claimed.message_id, ("claimed",)).where(t.outbox.c.claimed_by == claimed.worker)
