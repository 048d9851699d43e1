"""One attempt at a real SMTP server, in all its moods."""

import socket
from dataclasses import replace
from email.message import EmailMessage

import pytest

from statements.alerts.delivery import Mailer, MailSettingsError, SmtpSettings


@pytest.fixture
def message():
    mail = EmailMessage()
    mail["From"] = "statements@example.org"
    mail["To"] = "desk@example.org"
    mail["Subject"] = "A word — 一个字"
    mail["Message-ID"] = "<one@example.org>"
    mail.set_content("Line one\n.\n.hidden dot\nFrom the north — 北\n")
    return mail


def attempt(server, message, **changed):
    with Mailer(replace(server.settings, **changed)) as mailer:
        return mailer.attempt(message, "desk@example.org")


def test_a_mail_arrives_as_it_was_written(server, message):
    assert attempt(server, message).kind == "sent"
    (arrived,) = server.mails
    assert arrived["Subject"] == message["Subject"]
    assert arrived.get_content().replace("\r\n", "\n") == message.get_content()


@pytest.mark.parametrize(
    ("behaviour", "kind", "is_out_of_service", "told"),
    [
        ("defer", "deferred", False, "450 4.2.0 greylisted"),
        ("defer_data", "deferred", False, "452 4.3.1 no room"),
        ("refuse", "refused", False, "550 5.1.1 no such desk"),
        ("refuse_data", "refused", False, "554 5.6.0 not this content"),
        ("not_now", "deferred", True, "421 4.3.2"),
        ("not_this_sender", "deferred", True, "does not take mail from statements@example.org"),
        ("drop_at_data", "deferred", True, "broke off before the end of the mail"),
        ("drop_after", "deferred", True, "may have taken it"),
        ("slow", "deferred", True, "may have taken it"),
    ],
)
def test_every_answer_is_understood(server, message, behaviour, kind, is_out_of_service, told):
    server.behaviour = behaviour
    outcome = attempt(server, message)
    assert (outcome.kind, outcome.is_out_of_service) == (kind, is_out_of_service)
    assert told in outcome.reply
    assert server.attempts == 1


def test_a_line_that_breaks_in_the_middle_of_a_mail_is_known_from_one_that_breaks_behind_it(server, message):
    message.add_attachment(bytes(12_000_000), maintype="application", subtype="octet-stream")  # more than the sockets' buffers hold
    server.behaviour = "drop_before"
    assert "broke off before the end of the mail" in attempt(server, message).reply


def test_a_server_that_is_away_is_told_with_its_name(message):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = SmtpSettings("127.0.0.1", "a@example.org", taken.getsockname()[1], "none", timeout=2)
        with Mailer(away) as mailer:
            outcome = mailer.attempt(message, "desk@example.org")
    assert (outcome.kind, outcome.is_out_of_service) == ("deferred", True)
    assert f"127.0.0.1:{away.port} cannot be reached" in outcome.reply


def test_a_server_that_never_greets_does_not_hold_us(message):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with Mailer(SmtpSettings("127.0.0.1", "a@example.org", silent.getsockname()[1], "none", timeout=0.2)) as mailer:
            assert mailer.attempt(message, "desk@example.org").is_out_of_service


@pytest.mark.parametrize(
    ("tls", "login", "told"), [("starttls", None, "does not offer"), ("ssl", None, "under TLS"), ("none", "me", "does not offer")]
)
def test_what_the_server_cannot_do_is_our_setting_to_mend(server, message, tls, login, told):
    outcome = attempt(server, message, tls=tls, login=login, password="secret-word" if login else None, timeout=2)
    assert (outcome.kind, outcome.is_out_of_service) == ("deferred", True)
    assert told in outcome.reply
    assert "secret-word" not in outcome.reply + repr(server.settings)


def test_one_conversation_serves_several_mails_and_outlives_a_refusal_and_a_drop(server, message):
    with Mailer(server.settings) as mailer:
        for behaviour, kind in (("accept", "sent"), ("refuse", "refused"), ("accept", "sent"), ("drop_after", "deferred"), ("accept", "sent")):
            server.behaviour = behaviour
            assert mailer.attempt(message, "desk@example.org").kind == kind


def test_settings_come_from_the_environment():
    values = {"HOST": "mail.example.org", "FROM": "S <s@example.org>", "LOGIN": "me", "PASSWORD": "secret-word"}
    given = {f"STATEMENTS_SMTP_{key}": value for key, value in values.items()}
    settings = SmtpSettings.from_environment(given)
    assert (settings.port, settings.tls, settings.address, settings.domain) == (587, "starttls", "s@example.org", "example.org")
    assert "secret-word" not in repr(settings)
    assert SmtpSettings.from_environment(given | {"STATEMENTS_SMTP_TLS": "ssl"}).port == 465


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"HOST": ""}, "STATEMENTS_SMTP_HOST is not set"),
        ({"FROM": ""}, "STATEMENTS_SMTP_FROM is not set"),
        ({"FROM": "nobody"}, "'nobody' cannot send mail"),
        ({"LOGIN": "me"}, "a login and a password, or neither"),
        ({"TLS": "maybe"}, "STATEMENTS_SMTP_TLS is 'maybe'"),
        ({"PORT": "smtp"}, "Port 'smtp'"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(given, told):
    right = {"HOST": "mail.example.org", "FROM": "s@example.org"}
    with pytest.raises(MailSettingsError, match=told):
        SmtpSettings.from_environment({f"STATEMENTS_SMTP_{key}": value for key, value in (right | given).items()})


def test_settings_come_from_an_airflow_connection():
    extra = {"from_email": "s@example.org", "disable_ssl": True, "disable_tls": True, "timeout": 7}
    plain = SmtpSettings.from_connection("127.0.0.1", 8025, None, None, extra)
    assert (plain.port, plain.tls, plain.timeout) == (8025, "none", 7)
    assert SmtpSettings.from_connection("h", None, "me", "pw", {"from_email": "s@example.org"}).tls == "ssl"
    assert SmtpSettings.from_connection("h", None, "me", "pw", {"from_email": "s@example.org", "disable_ssl": "true"}).tls == "starttls"
    with pytest.raises(MailSettingsError, match="from_email"):
        SmtpSettings.from_connection("h", None, None, None, {})
