"""How Airflow is arranged on this machine, before any of it starts."""

import socket
import stat

import pytest

from statements.local.airflow import Arrangement, LocalAirflow, LocalServiceError, choose_port


@pytest.fixture
def airflow(tmp_path):
    return LocalAirflow(Arrangement(tmp_path, "postgresql+psycopg2://postgres@/airflow", environment={"STATEMENTS_SOURCES": "one"}, port=0))


def test_a_port_in_use_is_told_in_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LocalServiceError, match=f"Port {port} of this machine is in use"):
            choose_port(port)


def test_without_a_wish_a_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8080))
            taken.listen()
        except OSError:
            pass  # taken by something else: as good
        assert choose_port(None) != 8080


def test_the_password_is_kept_from_start_to_start_and_readable_by_its_owner_alone(airflow, tmp_path):
    airflow.environment()
    again = LocalAirflow(Arrangement(tmp_path, "", port=0))
    assert again.password == airflow.password
    for name in ("password", "secret", "passwords.json"):
        assert stat.S_IMODE((tmp_path / "airflow" / name).stat().st_mode) == 0o600


def test_the_services_serve_this_machine_alone_and_report_to_nobody(airflow):
    environment = airflow.environment()
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert environment["GX_ANALYTICS_ENABLED"] == "false"


def test_tasks_get_what_the_arrangement_adds_and_compiled_modules(airflow, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = airflow.environment()
    assert environment["STATEMENTS_SOURCES"] == "one"
    assert "PYTHONDONTWRITEBYTECODE" not in environment


def test_nothing_happens_when_what_never_started_is_stopped(airflow):
    airflow.stop()
