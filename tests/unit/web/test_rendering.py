"""Records as markup: excerpts, quoted passages, and whether a comparison is of these wordings."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Passage, Position, Wording
from statements.compare import compare, document
from statements.compare.documents import comparison_of
from statements.web.rendering import environment, excerpt, fits, gravest, instant, quoted, stamp

BEFORE = Wording("Joint Communiqué", (Passage("Both sides hope for <b>progress</b>."), Passage("They met in Oulo.")))
AFTER = Wording("Joint Communiqué", (Passage("Both sides demand <b>progress</b>."), Passage("They met in Oulo.")))


def position(start: int, end: int) -> Position:
    return Position("taiwan", "both", "support", "position", 3, start, end, "")


def test_an_excerpt_marks_what_changed_and_escapes_what_the_ministry_wrote():
    shown = excerpt(gravest(compare(BEFORE, AFTER)))
    assert "<del>hope for</del>" in shown and "<ins>demand</ins>" in shown
    assert "&lt;b&gt;progress" in shown


def test_a_stored_comparison_is_the_comparison_again():
    comparison = compare(BEFORE, AFTER)
    assert comparison_of(document(comparison, "source")) == comparison


def test_a_comparison_fits_the_wordings_it_was_made_of_and_no_others():
    comparison = compare(BEFORE, AFTER)
    assert fits(comparison, BEFORE, AFTER)
    assert not fits(comparison, AFTER, BEFORE)
    assert not fits(comparison, Wording("Joint Communiqué", ()), AFTER)


def test_the_words_of_positions_are_marked_in_their_passages():
    wording = Wording("t", (Passage("One & two."), Passage("Three.", "list_item")))
    assert quoted(wording, [position(0, 5), position(4, 9), position(11, 17)]) == [
        ("paragraph", "<mark>One &amp;</mark><mark> two</mark>."),
        ("list_item", "<mark>Three.</mark>"),
    ]


@given(st.lists(st.text(max_size=12), max_size=5), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=6))
def test_marking_positions_changes_no_word(texts, spans):
    wording = Wording("t", tuple(Passage(text) for text in texts))
    shown = quoted(wording, [position(start, end) for start, end in spans])
    plain = [markup.replace("<mark>", "").replace("</mark>", "") for _, markup in shown]
    assert [text.unescape() for text in plain] == texts


def test_moments_are_told_in_utc_for_people_and_for_programs():
    moment = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
    assert instant(moment) == '<time datetime="2031-05-04T09:30:00+00:00">4 May 2031, 09:30 UTC</time>'
    assert ">2031-05-04 09:30</time>" in stamp("2031-05-04T11:30:00+02:00")


def test_every_template_is_well_formed():
    for name in environment().list_templates():
        environment().get_template(name)
