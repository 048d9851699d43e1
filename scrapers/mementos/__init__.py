"""The same pages as web archives kept them: CDX servers, WARC and WACZ files, folders of saved pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from schemas.records import Capture


@dataclass(frozen=True, slots=True)
class Memento:
    """One capture that an archive made.

    `body` is None where the capture has none, and where `capture.body_sha256` names a body already given: an archive
    that says "as before" spares the second copy.
    """

    capture: Capture
    body: bytes | None
    where: str  # the record's place in the archive, the same on every reading
    digest: str | None = None  # the archive's own name for the body, such as "sha1:…"


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in an archive that could not be read, in one sentence; the rest goes on."""

    where: str
    error: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which captures of an archive are wanted. Days are UTC, both ends included."""

    takes: Callable[[str], bool] = lambda url: True
    address_of: Callable[[str], str] = lambda url: url  # the source's normalisation
    since: date | None = None
    until: date | None = None
    one_a_day: bool = False  # the first of each address and day that the archive names
    only_changed: bool = False  # leave out captures whose body is that of the one before

    def wants(self, url: str, captured_at: datetime) -> bool:
        """Whether a capture lies in the window and its URL is taken."""
        day = captured_at.astimezone(UTC).date()
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until) and self.takes(url)


class Thinning:
    """Applies a selection to captures one after the other, in the order in which an archive gives them."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._days: set[tuple[str, date]] = set()
        self._last: dict[str, str | None] = {}

    def admits(self, url: str, captured_at: datetime, body: str | None = None) -> bool:
        """Whether a capture is wanted. `body`, where it is known, is any name of the body: our hash, or the archive's digest."""
        chosen = self._selection
        if not chosen.wants(url, captured_at):
            return False
        address = chosen.address_of(url)
        if chosen.one_a_day and (address, captured_at.date()) in self._days:
            return False
        return not chosen.only_changed or body is None or self._last.get(address) != body

    def note(self, url: str, captured_at: datetime, body: str | None) -> None:
        """Count a capture as the one of its day, and its body as the last of its address."""
        chosen = self._selection
        address = chosen.address_of(url)
        if chosen.one_a_day:
            self._days.add((address, captured_at.date()))
        if chosen.only_changed:
            self._last[address] = body

    def takes(self, capture: Capture) -> bool:
        """Whether a capture that has been read is wanted; if so it is noted."""
        body = capture.body_sha256 or capture.error
        if not self.admits(capture.url, capture.captured_at, body):
            return False
        self.note(capture.url, capture.captured_at, body)
        return True
