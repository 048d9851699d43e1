"""How Airflow is arranged on this machine, before any of it starts."""

import socket
import stat

import pytest

from statements.local.airflow import Arrangement, LocalAirflow, LocalServiceError, Worker, choose_port


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


def test_the_schedulers_own_processes_run_the_tasks_unless_a_queue_is_named(airflow, tmp_path):
    assert airflow.environment()["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    queued = LocalAirflow(Arrangement(tmp_path, "postgresql+psycopg2://postgres@/airflow", broker_url="redis://127.0.0.1:1/0", port=0)).environment()
    assert queued["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert queued["AIRFLOW__CELERY__BROKER_URL"] == "redis://127.0.0.1:1/0"
    assert queued["AIRFLOW__CELERY__RESULT_BACKEND"] == "db+postgresql+psycopg2://postgres@/airflow"


def test_a_worker_is_ordered_by_name_with_its_own_environment():
    order = Worker("worker-1", concurrency=2, environment={"STATEMENTS_CONFIG": "/etc/statements"}).order()
    words = " ".join(order["arguments"])
    assert words == "celery worker --celery-hostname worker-1 --concurrency 2 --queues default --skip-serve-logs"
    assert order["environment"] == {"STATEMENTS_CONFIG": "/etc/statements"}
