"""`statements serve` as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from tests.stores import migrated_sqlite


def serve(home, *options: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STATEMENTS_")} | {"STATEMENTS_HOME": str(home)}
    return subprocess.Popen([sys.executable, "-m", "statements", "serve", *options], env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_on_a_free_port_of_this_machine_until_it_is_stopped(tmp_path, stop):
    migrated_sqlite(tmp_path).engine.dispose()
    process = serve(tmp_path, "--port", "0")
    try:
        told = process.stderr.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+/", told)[0]
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert "The store is empty" in answer.read().decode()
    finally:
        process.send_signal(stop)
        rest = process.communicate(timeout=60)[1]
    assert "Traceback" not in rest
    assert process.returncode >= 0, "it ended by itself, and with it the database that it started"


def test_a_store_that_is_not_there_is_told_before_anything_is_served(tmp_path):
    process = serve(tmp_path, "--port", "0")
    assert "statements db upgrade" in process.communicate(timeout=60)[1]
    assert process.returncode == 1
