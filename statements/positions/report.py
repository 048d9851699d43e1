"""A series put together for its readers: headings, matrix, shifts; the one thing that JSON, terminal table and HTML page are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from schemas.records import Comparability, DocumentType, Shift, ShiftKind
from statements.positions.matrix import Matrix, matrix_json, matrix_of, shift_json
from statements.positions.shifts import Said, shifts_of

SIGNS: dict[ShiftKind, str] = {
    "new": "+",
    "returned": "↺",
    "dropped": "×",
    "not_mentioned": "?",
    "strengthened": "▲",
    "weakened": "▼",
    "widened": "⊞",
    "narrowed": "⊟",
    "reversed": "⇄",
    "changed": "≠",
    "reworded": "≈",
    "continued": "=",
}
"""One character for each kind of shift, the same in the terminal and on the page."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a statement's column."""

    statement: str
    title: str
    published_on: str | None  # ISO 8601
    document_type: DocumentType
    comparability: Comparability
    hint: str | None = None  # where there is no date: what the text tells of it, such as "--07-18", or the page's name

    @property
    def label(self) -> str:
        """What to call the statement where room is short: its day, what stands in for it, or its title."""
        return self.published_on or (self.hint or "").strip("-") or self.title


@dataclass(frozen=True)
class Report:
    """Statements in their order, what each says on each issue, and what moved."""

    title: str
    headings: tuple[Heading, ...]
    matrix: Matrix
    shifts: tuple[Shift, ...]
    about: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)  # an issue's title by its id

    def label(self, issue: str) -> str:
        """The issue's title, or its id made readable where no file gives one."""
        return self.labels.get(issue) or issue.rpartition(".")[2].replace("_", " ").capitalize()

    def full_label(self, issue: str) -> str:
        """The label as it can stand alone: a facet with its parent's."""
        parent = issue.rpartition(".")[0]
        return f"{self.full_label(parent)} · {self.label(issue)}" if parent else self.label(issue)

    def shift(self, issue: str, to: str) -> Shift | None:
        """What happened to the issue when the statement `to` came; None where neither it nor its predecessor spoke."""
        return self._by_cell.get((issue, to))

    @cached_property
    def _by_cell(self) -> dict[tuple[str, str], Shift]:
        return {(shift.issue, shift.to_statement): shift for shift in self.shifts}

    def moves(self, to: str) -> dict[ShiftKind, list[Shift]]:
        """The shifts that `to` brought, by kind."""
        by_kind: dict[ShiftKind, list[Shift]] = {}
        for shift in self.shifts:
            if shift.to_statement == to:
                by_kind.setdefault(shift.kind, []).append(shift)
        return by_kind


def report(
    series: str,
    statements: Sequence[tuple[Heading, Said]],
    title: str = "Shifts",
    about: str = "",
    labels: Mapping[str, str] | None = None,
    shifts: Sequence[Shift] | None = None,
) -> Report:
    """The report of a series, from its statements in order; `shifts` that were recorded are shown as they stand, else they are told here."""
    said = [said for _, said in statements]
    told = tuple(shifts) if shifts is not None else shifts_of(series, said)
    return Report(title, tuple(heading for heading, _ in statements), matrix_of(said), told, about, labels or {})


def document(report: Report, key: Literal["page", "statement"] = "statement") -> dict[str, Any]:
    """The report as CONTRACT's JSON for `shifts`; `key` names what the headings are known by: pages as given, or statements of the store."""
    return {
        "statements": [
            {
                key: heading.statement,
                "title": heading.title,
                "published_on": heading.published_on,
                "document_type": heading.document_type,
                "comparability": heading.comparability,
            }
            for heading in report.headings
        ],
        "shifts": [shift_json(shift) for shift in report.shifts],
        "matrix": matrix_json(report.matrix),
    }
