"""Every issue's own sentences: those that take a position on it, and those that only mention it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.records import Passage, Stances, Wording
from statements.positions import lexicon, reading

EXAMPLES = Path(__file__).parents[2] / "issues"
FILES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(EXAMPLES.glob("*.yml")) if not path.stem.startswith("held_out")}


def read(example: dict[str, Any]) -> Stances:
    return reading.positions_of(Wording("", (Passage(example["text"]),), parties=tuple(example["parties"])), lexicon.load())


def cases(key: str) -> list[Any]:
    return [pytest.param(issue, example, id=f"{issue}-{n}") for issue, file in FILES.items() for n, example in enumerate(file[key])]


def test_every_issue_has_sentences_of_both_sorts() -> None:
    parents = {issue.id for issue in lexicon.load().issues.values() if issue.parent is None}
    assert set(FILES) == parents
    assert all(len(file["positions"]) >= 3 and file["mentions_only"] for file in FILES.values())
    facets = {issue.id for issue in lexicon.load().issues.values() if issue.parent}
    assert facets == {example["facet"] for file in FILES.values() for example in file["positions"] if "facet" in example}


@pytest.mark.parametrize(("issue", "example"), cases("positions"))
def test_a_sentence_takes_the_position_it_is_labelled_with(issue: str, example: dict[str, Any]) -> None:
    for wanted in {issue, example.get("facet", issue)}:
        found = [(p.actor, p.polarity, p.level) for p in read(example).positions if p.issue == wanted]
        assert (example["actor"], example["polarity"], example["level"]) in found, (wanted, found)


@pytest.mark.parametrize(("issue", "example"), cases("mentions_only"))
def test_a_sentence_that_only_mentions_the_subject_takes_no_position(issue: str, example: dict[str, Any]) -> None:
    assert not [p for p in read(example).positions if p.issue.partition(".")[0] == issue]
