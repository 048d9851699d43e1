"""The rounds: a state and what a ministry does give the next state."""

from datetime import date

import pytest

from statements.demo import rounds, specimens
from statements.demo.rounds import Change

SOURCES = specimens.load(date(2026, 3, 2))


def done(*steps):
    return rounds.after(rounds.first(SOURCES), [Change("", steps)])


def texts(state, name):
    return [passage.text for passage in state.statements[name].passages]


def test_every_round_of_the_file_can_be_played_and_changes_the_site():
    state = rounds.first(SOURCES)
    for changes in rounds.load():
        following = rounds.after(state, changes)
        assert following != state
        state = following


def test_a_restored_statement_says_again_what_it_said_first():
    state = done(("replace", {"in": "fishing", "this": "demand", "with": "ask"}))
    assert texts(state, "fishing") != texts(rounds.first(SOURCES), "fishing")
    again = rounds.after(state, [Change("", (("restore", "fishing"),))])
    assert texts(again, "fishing") == texts(rounds.first(SOURCES), "fishing")


def test_a_moved_passage_keeps_its_words():
    before, after = texts(rounds.first(SOURCES), "water"), texts(done(("move", {"in": "water", "passage": 3, "to": 0})), "water")
    assert after[0] == before[3]
    assert sorted(after) == sorted(before)


def test_a_statement_of_a_later_round_is_not_there_before_it_is_published():
    assert "brest" not in rounds.first(SOURCES).statements
    assert "brest" in done(("publish", "brest")).statements


def test_words_that_do_not_stand_in_the_statement_are_refused():
    with pytest.raises(ValueError, match="does not stand in exactly one passage"):
        done(("replace", {"in": "fishing", "this": "no such words", "with": "others"}))


def test_a_statement_that_is_not_published_yet_cannot_change():
    with pytest.raises(ValueError, match="no statement that is published"):
        done(("move", {"in": "brest", "passage": 0, "to": 1}))


def test_yesterday_in_a_specimen_is_the_day_before_the_demo():
    brest = next(s for source in SOURCES for s in source.statements if s.id == "brest")
    assert brest.published.startswith("2026-03-01")
    assert "/202603/t20260301_" in brest.address
