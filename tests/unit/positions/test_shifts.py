"""Shifts between successive statements: every kind, and what always holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Polarity, Position, Shift, Stances
from statements.positions.shifts import Said, cause_of, shifts_of

QUOTES = ["supports the wheat quota", "supports the wheat quota for growers", "rejects a salt tax", "notes the mill at Arden", "calls for a railway"]


def says(issue: str, quote: str, level: int = 3, actor: str = "both", polarity: Polarity = "support", start: int = 0) -> Position:
    return Position(issue, actor, polarity, "position", level, start, start + len(quote), quote)


def statement(name: str, *positions: Position, comparability="full", lexicon: str = "l1") -> Said:
    return Said(name, f"content of {name}", Stances(positions, lexicon=lexicon), comparability)


def told(*statements: Said) -> dict[tuple[str, str], Shift]:
    return {(shift.issue, shift.to_statement): shift for shift in shifts_of("bread", statements)}


def test_what_no_earlier_statement_said_is_new():
    shift = told(statement("a"), statement("b", says("wheat", "supports the wheat quota")))["wheat", "b"]
    assert (shift.kind, shift.level_before, shift.level_after, shift.before, shift.confidence) == ("new", None, 3, (), "high")


def test_what_was_said_before_the_predecessor_returns_and_is_compared_with_that():
    first, last = statement("a", says("wheat", "supports the wheat quota", 3)), statement("c", says("wheat", "firmly supports the wheat quota", 4))
    shift = told(first, statement("b"), last)["wheat", "c"]
    assert (shift.kind, shift.last_said, shift.compared, shift.from_statement) == ("returned", "a", "strengthened", "b")
    assert (shift.level_before, shift.level_after, shift.before) == (3, 4, ("supports the wheat quota",))


@pytest.mark.parametrize(
    ("before", "after", "kind", "confidence"),
    [
        ("full", "full", "dropped", "high"),
        ("full", "summary", "not_mentioned", "low"),
        ("summary", "full", "not_mentioned", "low"),
        ("partial", "full", "not_mentioned", "low"),
    ],
)
def test_silence_is_a_drop_only_between_two_full_texts(before, after, kind, confidence):
    shift = told(statement("a", says("wheat", "supports the wheat quota"), comparability=before), statement("b", comparability=after))["wheat", "b"]
    assert (shift.kind, shift.confidence, shift.level_after, shift.after) == (kind, confidence, None, ())


def test_a_statement_that_stays_silent_twice_says_nothing_twice():
    assert [
        shift.to_statement for shift in shifts_of("bread", [statement("a", says("wheat", "rejects a salt tax")), statement("b"), statement("c")])
    ] == ["b"]


@pytest.mark.parametrize(("comparability", "kind"), [("full", "widened"), ("summary", "reworded")])
def test_clauses_added_at_the_same_level_widen_unless_the_earlier_text_was_a_summary(comparability, kind):
    one = says("wheat", "supports the wheat quota")
    more = [says("wheat", "supports the old wheat quota"), says("wheat", "calls for a railway", start=60)]
    assert told(statement("a", one, comparability=comparability), statement("b", *more))["wheat", "b"].kind == kind


def test_clauses_removed_at_the_same_level_narrow():
    many = [says("wheat", "supports the wheat quota"), says("wheat", "calls for a railway", start=60)]
    assert told(statement("a", *many), statement("b", says("wheat", "supports the wheat quota")))["wheat", "b"].kind == "narrowed"


def test_a_firmer_clause_beside_an_unchanged_one_strengthens():
    kept = says("wheat", "supports the wheat quota")
    shift = told(statement("a", kept), statement("b", kept, says("wheat", "refuses imported yeast", 4, start=60)))["wheat", "b"]
    assert (shift.kind, shift.rule) == ("strengthened", "stronger_clause_added")


@pytest.mark.parametrize(("comparability", "kind"), [("full", "weakened"), ("summary", "continued")])
def test_a_firmer_clause_that_a_summary_leaves_out_was_not_softened(comparability, kind):
    kept, firm = says("wheat", "supports the wheat quota"), says("wheat", "refuses imported yeast", 4, start=60)
    assert told(statement("a", kept, firm), statement("b", kept, comparability=comparability))["wheat", "b"].kind == kind


def test_clauses_that_pull_both_ways_at_one_level_are_a_change_of_low_confidence():
    before = [says("wheat", "supports the wheat quota", 3), says("wheat", "rejects a salt tax", 4, start=60)]
    after = [says("wheat", "firmly supports the wheat quota", 4), says("wheat", "rejects a salt tax", 3, start=60)]
    shift = told(statement("a", *before), statement("b", *after))["wheat", "b"]
    assert (shift.kind, shift.rule, shift.confidence) == ("changed", "clauses_pull_both_ways", "low")


def test_a_parent_gathers_its_facets_and_a_summary_gives_none_up():
    before = [says("wheat.quota", "supports the wheat quota"), says("wheat.tax", "rejects a salt tax", 4, start=60)]
    after = [
        says("wheat.quota", "supports the wheat quota"),
        says("wheat.rail", "calls for a railway", start=60),
        says("wheat.mill", "wants mills", start=99),
    ]
    full = told(statement("a", *before), statement("b", *after))
    assert (full["wheat", "b"].kind, full["wheat", "b"].rule) == ("strengthened", "facets_gained")
    back = told(statement("b", *after), statement("a", *before))
    assert back["wheat", "a"].kind == "weakened"
    summary = told(statement("b", *after), statement("a", *before, comparability="summary"))
    assert (summary["wheat", "a"].kind, summary["wheat.rail", "a"].kind) == ("strengthened", "not_mentioned")


def test_a_parent_never_pairs_clauses_of_different_facets():
    before = [says("wheat", "supports the wheat quota on growers"), says("wheat.quota", "supports the wheat quota on growers")]
    after = [says("wheat", "supports the wheat tax on growers"), says("wheat.tax", "supports the wheat tax on growers")]
    assert {clause.kind for clause in told(statement("a", *before), statement("b", *after))["wheat", "b"].clauses} == {"new", "dropped"}


def test_the_actor_is_that_of_the_strongest_clause_that_decided():
    before = [says("wheat", "supports the wheat quota", 3, "Arden"), says("wheat", "notes the mill at Borel", 2, "Borel", start=60)]
    after = [says("wheat", "firmly supports the wheat quota", 4, "Arden"), says("wheat", "notes the mill at Borel", 2, "Borel", start=60)]
    assert told(statement("a", *before), statement("b", *after))["wheat", "b"].actor == "Arden"


def test_an_edited_lexicon_an_edited_layout_and_an_edited_text_are_told_apart():
    first, second = statement("a", says("wheat", "rejects a salt tax")), statement("b", says("wheat", "calls for a railway"))
    (known,) = shifts_of("bread", [first, second])
    relexed = replace(second, stances=replace(second.stances, lexicon="l2"))
    reworded = replace(second, content_sha256="read anew")
    reread = replace(reworded, rereads=frozenset({second.content_sha256}))
    assert [cause_of(None, first, second), cause_of(known, first, second)] == ["source", "source"]
    assert cause_of(known, first, relexed) == "lexicon"
    assert cause_of(replace(known, cause="lexicon"), first, second) == "lexicon"
    assert cause_of(known, first, reread) == "extractor"
    assert cause_of(known, first, reworded) == "source"
    assert cause_of(known, replace(first, content_sha256="altered"), reread) == "source"


positions = st.builds(
    says,
    issue=st.sampled_from(["wheat", "wheat.quota", "wheat.tax", "salt"]),
    quote=st.sampled_from(QUOTES),
    level=st.integers(1, 5),
    actor=st.sampled_from(["both", "Arden", "Borel"]),
    polarity=st.sampled_from(["support", "oppose", "neutral"]),
    start=st.integers(0, 400),
)
series = st.lists(st.tuples(st.lists(positions, max_size=6), st.sampled_from(["full", "summary", "partial"])), min_size=2, max_size=4).map(
    lambda texts: [statement(str(n), *said, comparability=comparability) for n, (said, comparability) in enumerate(texts)]
)


@settings(max_examples=40, deadline=None)
@given(series, st.randoms())
def test_the_same_input_gives_the_same_shifts_under_the_same_ids_in_any_order_of_positions(statements, random):
    shuffled = []
    for said in statements:
        order = list(said.stances.positions)
        random.shuffle(order)
        shuffled.append(replace(said, stances=replace(said.stances, positions=tuple(order))))
    assert [(s.id, s.kind, s.rule) for s in shifts_of("bread", statements)] == [(s.id, s.kind, s.rule) for s in shifts_of("bread", shuffled)]


@settings(max_examples=40, deadline=None)
@given(st.lists(positions, min_size=1, max_size=6), st.sampled_from(["full", "summary", "partial"]))
def test_a_text_that_is_repeated_is_continued_on_every_issue(said, comparability):
    shifts = shifts_of("bread", [statement("a", *said), statement("b", *said, comparability=comparability)])
    assert {shift.kind for shift in shifts} == {"continued"}


@settings(max_examples=40, deadline=None)
@given(series)
def test_no_shift_contradicts_its_own_evidence(statements):
    shifts = shifts_of("bread", statements)
    assert len({(shift.issue, shift.to_statement) for shift in shifts}) == len(shifts) == len({shift.id for shift in shifts})
    for shift in shifts:
        assert bool(shift.before) == (shift.level_before is not None) and bool(shift.after) == (shift.level_after is not None)
        assert (shift.kind == "new") == (not shift.before)
        assert (shift.kind in {"dropped", "not_mentioned"}) == (not shift.after)
        assert (shift.kind == "dropped") <= (shift.comparability == "full")
        assert (shift.kind == "returned") == (shift.last_said is not None) == (shift.compared is not None)
        assert sum(clause.before is not None for clause in shift.clauses) == len(shift.before)
        assert sum(clause.after is not None for clause in shift.clauses) == len(shift.after)


@settings(max_examples=40, deadline=None)
@given(series.map(lambda statements: [replace(said, comparability="full") for said in statements]))
def test_what_is_firmer_one_way_is_softer_the_other(statements):
    mirror = {
        "strengthened": "weakened",
        "weakened": "strengthened",
        "widened": "narrowed",
        "narrowed": "widened",
        "new": "dropped",
        "dropped": "new",
    }
    there, back = told(*statements[:2]), told(*reversed(statements[:2]))
    for (issue, _), shift in there.items():
        assert back[issue, statements[0].statement].kind == mirror.get(shift.kind, shift.kind)
