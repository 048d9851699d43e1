"""A source's health is a function of facts, and each ailment is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from schemas.findings import BatchFinding
from statements.health import Facts, Share, Thresholds, health, news

NOW = datetime(2024, 5, 2, 12, tzinfo=UTC)
WELL = Facts(
    "xx_mfa",
    NOW,
    last_success_at=NOW - timedelta(minutes=30),
    newest_on=date(2024, 5, 1),
    selectors={"title: h1": Share(20, 20), "select: #body": Share(20, 20)},
    fill={"published_on": Share(20, 19)},
    usual_fill={"published_on": Share(900, 890)},
    verdicts={"ok": 20, "not_modified": 40},
)


def keys(facts: Facts) -> set[str]:
    return {a.key for a in health(facts).ailments}


def test_a_source_that_works_is_well_and_owes_no_word():
    assert health(WELL).state == "well"
    assert news(health(WELL), None) == ()


def test_a_selector_that_stops_matching_fails_the_source_by_name():
    drifted = health(replace(WELL, selectors={"title: h1": Share(20, 0)}, verdicts={"layout_changed": 20}))
    assert drifted.state == "failing"
    assert {a.key for a in drifted.ailments} == {"selector:title: h1", "refused:layout_changed"}
    assert any("'title: h1' matched on none of 20 pages" in a.sentence for a in drifted.ailments)


def test_one_odd_page_is_no_drift():
    assert keys(replace(WELL, verdicts={"ok": 19, "layout_changed": 1})) == set()


def test_silence_and_missing_successes_are_told_in_days_and_hours():
    quiet = replace(WELL, newest_on=date(2024, 3, 1), last_success_at=NOW - timedelta(hours=30))
    assert keys(quiet) == {"silent", "no_success"}
    assert {a.key for a in health(quiet, Thresholds.of({"health": {"silent_days": 100, "success_hours": 48}})).ailments} == set()


def test_a_field_that_is_filled_less_than_before_is_told():
    assert keys(replace(WELL, fill={"published_on": Share(20, 9)})) == {"fill:published_on"}


def test_findings_about_a_batch_reach_the_health():
    assert keys(replace(WELL, batch_findings=(BatchFinding("empty", 0, "the batch holds no reading."),))) == {"batch:empty"}


def test_a_mistaken_declaration_is_all_that_is_told():
    broken = health(replace(WELL, mistake="xx_mfa.yml:3: layouts: …", newest_on=date(2020, 1, 1)))
    assert [a.key for a in broken.ailments] == ["declaration"]


def test_an_ailment_is_told_when_it_comes_and_when_it_is_over_and_not_between():
    ill = health(replace(WELL, newest_on=date(2024, 3, 1)))
    assert len(news(ill, "")) == 1
    assert news(health(replace(ill.facts, at=NOW + timedelta(days=3), last_success_at=NOW + timedelta(days=3))), ill.told) == ()
    assert news(health(WELL), ill.told) == ("xx_mfa: over: silent.",)
