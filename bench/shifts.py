"""CPU time that the shifts of one pair of statements take, against the budget of 5 ms on one core."""

from __future__ import annotations

import random
import statistics
import time

from schemas.records import Cue, Position, Stances
from statements.positions.shifts import Said, shifts_of

BUDGET_MS = 5.0
WORDS = "wheat quota railway harbour treaty border river salt levy grower mill oven yeast export council summit charter survey"
VERBS = [("note", 1), ("welcome", 2), ("support", 3), ("firmly support", 4), ("oppose", 3), ("condemn", 5)]


def statement(name: str, issues: int, clauses: int, seed: int) -> Said:
    """A statement of `issues` issues with `clauses` clauses each, of about twenty words."""
    chance = random.Random(seed)
    positions, at = [], 0
    for issue in range(issues):
        for _ in range(clauses):
            verb, level = chance.choice(VERBS)
            quote = f"The two sides {verb} the {' '.join(chance.choices(WORDS.split(), k=16))}."
            cue = Cue(verb, at + 14, at + 14 + len(verb), f"position 3: {verb}")
            positions.append(
                Position(
                    f"issue{issue:02}", "both", "oppose" if verb == "oppose" else "support", "position", level, at, at + len(quote), quote, (cue,)
                )
            )
            at += len(quote) + 1
    return Said(name, name, Stances(tuple(positions)))


def main() -> None:
    """Print a line for each size of pair: milliseconds, and the share of the budget."""
    print(f"{'pair of statements':42}{'ms a pair':>12}{'of 5 ms':>10}")
    for what, issues, clauses in (
        ("a short text: 20 clauses on 10 issues", 10, 2),
        ("a 24 kB text: 120 clauses on 40 issues", 40, 3),
        ("a 24 kB text on 6 issues alone", 6, 20),
    ):
        pair = [statement("a", issues, clauses, 1), statement("b", issues, clauses, 2)]
        shifts_of("bench", pair)
        times = []
        for _ in range(15):
            started = time.process_time()
            shifts_of("bench", pair)
            times.append((time.process_time() - started) * 1000)
        best = statistics.median(times)
        print(f"{what:42}{best:12.2f}{best / BUDGET_MS:10.0%}")


if __name__ == "__main__":
    main()
