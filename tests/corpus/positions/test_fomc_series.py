"""A series of another field, with small issue files of its own: what is known of it shows in its shifts."""

from __future__ import annotations

from pathlib import Path

import pytest

from statements.documents import load_page
from statements.positions.lexicon import load
from statements.positions.reading import positions_of
from statements.positions.series import read
from statements.positions.shifts import Said, shifts_of

pytestmark = pytest.mark.corpus
FOMC = Path(__file__).resolve().parents[2] / "series" / "fomc"


@pytest.fixture(scope="module")
def shifts(corpus: Path):
    """The statements of 2007 to 2009, in order."""
    lexicon = load(FOMC / "issues")
    pages = [page for page in sorted((corpus / "series" / "fomc" / "statements").glob("*.txt")) if "2007" <= page.stem < "2010"]
    readings = [(page.stem, load_page(page)) for page in pages]
    return shifts_of("fomc_en", [Said(name, reading.content_sha256, positions_of(reading.wording, lexicon)) for name, reading in readings])


def test_purchases_of_assets_are_first_spoken_of_in_december_2008(shifts):
    assert [shift.to_statement for shift in shifts if (shift.issue, shift.kind) == ("asset_purchases", "new")] == ["20081216"]


def test_guidance_on_the_path_of_the_rate_comes_with_the_purchases(shifts):
    assert any(
        shift.issue == "federal_funds_rate.guidance" and shift.kind in {"new", "returned"} and shift.to_statement == "20081216" for shift in shifts
    )


def test_what_is_repeated_word_for_word_is_continued(shifts):
    kinds = {shift.kind for shift in shifts}
    assert {"continued", "reworded", "strengthened", "weakened", "widened", "narrowed"} <= kinds
    assert all(set(shift.before) == set(shift.after) for shift in shifts if shift.kind == "continued" and shift.rule == "same_text")


def test_the_declaration_of_the_series_is_valid():
    assert read(FOMC / "series" / "fomc_en.yml").title.startswith("Policy statements")
