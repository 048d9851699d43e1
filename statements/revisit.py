"""When an address is due again: a thinning schedule that quickens after a change. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

SOONEST = timedelta(minutes=15)
LATEST = timedelta(days=30)
THINNING = 8  # an address that stood still for eight days is due again in one


def next_check(at: datetime, *, first_seen_at: datetime, last_changed_at: datetime | None, policy: Mapping[str, Any] | None = None) -> datetime:
    """The moment of the next visit after one at `at`.

    The wait is an eighth of the time since the address last changed (or was first seen), between a quarter of an
    hour and a month; a source's `revisit:` may set `soonest_minutes`, `latest_days` and `thinning`.
    """
    policy = policy or {}
    soonest = timedelta(minutes=policy["soonest_minutes"]) if "soonest_minutes" in policy else SOONEST
    latest = timedelta(days=policy["latest_days"]) if "latest_days" in policy else LATEST
    still = max(at - (last_changed_at or first_seen_at), timedelta())
    return at + min(max(still / float(policy.get("thinning", THINNING)), soonest), latest)


def spread(address: str, wait: timedelta) -> timedelta:
    """The wait, shifted by up to a tenth and always alike for one address, so that a whole listing is not due at once."""
    share = int.from_bytes(hashlib.sha256(address.encode()).digest()[:4], "big") / 2**32
    return wait * (0.95 + share / 10)
