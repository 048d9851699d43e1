"""The embedded PostgreSQL, really started."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from schemas.errors import StoreError
from statements import settings
from statements.local import postgres
from statements.local.postgres import Postgres, ensure_running
from statements.settings import record

pytestmark = pytest.mark.postgres


@pytest.fixture
def server(tmp_path):
    server = Postgres(tmp_path / "home", durable=False)
    yield server
    server.stop()
    postgres.remove(server.home)


def ask(server, name="store"):
    with psycopg.connect(server.database_url(name).replace("+psycopg", "")) as connection:
        return connection.execute("select current_database()").fetchone()


def test_the_databases_asked_for_are_there_and_the_url_is_the_same_from_start_to_start(server):
    server.start("store", "other")
    url = server.database_url("store")
    assert ask(server) == ("store",)
    assert ask(server, "other") == ("other",)
    server.stop()
    assert not server.is_running()
    server.start("store")
    assert server.database_url("store") == url
    assert ask(server) == ("store",)


HOLD = """
import sys
from pathlib import Path
from statements.local.postgres import Postgres
Postgres(Path(sys.argv[1])).start()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_holder(server):
    """Another process that holds the server until it is told to let go, by closing its input."""
    server.start("store")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(server.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.CHECKOUT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield other
        other.kill()


def test_the_server_lives_on_while_another_process_holds_it(server, other_holder):
    server.stop()
    assert server.is_running()


def test_a_process_that_was_killed_holds_no_longer(server, other_holder):
    other_holder.kill()
    other_holder.wait()
    server.stop()
    assert not server.is_running()


def test_two_handles_of_one_process_are_one_holder(server):
    server.start("store")
    Postgres(server.home).start()
    server.stop()
    assert not server.is_running()


def test_emptied_databases_are_empty_even_while_somebody_is_connected(server):
    server.start("store")
    with psycopg.connect(server.database_url("store").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("create table kept (n int)")
        server.recreate("store")
    with psycopg.connect(server.database_url("store").replace("+psycopg", "")) as connection:
        assert connection.execute("select to_regclass('kept')").fetchone() == (None,)


def test_no_folder_on_the_way_is_opened_to_others(server, tmp_path):
    before = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in (tmp_path, *tmp_path.parents)}
    server.start()
    assert {folder: stat.S_IMODE(folder.stat().st_mode) for folder in before} == before
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700


def test_a_home_with_a_long_path_gets_a_socket_with_a_short_one():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # as root, so that the files stay in the home
        server = Postgres(Path(folder) / ("deep" * 30), durable=False)
        try:
            server.start("store")
            sockets = server.socket_folder
            assert len(os.fsencode(server.folder)) > 100 > len(os.fsencode(sockets / ".s.PGSQL.5432"))
            assert ask(server) == ("store",)
        finally:
            server.stop()
        assert not sockets.exists()


def test_a_verb_starts_the_recorded_server_when_it_is_down(server, monkeypatch):
    server.start("store")
    record(server.home, server.database_url("store"), None)
    server.stop()
    monkeypatch.setenv("STATEMENTS_HOME", str(server.home))
    monkeypatch.delenv("STATEMENTS_DATABASE_URL", raising=False)
    ensure_running(settings.load())
    assert ask(server) == ("store",)


def test_a_store_elsewhere_starts_no_server(server, monkeypatch):
    monkeypatch.setenv("STATEMENTS_HOME", str(server.home))
    monkeypatch.setenv("STATEMENTS_DATABASE_URL", "postgresql+psycopg://somewhere/else")
    ensure_running(settings.load())
    assert not server.link.exists()


def test_a_server_that_cannot_start_says_its_own_last_words(server):
    server.start("store")
    server.stop()
    (server.folder / "data" / "postgresql.conf").write_text("no such setting = at all\n")
    with pytest.raises(StoreError, match=r"failed \(pg_ctl\)"):
        server.start("store")
    (server.folder / "data" / "postgresql.conf").write_text("")


def test_a_link_to_files_that_are_gone_is_told_and_nothing_is_made_in_their_place(server, tmp_path):
    server.home.mkdir()
    server.link.symlink_to(tmp_path / "gone")
    with pytest.raises(StoreError, match="which is gone"):
        server.start()
    server.link.unlink()
