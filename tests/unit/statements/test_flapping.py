"""A page that goes to and fro between two texts within days flaps, and is told of no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from statements.versions import Run, is_flapping

START = datetime(2025, 5, 1, tzinfo=UTC)


def shown(*contents: str, hours: float = 6) -> list[Run]:
    moments = [START + timedelta(hours=hours * number) for number in range(len(contents))]
    return [Run((at, content), (at, content), content, content, 100) for at, content in zip(moments, contents, strict=True)]


def test_to_and_fro_within_days_is_flapping():
    assert is_flapping(shown("A", "B", "A", "B"))


def test_one_return_is_no_flapping():
    assert not is_flapping(shown("A", "B", "A"))


def test_the_same_over_months_is_no_flapping():
    assert not is_flapping(shown("A", "B", "A", "B", hours=24 * 30))


def test_a_third_text_ends_it():
    assert not is_flapping(shown("A", "B", "A", "B", "C"))
