"""One clause against another, and the pairing of many."""

from __future__ import annotations

import pytest

from schemas.records import Cue, Polarity, Position
from statements.positions.matching import clause_shifts


def clause(quote: str, level: int = 3, actor: str = "both", polarity: Polarity = "support", start: int = 0, **rules: str) -> Position:
    """A position whose cues are the given words, each under the rule it is named for: `position="supports"`."""
    cues = tuple(Cue(words, start + quote.index(words), start + quote.index(words) + len(words), f"{rule}:{words}") for rule, words in rules.items())
    return Position("wheat", actor, polarity, "position", level, start, start + len(quote), quote, cues)


@pytest.mark.parametrize(
    ("before", "after", "kind", "rule"),
    [
        (clause("Arden supports the wheat quota."), clause("Arden supports the wheat quota."), "continued", "same_text"),
        (clause("Arden supports the “wheat quota”."), clause('Arden  supports the "wheat quota".'), "continued", "same_text"),
        (clause("The sides support the wheat quota."), clause("Arden supports the wheat quota.", actor="Arden"), "changed", "actor_differs"),
        (
            clause("will buy wheat", commitment="will"),
            clause("will not buy wheat", polarity="oppose", commitment="will", negation="not"),
            "reversed",
            "same_verb_other_sign",
        ),
        (clause("supports a duty on wheat flour"), clause("rejects a duty on wheat flour", polarity="oppose"), "reversed", "polarity_flips"),
        (clause("supports cheap wheat"), clause("opposes any export ban", polarity="oppose"), "changed", "object_differs"),
        (
            clause("opposes the wheat levy", 3, polarity="oppose", position="opposes"),
            clause("does not support the wheat levy", 2, polarity="oppose", position="support", negation="not"),
            "weakened",
            "level_down",
        ),
        (clause("supports the wheat quota", 3), clause("firmly supports the wheat quota", 4, booster="firmly"), "strengthened", "level_up"),
        (clause("rejects wheat levies", 5), clause("rejects wheat levies in any form", 5, scope="in any form"), "strengthened", "emphasis_up"),
        (clause("will buy wheat", hedge="will"), clause("will buy the wheat"), "strengthened", "emphasis_up"),
        (clause("supports the wheat quota for growers"), clause("supports the wheat quota for all growers"), "reworded", "same_level_and_object"),
        (clause("supports the wheat quota"), clause("supports a railway across Borel"), "changed", "object_differs"),
    ],
)
def test_a_pair_of_clauses_is_read_in_a_fixed_order(before, after, kind, rule):
    assert [(c.kind, c.rule) for c in clause_shifts([before], [after])] == [(kind, rule)]


def test_clauses_are_paired_by_what_they_are_about_wherever_they_stand():
    quota, railway = clause("supports the wheat quota", start=0), clause("supports the northern railway", start=40)
    railway_now, quota_now = clause("firmly supports the northern railway", 4, start=0), clause("supports the old wheat quota", start=50)
    assert [(c.kind, c.before, c.after) for c in clause_shifts([quota, railway], [railway_now, quota_now])] == [
        ("strengthened", railway, railway_now),
        ("reworded", quota, quota_now),
    ]


def test_where_nothing_is_alike_the_strongest_of_either_side_stand_for_the_issue():
    weak, strong = clause("notes the mill at Arden", 1, start=0), clause("rejects stale bread", 4, start=40)
    other, firm = clause("hopes for ovens", 1, start=0), clause("refuses imported yeast", 4, start=40)
    shifts = clause_shifts([weak, strong], [other, firm])
    assert ("changed", strong, firm) in [(c.kind, c.before, c.after) for c in shifts]
    assert {c.kind for c in shifts} == {"changed", "new", "dropped"}


def test_removals_come_after_what_the_later_text_says():
    gone, kept = clause("supports the wheat quota", start=0), clause("supports the northern railway", start=40)
    assert [c.kind for c in clause_shifts([gone, kept], [clause("supports the northern railway")])] == ["continued", "dropped"]
