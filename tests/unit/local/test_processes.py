"""Ending a session of processes."""

import os
import subprocess
import sys
import time

from statements.local.processes import end_session, session_members

# A parent with a child in a process group of its own and a grandchild that will not hear of SIGTERM.
FAMILY = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
stubborn = subprocess.Popen([sys.executable, "-c", deaf])
print("up", flush=True)
time.sleep(600)
"""


def test_no_process_of_a_session_outlives_its_end():
    family = subprocess.Popen([sys.executable, "-c", FAMILY], start_new_session=True, stdout=subprocess.PIPE, text=True)
    assert family.stdout is not None
    family.stdout.readline()
    family.stdout.readline()
    assert len(session_members(family.pid)) == 3
    end_session(family.pid, grace=0.2)
    family.wait(5)
    assert session_members(family.pid) == []


def test_our_own_session_is_not_touched():
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        deadline = time.monotonic() + 5
        while not session_members(stranger.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert os.getpid() not in {process.pid for process in session_members(stranger.pid)}
    finally:
        stranger.kill()
        stranger.wait()
