"""The lifeline of Airflow's services, tried on processes that only sleep."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from statements.local.postgres import Postgres, remove
from statements.local.processes import session_members

ROOT = Path(__file__).resolve().parents[3]

SLEEPERS = """
import importlib.util, json, os, sys, time
spec = importlib.util.spec_from_file_location("airflow_services", "tools/airflow_services.py")
services = importlib.util.module_from_spec(spec)
spec.loader.exec_module(services)
services.CORE, services.SERVICES, services.migrate = (), {"sleeper": (), "other": ()}, lambda pools: ({migrate})
services.RESTART_AFTER = {restart_after}

def serve(self, name, arguments):
    os.read(self.gate, 1)
    {work}

services.Services.serve = serve
services.Services(json.loads(sys.stdin.readline())).run()
"""


@pytest.fixture
def started(tmp_path):
    """Starts the services with this work and migration; returns the process that holds them."""
    processes = []

    def start(work="time.sleep(600)", migrate="None", restart_after="10.0"):
        code = SLEEPERS.replace("{work}", work).replace("{migrate}", migrate).replace("{restart_after}", restart_after)
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
        )
        processes.append(process)
        process.stdin.write(json.dumps({"home": str(tmp_path), "logs": str(tmp_path), "pools": {}, "preload": [], "grace": 2, "workers": []}) + "\n")
        process.stdin.flush()
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def told(process):
    """The next fact but those of the services' process ids."""
    return next(fact for fact in map(json.loads, process.stdout) if fact["event"] != "started")


def test_everything_ends_when_the_lifeline_closes_as_it_does_when_its_holder_is_killed(started):
    process = started()
    assert told(process)["event"] == "migrated"
    process.stdin.close()
    assert told(process)["event"] == "stopped"
    process.wait(10)
    assert session_members(process.pid) == []


def test_everything_ends_at_a_plain_kill(started):
    process = started()
    assert told(process)["event"] == "migrated"
    process.terminate()
    assert told(process)["event"] == "stopped"
    process.wait(10)
    assert session_members(process.pid) == []


def test_a_service_that_ends_at_once_is_told_with_its_log_and_ends_the_others(started, tmp_path):
    process = started(work="print('no database', flush=True); sys.exit(3) if name == 'other' else time.sleep(600)")
    assert told(process)["event"] == "migrated"
    fact = told(process)
    assert (fact["event"], fact["service"]) == ("failed", "other")
    assert Path(fact["log"]) == tmp_path / "other.log"
    assert "no database" in Path(fact["log"]).read_text()
    assert told(process)["event"] == "stopped"
    process.wait(10)
    assert session_members(process.pid) == []


def test_no_service_begins_before_the_tables_are_there(started, tmp_path):
    process = started(work="print('began', flush=True); time.sleep(600)", migrate="1 / 0")
    assert told(process)["service"] == "migrate"
    assert told(process)["event"] == "stopped"
    assert "ZeroDivisionError" in (tmp_path / "migrate.log").read_text()
    assert not any("began" in log.read_text() for log in tmp_path.glob("*.log"))


def test_a_service_that_ends_after_a_while_is_started_again(started):
    process = started(work="time.sleep(0.1); sys.exit(1)", restart_after="0.0")
    assert told(process)["event"] == "migrated"
    assert {told(process)["event"] for _ in range(3)} == {"restarted"}


@pytest.mark.postgres
def test_the_database_of_a_killed_holder_is_ended_too(started, tmp_path):
    process = started()
    assert told(process)["event"] == "migrated"
    code = (
        "import os, sys; from pathlib import Path; from statements.local.postgres import Postgres; Postgres(Path(sys.argv[1]), durable=False).start()"
    )
    subprocess.run([sys.executable, "-c", f"{code}; os.kill(os.getpid(), 9)", str(tmp_path)], cwd=ROOT, check=False)
    server = Postgres(tmp_path)
    assert server.is_running()
    process.stdin.close()
    assert told(process)["event"] == "stopped"
    assert not server.is_running()
    remove(tmp_path)
