"""The suites: every expectation fails what it names, and sound readings pass, short ones too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from schemas.coherence import Expect
from schemas.columns import BatchFacts, Candidate, row
from schemas.errors import DeclarationError
from schemas.expectations import SUITES, batch_findings, fingerprint, validate
from schemas.records import Passage, Reading, Wording
from schemas.traces import Traces

URL = "https://www.mfa.example/en/t1.html"
EXPECT = Expect.of({"passages": {"min": 1, "max": 9}, "title_in_head": True, "charset_as_declared": True}, ["www.mfa.example"], "en")
LONG = "The two sides agreed that the talks of the past week had been of use to both, and that they would go on with them in the spring. " * 4


def reading(*passages: str, title: str = "Statement on the talks", language: str = "en", **wording: object) -> Reading:
    words = Wording(title, tuple(map(Passage, passages)), language, **{"published_on": date(2020, 5, 1), **wording})  # type: ignore[arg-type]
    return Reading("xx", "x", "x", URL, datetime(2020, 5, 2, tzinfo=UTC), words)


def candidate(one: Reading, key: str = "k", **traces: object) -> Candidate:
    return Candidate(key, one, Traces(**{"head_title": one.wording.title, "encoding": "utf-8", **traces}), EXPECT)  # type: ignore[arg-type]


SOUND = {
    "usual": candidate(reading(LONG, LONG)),
    "a sentence": candidate(reading("Q: Any comment?", "A: None.")),
    "undated": candidate(reading(LONG, published_on=None)),
    "quoting": candidate(reading('He said: "Print more money" and <very> little else. It cost 5 < 6 dollars.', LONG)),
    "an interval": candidate(reading(LONG, published_until=date(2020, 5, 3))),
    "names with accents": candidate(reading("Prime Minister Plenković met President Mourão and Mr. Çavuşoğlu in São Paulo. " + LONG)),
    "Chinese": replace(
        candidate(reading("问：中方对此有何评论？", "答：中方已多次表明立场，我们坚决反对任何外部势力干涉。", title="发言人答记者问", language="zh")),
        expect=Expect(),
    ),
}
UNSOUND = {
    "has_a_title": candidate(reading(LONG, title="")),
    "title_is_a_title": candidate(reading(LONG, title="Mr")),
    "title_is_no_notice": candidate(reading(LONG, title="404 Not Found")),
    "enough_passages": replace(candidate(reading(LONG)), expect=replace(EXPECT, passages_min=2)),
    "not_too_many_passages": candidate(reading(*([LONG] * 10))),
    "says_something": candidate(reading("* * *")),
    "published_in_our_time": candidate(reading(LONG, published_on=date(1900, 1, 1))),
    "published_before_captured": candidate(reading(LONG, published_on=date(2020, 6, 1))),
    "interval_runs_forward": candidate(reading(LONG, published_until=date(2020, 4, 1))),
    "language_as_declared": candidate(reading(LONG, language="zh")),
    "script_of_the_language": candidate(reading("中方已多次表明立场，我们坚决反对任何外部势力干涉中国内政。")),
    "likely_letters": replace(
        candidate(reading("涓柟宸插娆¤〃鏄庣珛鍦烘垜浠潥鍐冲弽瀵逛换浣曞閮ㄥ姏骞叉秹", language="zh")), expect=Expect(languages=("zh",))
    ),
    "no_mojibake": candidate(reading("The ministerâ€™s words were of use to both. " + LONG)),
    "title_no_mojibake": candidate(reading(LONG, title="Statement on the ministerâ€™s talks")),
    "no_markup_left": candidate(reading('T-SIZE: 14px">The two sides agreed. ' + LONG)),
    "no_boilerplate": candidate(reading(LONG, "Suggest to a Friend:")),
    "address_on_its_hosts": candidate(replace(reading(LONG), url="https://mfa.example.evil.example/t1.html")),
    "charset_as_declared": candidate(reading(LONG), charsets=("gb2312",)),
    "title_is_the_pages": candidate(reading(LONG), head_title="Statement on another matter"),
    "body_is_of_its_day": candidate(reading("On August 7 they met. On August 13 they met again.")),
    "passages_in_order": candidate(reading("A: None.", "Q: Any comment?")),
    "body_is_of_its_title": replace(candidate(reading(LONG)), expect=Expect.of({"forms": [{"title": "talks", "questions": 1}]})),
}


@pytest.fixture(scope="module")
def validation():
    batch = {**{f"sound: {name}": one for name, one in SOUND.items()}, **UNSOUND}
    return validate([replace(one, key=name) for name, one in batch.items()])


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_reading_passes(validation, name):
    assert validation.of(f"sound: {name}") == ()


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_reading_fails_what_is_wrong_with_it_and_the_rest_of_the_batch_goes_on(validation, name):
    found = validation.of(name)
    assert name in [finding.expectation for finding in found]
    assert all("{" not in finding.sentence for finding in found)
    json.dumps([finding.value for finding in found])


def test_every_expectation_of_the_suite_is_shown_to_fail(validation):
    assert {checked.expectation for checked in validation.checked} == set(UNSOUND)


def test_the_value_of_a_long_text_is_an_excerpt_around_the_fault(validation):
    (finding,) = [f for f in validation.of("no_mojibake") if f.expectation == "no_mojibake"]
    assert "ministerâ€™s" in finding.value
    assert len(finding.value) < 100


def test_an_empty_batch_validates_to_nothing():
    assert validate([]).findings == ()


def test_a_suite_of_ones_own_stands_for_the_packaged_one(tmp_path):
    suite = json.loads((SUITES / "reading.json").read_text("utf-8"))
    suite["expectations"] = [one for one in suite["expectations"] if one["meta"]["name"] == "has_a_title"]
    (tmp_path / "suites").mkdir()
    own = tmp_path / "suites" / "reading.json"
    own.write_text(json.dumps(suite), "utf-8")
    assert [c.expectation for c in validate([SOUND["usual"]], tmp_path).checked] == ["has_a_title"]
    assert fingerprint({}, [], "en", tmp_path) != fingerprint({}, [], "en")


def test_a_suite_that_asks_for_an_unknown_column_names_file_and_column(tmp_path):
    suite = json.loads((SUITES / "reading.json").read_text("utf-8"))
    suite["expectations"][0]["kwargs"]["column"] = "headline"
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "reading.json").write_text(json.dumps(suite), "utf-8")
    with pytest.raises(DeclarationError, match=r"reading\.json: no column is called headline"):
        validate([SOUND["usual"]], tmp_path)


def test_a_batch_is_told_apart_from_its_readings():
    many = [reading(LONG, published_on=None).wording] * 6
    facts = BatchFacts(6, many, date(2020, 5, 2), [100] * 6, ["same"] * 6, date(2020, 1, 1))
    assert {finding.kind for finding in batch_findings(facts)} == {"fewer", "undated", "duplicates", "stale"}
    assert [finding.kind for finding in batch_findings(replace(facts, accepted=0, wordings=()))] == ["empty"]
    dated = [reading(LONG).wording] * 6
    assert batch_findings(BatchFacts(6, dated, date(2020, 5, 2), [6] * 6, list("abcdef"), date(2020, 5, 1))) == ()
    assert batch_findings(BatchFacts(1, dated[:1], date(2020, 5, 2))) == (), "a first batch has nothing to be compared with"
    assert batch_findings(BatchFacts(40, (), date(2020, 5, 2), [40] * 6)) == (), "a quiet run has nothing new to judge"


def test_columns_are_a_pure_function_of_the_reading():
    assert row(SOUND["usual"]) == row(SOUND["usual"])
