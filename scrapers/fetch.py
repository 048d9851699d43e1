"""A polite session: robots.txt, a shared delay per host, retries, conditional requests; each attempt is a Capture."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from schemas.records import Capture
from scrapers.exchange import Answer, Limits, NoAnswer, Transport, host_of, origin_of
from scrapers.robots import PRODUCT, REDIRECTS, Rules, rules_of

BUSY_STATUSES = frozenset({429, 500, 502, 503, 504})  # worth another attempt
LONGEST_RETRY_AFTER = 3600.0  # seconds; a host that asks for more is asked again in an hour


class HostClock(Protocol):
    """Where processes agree on whose turn it is at a host."""

    def claim(self, host_group: str, delay_seconds: float) -> float:
        """Take the next free moment of `host_group` and keep the following `delay_seconds` free.

        Returns the seconds to wait until that moment. Atomic: two callers never get the same moment. A negative
        delay gives back a moment that was too far off to wait for.
        """


class LocalClock:
    """A HostClock for one process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def claim(self, host_group: str, delay_seconds: float) -> float:
        with self._lock:
            now = self._now()
            moment = max(now, self._next.get(host_group, now))
            self._next[host_group] = moment + delay_seconds
            return moment - now


@dataclass(frozen=True, slots=True)
class Validator:
    """What makes the next request for a page conditional: the server's own words, and the body they stand for."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None


def validator_of(capture: Capture) -> Validator | None:
    """The validator that a capture offers, or None: its body was not whole, or the server named neither."""
    if capture.error or capture.status not in {200, 304} or capture.body_sha256 is None:
        return None
    named = {name.lower(): value for name, value in reversed(capture.headers)}
    etag, last_modified = named.get("etag"), named.get("last-modified")
    return Validator(etag, last_modified, capture.body_sha256) if etag or last_modified else None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the last attempt brought. `body` is unpacked; None where there was none or it was refused.

    A body that broke off is kept as far as it came, and `capture.error` says so: it is no page to read.
    """

    capture: Capture
    body: bytes | None = None
    earlier: tuple[Fetched, ...] = ()  # attempts that failed and were made again, in order

    @property
    def attempts(self) -> tuple[Fetched, ...]:
        """Every attempt in order, this last one included: each is a capture of its own."""
        return (*self.earlier, replace(self, earlier=()))


@dataclass(frozen=True, slots=True)
class _Asked:
    url: str
    address: str
    validators: Mapping[str, str]
    body_sha256: str | None
    delay: float
    host_group: str | None
    follow: bool
    robots: bool


