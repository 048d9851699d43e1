"""`statements alerts`: what is owed, who would get what, and sending it."""

from __future__ import annotations

import json
from email import message_from_bytes, policy

import pytest
from click.testing import CliRunner

from schemas.errors import StoreError
from statements import store as stores
from statements.alerts import outbox, subscriptions
from statements.alerts.delivery import MailSettingsError
from statements.commands.alerts import command
from statements.store import Store
from tests.stores import migrated_sqlite
from tests.unit.alerts.specimens import altered, new

DESK = "who: Nord Desk <desk@example.org>\ndeliver: at_once\nhold_minutes: 0\n"


@pytest.fixture
def home(tmp_path, monkeypatch, server):
    monkeypatch.setenv("STATEMENTS_HOME", str(tmp_path))
    monkeypatch.setenv("STATEMENTS_CONFIG", str(tmp_path / "config"))
    for name in ("DATABASE_URL", "BASE_URL"):
        monkeypatch.delenv(f"STATEMENTS_{name}", raising=False)
    for name, value in {"HOST": "127.0.0.1", "PORT": str(server.port), "TLS": "none", "FROM": "statements@example.org"}.items():
        monkeypatch.setenv(f"STATEMENTS_SMTP_{name}", value)
    (tmp_path / "config" / "subscriptions").mkdir(parents=True)
    (tmp_path / "config" / "subscriptions" / "desk.yml").write_text(DESK, "utf-8")
    return tmp_path


@pytest.fixture
def owed(home):
    store = migrated_sqlite(home)
    with store.writing() as connection:
        outbox.owe(connection, [altered("s1"), new("s2")], subscriptions.load(home / "config"), stores.now())
    store.engine.dispose()
    return home


def run(*arguments):
    result = CliRunner().invoke(command, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(*arguments):
    result = run(*arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


def test_an_empty_outbox_says_so(home):
    migrated_sqlite(home).engine.dispose()
    assert run().stdout == "The outbox is empty.\n"
    assert run("--dry-run").stdout == "Nobody is owed anything.\n"
    assert told() == (0, {"subscribers": {}, "given_up": []})


def test_a_store_that_is_not_there_is_told_in_a_sentence(home):
    with pytest.raises(StoreError, match="statements db upgrade"):
        run()


def test_a_dry_run_shows_who_would_get_what_and_sends_nothing(owed, server):
    status, document = told("--dry-run", "--out", str(owed / "mails"))
    assert status == 0
    assert sorted(mail["subject"].split(":")[0] for mail in document["mails"]) == ["Nord MFA altered", "Nord MFA new"]
    assert {mail["to"] for mail in document["mails"]} == {"desk@example.org"}
    written = message_from_bytes((owed / "mails" / "001.eml").read_bytes(), policy=policy.default)
    assert written["Subject"] == document["mails"][0]["subject"]
    assert server.attempts == 0
    assert told()[1]["subscribers"]["desk"]["owed"] == 2
    assert "desk@example.org  Nord MFA" in run("--dry-run").stdout


def test_sending_reports_what_was_done(owed, server):
    status, document = told("--send")
    assert (status, document["sent"], document["errors"]) == (0, 2, [])
    assert len(server.mails) == 2
    assert run().stdout == "desk: 2 sent\n"
    assert run("--send").stdout == "Mails: 0 sent, 0 deferred, 0 given up, 0 folded.\n"


def test_what_was_given_up_is_shown_and_can_be_owed_again(owed, server):
    server.behaviour = "refuse"
    assert run("--send").exit_code == 4
    shown = run().stdout
    assert "given up: 1 for desk after 1 attempts: 127.0.0.1: 550 5.1.1 no such desk" in shown
    server.behaviour = "accept"
    assert run("--again", "--send").exit_code == 0
    assert len(server.mails) == 2


def test_a_wrong_subscription_is_told_and_costs_only_itself(owed, server):
    (owed / "config" / "subscriptions" / "other.yml").write_text("who: nobody\n", "utf-8")
    result = run("--send")
    assert result.exit_code == 4
    assert "other.yml:1: who" in result.stderr
    assert len(server.mails) == 2


def test_alerts_of_a_subscriber_without_a_subscription_wait_and_are_pointed_out(owed):
    (owed / "config" / "subscriptions" / "desk.yml").rename(owed / "config" / "subscriptions" / "renamed.yml")
    assert "no subscription declares this subscriber" in run().stdout
    assert told("--send")[1]["sent"] == 0


def test_without_a_mail_server_the_variable_is_named(owed, monkeypatch):
    monkeypatch.delenv("STATEMENTS_SMTP_HOST")
    with pytest.raises(MailSettingsError, match="STATEMENTS_SMTP_HOST"):
        run("--send")


def test_sending_and_only_looking_exclude_each_other(owed):
    assert run("--send", "--dry-run").exit_code == 2
    assert run("--out", str(owed)).exit_code == 2


def test_the_store_is_left_as_it_was_found(owed):
    before = Store.open()
    with before.reading() as connection:
        rows = connection.exec_driver_sql("select * from outbox order by id").all()
    run("--dry-run")
    with before.reading() as connection:
        assert connection.exec_driver_sql("select * from outbox order by id").all() == rows
    before.engine.dispose()
