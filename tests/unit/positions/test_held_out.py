"""Sentences labelled before any rule existed: what a reading of unseen statements is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.records import Passage, Position, Stances, Wording
from statements.positions import lexicon, reading

ISSUES = Path(__file__).parents[2] / "issues"


@dataclass(frozen=True)
class Scores:
    precision: float
    recall: float
    caught_or_queued: float
    level_exact: float
    level_within_one: float
    actor: float


def labelled(file: str) -> Iterator[tuple[dict[str, Any], Stances]]:
    for group in yaml.safe_load((ISSUES / file).read_text("utf-8")):
        for sentence in group["sentences"]:
            wording = Wording("", (Passage(sentence["text"]),), parties=tuple(group["parties"]))
            yield sentence, reading.positions_of(wording, lexicon.load())


def score(file: str) -> tuple[Scores, list[str]]:
    """Scores over (issue, sentence) pairs, a facet's parent implied; and a line for every miss."""
    found = hit = wanted = caught = due = exact = near = right = 0
    lines: list[str] = []
    for sentence, stances in labelled(file):
        text = sentence["text"]
        expected = {issue: rest for issue, *rest in sentence["positions"]}
        allowed = {*sentence.get("also_ok", ()), *(issue.partition(".")[0] for issue in expected)}
        ours: dict[str, list[Position]] = {}
        for position in stances.positions:
            ours.setdefault(position.issue, []).append(position)
        for issue, (actor, polarity, level) in expected.items():
            wanted += 1
            due += 1
            caught += issue in ours or bool(stances.unassigned)
            if issue not in ours:
                lines.append(f"MISS  {issue}: {text}" + ("" if stances.unassigned else "  (nor queued)"))
                continue
            hit += 1
            best = min(ours[issue], key=lambda p: (p.actor != actor, abs(p.level - level)))
            exact += best.level == level
            near += abs(best.level - level) <= 1
            right += best.actor == actor
            if (best.actor, best.polarity, best.level) != (actor, polarity, level):
                lines.append(f"OTHER {issue} {actor} {polarity} {level}, ours {best.actor} {best.polarity} {best.level}: {text}")
        if sentence.get("queue"):
            due += 1
            caught += bool(stances.unassigned) or bool(ours)
            if not stances.unassigned:
                lines.append(f"QUEUE {sorted(ours)}: {text}")
        false = [issue for issue in ours if issue not in expected and issue not in allowed and issue.partition(".")[0] not in allowed]
        found += sum(issue in expected for issue in ours) + len(false)
        lines += [f"FALSE {issue} {ours[issue][0].level}: {text}" for issue in false]
    return Scores(hit / found, hit / wanted, caught / due, exact / hit, near / hit, right / hit), lines


@pytest.mark.parametrize("file", ["held_out.yml", "held_out_again.yml"])
def test_unseen_sentences_give_the_positions_that_were_labelled_before(file: str) -> None:
    scores, lines = score(file)
    told = "\n".join(lines)
    assert scores.precision >= 0.95, told
    assert scores.recall >= 0.75, told
    assert scores.caught_or_queued >= 0.90, told
    assert scores.level_within_one >= 0.95, told
    assert scores.actor >= 0.95, told