class PoliteSession:
    """Fetches pages as a guest should. One for each task or thread; its connections are kept alive.

    Private, loopback and link-local addresses are refused on the address connected to, also behind a redirect,
    unless `allow_private` says so for all hosts or names this one. `routes` sends the requests for one origin to another ({"https://www.example.org":
    "http://127.0.0.1:8000"}), while URLs, captures and the Host header stay those of the first.

    Raises:
        StatementsError: no `contact` address to put into the User-Agent.
    """

    def __init__(
        self,
        contact: str,
        clock: HostClock | None = None,
        *,
        allow_private: bool | Collection[str] = False,
        limits: Limits | None = None,
        routes: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.limits = limits or Limits()
        self._clock = clock or LocalClock()
        self._sleep = sleep
        self._robots: dict[str, tuple[float, Rules]] = {}
        self._transport = Transport(f"{PRODUCT}/0.1", contact, allow_private=allow_private, limits=self.limits, routes=routes or {}, now=now)

    def __enter__(self) -> PoliteSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections kept alive."""
        self._transport.close()

    def get(
        self,
        url: str,
        *,
        address: str | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        body_sha256: str | None = None,
        delay: float = 0.0,
        host_group: str | None = None,
        follow: bool = True,
        robots: bool = True,
    ) -> Fetched:
        """Fetch one URL; what goes wrong is a capture with an `error`, never an exception.

        `address` is the normalised URL for the capture (default: `url`). `etag` and `last_modified` are the server's
        own, sent back to it unchanged, and `body_sha256` the hash of the body that came with them, which the capture of
        a 304 then bears. `delay` seconds (or robots.txt's crawl-delay, where longer) lie between two requests to
        `host_group` (default: the host), whoever makes them. Without `follow` a redirect is an answer like any other;
        without `robots` robots.txt is not asked, as becomes a host's interface for programs.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        sent = {name: value for name, value in validators.items() if value}
        asked = _Asked(url, address or url, sent, body_sha256, delay, host_group, follow, robots)
        earlier: list[Fetched] = []
        while True:
            fetched, is_transient = self._attempt(asked)
            pause = self._pause(fetched.capture, is_transient, len(earlier) + 1, asked)
            if pause is None:
                return replace(fetched, earlier=tuple(earlier)) if earlier else fetched
            earlier.append(fetched)
            self._sleep(pause)

    def _attempt(self, asked: _Asked) -> tuple[Fetched, bool]:
        """One walk from the URL along its redirects to an answer, and whether another may end better."""
        self._transport.forget_cookies()
        trail: list[tuple[int, str]] = []
        here = asked.url
        try:
            while True:
                host = host_of(here)
                rules = self._rules(here, asked) if asked.robots else Rules()
                if not rules.allow(here):
                    raise NoAnswer(rules.refusal or f"{origin_of(here)}/robots.txt does not allow {here}.")
                self._wait_for_turn(asked.host_group or host, max(asked.delay, rules.crawl_delay))
                answer = self._transport.ask(here, asked.validators)
                target = answer.redirect
                if target is None or not asked.follow:
                    return _fetched(asked, trail, answer), answer.is_transient or answer.status in BUSY_STATUSES
                trail.append((answer.status, target))
                if len(trail) > self.limits.redirects:
                    raise NoAnswer(f"{asked.url} is redirected more than {self.limits.redirects} times, last to {target}.")
                here = target
        except NoAnswer as failure:
            error = str(failure) if here == asked.url else f"{failure} (Redirected from {asked.url}.)"
            at = self._transport.instant()
            capture = Capture(address=asked.address, captured_at=at, url=asked.url, final_url=here, redirects=tuple(trail), error=error)
            return Fetched(capture), failure.is_transient

    def _rules(self, url: str, asked: _Asked) -> Rules:
        origin = origin_of(url)
        known = self._robots.get(origin)
        if known is None or known[0] < time.monotonic():
            rules = self._ask_for_rules(origin, asked)
            known = self._robots[origin] = (time.monotonic() + rules.kept, rules)
        return known[1]

    def _ask_for_rules(self, origin: str, asked: _Asked) -> Rules:
        status: int | None = None
        reason: str | None = None
        for attempt in range(self.limits.attempts):
            if attempt:
                self._sleep(self._backoff(attempt))
            here = f"{origin}/robots.txt"
            try:
                for _ in range(REDIRECTS + 1):
                    self._wait_for_turn(asked.host_group or host_of(here), asked.delay)
                    answer = self._transport.ask(here, {})
                    status, target = answer.status, answer.redirect
                    if target is None:
                        break
                    here = target
                if answer.body is not None and status not in BUSY_STATUSES:
                    return rules_of(origin, status, answer.body)
                reason = answer.error
            except NoAnswer as failure:
                status, reason = None, str(failure)
                if not failure.is_transient:
                    break
        return rules_of(origin, None if reason else status, b"", reason)

    def _wait_for_turn(self, host_group: str, delay: float) -> None:
        wait = self._clock.claim(host_group, delay)
        if wait > self.limits.patience:
            self._clock.claim(host_group, -delay)  # or turns that nobody takes would push everybody further back
            raise NoAnswer(f"The next turn at {host_group} comes in {wait:.0f} s: the host asked for rest, or too many wait for it.")
        if wait > 0:
            self._sleep(wait)

    def _pause(self, capture: Capture, is_transient: bool, attempt: int, asked: _Asked) -> float | None:
        """Seconds until the next attempt, or None where this one stands."""
        asks = retry_after(capture) if capture.status in BUSY_STATUSES else 0.0
        if asks:
            self._clock.claim(asked.host_group or host_of(capture.final_url), asks)  # all who share the clock give the host its rest
        if not is_transient or attempt >= self.limits.attempts or asks > self.limits.patience:
            return None
        return 0.0 if asks else self._backoff(attempt)

    def _backoff(self, attempt: int) -> float:
        return float(self.limits.backoff * 2 ** (attempt - 1) * random.uniform(0.75, 1.25))


def retry_after(capture: Capture) -> float:
    """Seconds that the answer asks to wait (seconds or a date in Retry-After), at most an hour; 0 where it does not ask."""
    asked = next((value for name, value in capture.headers if name.lower() == "retry-after"), "").strip()
    try:
        seconds = float(asked) if asked.isdecimal() else (parsedate_to_datetime(asked) - capture.captured_at).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _fetched(asked: _Asked, trail: list[tuple[int, str]], answer: Answer) -> Fetched:
    not_modified = answer.status == 304 and bool(asked.validators)
    body = None if answer.status == 304 else answer.body
    error = answer.error
    if answer.status == 304 and not not_modified:
        error = f"{answer.url} answered 304 (not modified) to a request without a validator."
    capture = Capture(
        address=asked.address,
        captured_at=answer.at,
        url=asked.url,
        final_url=answer.url,
        status=answer.status,
        headers=answer.headers,
        body_sha256=asked.body_sha256 if not_modified else None if body is None else hashlib.sha256(body).hexdigest(),
        redirects=tuple(trail),
        not_modified=not_modified,
        error=error,
    )
    return Fetched(capture, body)
