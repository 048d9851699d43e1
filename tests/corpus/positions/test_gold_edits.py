"""Exact edits of the seeds: which of them bear on a position, on which issue, and in which direction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from statements.compare import compare
from statements.documents import load_page
from statements.positions.judge import PositionJudge
from statements.positions.lexicon import load

pytestmark = pytest.mark.corpus
SEEDS = {"1999": "002_1d5b815283c69941.txt", "2000": "003_4f4c6d932243ff0e.txt", "2009": "000_f5b98e44eed9978f.txt"}


def test_at_least_nine_in_ten_edits_are_judged_as_the_annotator_did(corpus: Path):
    judge = PositionJudge(load())
    seeds = {year: load_page(corpus / "seeds" / name).wording for year, name in SEEDS.items()}
    edits = json.loads((corpus / "gold" / "dev" / "edits.json").read_text("utf-8"))
    wrong = []
    for edit in edits:
        expected = edit["expected"]
        told = compare(seeds[edit["seed"]], load_page(corpus / "gold" / "dev" / "after" / f"{edit['id']}.txt").wording, judge)
        bearing = expected["position_bearing"] in {None, told.position_bearing}
        direction = expected["direction"] is None or expected["direction"] in told.directions
        if not (bearing and direction and set(expected["issues"]) <= set(told.issues)):
            wrong.append((edit["id"], expected["direction"], told.position_bearing, told.directions, told.issues))
    assert len(wrong) <= len(edits) // 10, wrong
