"""What a comparison asks of whoever knows the issues: does this change bear on a position, and in which direction?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from schemas.records import Direction, Entry, Wording


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one entry. `issues` may be named for a passage that only moved; the rest then says nothing."""

    position_bearing: bool = False
    direction: Direction | None = None
    issues: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()  # what the words could not tell, such as "object"
    reasons: tuple[str, ...] = ()


class Judge(Protocol):
    """Judges one entry of a comparison.

    Called once for each structural or substantive entry except a changed date, with both whole wordings: the entry's
    spans are offsets of their texts (a changed title has no spans), and its edits tell which words of `before` and
    `after` changed. A pure function; it may keep what it read of a wording, as the same two come with every entry.
    """

    def __call__(self, before: Wording, after: Wording, entry: Entry) -> Judgement: ...
