"""Wordings that come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from statements.compare.returns import Showing, flapping, returns

START = datetime(2031, 3, 1, tzinfo=UTC)


def showings(contents: str, hours: float) -> list[Showing]:
    return [Showing(content, START + timedelta(hours=hours * at)) for at, content in enumerate(contents)]


def test_a_text_that_comes_back_names_the_latest_version_that_had_it():
    assert returns(["a", "b", "a", "c", "a"]) == [None, None, 0, None, 2]


def test_to_and_fro_within_days_is_one_flag():
    flags = flapping(showings("ababab", hours=6))
    assert [(flag.first, flag.last) for flag in flags] == [(0, 5)]


def test_to_and_fro_over_months_is_no_flapping():
    assert flapping(showings("ababab", hours=24 * 30)) == []


def test_one_return_is_no_flapping():
    assert flapping(showings("aba", hours=1)) == []


def test_a_third_text_ends_the_stretch():
    flags = flapping(showings("ababcdcdc", hours=1))
    assert [(flag.first, flag.last, flag.contents) for flag in flags] == [(0, 3, ("a", "b")), (4, 8, ("c", "d"))]
