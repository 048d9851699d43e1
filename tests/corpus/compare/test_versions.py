"""Real histories: texts that return, pages that changed while their statement did not, and pages that changed."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from itertools import groupby
from pathlib import Path

import pytest

from statements.compare import compare
from statements.compare.returns import Showing, flapping, returns
from statements.documents import load_page

pytestmark = pytest.mark.corpus

# What the generic reader takes of these pages is the same on both sides; the reason is what differs elsewhere on the page.
UNTOLD = {
    "truepos-dataset-removal": "a link beside the article went, no text of it",
    "falsepos-footer": "other stories of the front page, and the footer",
    "falsepos-num-views": "the day and the view counter in the margin",
    "falsepos-small-changes": "entries of the menu",
}
TOLD = {"truepos-image-removal", "truepos-major-changes"}


def lines(path: Path) -> list[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_every_exact_return_in_the_travel_advice_is_named(corpus):
    rows = [row for row in lines(corpus / "versions" / "travel_advisories" / "versions.jsonl.gz") if not row["deleted"]]
    named = 0
    for _, group in groupby(sorted(rows, key=lambda row: (row["doc"], row["time"])), key=lambda row: row["doc"]):
        contents = [row["text"] for row in group]
        for at, earlier in enumerate(returns(contents)):
            assert (earlier is None) == (contents[at] not in contents[:at])
            if earlier is not None:
                assert contents[earlier] == contents[at]
                assert contents[at] not in contents[earlier + 1 : at]
                named += 1
    assert named > 0


def test_advice_that_goes_to_and_fro_within_days_is_one_flag_each(corpus):
    rows = [row for row in lines(corpus / "versions" / "travel_advisories" / "versions.jsonl.gz") if not row["deleted"]]
    for _, group in groupby(sorted(rows, key=lambda row: (row["doc"], row["time"])), key=lambda row: row["doc"]):
        history = list(group)
        showings = [Showing(row["text"], datetime.fromisoformat(row["time"])) for row in history]
        for flag in flapping(showings):
            assert {showing.content_sha256 for showing in showings[flag.first : flag.last + 1]} == set(flag.contents)


def test_pages_whose_terms_stayed_show_no_change(corpus, tmp_path):
    for pair in lines(corpus / "versions" / "ota_demo_pairs" / "html_noise_pairs.jsonl.gz"):
        sides = []
        for side in ("html0", "html1"):
            page = tmp_path / f"{side}.html"
            page.write_bytes(pair[side].encode("utf-8", "surrogatepass"))
            sides.append(load_page(page).wording)
        assert compare(*sides).klass in {"none", "cosmetic"}, pair["doc"]


@pytest.mark.parametrize("name", sorted(TOLD | set(UNTOLD)))
def test_a_pair_of_pages_is_told_where_its_text_tells(corpus, name):
    before, after = (load_page(corpus / "versions" / "edgi_pairs" / f"{name}-{side}.html").wording for side in "ab")
    klass = compare(before, after).klass
    assert klass == "substantive" if name in TOLD else klass in {"none", "cosmetic"}
