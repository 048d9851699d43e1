"""Alerts are owed once, claimed by one worker at a time, and never lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from statements.alerts import outbox
from statements.alerts.subscriptions import Subscription
from tests.unit.alerts.specimens import MONDAY, altered, new, shifted

NOW = MONDAY + timedelta(minutes=1)
DESK = Subscription("desk", "desk@example.org", hold=timedelta(0), at_most=1000)
OTHER = replace(DESK, id="other", address="other@example.org")
BOTH = {"desk": DESK, "other": OTHER}


@pytest.fixture
def act(store):
    """Call a function of the outbox in a transaction of its own."""

    def call(function, *args, **kwargs):
        with store.writing() as connection:
            return function(connection, *args, **kwargs)

    return call


@pytest.fixture
def claim(act):
    return lambda worker="w1", now=NOW, subscriptions=BOTH: act(outbox.claim, subscriptions, worker, now, "example.org")


def states(act, subscriber="desk"):
    return {tally.state: tally.rows for tally in act(outbox.tallies) if tally.subscriber == subscriber}


def test_an_event_is_owed_once_to_each_subscriber_however_often_it_is_told(act):
    assert act(outbox.owe, [altered()], BOTH, NOW) == 2
    assert act(outbox.owe, [altered(title="Seen again"), altered()], BOTH, NOW + timedelta(days=1)) == 0
    assert states(act) == {"owed": 1}


def test_an_alert_is_owed_only_if_its_transaction_ends_well(store, act):
    with pytest.raises(RuntimeError), store.writing() as connection:
        outbox.owe(connection, [altered()], BOTH, NOW)
        raise RuntimeError
    assert states(act) == {}


def test_a_claim_carries_all_that_the_mail_needs(act, claim):
    act(outbox.owe, [shifted("s2")], {"desk": DESK}, NOW)
    claimed = claim()
    assert claimed.events == (shifted("s2"),)
    assert (claimed.subscription, claimed.attempts, dict(claimed.untold)) == (DESK, 1, {})
    assert claimed.message_id.endswith("@example.org>")


def test_no_two_workers_get_the_same_alert(act, claim):
    act(outbox.owe, [altered("s1"), altered("s2")], BOTH, NOW)
    claims = [claim(worker) for worker in ("w1", "w2", "w3", "w4", "w5")]
    assert claims[4] is None
    assert len({row for claimed in claims[:4] for row in claimed.rows}) == 4


def test_a_worker_that_died_gives_its_mail_back_as_it_was(act, claim):
    act(outbox.owe, [altered()], {"desk": DESK}, NOW)
    first = claim("w1")
    act(outbox.owe, [altered(capture="later", recorded_at=NOW)], {"desk": DESK}, NOW)
    assert claim("w2", NOW + timedelta(minutes=1)).message_id != first.message_id
    again = claim("w3", NOW + outbox.LEASE)
    assert (again.message_id, again.events, again.attempts) == (first.message_id, first.events, 2)


def test_what_was_sent_is_not_sent_again(act, claim):
    act(outbox.owe, [altered()], {"desk": DESK}, NOW)
    act(outbox.sent, claim(), NOW)
    assert claim(now=NOW + timedelta(days=9)) is None
    assert states(act) == {"sent": 1}


def test_a_mail_that_was_taken_counts_even_where_its_claim_had_run_out(act, claim):
    act(outbox.owe, [altered()], {"desk": DESK}, NOW)
    slow, quick = claim("slow"), claim("quick", NOW + outbox.LEASE)
    act(outbox.sent, slow, NOW + outbox.LEASE)
    act(outbox.deferred, quick, NOW + outbox.LEASE, "busy")
    assert states(act) == {"sent": 1}


def test_a_deferred_mail_waits_and_is_given_up_where_it_can_be_seen(act, claim):
    act(outbox.owe, [altered()], {"desk": DESK}, NOW)
    now, attempts = NOW, 0
    while claimed := claim(now=now):
        attempts += 1
        still_owed = act(outbox.deferred, claimed, now, "451 try later")
        assert not still_owed or claim(now=now) is None
        now += timedelta(hours=8)
    assert attempts == outbox.schedule.ATTEMPTS
    (failure,) = act(outbox.failures)
    assert (failure.subscriber, failure.attempts, failure.error) == ("desk", attempts, "451 try later")
    assert act(outbox.owe_again, now) == 1
    assert claim(now=now).message_id == failure.message_id


def test_a_flood_is_one_claim_that_tells_the_gravest_and_counts_the_rest(act, claim):
    careful = {"desk": replace(DESK, at_most=5)}
    flood = [new(f"n{number}") for number in range(120)] + [shifted("s0"), altered("a0")]
    act(outbox.owe, flood, careful, NOW)
    claimed = claim(subscriptions=careful)
    assert len(claimed.rows) == 122
    assert [event.kind for event in claimed.events[:3]] == ["altered", "shift", "new"]
    assert len(claimed.events) == outbox.MOST_TOLD
    assert claimed.untold == {"new": 122 - outbox.MOST_TOLD}
    act(outbox.sent, claimed, NOW)
    assert states(act) == {"sent": 122}


def test_the_cap_counts_mails_that_are_on_their_way(act, claim):
    careful = {"desk": replace(DESK, at_most=1)}
    act(outbox.owe, [altered("s1")], careful, NOW)
    first = claim(subscriptions=careful)
    act(outbox.owe, [altered("s2")], careful, NOW)
    assert claim("w2", subscriptions=careful) is None
    act(outbox.sent, first, NOW)
    assert claim("w2", NOW + timedelta(minutes=59), careful) is None
    assert claim("w2", NOW + timedelta(minutes=61), careful).events[0].statement == "s2"


def test_who_is_paused_or_unknown_waits(act, claim):
    act(outbox.owe, [altered()], BOTH, NOW)
    assert claim(subscriptions={"other": replace(OTHER, is_paused=True)}) is None
    assert claim(subscriptions={"other": OTHER}).subscription == OTHER
    assert states(act) == {"owed": 1}


def test_what_came_to_nothing_is_closed_with_its_reason(act, claim):
    act(outbox.owe, [altered()], {"desk": DESK}, NOW)
    act(outbox.folded, claim(), "undone within minutes")
    assert states(act) == {"folded": 1}


def test_the_next_instant_is_told(act):
    later = replace(DESK, hold=timedelta(minutes=15))
    act(outbox.owe, [altered()], {"desk": later}, NOW)
    assert act(outbox.next_due_at, BOTH, NOW) == NOW + timedelta(minutes=15)
    assert act(outbox.next_due_at, {}, NOW) is None
