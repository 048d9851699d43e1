"""Two hundred senders killed at random moments lose nothing."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from statements.alerts import outbox
from statements.alerts.sending import send_due
from statements.alerts.subscriptions import Subscription
from tests.unit.alerts.specimens import MONDAY, altered

KILLS = 200
DESK = {"desk": Subscription("desk", "desk@example.org", hold=timedelta(0), at_most=100_000)}
ROOT = Path(__file__).resolve().parents[3]


class Senders:
    """Sending processes, one after the other."""

    def __init__(self, forks: subprocess.Popen[str]) -> None:
        self._forks = forks

    def start(self, now) -> int:
        return int(self._asked(now.isoformat()))

    def ended(self) -> int:
        """Its exit status, or less than zero: the signal that ended it."""
        return int(self._asked("wait"))

    def _asked(self, line: str) -> str:
        print(line, file=self._forks.stdin, flush=True)
        return self._forks.stdout.readline()


@contextmanager
def senders(store, server) -> Iterator[Senders]:
    url = store.engine.url.render_as_string(hide_password=False)
    script = Path(__file__).with_name("sending_forks.py")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script, url, str(server.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as forks:
        yield Senders(forks)
        forks.stdin.close()


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_two_hundred_random_kills_lose_nothing_and_repeat_only_whole_mails(store, server):
    chance = random.Random(7)
    owed, now, killed, runs, quick = 0, MONDAY, 0, 0, 0.0
    with senders(store, server) as sending:
        while killed < KILLS:
            now += 2 * outbox.LEASE
            with store.writing() as connection:
                owed += outbox.owe(connection, [altered(f"s{owed + more}") for more in range(2)], DESK, now)
            sender, started = sending.start(now), time.monotonic()
            if runs % 20 == 0:  # one that may finish, to learn how long that takes on this machine now
                assert sending.ended() == 0
                quick = time.monotonic() - started
            else:
                time.sleep(chance.uniform(0, 0.8 * quick))
                os.kill(sender, signal.SIGKILL)
                killed += sending.ended() == -signal.SIGKILL
            runs += 1
    before = len(server.taken)
    send_due(store, server.settings, now + 2 * outbox.LEASE, DESK)
    told = Counter(re.search(r"/(s\d+)\.html", mail.get_body(("plain",)).get_content())[1] for mail in server.mails)
    print(f"{owed} alerts, {killed} kills, {before} mails from senders that were killed, {sum(told.values()) - owed} repeats")
    assert before > owed / 3, "the kills hit senders at work"
    assert set(told) == {f"s{number}" for number in range(owed)}
    assert len({mail["Message-ID"] for mail in server.mails}) == owed, "a repeat is the same mail"
    with store.reading() as connection:
        assert {tally.state for tally in outbox.tallies(connection)} == {"sent"}
