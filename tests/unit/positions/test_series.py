"""Which statements are members of a series, in which order, and how complete they are."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from schemas.errors import DeclarationError
from statements.positions import series as declared
from statements.positions.series import Candidate, Listed, Series, UnknownSeries

TALKS = Series(
    "talks",
    "Talks of Arden and Borel",
    "arden_en",
    "en",
    parties=("Arden", "Borel"),
    kinds=("joint_statement", "press_summary"),
    titles=("joint statement",),
)


def candidate(statement: str, day: str | None = "2001-05-04", **known) -> Candidate:
    defaults = {
        "source": "arden_en",
        "language": "en",
        "title": "Joint Statement of Arden and Borel",
        "parties": ("Arden", "Borel"),
        "document_type": "joint_statement",
        "content_sha256": f"content of {statement}",
        "first_captured_at": datetime(2020, 1, 1, tzinfo=UTC),
    }
    return Candidate(statement=statement, published_on=date.fromisoformat(day) if day else None, **(defaults | known))


def ids(series: Series, *candidates: Candidate) -> list[str]:
    return [member.statement for member in series.members(candidates)]


@pytest.mark.parametrize(
    "other",
    [
        {"source": "borel_en"},
        {"language": "fr"},
        {"parties": ("Arden",)},
        {"document_type": "remarks"},
        {"title": "Agreement on fisheries"},
    ],
    ids=lambda known: next(iter(known)),
)
def test_a_statement_of_another_source_language_party_kind_or_title_is_no_member(other):
    assert ids(TALKS, candidate("a"), candidate("b", "2002-01-01", **other)) == ["a"]


def test_further_parties_and_a_region_of_the_language_do_not_exclude():
    assert ids(TALKS, candidate("a", parties=("Arden", "Borel", "Corvia"), language="en-GB")) == ["a"]


def test_a_statement_named_by_hand_is_a_member_whatever_its_title_and_one_left_out_never_is():
    series = replace(TALKS, listed=(Listed("https://arden.example/1", comparability="partial"),), leave_out=("b",))
    named = candidate("a", title="News", document_type="other", parties=(), addresses=("https://arden.example/1",))
    (member,) = series.members([named, candidate("b")])
    assert (member.statement, member.comparability) == ("a", "partial")


def test_a_series_listed_by_hand_alone_takes_nothing_else():
    assert ids(Series("few", "A few", "arden_en", "en", listed=(Listed("a"),)), candidate("a"), candidate("b", "2002-01-01")) == ["a"]


def test_order_is_by_publication_else_the_position_in_the_file_else_the_first_capture():
    series = replace(TALKS, listed=(Listed("undated", position=date(2001, 8, 1)),))
    unlisted = candidate("captured", None, first_captured_at=datetime(2001, 6, 1, tzinfo=UTC))
    assert ids(series, candidate("late", "2002-01-01"), candidate("undated", None), unlisted, candidate("early")) == [
        "early",
        "captured",
        "undated",
        "late",
    ]


def test_statements_of_one_day_stand_in_the_same_order_however_they_arrive():
    same_day = [candidate(name, title=f"Joint Statement on {name}") for name in "dbca"]
    expected = ids(TALKS, *same_day)
    for seed in range(10):
        random.Random(seed).shuffle(same_day)
        assert ids(TALKS, *same_day) == expected


def test_copies_at_other_addresses_are_one_statement_and_the_first_captured_stands_for_it():
    late = candidate("late", first_captured_at=datetime(2021, 1, 1, tzinfo=UTC))
    moved = candidate("moved", None, content_sha256="content of early", first_captured_at=datetime(2022, 1, 1, tzinfo=UTC))
    (member,) = TALKS.members([late, moved, candidate("early")])
    assert (member.statement, member.copies) == ("early", ("late", "moved"))


def test_the_full_text_stands_for_its_event_and_not_the_press_summary_of_the_day():
    summary = candidate("summary", title="Joint statement issued", document_type="press_summary", first_captured_at=datetime(2019, 1, 1, tzinfo=UTC))
    (member,) = TALKS.members([summary, candidate("full")])
    assert (member.statement, member.comparability, member.copies) == ("full", "full", ("summary",))


def test_one_title_on_two_days_is_two_statements():
    assert ids(TALKS, candidate("a"), candidate("b", "2003-02-01")) == ["a", "b"]


@pytest.mark.parametrize(
    ("known", "comparability"),
    [({}, "full"), ({"document_type": "press_summary"}, "summary"), ({"flags": ("suspected_truncation",)}, "partial")],
)
def test_a_summary_chooses_and_a_truncated_text_is_partial(known, comparability):
    assert TALKS.members([candidate("a", **known)])[0].comparability == comparability


def test_every_packaged_series_is_valid_and_found_by_its_id():
    found = {series.id: series for series in declared.load_all()}
    assert "china_russia_en" in found and declared.load("china_russia_en") == found["china_russia_en"]


def test_a_mounted_series_comes_before_the_packaged_one(tmp_path):
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / "china_russia_en.yml").write_text("title: Ours\nsource: arden_en\nlanguage: en\nkinds: [remarks]\n")
    assert declared.load("china_russia_en", config=tmp_path).title == "Ours"


def test_a_mistake_in_a_series_names_file_line_and_key(tmp_path):
    (tmp_path / "talks.yml").write_text("title: Talks\nsource: arden_en\nlanguage: en\nkinds: [poem]\n")
    with pytest.raises(DeclarationError, match=r"talks\.yml:4: kinds\.0"):
        declared.load("talks", tmp_path)
    (tmp_path / "talks.yml").write_text('title: Talks\nsource: arden_en\nlanguage: en\ntitles: ["(open"]\n')
    with pytest.raises(DeclarationError, match=r"titles: '\(open' is not a regular expression"):
        declared.load("talks", tmp_path)
    with pytest.raises(UnknownSeries, match="declared are talks"):
        declared.load("walks", tmp_path)
