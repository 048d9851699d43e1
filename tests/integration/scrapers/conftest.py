"""A local site, and a polite session that may reach it and never really sleeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scrapers.exchange import Limits
from scrapers.fetch import LocalClock, PoliteSession
from tests.local_site import Site, serving


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def session(time: Time) -> Iterator[PoliteSession]:
    limits = Limits(connect=2, read=2, total=5, attempts=3)
    with PoliteSession("desk@example.org", LocalClock(time), allow_private=True, limits=limits, sleep=time.sleep) as session:
        yield session
