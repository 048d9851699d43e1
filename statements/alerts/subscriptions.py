"""Subscriptions: who hears of which events, when, and in how many mails at most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, time, timedelta, tzinfo
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas import declarations
from schemas.errors import DeclarationError
from schemas.records import ChangeClass

EventKind = Literal["new", "altered", "shift", "gone", "restored"]
Delivery = Literal["at_once", "daily", "weekly"]
KINDS: tuple[EventKind, ...] = get_args(EventKind)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLES = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one address asked for; None in `sources`, `series` or `issues` means all of them.

    Conditions are joined by "and": a subscription to a source and an issue hears of that issue at that source.
    """

    id: str  # the file's stem; with the address behind a colon where the file names several
    address: str  # "name@example.org"
    name: str = ""  # of the person or desk, as it stands before the address
    title: str = ""
    sources: frozenset[str] | None = None
    series: frozenset[str] | None = None
    issues: frozenset[str] | None = None
    kinds: frozenset[EventKind] = frozenset(KINDS)
    classes: frozenset[ChangeClass] = frozenset({"structural", "substantive"})
    least_significance: float = 0.0
    deliver: Delivery = "at_once"
    at: time = time(7, 30)  # of digests, in `time_zone`
    weekday: int = 0  # of weekly digests; Monday is 0
    time_zone: tzinfo = UTC
    quiet: tuple[time, time] | None = None  # from, until; may span midnight
    hold: timedelta = timedelta(minutes=15)
    at_most: int = 10  # mails in any hour
    is_paused: bool = False

    @property
    def mailbox(self) -> Address:
        return Address(self.name, addr_spec=self.address)


def load(config: Path | None, on_error: Callable[[DeclarationError], None] | None = None) -> dict[str, Subscription]:
    """Every subscription by id: those in `config/subscriptions`, or the packaged example where there is none.

    A file with a mistake costs only itself: its error goes to `on_error`.

    Raises:
        DeclarationError: a file is wrong and `on_error` was not given.
    """
    folder = config / "subscriptions" if config else EXAMPLES
    paths = sorted(folder.glob("*.yml")) or sorted(EXAMPLES.glob("*.yml"))
    subscriptions: dict[str, Subscription] = {}
    for path in paths:
        try:
            subscriptions |= {subscription.id: subscription for subscription in read(path)}
        except DeclarationError as error:
            if on_error is None:
                raise
            on_error(error)
    return subscriptions


def read(path: Path) -> list[Subscription]:
    """The subscriptions of one file: one for each address it names.

    Raises:
        DeclarationError: the file breaks the schema, names an unknown time zone, or puts its digest into its own quiet hours.
    """
    declared = declarations.read(path, "subscription")
    settings = _settings(declared, path)
    boxes = declared["who"] if isinstance(declared["who"], list) else [declared["who"]]
    subscriptions = []
    for box in boxes:
        name, address = _mailbox(box, path)
        identity = path.stem if len(boxes) == 1 else f"{path.stem}:{address.lower()}"
        subscriptions.append(Subscription(identity, address, name, **settings))
    return subscriptions


def is_quiet(subscription: Subscription, clock: time) -> bool:
    """Whether `clock`, in the subscriber's zone, falls into the quiet hours (their end is outside).

    >>> night = Subscription("a", "a@example.org", quiet=(time(22), time(7)))
    >>> [is_quiet(night, time(hour)) for hour in (21, 22, 3, 7)]
    [False, True, True, False]
    """
    if subscription.quiet is None:
        return False
    start, end = subscription.quiet
    return start <= clock < end if start <= end else clock >= start or clock < end


def _mailbox(box: str, path: Path) -> tuple[str, str]:
    """The name, which may hold commas, and the address."""
    name, _, address = box.rpartition(" ")
    name, address = name.strip(' "'), address.strip("<>")
    try:
        Address(name, addr_spec=address)
    except (ValueError, MessageError) as error:
        raise declarations.mistake(path, ["who"], f"{box!r} is not an address; write name@example.org or Name <name@example.org>") from error
    return name, address


def _settings(declared: Mapping[str, Any], path: Path) -> dict[str, Any]:
    settings: dict[str, Any] = {"title": declared.get("title", path.stem)}
    settings |= {key: frozenset(declared[key]) for key in ("sources", "series", "issues", "kinds", "classes") if key in declared}
    settings |= {key: declared[key] for key in ("least_significance", "deliver", "at_most") if key in declared}
    if "paused" in declared:
        settings["is_paused"] = declared["paused"]
    if "hold_minutes" in declared:
        settings["hold"] = timedelta(minutes=declared["hold_minutes"])
    if "weekday" in declared:
        settings["weekday"] = WEEKDAYS.index(declared["weekday"])
    if "at" in declared:
        settings["at"] = _clock(declared["at"])
    if "quiet" in declared:
        settings["quiet"] = (_clock(declared["quiet"]["from"]), _clock(declared["quiet"]["until"]))
    if "time_zone" in declared:
        try:
            settings["time_zone"] = ZoneInfo(declared["time_zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            told = f"{declared['time_zone']!r} is not an IANA time zone such as Europe/Berlin"
            raise declarations.mistake(path, ["time_zone"], told) from error
    probe = Subscription("probe", "probe@example.org", **settings)
    if probe.deliver != "at_once" and is_quiet(probe, probe.at):
        told = f"the digest leaves at {probe.at:%H:%M}, inside the file's own quiet hours; move one of them"
        raise declarations.mistake(path, ["at"], told)
    return settings


def _clock(value: str | int) -> time:
    minutes = value if isinstance(value, int) else int(value.split(":")[0]) * 60 + int(value.split(":")[1])
    return time(minutes // 60, minutes % 60)
