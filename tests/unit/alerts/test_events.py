"""What an event is known by, and who wants to hear of it."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schemas.records import CLASS_ORDER, Comparison
from statements.alerts.events import as_json, from_json, matching, with_parents
from statements.alerts.subscriptions import KINDS, Subscription
from tests.unit.alerts.specimens import altered, new, shifted, softened


def takers(event, *subscriptions):
    return [subscription.id for _, subscription in matching([event], subscriptions)]


def desk(name="desk", **asked):
    return Subscription(name, f"{name}@example.org", **asked)


def test_an_event_is_known_by_its_kind_its_statement_and_the_capture_that_showed_it():
    event = altered()
    assert replace(event, title="Another", recorded_at=event.recorded_at.replace(year=2030)).key == event.key
    assert len({event.key, replace(event, capture="later").key, replace(event, kind="new").key, replace(event, statement="s9").key}) == 4


def test_an_event_survives_its_way_through_json():
    for event in (altered(), new(), shifted()):
        assert from_json(json.loads(json.dumps(as_json(event)))) == event


def test_all_conditions_of_a_subscription_must_hold():
    event = altered(series=("nord_sued",))
    assert takers(event, desk()) == ["desk"]
    assert takers(event, desk(sources=frozenset({"nord_en"}), issues=frozenset({"island"}), series=frozenset({"nord_sued"}))) == ["desk"]
    assert takers(event, desk(sources=frozenset({"sued_en"}), issues=frozenset({"island"}))) == []
    assert takers(event, desk(series=frozenset({"other"}))) == []
    assert takers(event, desk(kinds=frozenset({"new"}))) == []
    assert takers(event, desk(is_paused=True)) == []


def test_an_alteration_is_about_the_issues_it_touches_not_all_of_its_statement():
    follower = desk(issues=frozenset({"trade"}))
    assert takers(altered(), follower) == []
    assert takers(new(), follower) == ["desk"]


def test_who_follows_an_issue_hears_of_its_parts():
    event = new(issues=("island.status",))
    assert takers(event, desk(issues=frozenset({"island"}))) == ["desk"]
    assert takers(new(issues=("island",)), desk(issues=frozenset({"island.status"}))) == []
    assert with_parents(["a.b.c"]) == {"a", "a.b", "a.b.c"}


def test_cosmetic_and_editorial_changes_stay_unsaid_unless_asked_for():
    for klass in ("cosmetic", "editorial"):
        event = altered(comparison=replace(softened(), klass=klass))
        assert takers(event, desk(), desk("pedant", classes=frozenset({klass}))) == ["pedant"]


def test_the_least_significance_counts_for_alterations_only():
    choosy = desk(least_significance=0.95)
    assert takers(altered(), choosy, desk("equal", least_significance=0.9)) == ["equal"]
    assert takers(new(), choosy) == ["desk"]


def test_what_tells_nothing_matches_nobody():
    (shift,) = shifted().shifts
    assert takers(altered(comparison=Comparison()), desk()) == []
    assert takers(shifted(shifts=(replace(shift, kind="continued"), replace(shift, kind="not_mentioned"))), desk()) == []
    assert takers(shifted(shifts=(replace(shift, cause="lexicon"),)), desk()) == []


ids = st.sampled_from(["a", "b", "b.c"])
asked = st.none() | st.frozensets(ids, min_size=1)
subscriptions = st.builds(
    Subscription,
    id=st.uuids().map(str),
    address=st.just("a@example.org"),
    sources=asked,
    series=asked,
    issues=asked,
    kinds=st.frozensets(st.sampled_from(KINDS), min_size=1),
    classes=st.frozensets(st.sampled_from(CLASS_ORDER[1:]), min_size=1),
    least_significance=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    is_paused=st.booleans(),
)
events = st.builds(
    lambda kind, source, series, issues, klass, significance: altered(
        kind=kind,
        source=source,
        series=tuple(series),
        issues=tuple(issues),
        comparison=Comparison(klass, issues=tuple(issues), significance=significance),
        shifts=tuple(replace(shifted().shifts[0], issue=issue) for issue in issues),
    ),
    st.sampled_from(KINDS),
    ids,
    st.lists(ids),
    st.lists(ids),
    st.sampled_from(CLASS_ORDER),
    st.sampled_from([0.0, 0.3, 0.4, 0.5, 1.0]),
)


@given(st.lists(events, max_size=5), st.lists(subscriptions, max_size=8))
def test_the_index_finds_whom_a_plain_loop_finds(happened, subscribers):
    def wants(subscription, event):
        return (
            not subscription.is_paused
            and not event.is_empty
            and event.kind in subscription.kinds
            and (subscription.sources is None or event.source in subscription.sources)
            and (subscription.series is None or bool(subscription.series & set(event.series)))
            and (subscription.issues is None or bool(subscription.issues & with_parents(event.subjects)))
            and (
                event.kind != "altered"
                or (event.comparison.klass in subscription.classes and event.comparison.significance >= subscription.least_significance)
            )
        )

    expected = [(event, subscription) for event in happened for subscription in subscribers if wants(subscription, event)]
    assert list(matching(happened, subscribers)) == expected
