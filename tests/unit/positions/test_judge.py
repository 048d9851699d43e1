"""Changes inside one statement that bear on a position, and those that do not."""

from __future__ import annotations

import pytest

from schemas.records import Passage, Wording
from statements.compare import compare
from statements.positions.judge import PositionJudge
from statements.positions.lexicon import load

STATEMENT = (
    "The two heads of state met in Ormel on 4 May and walked in the gardens of the palace before dinner.",
    "The Norwegian side opposes the wheat levy and will not sell royal barley to Chile. Both express serious concern over the drought in Corvia.",
    "Both sides firmly support the northern railway and welcome the opening of the bridge at Ormel.",
    "The two sides will build 12 silos for wheat by 2004 in the valley.",
    "The two sides hold that wheat should be stored strictly, that barley can only be dried by the sun. Both voice deep regret over the drought.",
)
ISSUES = {
    "wheat": "title: Wheat\nmentions: {en: [wheat]}\nfacets:\n  origin: {title: Origin, mentions: {en: [Peruvian wheat]}}\n",
    "barley": "title: Barley\nmentions: {en: [barley]}\nstyles: {en: [royal barley]}\n",
    "drought": "title: Drought\nmentions: {en: [drought]}\n",
    "railway": "title: Railway\nmentions: {en: [railway]}\n",
}


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("issues")
    for name, text in ISSUES.items():
        (folder / f"{name}.yml").write_text(text, "utf-8")
    return PositionJudge(load(folder))


def wording(*passages: str) -> Wording:
    return Wording("Joint Statement of Norway and Peru", tuple(map(Passage, passages)), parties=("Norway", "Peru"))


def edited(old: str, new: str) -> Wording:
    assert sum(old in passage for passage in STATEMENT) == 1
    return wording(*(passage.replace(old, new) for passage in STATEMENT))


@pytest.mark.parametrize(
    ("old", "new", "direction", "issue"),
    [
        ("will not sell royal barley", "will sell royal barley", "reversed", "barley"),
        ("opposes the wheat levy", "does not support the wheat levy", "weakened", "wheat"),
        ("Both sides firmly support", "Both sides support", "weakened", "railway"),
        ("The two sides will build", "The two sides could build", "weakened", "wheat"),
        ("will build 12 silos for wheat", "will build 12 silos for Peruvian wheat", "strengthened", "wheat"),
        ("express serious concern over", "took note of", "weakened", "drought"),
        ("will not sell royal barley", "will not sell barley", "weakened", "barley"),
        ("sell royal barley to Chile.", "sell royal barley to Chile in any form.", "strengthened", "barley"),
        ("Both express serious concern over the drought in Corvia.", "", "dropped", "drought"),
        ("in the valley.", "in the valley. The two sides support the drought fund.", "new", "drought"),
        ("the northern railway", "the southern railway", "changed", "railway"),
        ("the northern railway", "the railway", "widened", "railway"),
        ("the northern railway", "any form of the northern railway", "strengthened", "railway"),
        ("the northern railway", "the northern freight railway", "narrowed", "railway"),
        ("the northern railway", "the northern railway and its stations", "widened", "railway"),
        ("should be stored strictly", "should not be stored strictly", "reversed", "wheat"),
        ("firmly support the northern", "do not firmly support the northern", "reversed", "railway"),
        ("should be stored strictly", "must be stored strictly", "strengthened", "wheat"),
        ("should be stored strictly", "could be stored strictly", "weakened", "wheat"),
        ("can only be dried", "can be dried", "weakened", "barley"),
        ("voice deep regret over", "voice regret over", "weakened", "drought"),
        ("The two sides will build", "The Norwegian side will build", "changed", "wheat"),
    ],
)
def test_words_of_a_stance_give_its_direction_and_its_issue(judge, old, new, direction, issue):
    told = compare(wording(*STATEMENT), edited(old, new), judge)
    assert told.position_bearing and told.directions == (direction,)
    assert issue in told.issues and told.significance >= 0.8


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("walked in the gardens of the palace", "dined in the great hall of the palace"),
        ("12 silos", "14 silos"),
        ("by 2004", "by 2005"),
        ("the wheat levy", "a wheat levy"),
        ("northern railway and welcome", "northern railway as well as welcome"),
        ("Both sides firmly support", "Both sides also firmly support"),
        ("sell royal barley to Chile", "sell  royal barley to Chile"),
    ],
)
def test_what_is_neither_stance_nor_object_bears_on_nothing(judge, old, new):
    told = compare(wording(*STATEMENT), edited(old, new), judge)
    assert not told.position_bearing and not told.directions


def test_a_passage_that_only_moved_names_its_issues_and_bears_on_none(judge):
    first, second, third, fourth, _ = STATEMENT
    told = compare(wording(first, second, third, fourth), wording(first, third, fourth, second), judge)
    assert told.moved and not told.position_bearing
    assert "wheat" in told.issues


def test_a_reworded_clause_that_moved_is_still_compared_with_itself(judge):
    first, second, third, fourth, _ = STATEMENT
    told = compare(wording(first, second, third, fourth), wording(first, third.replace("firmly ", ""), fourth, second), judge)
    assert told.directions == ("weakened",)


def test_without_positions_on_either_side_nothing_is_said(judge):
    told = compare(wording("Tea was served at noon in the hall."), wording("Coffee was served at noon in the hall."), judge)
    assert not told.position_bearing and told.issues == ()
