"""Ending processes without leaving one behind: everything that shares a session is ended together."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import psutil


def session_members(session: int) -> list[psutil.Process]:
    """The living processes of a session (the id of the process that called setsid), zombies left out."""
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
    return members


def end_session(session: int, grace: float) -> None:
    """Ask every process of the session to end, wait up to `grace` seconds, then end what is left.

    A process may call this for its own session: it spares itself.
    """
    others = [process for process in session_members(session) if process.pid != os.getpid()]
    _signal(others, signal.SIGTERM)
    psutil.wait_procs(others, timeout=grace)
    deadline = time.monotonic() + 10
    while (left := [process for process in session_members(session) if process.pid != os.getpid()]) and time.monotonic() < deadline:
        _signal(left, signal.SIGKILL)
        psutil.wait_procs(left, timeout=1)


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
