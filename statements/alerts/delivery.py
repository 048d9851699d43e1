"""One attempt at handing one mail to an SMTP server, and what came of it."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from types import TracebackType
from typing import Any, Literal, Self

from schemas.errors import StatementsError

Tls = Literal["starttls", "ssl", "none"]
_PORTS: dict[Tls, int] = {"starttls": 587, "ssl": 465, "none": 25}


class MailSettingsError(StatementsError):
    """Mail cannot be sent as things are set up: names the variable or the key, and what belongs there."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mail is handed in, and as whom."""

    host: str
    sender: str  # "statements@example.org" or "Statements <statements@example.org>"
    port: int = 587
    tls: Tls = "starttls"
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True  # the server's certificate
    timeout: float = 30.0  # seconds for each answer of the server
    patience: float = 300.0  # seconds for its answer to a whole mail, where giving up early would mean a repeat

    def __post_init__(self) -> None:
        try:
            Address(addr_spec=parseaddr(self.sender)[1])
        except (ValueError, MessageError) as error:
            raise MailSettingsError(f"{self.sender!r} cannot send mail: name an address such as statements@example.org.") from error
        if bool(self.login) != bool(self.password):
            raise MailSettingsError(f"The mail server {self.host} needs a login and a password, or neither; only one of them is set.")

    @property
    def address(self) -> str:
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        """The right-hand side of the sender's address, under which Message-IDs are minted."""
        return self.address.rpartition("@")[2]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> SmtpSettings:
        """The settings in STATEMENTS_SMTP_HOST, _FROM, _PORT, _TLS (starttls, ssl or none), _LOGIN, _PASSWORD and _TIMEOUT.

        Raises:
            MailSettingsError: the host or the sender is missing, or a value cannot be understood.
        """
        given = {
            key: environment.get(f"STATEMENTS_SMTP_{key}", "").strip() for key in ("HOST", "FROM", "PORT", "TLS", "LOGIN", "PASSWORD", "TIMEOUT")
        }
        for key, example in (("HOST", "mail.example.org"), ("FROM", "statements@example.org")):
            if not given[key]:
                raise MailSettingsError(f"STATEMENTS_SMTP_{key} is not set, so no mail can be sent; set it to something like {example}.")
        return cls._of(given["HOST"], given["FROM"], given["PORT"], given["TLS"] or "starttls", given["LOGIN"], given["PASSWORD"], given["TIMEOUT"])

    @classmethod
    def from_connection(cls, host: str | None, port: int | None, login: str | None, password: str | None, extra: Mapping[str, Any]) -> SmtpSettings:
        """The settings in an Airflow connection of type smtp, its extras meaning what they mean to Airflow.

        Raises:
            MailSettingsError: there is no host, or no `from_email` in the extras.
        """
        if not host or not extra.get("from_email"):
            raise MailSettingsError("The connection smtp_default needs a host, and from_email among its extras, before mail can be sent.")
        tls = "ssl" if not _is_true(extra.get("disable_ssl")) else "none" if _is_true(extra.get("disable_tls")) else "starttls"
        verify = extra.get("ssl_context") != "none"
        return cls._of(host, str(extra["from_email"]), str(port or ""), tls, login, password, str(extra.get("timeout") or ""), verify=verify)

    @classmethod
    def _of(
        cls, host: str, sender: str, port: str, tls: str, login: str | None, password: str | None, timeout: str, *, verify: bool = True
    ) -> SmtpSettings:
        kind = next((known for known in _PORTS if known == tls), None)
        if kind is None:
            raise MailSettingsError(f"STATEMENTS_SMTP_TLS is {tls!r}; it is one of starttls, ssl, none.")
        try:
            number, seconds = int(port or _PORTS[kind]), float(timeout or 30)
        except ValueError as error:
            raise MailSettingsError(f"Port {port!r} or time-out {timeout!r} of the mail server {host} is not a number.") from error
        return cls(host, sender, number, kind, login or None, password or None, verify, seconds)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: the server took the mail, may take it later, or never will."""

    kind: Literal["sent", "deferred", "refused"]
    reply: str = ""  # a sentence for the operator, with the server's own words
    is_out_of_service: bool = False  # the server or our access to it failed, whatever the mail: trying others now is in vain


class Mailer:
    """A conversation with one SMTP server, opened by the first mail and kept while it holds.

    Use as a context manager; it says goodbye at the end.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self._line: _Smtp | _SmtpSsl | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._line is not None:
            try:
                self._line.quit()
            except (OSError, smtplib.SMTPException):
                self._line.close()

    def attempt(self, message: EmailMessage, recipient: str) -> Outcome:
        """Hand the mail in once; never tries again by itself and never raises for what a server or a network does."""
        body = message.as_bytes(policy=policy.SMTP.clone(cte_type="7bit"))
        try:
            line = self._open()
        except smtplib.SMTPAuthenticationError as error:
            return self._trouble(f"does not accept the login ({_said(error.smtp_code, error.smtp_error)}); check login and password")
        except ssl.SSLError as error:
            return self._trouble(f"cannot be spoken to under TLS ({error.reason or error}); check the port and the kind of TLS")
        except smtplib.SMTPNotSupportedError as error:
            return self._trouble(f"does not offer what was asked of it ({error}); check the port and the kind of TLS")
        except smtplib.SMTPResponseException as error:
            return self._trouble(f"does not want to talk now ({_said(error.smtp_code, error.smtp_error)})")
        except (OSError, smtplib.SMTPException) as error:
            return self._trouble(f"cannot be reached ({error})")
        try:
            return self._hand_in(line, body, recipient)
        except (OSError, smtplib.SMTPException) as error:
            if line.has_ended_data:
                return self._trouble(
                    "fell silent after the whole mail, before its answer; it may have taken it, so that the repeat carries the same Message-ID"
                )
            return self._trouble(f"broke off before the end of the mail ({error})")

    def _open(self) -> _Smtp | _SmtpSsl:
        if self._line is not None:
            with suppress(OSError, smtplib.SMTPException):
                if self._line.noop()[0] == 250:
                    return self._line
            self._hang_up()
        smtp = self.settings
        context = ssl.create_default_context() if smtp.verify else ssl._create_unverified_context()
        # The sender's domain as the name we greet with: asking the resolver for our own can take seconds.
        if smtp.tls == "ssl":
            self._line = _SmtpSsl(smtp.host, smtp.port, local_hostname=smtp.domain, timeout=smtp.timeout, context=context)
        else:
            self._line = _Smtp(smtp.host, smtp.port, local_hostname=smtp.domain, timeout=smtp.timeout)
        self._line.patience = smtp.patience
        self._line.ehlo_or_helo_if_needed()
        if smtp.tls == "starttls":
            self._line.starttls(context=context)
            self._line.ehlo_or_helo_if_needed()
        if smtp.login and smtp.password:
            self._line.login(smtp.login, smtp.password)
        return self._line

    def _hand_in(self, line: _Smtp | _SmtpSsl, body: bytes, recipient: str) -> Outcome:
        line.has_ended_data = False
        assert line.sock is not None
        line.sock.settimeout(self.settings.timeout)
        code, words = line.mail(self.settings.address)
        if code != 250:
            return self._trouble(f"does not take mail from {self.settings.address} ({_said(code, words)})")
        code, words = line.rcpt(recipient)
        if code in (250, 251):
            try:
                code, words = line.data(body)
            except smtplib.SMTPDataError as error:
                code, words = error.smtp_code, _bytes(error.smtp_error)
            if code == 250:
                return Outcome("sent", _said(code, words))
        if code == 421:
            return self._trouble(f"is closing down ({_said(code, words)})")
        with suppress(OSError, smtplib.SMTPException):  # the answer stands, whether the server stays on the line or not
            line.rset()
        said = f"{self.settings.host}: {_said(code, words)}"
        return Outcome("refused" if 500 <= code <= 599 else "deferred", said)

    def _trouble(self, what: str) -> Outcome:
        self._hang_up()
        return Outcome("deferred", f"The mail server {self.settings.host}:{self.settings.port} {what}.", is_out_of_service=True)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class _Watched:
    """Notes when the last byte of a mail has left, and waits longer for the answer from there."""

    has_ended_data = False
    patience = 300.0
    sock: socket.socket | None

    def send(self, s: Any) -> None:
        super().send(s)  # type: ignore[misc]
        if isinstance(s, bytes) and s.endswith(b"\r\n.\r\n"):
            self.has_ended_data = True
            if self.sock is not None:
                self.sock.settimeout(self.patience)


class _Smtp(_Watched, smtplib.SMTP):
    pass


class _SmtpSsl(_Watched, smtplib.SMTP_SSL):
    pass


def _bytes(words: bytes | str) -> bytes:
    return words.encode() if isinstance(words, str) else words


def _said(code: int, words: bytes | str) -> str:
    """The server's answer on one printable line; it is a stranger's text too."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return f"{code} {line}"[:300]


def _is_true(value: object) -> bool:
    return str(value).lower() in {"1", "true", "yes"}
