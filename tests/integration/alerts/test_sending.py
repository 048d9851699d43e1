"""From the outbox to a real mail server: whatever breaks, nothing is lost, and what is repeated says so."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from statements.alerts import outbox, sending
from statements.alerts.delivery import Mailer
from statements.alerts.sending import forecast, send_due
from statements.alerts.subscriptions import Subscription
from tests.unit.alerts.specimens import FIRM, MONDAY, SOFT, altered, new, softened, wording

NOW = MONDAY + timedelta(minutes=1)
LATER = NOW + outbox.LEASE + timedelta(minutes=1)
DESK = Subscription("desk", "desk@example.org", hold=timedelta(0), at_most=1000)
OTHER = replace(DESK, id="other", address="other@example.org")
BOTH = {"desk": DESK, "other": OTHER}


class Crash(BaseException):
    """The process ends here, as far as anybody can tell."""


@pytest.fixture
def owe(store):
    def write(*events, subscriptions=BOTH, now=NOW):
        with store.writing() as connection:
            return outbox.owe(connection, events, subscriptions, now)

    return write


@pytest.fixture
def send(store, server):
    return lambda now=NOW, subscriptions=BOTH, **settings: send_due(store, replace(server.settings, **settings), now, subscriptions)


def states(store):
    with store.reading() as connection:
        return {(tally.subscriber, tally.state): tally.rows for tally in outbox.tallies(connection)}


def test_what_is_owed_arrives_once(store, server, owe, send):
    owe(altered())
    assert send().sent == 2
    assert send(LATER).sent == 0
    assert sorted(mail["To"] for mail in server.mails) == ["desk@example.org", "other@example.org"]
    assert states(store) == {("desk", "sent"): 1, ("other", "sent"): 1}


def test_a_refusal_costs_only_the_mail_it_is_about(store, server, owe, send):
    server.behaviour = "refuse"
    owe(altered("s1"), altered("s2"), subscriptions={"desk": DESK})
    report = send()
    assert (report.given_up, report.is_halted) == (2, False)
    assert "550 5.1.1 no such desk" in report.errors[0]
    assert states(store) == {("desk", "given_up"): 2}


@pytest.mark.parametrize("behaviour", ["defer", "defer_data", "not_now", "not_this_sender", "drop_at_data", "drop_before", "drop_after", "slow"])
def test_a_mail_that_did_not_get_through_gets_through_later_as_the_same_mail(server, owe, send, behaviour):
    server.behaviour = behaviour
    owe(altered(), subscriptions={"desk": DESK})
    first = send()
    assert (first.sent, first.deferred) == (0, 1)
    assert server.attempts == 1
    assert send().deferred == 0, "one attempt a claim: it waits for its pause"
    server.behaviour = "accept"
    assert send(NOW + timedelta(minutes=2)).sent == 1
    assert len({mail["Message-ID"] for mail in server.mails}) == 1


def test_a_server_out_of_service_is_asked_once_and_nothing_is_lost(store, server, owe, send):
    owe(*(altered(f"s{number}") for number in range(5)), subscriptions={"desk": DESK})
    report = send(port=1)
    assert report.is_halted
    assert report.deferred == 1
    assert "cannot be reached" in report.errors[0]
    assert send(NOW + timedelta(hours=1)).sent == 5
    assert len(server.mails) == 5


CRASHES = {
    "before the claim": (outbox, "claim", 0, 0),
    "after the claim": (sending, "compose", 0, 0),
    "before the data": (Mailer, "attempt", 0, 0),
    "after the server's 250 and before our commit": (outbox, "sent", 0, 1),
    "after the commit": (outbox, "claim", 1, 0),
}


@pytest.mark.parametrize("point", CRASHES)
def test_a_crash_loses_nothing_and_repeats_only_what_the_server_took_unseen(store, server, owe, send, monkeypatch, point):
    owner, name, calls_before, repeats = CRASHES[point]
    owe(altered(), subscriptions={"desk": DESK})
    real, calls = getattr(owner, name), []

    def crashing(*args, **kwargs):
        if len(calls) == calls_before:
            raise Crash(point)
        calls.append(args)
        return real(*args, **kwargs)

    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr(owner, name, crashing)
        send()
    send(LATER)
    send(LATER + timedelta(days=1))
    ids = [mail["Message-ID"] for mail in server.mails]
    assert len(ids) == 1 + repeats
    assert len(set(ids)) == 1
    assert states(store) == {("desk", "sent"): 1}


def test_several_workers_share_the_work_and_repeat_nothing(store, server, owe, send):
    owe(*(altered(f"s{number}") for number in range(20)))
    reports, errors = [], []

    def work():
        try:
            reports.append(send())
        except Exception as error:
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert errors == []
    assert sum(report.sent for report in reports) == len(server.mails) == 40
    assert len({mail["Message-ID"] for mail in server.mails}) == 40


def test_what_is_corrected_within_a_quarter_of_an_hour_is_one_mail(server, owe, send):
    patient = {"desk": replace(DESK, hold=timedelta(minutes=15))}
    owe(new(), subscriptions=patient)
    corrected = altered(capture="c2", captured_at=MONDAY + timedelta(minutes=9), title="Joint Statement, corrected")
    owe(corrected, subscriptions=patient, now=NOW + timedelta(minutes=10))
    assert send(NOW + timedelta(minutes=14), patient).sent == 0
    assert send(NOW + timedelta(minutes=15), patient).sent == 1
    assert send(NOW + timedelta(hours=2), patient).sent == 0
    (mail,) = server.mails
    assert mail["Subject"].startswith("Nord MFA new: Joint Statement, corrected")


def test_what_was_undone_before_it_left_is_no_mail(store, server, owe, send):
    back = altered(capture="c2", captured_at=MONDAY + timedelta(minutes=5), before=wording(SOFT), after=wording(FIRM))
    owe(altered(before=wording(FIRM), after=wording(SOFT)), back, subscriptions={"desk": DESK})
    report = send()
    assert (report.folded, report.sent) == (1, 0)
    assert server.mails == []
    assert states(store) == {("desk", "folded"): 2}


def test_a_mail_that_cannot_be_composed_does_not_hold_up_the_others(store, server, owe, send, monkeypatch):
    owe(altered("s1"), altered("s2", title="Another"), subscriptions={"desk": DESK})
    real = sending.compose

    def broken(events, *args, **kwargs):
        if events[0].title == "Another":
            raise ValueError("no such template")
        return real(events, *args, **kwargs)

    monkeypatch.setattr(sending, "compose", broken)
    report = send()
    assert (report.sent, report.deferred) == (1, 1)
    assert "no such template" in report.errors[0]


def test_a_forecast_tells_who_will_get_what_and_changes_nothing(store, owe):
    daily = replace(OTHER, deliver="daily")
    declared = {"desk": replace(DESK, hold=timedelta(minutes=15)), "other": daily}
    owe(altered("s1"), new("s2"), subscriptions=declared)
    before = states(store)
    mails = list(forecast(store, "statements@example.org", NOW, declared))
    assert [(mail.leaves_at, mail.subscription.id, mail.events) for mail in mails] == [
        (NOW + timedelta(minutes=15), "desk", 1),
        (NOW + timedelta(minutes=15), "desk", 1),
        (NOW.replace(day=4, hour=7, minute=30, second=0), "other", 2),
    ]
    assert "1 new and 1 altered" in mails[2].message["Subject"]
    assert states(store) == before


def test_an_empty_comparison_never_becomes_a_mail(store, server, owe, send):
    assert owe(altered(comparison=replace(softened(), klass="none", entries=()))) == 0
    assert send().sent == 0
