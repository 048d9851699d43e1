"""When an alert is due, what goes into one mail, and when a failed one is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from statements.alerts.subscriptions import Subscription, is_quiet

ATTEMPTS = 20
_FIRST_PAUSES = (1, 5, 15, 30, 60, 120, 240)  # minutes
_LATER_PAUSE = 480


@dataclass(frozen=True, slots=True)
class Owed:
    """One outbox row that could go out, without its payload."""

    id: str
    statement: str
    due_at: datetime
    message_id: str | None = None  # minted: it was claimed before, together with the rows that share it
    rank: int = 0  # of its event; the lower is told first


@dataclass(frozen=True, slots=True)
class Parcel:
    """The rows that make up one mail."""

    rows: tuple[Owed, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may go out before this instant."""

    until: datetime


def due_at(subscription: Subscription, now: datetime) -> datetime:
    """When an event recorded `now` is to be mailed: after the hold, or with the next digest, and not in quiet hours."""
    if subscription.deliver != "at_once":
        return next_digest(subscription, now)
    return after_quiet(subscription, now + subscription.hold)


def next_digest(subscription: Subscription, now: datetime) -> datetime:
    """The first departure of the subscriber's digest after `now`, in UTC; the hour is that of the wall clock on the day."""
    zone = subscription.time_zone
    day = now.astimezone(zone).date()
    while True:
        leaves = datetime.combine(day, subscription.at, zone).astimezone(UTC)
        if leaves > now and (subscription.deliver == "daily" or day.weekday() == subscription.weekday):
            return leaves
        day += timedelta(days=1)


def after_quiet(subscription: Subscription, instant: datetime) -> datetime:
    """The instant itself, or the end of the quiet hours it falls into."""
    local = instant.astimezone(subscription.time_zone)
    if subscription.quiet is None or not is_quiet(subscription, local.time()):
        return instant
    start, end = subscription.quiet
    day = local.date() + timedelta(days=1 if start > end and local.time() >= start else 0)
    # Where the clock skips the end of the quiet hours, the instant may already lie behind it.
    return max(datetime.combine(day, end, subscription.time_zone).astimezone(UTC), instant)


def next_step(owed: Iterable[Owed], subscription: Subscription, mailed_at: Sequence[datetime], now: datetime) -> Parcel | Wait | None:
    """The next mail of one subscriber, or until when to wait; None where nothing is due.

    What was claimed once goes out again as the same mail, whatever was owed since. Otherwise: a digest takes all
    that is due; at once, each statement has its own mail, with its corrections, until the hour's
    last permitted mail, which takes everything.

    Args:
        owed: the subscriber's rows that no other worker holds, due or not.
        mailed_at: when mails went to the subscriber in the last hour.
    """
    rows = sorted(owed, key=lambda row: (row.due_at, row.id))
    due = [row for row in rows if row.due_at <= now]
    if not due:
        return None
    morning = after_quiet(subscription, now)
    if morning > now:
        return Wait(morning)
    minted = next((row.message_id for row in due if row.message_id), None)
    if minted:
        return Parcel(tuple(row for row in rows if row.message_id == minted))
    if subscription.deliver != "at_once":
        return Parcel(tuple(due))
    lately = sorted(instant for instant in mailed_at if instant > now - timedelta(hours=1))
    left = subscription.at_most - len(lately)
    if left <= 0:
        return Wait(lately[-subscription.at_most] + timedelta(hours=1))
    ripe = {row.statement for row in due}
    wanted = ripe if len(ripe) > left else {due[0].statement}
    return Parcel(tuple(row for row in rows if row.statement in wanted and row.message_id is None))


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """When a mail that failed for the `attempts`-th time is tried again; None once that is enough.

    The pauses grow from a minute to eight hours and add up to more than four days, the least after which
    RFC 5321 (4.5.4.1) lets a sender give up.
    """
    if attempts >= ATTEMPTS:
        return None
    minutes = _FIRST_PAUSES[attempts - 1] if attempts <= len(_FIRST_PAUSES) else _LATER_PAUSE
    return now + timedelta(minutes=minutes)
