"""When an address is due again: a thinning schedule that quickens after a change. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    """How a source wants its old statements visited; its YAML's `revisit:` may say otherwise for each."""

    soonest: timedelta = timedelta(minutes=15)
    latest: timedelta = timedelta(days=30)
    thinning: float = 8  # what stood still for eight days is due again in one
    series_factor: float = 3  # a member of a watched series is due so many times sooner
    most_a_day: int = 2000  # revisits to a group of hosts in a day (UTC); what is new is never made to wait
    most_at_once: int = 500  # revisits that one run takes on

    @classmethod
    def of(cls, declared: Mapping[str, Any]) -> Policy:
        """The policy that a source's `revisit:` declares; what it leaves out is as above."""
        told = dict(declared)
        if "soonest_minutes" in told:
            told["soonest"] = timedelta(minutes=told.pop("soonest_minutes"))
        if "latest_days" in told:
            told["latest"] = timedelta(days=told.pop("latest_days"))
        return cls(**told)


def next_check(at: datetime, *, address: str, still_since: datetime, in_series: bool = False, policy: Policy | None = None) -> datetime:
    """The moment of the next visit after one at `at`.

    The wait is an eighth of the time that the address has stood still (since it was published, first seen, last changed or
    quickened by a successor, whichever is latest), between a quarter of an hour and a month; shorter for members of a watched series.
    """
    policy = policy or Policy()
    still = max(at - still_since, timedelta())
    wait = min(max(still / policy.thinning, policy.soonest), policy.latest)
    if in_series:
        wait = max(wait / policy.series_factor, min(policy.soonest, wait))
    return at + spread(address, wait)


def spread(address: str, wait: timedelta) -> timedelta:
    """The wait, shifted by up to a twentieth and always alike for one address, so that what was listed together drifts apart."""
    share = int.from_bytes(hashlib.sha256(address.encode()).digest()[:4], "big") / 2**32
    return wait * (0.95 + share / 10)
