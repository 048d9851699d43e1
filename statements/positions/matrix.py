"""The issue × statement matrix and the JSON of shifts: what `statements shifts` prints, the web pages show and an export writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.records import ClauseShift, Polarity, Position, Shift
from statements.positions.shifts import Said, by_issue, level

Matrix = dict[str, dict[str, "Cell"]]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one statement says on one issue. A statement that says nothing has no cell."""

    level: int
    actors: tuple[str, ...]
    polarity: Polarity  # of its strongest clause
    positions: tuple[Position, ...]

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(position.quote for position in self.positions)


def matrix_of(statements: Sequence[Said]) -> Matrix:
    """Cells by issue and statement: issues in alphabetical order (a facet follows its parent), statements in theirs."""
    cells: Matrix = {}
    for said in statements:
        for issue, positions in by_issue(said.stances).items():
            strongest = max(positions, key=lambda position: position.level)
            actors = tuple(dict.fromkeys(position.actor for position in positions))
            cells.setdefault(issue, {})[said.statement] = Cell(level(positions) or 1, actors, strongest.polarity, positions)
    return dict(sorted(cells.items()))


def matrix_json(matrix: Matrix) -> dict[str, dict[str, dict[str, Any]]]:
    """The matrix as CONTRACT describes it; a gap stays a gap."""
    return {
        issue: {statement: {"level": cell.level, "actors": list(cell.actors), "quotes": list(cell.quotes)} for statement, cell in row.items()}
        for issue, row in matrix.items()
    }


def shift_json(shift: Shift) -> dict[str, Any]:
    """One shift as CONTRACT describes it, with the clauses and the cues it was told from."""
    return {
        "id": shift.id,
        "series": shift.series,
        "issue": shift.issue,
        "actor": shift.actor,
        "from": shift.from_statement,
        "to": shift.to_statement,
        "kind": shift.kind,
        "level_before": shift.level_before,
        "level_after": shift.level_after,
        "before": list(shift.before),
        "after": list(shift.after),
        "last_said": shift.last_said,
        "compared": shift.compared,
        "rule": shift.rule,
        "reason": shift.reason,
        "confidence": shift.confidence,
        "comparability": shift.comparability,
        "cause": shift.cause,
        "from_content": shift.from_content,
        "to_content": shift.to_content,
        "lexicon": shift.lexicon,
        "clauses": [_clause_json(clause) for clause in shift.clauses],
    }


def _clause_json(clause: ClauseShift) -> dict[str, Any]:
    return {
        "kind": clause.kind,
        "rule": clause.rule,
        "likeness": clause.likeness,
        "before": _position_json(clause.before),
        "after": _position_json(clause.after),
    }


def _position_json(position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    return {
        "issue": position.issue,
        "actor": position.actor,
        "polarity": position.polarity,
        "ladder": position.ladder,
        "level": position.level,
        "start": position.start,
        "end": position.end,
        "quote": position.quote,
        "cues": [{"text": cue.text, "start": cue.start, "end": cue.end, "rule": cue.rule} for cue in position.cues],
    }
