"""What validation found: about one reading, or about a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation that one reading failed: enough to understand it without the reading at hand."""

    key: str  # the reading's, as the caller gave it
    expectation: str  # the name of the expectation in its suite
    column: str
    value: Any  # what was found; JSON
    sentence: str


@dataclass(frozen=True, slots=True)
class BatchFinding:
    """Something about a whole batch: for the source's health and the operator, never against a row."""

    kind: Literal["empty", "fewer", "undated", "duplicates", "stale"]
    value: Any
    sentence: str
