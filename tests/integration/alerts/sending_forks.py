"""A process that forks senders on request, so that each is at work within milliseconds and can be killed.

It has one thread, which a process that runs a mail server has not: forking that one could copy a lock that nobody will open.
Started with a store's URL and a mail server's port. Each instant on standard input forks a sender and prints its process id
once it is about to send; "wait" prints how it ended.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta

from statements import store as stores
from statements.alerts.delivery import SmtpSettings
from statements.alerts.sending import send_due
from statements.alerts.subscriptions import Subscription
from statements.positions import lexicon
from statements.snapshots import Snapshots
from statements.store import Store

DESK = {"desk": Subscription("desk", "desk@example.org", hold=timedelta(0), at_most=100_000)}


def serve(url: str, port: int) -> None:
    lexicon.load()  # kept by the senders, whose start it would otherwise fill
    child = 0
    for line in sys.stdin:
        if line.strip() == "wait":
            _, status = os.waitpid(child, 0)
            print(-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)
            continue
        child = os.fork()
        if child == 0:
            status = 1
            try:
                store = Store(stores.create_engine(url), Snapshots("unused"))
                with store.reading():
                    print(os.getpid(), flush=True)
                send_due(store, SmtpSettings("127.0.0.1", "statements@example.org", port, "none"), datetime.fromisoformat(line.strip()), DESK)
                status = 0
            finally:
                os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
