"""A comparison as the JSON document that the command line prints and the store keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.records import Cause, Comparison, Entry


def document(comparison: Comparison, cause: Cause | None = None) -> dict[str, Any]:
    """The comparison with the keys of the command line's contract, in their order; `coarse` stands last."""
    return {
        "class": comparison.klass,
        "cause": cause,
        "moved": comparison.moved,
        "position_bearing": comparison.position_bearing,
        "directions": list(comparison.directions),
        "issues": list(comparison.issues),
        "significance": comparison.significance,
        "changes": [_change(entry) for entry in comparison.entries],
        "coarse": comparison.coarse,
    }


def _change(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "field": entry.field,
        "unit": entry.unit,
        "was": list(entry.was),
        "now": list(entry.now),
        "was_span": list(entry.was_span) if entry.was_span else None,
        "now_span": list(entry.now_span) if entry.now_span else None,
        "before": entry.before,
        "after": entry.after,
        "edits": [list(edit) for edit in entry.edits],
        "touches": list(entry.touches),
        "class": entry.klass,
        "significance": entry.significance,
        "reasons": list(entry.reasons),
        "position_bearing": entry.position_bearing,
        "direction": entry.direction,
        "issues": list(entry.issues),
    }


def comparison_of(told: Mapping[str, Any]) -> Comparison:
    """The comparison that `document` wrote."""
    return Comparison(
        klass=told["class"],
        moved=told["moved"],
        position_bearing=told["position_bearing"],
        directions=tuple(told["directions"]),
        issues=tuple(told["issues"]),
        significance=told["significance"],
        entries=tuple(_entry(change) for change in told["changes"]),
        coarse=told.get("coarse", False),
    )


def _entry(told: Mapping[str, Any]) -> Entry:
    return Entry(
        kind=told["kind"],
        unit=told["unit"],
        field=told["field"],
        was=tuple(told["was"]),
        now=tuple(told["now"]),
        was_span=tuple(told["was_span"]) if told["was_span"] else None,
        now_span=tuple(told["now_span"]) if told["now_span"] else None,
        before=told["before"],
        after=told["after"],
        edits=tuple((sign, text) for sign, text in told["edits"]),
        touches=tuple(told["touches"]),
        klass=told["class"],
        significance=told["significance"],
        reasons=tuple(told["reasons"]),
        position_bearing=told["position_bearing"],
        direction=told["direction"],
        issues=tuple(told["issues"]),
    )
