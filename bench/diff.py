"""One comparison of a 24 kB statement, beside what others take for a diff alone: ratios of one run, by kind of edit."""

from __future__ import annotations

import difflib
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import fast_diff_match_patch
from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel
from redlines import Redlines
from rich.console import Console
from rich.table import Table

from schemas.records import Passage, Wording
from statements.compare import compare

ROUNDS = 9
SUBJECTS = ["The two sides", "Arden", "Belmar", "The ministers", "Both delegations", "The joint commission"]
VERBS = ["reaffirm", "support", "note", "welcome", "will deepen", "stress", "agree to", "intend to review", "oppose any delay in"]
THINGS = [
    "harbour",
    "customs",
    "rail",
    "ferry",
    "fishery",
    "tariff",
    "river",
    "flood",
    "archive",
    "visa",
    "student",
    "energy",
    "pipeline",
    "border",
    "market",
    "observer",
    "treaty",
    "satellite",
]
LINKS = ["in line with", "on the basis of", "with regard to", "for the sake of", "under", "through", "together with"]

Clock = Callable[[], object]


def statement(size: int = 24_000, seed: int = 7) -> Wording:
    """An invented joint statement of about `size` characters, in passages of one to five sentences."""
    pick = random.Random(seed)
    passages: list[str] = []
    while sum(map(len, passages)) < size:
        passages.append(" ".join(_sentence(pick) for _ in range(pick.randint(1, 5))))
    return Wording("Joint Communiqué of Arden and Belmar", tuple(map(Passage, passages)))


def _sentence(pick: random.Random) -> str:
    parts = [f"{pick.choice(SUBJECTS)} {pick.choice(VERBS)} the {pick.choice(THINGS)} and {pick.choice(THINGS)} programme"]
    parts += [f"{pick.choice(LINKS)} the {pick.choice(THINGS)} accord of {pick.randint(1990, 2030)}" for _ in range(pick.randint(0, 3))]
    return " ".join(parts) + "."


def cases(before: Wording) -> dict[str, Wording]:
    """The later wordings, by the kind of edit that made them."""
    texts = [passage.text for passage in before.passages]
    pick = random.Random(11)

    def wording(changed: list[str]) -> Wording:
        return replace(before, passages=tuple(map(Passage, changed)))

    def edited(numbers: list[int]) -> list[str]:
        changed = list(texts)
        for number in numbers:
            said = changed[number].split(" ")
            said[pick.randrange(len(said))] = pick.choice(["never", "firmly", "two", "no", "lighthouse", "Corvania", "in principle", "could"])
            changed[number] = " ".join(said)
        return changed

    def rewritten(numbers: list[int]) -> list[str]:
        """Up to eight words of each passage replaced by up to eight others."""
        changed = list(texts)
        for number in numbers:
            said = changed[number].split(" ")
            at = pick.randrange(len(said))
            said[at : at + pick.randint(0, 8)] = pick.choice(texts).split(" ")[: pick.randint(0, 8)]
            changed[number] = " ".join(said)
        return changed

    long = next(i for i, text in enumerate(texts) if text.count(". ") >= 3)
    sentences = texts[long].split(". ")
    moved = texts[5:6] + texts[:5] + texts[6:]
    return {
        "one word changed": wording(edited([20])),
        "one sentence cut": wording([*texts[:long], ". ".join(sentences[:1] + sentences[2:]), *texts[long + 1 :]]),
        "one paragraph moved": wording(texts[:30] + texts[31:40] + texts[30:31] + texts[40:]),
        "moved and edited": wording([moved[0].replace(" the ", " every ", 1), *moved[1:]]),
        "white space only": wording([text.replace(" the ", "\u00a0the ") for text in texts]),
        "thirty words changed": wording(edited(pick.sample(range(len(texts)), 30))),
        "thirty edits": wording(rewritten(pick.sample(range(len(texts)), 30))),
        "three hundred edits": wording(edited([pick.randrange(len(texts)) for _ in range(300)])),
    }


def others(before: str, after: str) -> dict[str, Clock]:
    """What each of the others is asked to do: a diff of the whole texts, without labels."""
    was, now = before.split(), after.split()
    patient = diff_match_patch()
    patient.Diff_Timeout = 0

    def python_dmp() -> object:
        diffs = patient.diff_main(before, after)
        patient.diff_cleanupSemantic(diffs)
        return diffs

    return {
        "rapidfuzz words": lambda: Indel.opcodes(was, now),
        "dmp (Python)": python_dmp,
        "dmp (C++)": lambda: fast_diff_match_patch.diff(before, after, timelimit=0, cleanup="Semantic"),
        "difflib words": lambda: difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes(),
        "redlines": lambda: Redlines(before, after).changes,
    }


def median(clock: Clock, rounds: int = ROUNDS) -> float:
    """Milliseconds of this process, after one run that is not counted: what else the machine does stays out of the ratios."""
    clock()
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        clock()
        taken.append(time.process_time() - start)
    return statistics.median(taken) * 1000


def main() -> None:
    before = statement()
    table = Table(title=f"A statement of {len(before.text) / 1000:.0f} kB, {len(before.passages)} passages: ours in ms, the others × ours")
    table.add_column("edit")
    table.add_column("verdict")
    table.add_column("ours, ms", justify="right")
    names: list[str] = []
    rows = []
    for name, after in cases(before).items():
        result = compare(before, after)
        ours = median(lambda after=after: compare(before, after))  # type: ignore[misc]
        rivals = others(before.text, after.text)
        names = list(rivals)
        rounds = {"redlines": 1, "difflib words": 1, "dmp (Python)": 2}
        ratios = [median(clock, rounds.get(rival, ROUNDS)) / ours for rival, clock in rivals.items()]
        rows.append([name, f"{result.klass} {result.significance:.2f}", f"{ours:.2f}", *(f"{ratio:.1f}" for ratio in ratios)])
    for rival in names:
        table.add_column(rival, justify="right")
    for row in rows:
        table.add_row(*row)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
