"""The matrix page: self-contained, escaped, and true to the report."""

from __future__ import annotations

import re

import pytest

from schemas.records import Cue, Position, Stances
from statements.positions.report import SIGNS, Heading, document, report
from statements.positions.shifts import Said
from statements.web.matrix import WORDS, marked, page


def says(issue: str, quote: str, level: int = 3, verb: str = "") -> Position:
    cues = (Cue(verb, 7 + quote.index(verb), 7 + quote.index(verb) + len(verb), f"position 3: {verb}"),) if verb else ()
    return Position(issue, "both", "support", "position", level, 7, 7 + len(quote), quote, cues)


@pytest.fixture
def talks():
    texts = [
        [says("salt", "notes a <salt> tax", 1), says("wheat", "supports the wheat quota", verb="supports")],
        [says("wheat", "firmly supports the wheat quota", 4, verb="supports"), says("wheat.rail", "calls for a railway")],
        [says("wheat", "firmly supports the wheat quota", 4, verb="supports")],
    ]
    statements = [
        (Heading(name, f"Talks <{name}>", f"2001-05-0{n}", "joint_statement", "full"), Said(name, name, Stances(tuple(texts[n - 1]))))
        for n, name in enumerate("abc", start=1)
    ]
    return report("talks", statements, title="Arden & Borel", labels={"salt": "Salt & taxes"})


def test_the_document_has_the_contract_s_keys_and_leaves_gaps_out(talks):
    told = document(talks, "page")
    assert list(told) == ["statements", "shifts", "matrix"]
    assert told["statements"][0] == {
        "page": "a",
        "title": "Talks <a>",
        "published_on": "2001-05-01",
        "document_type": "joint_statement",
        "comparability": "full",
    }
    assert told["matrix"]["wheat"]["b"] == {"level": 4, "actors": ["both"], "quotes": ["firmly supports the wheat quota"]}
    assert list(told["matrix"]["salt"]) == ["a"]
    assert {(s["issue"], s["to"]): s["kind"] for s in told["shifts"]}["wheat", "b"] == "strengthened"


def test_the_page_needs_no_other_file_no_script_and_no_network(talks):
    html = page(talks)
    assert not re.search(r"<script|<link|src=|url\(|https?://|@import", html)
    assert "prefers-color-scheme: dark" in html and "width=device-width" in html


def test_what_the_ministry_wrote_is_escaped_and_the_deciding_words_are_marked(talks):
    html = page(talks)
    assert "notes a &lt;salt&gt; tax" in html and "<salt>" not in html
    assert "firmly <mark>supports</mark> the wheat quota" in html
    assert "Arden &amp; Borel" in html and "Salt &amp; taxes" in html


def test_overlapping_cues_are_marked_once_and_a_carried_cue_not_at_all():
    cues = (Cue("will not", 7, 15, "commitment 4: will not"), Cue("not", 12, 15, "negation"), Cue("Arden", 0, 5, "actor"))
    assert marked(Position("i", "a", "oppose", "position", 4, 7, 20, "will not sell", cues)) == "<mark>will not</mark> sell"


def test_first_time_and_gone_stand_above_the_matrix_and_a_gap_is_drawn(talks):
    html = page(talks)
    assert html.index("First time") < html.index("Who said what")
    gone = html[html.index("Gone") : html.index("Who said what")]
    assert 'href="#wheat.rail"' in gone
    assert html.count('class="cell gap') >= 3


def test_every_kind_of_shift_has_a_sign_and_a_word():
    assert set(SIGNS) == set(WORDS) and len(set(SIGNS.values())) == len(SIGNS)


def test_a_single_statement_and_an_empty_one_still_make_a_page():
    heading = Heading("a", "Alone", None, "other", "full")
    assert "supports the wheat quota" in page(report("x", [(heading, Said("a", "a", Stances((says("wheat", "supports the wheat quota"),))))]))
    assert "No issue is spoken on" in page(report("x", [(heading, Said("a", "a", Stances(())))]))
