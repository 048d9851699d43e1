"""Wordings that come back: to which version a text returns, and addresses that flap between two texts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WITHIN: Final = timedelta(days=7)  # between the first showing and the third return, for an address to flap
TURNS: Final = 3  # changes among two contents only: A-B-A-B


@dataclass(frozen=True, slots=True)
class Showing:
    """One version of an address, as far as this asks: its content and when it was first seen."""

    content_sha256: str
    first_captured_at: datetime


@dataclass(frozen=True, slots=True)
class Flapping:
    """Versions `first` to `last` (positions, both included) show two contents in turn."""

    first: int
    last: int
    contents: tuple[str, str]
    began_at: datetime
    ended_at: datetime  # when the last of them was first seen


def returns(contents: Sequence[Hashable]) -> list[int | None]:
    """For each version, in time order, the position of the latest earlier one with the same content; None where it is new.

    A content is a hash, or a pair of address and hash where several addresses stand in one list.

    >>> returns(["a", "b", "a", "c", "a"])
    [None, None, 0, None, 2]
    """
    seen: dict[Hashable, int] = {}
    found: list[int | None] = []
    for at, content in enumerate(contents):
        found.append(seen.get(content))
        seen[content] = at
    return found


def flapping(versions: Sequence[Showing], within: timedelta = WITHIN, turns: int = TURNS) -> list[Flapping]:
    """Stretches of one address's versions, in time order, that go to and fro between two contents: one flag each.

    A stretch counts when `turns` changes of it in a row fall within the time given; it is told whole, however long.
    Two stretches never share more than the version where one ends and the next begins.
    """
    found: list[Flapping] = []
    start = 0
    while start < len(versions) - turns:
        end = start + 1
        while end + 1 < len(versions) and versions[end + 1].content_sha256 == versions[end - 1].content_sha256:
            end += 1
        quick = any(versions[at + turns].first_captured_at - versions[at].first_captured_at <= within for at in range(start, end - turns + 1))
        if end - start >= turns and quick and versions[start].content_sha256 != versions[start + 1].content_sha256:
            pair = (versions[start].content_sha256, versions[start + 1].content_sha256)
            found.append(Flapping(start, end, pair, versions[start].first_captured_at, versions[end].first_captured_at))
        start = max(end, start + 1)
    return found
