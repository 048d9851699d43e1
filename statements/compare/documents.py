"""A comparison as the JSON document that the command line prints and the store keeps."""

from __future__ import annotations

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
