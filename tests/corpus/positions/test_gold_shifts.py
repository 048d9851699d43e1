"""Shifts told from the annotator's own positions: what the shift rules get wrong, apart from what the reading does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.records import Position, Stances
from statements.positions.shifts import Said, shifts_of

pytestmark = pytest.mark.corpus
COMPARABILITY = {"1999": "full", "2000": "summary", "2009": "full"}


@pytest.fixture(scope="module")
def gold(corpus: Path) -> list[dict]:
    return json.loads((corpus / "gold" / "dev" / "shifts.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def told(corpus: Path) -> dict[tuple[str, str, str], str]:
    matrix = json.loads((corpus / "gold" / "dev" / "matrix.json").read_text("utf-8"))
    positions: dict[str, list[Position]] = {year: [] for year in COMPARABILITY}
    for issue in matrix:
        for p in issue["positions"]:
            positions[p["statement"]].append(
                Position(issue["id"], p["actor"], p["polarity"], p["ladder"], p["level"], p["start"], p["end"], p["quote"])
            )
    said = [Said(year, year, Stances(tuple(positions[year])), comparability) for year, comparability in COMPARABILITY.items()]
    return {(shift.issue, shift.from_statement, shift.to_statement): shift.kind for shift in shifts_of("seeds", said)}


def accepted(shift: dict, kind: str | None) -> bool:
    """The annotator writes `dropped` also where one text is a summary; the contract calls that `not_mentioned`."""
    return kind in shift["accept"] or (kind == "not_mentioned" and "dropped" in shift["accept"])


def test_at_least_92_in_100_shifts_are_accepted(gold, told):
    wrong = [(s["id"], s["accept"], told.get((s["issue"], s["before"], s["after"]))) for s in gold]
    wrong = [one for one, s in zip(wrong, gold, strict=True) if not accepted(s, one[2])]
    assert len(wrong) <= 0.08 * len(gold), wrong


def test_no_shift_is_told_upside_down(gold, told):
    opposite = {"strengthened": "weakened", "weakened": "strengthened"}
    inverted = [s["id"] for s in gold if s["kind"] in opposite and told.get((s["issue"], s["before"], s["after"])) == opposite[s["kind"]]]
    assert not inverted


def test_nothing_is_told_on_an_issue_that_neither_statement_speaks_on(gold, told):
    assert set(told) <= {(s["issue"], s["before"], s["after"]) for s in gold}
