"""CPU time that the positions of a statement take, against the budget of 40 ms for 24 kB on one core."""

from __future__ import annotations

import random
import statistics
import time

from schemas.records import Passage, Wording
from statements.positions import lexicon, reading

BUDGET_MS = 40.0
SUBJECTS = ("The two sides", "China", "The Russian side", "The two heads of state", "They", "Experts of both countries")
VERBS = ("expressed satisfaction with", "firmly support", "opposed", "will continue", "reiterated that they attach great importance to", "discussed")
OBJECTS = (
    "the accession of both countries to the World Trade Organization",
    "cooperation in oil, natural gas and nuclear energy, and in the protection of transboundary waters",
    "the central role of the United Nations and its Security Council in maintaining international peace and security",
    "the exchange of students, the teaching of languages and the festivals that are held in turn",
    "the fight against terrorism, separatism and extremism in the countries of the region",
    "the building of bridges, the opening of customs posts and the trade in timber and grain",
)


def statement(characters: int) -> Wording:
    """A joint statement of about this many characters, six sentences a passage, half of them on no known issue."""
    chance = random.Random(24)
    passages: list[Passage] = []
    while sum(len(passage.text) for passage in passages) < characters:
        sentences = [f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.choice(OBJECTS)}." for _ in range(6)]
        passages.append(Passage(" ".join(sentences)))
    return Wording("Joint Statement", tuple(passages), parties=("China", "Russia"))


def milliseconds(wording: Wording, words: lexicon.Lexicon, times: int) -> float:
    """Median CPU time of one reading."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        reading.positions_of(wording, words)
        taken.append((time.process_time() - started) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Print a line for each text: milliseconds, the share of the budget for its length, and how many times the 24 kB text's cost a character."""
    started = time.process_time()
    words = lexicon.load()
    compiled = (time.process_time() - started) * 1000
    started = time.process_time()
    lexicon.load()
    print(f"{'word lists, first and again':42}{compiled:12.1f}{(time.process_time() - started) * 1000:10.1f} ms")
    usual = statement(24_000)
    unit = milliseconds(usual, words, 9) / len(usual.text)
    print(f"{'text':42}{'ms':>12}{'of budget':>12}{'a character':>14}")
    for what, wording, times in (
        ("a 24 kB statement", usual, 9),
        ("a 240 kB statement", statement(240_000), 3),
        ("1 MB in one sentence", Wording("", (Passage("the two sides support peace and stability in the region, " * 17_000),)), 1),
        ("1 MB without a space", Wording("", (Passage("a" * 1_000_000),)), 1),
    ):
        took = milliseconds(wording, words, times)
        budget = BUDGET_MS * max(len(wording.text) / 24_000, 1)
        print(f"{what:42}{took:12.1f}{took / budget:12.0%}{took / len(wording.text) / unit:14.2f}")


if __name__ == "__main__":
    main()
