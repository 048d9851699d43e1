"""A reading that lost most of its text waits for a second look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from statements.provisional import held_back, look_again_at
from statements.versions import CONFIRMED_AFTER, Sighting, runs_of

START = datetime(2024, 3, 1, tzinfo=UTC)


def seen(minutes: float, text: str) -> Sighting:
    return Sighting((START + timedelta(minutes=minutes), text), text, text, {"whole": 4000, "stub": 300, "edit": 3900}[text])


def test_a_stub_after_a_whole_text_is_held_back_and_owes_a_second_look():
    runs = runs_of([seen(0, "whole"), seen(30, "stub")])
    (held,) = held_back(runs)
    assert held.look_again_at == START + timedelta(minutes=30) + CONFIRMED_AFTER == look_again_at(runs)
    assert "300 of 4,000 characters" in held.sentence


def test_a_stub_is_dismissed_when_the_text_returns():
    runs = runs_of([seen(0, "whole"), seen(30, "stub"), seen(33, "whole")])
    (held,) = held_back(runs)
    assert held.look_again_at is None
    assert "dismissed" in held.sentence
    assert look_again_at(runs) is None


def test_a_stub_seen_again_minutes_on_counts():
    assert held_back(runs_of([seen(0, "whole"), seen(30, "stub"), seen(40, "stub")])) == ()


def test_an_edit_is_not_held_back():
    assert held_back(runs_of([seen(0, "whole"), seen(30, "edit")])) == ()
