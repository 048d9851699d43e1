"""Whether title, day, pictures and order of a page belong together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from schemas.coherence import Expect, day_astray, form_astray, order_astray, title_astray
from schemas.records import Passage, Reading, Wording
from schemas.traces import Picture, Traces

EXPECT = Expect.of(
    {
        "pictures": {"name": r"^W0(?P<day>\d{8})(?P<fraction>\d{6,})", "until_days": 4},
        "forms": [
            {"title": "Press Conference", "questions": 2, "speaker": r"by (\w+ \w+) "},
            {"title": "Answer", "opens": "^Q:"},
            {"title": "^On ", "topic": "^On (.+)$"},
        ],
    }
)
TALK = (
    "Q: On March 11 the two sides met. Any comment?",
    "A: They agreed to meet again.",
    "We welcome it.",
    "Q: And the tariffs?",
    "A: They help nobody.",
    "They will be answered.",
)


def reading(*passages: str, title: str = "Press Conference by Ann Example on March 12, 2019", on: date | None = date(2019, 3, 12)) -> Reading:
    wording = Wording(title, tuple(map(Passage, passages or TALK)), "en", on)
    return Reading("xx", "x", "x", "https://xx.example/1", datetime(2019, 3, 20, tzinfo=UTC), wording, "day", "title" if on else "none")


def pictures(*names: tuple[str, int]) -> Traces:
    return Traces(pictures=tuple(Picture(f"W0{name}.jpg", before) for name, before in names))


@pytest.mark.parametrize("head", ["Press Conference by Ann Example on March 12, 2019", "press conference by Ann  Example on March 12,2019_Ministry"])
def test_a_head_that_names_the_statement_is_in_order(head):
    assert title_astray(reading(), Traces(head_title=head)) is None


@pytest.mark.parametrize("head", [None, "", "Press Conference by Ann Example on March 13, 2019", "Ministry"])
def test_a_head_that_names_something_else_is_told(head):
    assert title_astray(reading(), Traces(head_title=head)) is not None


@pytest.mark.parametrize("uploaded", ["20190312650000", "20190313006000", "20190313400000", "20190316300000"])
def test_pictures_of_the_day_or_of_a_morning_soon_after_belong(uploaded):
    assert day_astray(reading(), pictures((uploaded, 0)), EXPECT) is None


@pytest.mark.parametrize("uploaded", ["20190308650000", "20190222650000", "20180712650000", "20200103650000"])
def test_pictures_of_another_time_tell_that_the_body_is_not_the_titles(uploaded):
    assert day_astray(reading("Q: What of the talks?", "A: They went on."), pictures((uploaded, 0)), EXPECT) is not None


def test_one_old_picture_beside_one_of_the_day_is_forgiven():
    assert day_astray(reading("Q: What of the talks?", "A: They went on."), pictures(("20150101500000", 0), ("20190312650000", 9)), EXPECT) is None


def test_pictures_put_in_long_after_are_forgiven_where_the_text_speaks_of_its_own_days():
    assert day_astray(reading(), pictures(("20190820650000", 0)), EXPECT) is None


def test_a_year_or_a_day_mistyped_in_the_title_is_forgiven():
    assert day_astray(reading(), pictures(("20180312650000", 0)), EXPECT) is None
    assert day_astray(reading(), pictures(("20190313650000", 0)), EXPECT) is None


def test_a_title_without_a_year_takes_the_nearest():
    assert day_astray(reading(title="Press Conference on March 12", on=None), pictures(("20170312650000", 0)), EXPECT) is None


def test_a_text_without_pictures_that_speaks_only_of_far_days_is_told():
    far = reading("On August 7 they agreed.", "On August 13 they signed.")
    assert day_astray(far, Traces(), EXPECT) is not None
    assert day_astray(reading("On March 30 they will meet.", "On August 13 they will sign."), Traces(), EXPECT) is None
    assert day_astray(reading("They agreed in 2001."), Traces(), EXPECT) is None


def test_an_interview_in_order_is_in_order():
    assert order_astray(reading(), pictures(("20190312600000", 0), ("20190312600001", 90), ("20190312600002", 160)), EXPECT) is None


def test_an_interview_that_opens_with_an_answer_is_told():
    assert order_astray(reading(*TALK[1:], TALK[0]), Traces(), EXPECT) is not None


def test_a_statement_that_answers_opens_with_the_question():
    swapped = [TALK[2], "It is good.", TALK[0], TALK[1]]
    assert order_astray(reading(*swapped, title="Answer to a question"), Traces(), EXPECT) is not None
    assert order_astray(reading("In the evening she was asked:", *TALK[:2], title="Answer to a question"), Traces(), EXPECT) is None
    assert order_astray(reading("The Ministry regrets it.", "It will not happen again.", title="Answer to a question"), Traces(), EXPECT) is None


END = len("".join("".join(TALK).split()))


def test_pictures_out_of_order_need_two_signs():
    assert order_astray(reading(), pictures(("20190312600000", 40), ("20190312600001", END)), EXPECT) is None
    assert order_astray(reading(), pictures(("20190312600009", 0), ("20190312600001", 90)), EXPECT) is None
    assert order_astray(reading(), pictures(("20190312600009", 0), ("20190312600001", END), ("20190312600000", END)), EXPECT) is None


@pytest.mark.parametrize(
    "names",
    [
        (("20190312600009", 40), ("20190312600001", END)),
        (("20190312600000", 40), ("20190312600001", 90)),
        (("20190312600005", 0), ("20190312600009", 90), ("20190312600001", 90)),
    ],
)
def test_pictures_that_tell_twice_that_the_halves_are_swapped_are_believed(names):
    assert order_astray(reading(), pictures(*names), EXPECT) is not None


def test_a_conference_with_one_question_and_no_picture_is_told_and_with_one_it_is_not():
    short = reading("Q: Any comment?", "A: None.")
    assert form_astray(short, Traces(), EXPECT) is not None
    assert form_astray(short, pictures(("20190312600000", 0)), EXPECT) is None


def test_answers_of_another_speaker_than_the_titles_are_told():
    said = ("Reuters: Any comment?", "Bob Other: None.", "AFP: And now?", "Bob Other: None.")
    assert form_astray(reading(*said), pictures(("20190312600000", 0)), EXPECT) is not None
    own = tuple(p.replace("Bob Other", "Ann Example") for p in said)
    assert form_astray(reading(*own), pictures(("20190312600000", 0)), EXPECT) is None


def test_a_text_that_does_not_take_up_the_titles_subject_is_told():
    title = "On the fisheries agreement"
    assert form_astray(reading("The agreement on fisheries has entered into force.", title=title), Traces(), EXPECT) is None
    assert form_astray(replace(reading("我们坚决反对。", title=title)), Traces(), EXPECT) is not None


def test_thresholds_come_from_the_declaration():
    declared = Expect.of({"passages": {"min": 3}, "charset_as_declared": True}, ["xx.example"], "fr")
    assert (declared.passages_min, declared.languages, declared.hosts, declared.charset_as_declared) == (3, ("fr",), ("xx.example",), True)
