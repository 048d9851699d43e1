"""The positions of the three seeds against the gold matrix: which issue in which sentence, how firmly, by whom."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from schemas.records import Position
from statements.documents import load_page
from statements.positions import lexicon, reading

pytestmark = pytest.mark.corpus


@dataclass(frozen=True)
class Scores:
    precision: float
    recall: float
    level_exact: float
    level_within_one: float
    actor: float


def folded(text: str) -> str:
    """Bare letters and digits: what the seed file and its reading have in common whatever was joined or unwrapped."""
    return re.sub(r"[\W_]+", "", text).lower()


@cache
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    from statements.positions.tokens import tokenize

    return tuple((s.start, s.end) for s in tokenize(text).sentences)


@dataclass(frozen=True)
class Statement:
    """A reading, and a map from the letters of its text to sentence numbers."""

    text: str
    letters: str
    owner: tuple[int, ...]
    positions: tuple[Position, ...]

    def sentence_of(self, quote: str) -> int | None:
        place = self.letters.find(folded(quote))
        return self.owner[place + len(folded(quote)) // 2] if place >= 0 else None


def read(path: Path) -> Statement:
    wording = load_page(path).wording
    text = wording.text
    letters: list[str] = []
    owner: list[int] = []
    for number, (start, end) in enumerate(sentences(text)):
        piece = folded(text[start:end])
        letters.append(piece)
        owner += [number] * len(piece)
    return Statement(text, "".join(letters), tuple(owner), reading.positions_of(wording, lexicon.load()).positions)


@pytest.fixture(scope="module")
def gold(corpus: Path) -> list[dict]:
    return json.loads((corpus / "gold/dev/matrix.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def statements(corpus: Path, gold: list[dict]) -> dict[str, Statement]:
    return seeds(corpus, gold)


def seeds(corpus: Path, gold: list[dict]) -> dict[str, Statement]:
    """The seeds under the gold's names for them: the one that holds its quotes, letter for letter."""
    quotes = {position["statement"]: (position["start"], position["quote_raw"]) for issue in gold for position in issue["positions"]}
    texts = {path: path.read_bytes().decode("utf-8") for path in sorted((corpus / "seeds").glob("*.txt"))}
    return {key: read(path) for key, (start, quote) in quotes.items() for path, text in texts.items() if text.startswith(quote, start)}


def compare(gold: list[dict], statements: dict[str, Statement]) -> tuple[Scores, list[str]]:
    """Scores over (issue, sentence) pairs of the gold's issues, and a line for every miss."""
    ids = numbered(gold, statements)
    found = hit = wanted = exact = near = right = 0
    lines: list[str] = []
    for issue in gold:
        for key, statement in statements.items():
            expected: dict[int, dict] = {}
            for position in issue["positions"]:
                if position["statement"] == key:
                    number = statement.sentence_of(position["quote"])
                    assert number is not None, position["quote"]
                    expected[number] = position
            allowed = {n for n, name in ids[key].items() if name in issue["mentions_ok"]}
            ours: dict[int, list[Position]] = {}
            for p in statement.positions:
                if p.issue == issue["id"]:
                    ours.setdefault(next(n for n, (s, e) in enumerate(sentences(statement.text)) if s <= p.start < e), []).append(p)
            wanted += len(expected)
            for number, position in expected.items():
                if number not in ours:
                    lines.append(f"MISS  {issue['id']} {position['sentence']} {position['actor']} {position['level']}: {position['quote'][:200]}")
                    continue
                best = min(ours[number], key=lambda p: (p.actor != position["actor"], abs(p.level - position["level"])))
                hit += 1
                exact += best.level == position["level"]
                near += abs(best.level - position["level"]) <= 1
                right += best.actor == position["actor"]
                if best.level != position["level"] or best.actor != position["actor"]:
                    ours_of_it = f"ours {best.actor} {best.level} {[cue.text for cue in best.cues]}"
                    lines.append(f"LEVEL {issue['id']} {position['sentence']} gold {position['actor']} {position['level']} {ours_of_it}")
                if best.polarity != position["polarity"]:
                    lines.append(f"SIGN  {issue['id']} {position['sentence']} gold {position['polarity']} ours {best.polarity}")
            for number in ours:
                found += number in expected or number not in allowed
                if number not in expected and number not in allowed:
                    start, end = sentences(statement.text)[number]
                    lines.append(f"FALSE {issue['id']} {key} {ids[key].get(number)} {ours[number][0].level}: {statement.text[start:end][:300]}")
    return Scores(hit / found, hit / wanted, exact / hit, near / hit, right / hit), lines


def numbered(gold: list[dict], statements: dict[str, Statement]) -> dict[str, dict[int, str]]:
    """The gold's names of our sentences: known where it quotes one, counted on from there."""
    names: dict[str, dict[int, str]] = {key: {} for key in statements}
    for issue in gold:
        for position in issue["positions"]:
            key, statement = position["statement"], statements[position["statement"]]
            number = statement.sentence_of(position["quote"])
            if number is not None:
                names[key][number] = position["sentence"]
    for known in names.values():
        anchors = sorted((n, int(name.partition(":s")[2])) for n, name in known.items())
        prefix = next(iter(known.values())).partition(":s")[0] if known else ""
        for (here, at), (there, then) in itertools.pairwise(anchors):
            if there - here == then - at:
                known.update({here + step: f"{prefix}:s{at + step:03}" for step in range(1, there - here)})
    return names


def test_the_seeds_positions_are_those_of_the_gold(gold: list[dict], statements: dict[str, Statement]) -> None:
    scores, lines = compare(gold, statements)
    told = "\n".join(lines)
    assert scores.precision >= 0.95, told
    assert scores.recall >= 0.95, told
    assert scores.level_exact >= 0.75, told
    assert scores.level_within_one >= 0.97, told
    assert scores.actor >= 0.95, told


def test_every_quote_of_the_seeds_stands_where_it_says(statements: dict[str, Statement]) -> None:
    for statement in statements.values():
        assert statement.positions
        for position in statement.positions:
            assert statement.text[position.start : position.end] == position.quote
            for cue in position.cues:
                assert statement.text[cue.start : cue.end] == cue.text
