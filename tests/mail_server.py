"""A real SMTP server on this machine that behaves as a test asks, and keeps what it took."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from statements.alerts.delivery import SmtpSettings


@dataclass
class MailServer:
    """`behaviour` may change between mails; `answers` gives the words for a behaviour that answers.

    accept · defer · refuse (the recipient) · defer_data · refuse_data · not_now (421 at once) · not_this_sender ·
    drop_at_data (unanswered) · drop_before (the end of the data) · drop_after · slow (never answers the data)
    """

    port: int = 0
    behaviour: str = "accept"
    taken: list[bytes] = field(default_factory=list)  # in order, repeats included; also those whose sender never heard of it
    attempts: int = 0

    @property
    def settings(self) -> SmtpSettings:
        return SmtpSettings("127.0.0.1", "Statements <statements@example.org>", self.port, "none", timeout=5, patience=0.3)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.taken]  # type: ignore[arg-type]


class _Protocol(SMTP):
    behaviours: MailServer

    async def smtp_MAIL(self, arg: str) -> None:
        self.behaviours.attempts += 1
        if self.behaviours.behaviour == "not_now":
            await self.push("421 4.3.2 closing down for the night")
        elif self.behaviours.behaviour == "not_this_sender":
            await self.push("550 5.7.1 you may not send as that")
        else:
            await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if self.behaviours.behaviour in ("drop_at_data", "drop_before"):
            if self.behaviours.behaviour == "drop_before":
                await self.push("354 go on")
            assert self.transport is not None
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.server.behaviour == "defer":
            return "450 4.2.0 greylisted, come back"
        if self.server.behaviour == "refuse":
            return "550 5.1.1 no such desk"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        behaviour = self.server.behaviour
        if behaviour == "defer_data":
            return "452 4.3.1 no room just now"
        if behaviour == "refuse_data":
            return "554 5.6.0 not this content"
        assert isinstance(envelope.content, bytes)
        self.server.taken.append(envelope.content)
        if behaviour == "drop_after":
            assert server.transport is not None
            server.transport.abort()
        if behaviour == "slow":
            await asyncio.sleep(1)
        return "250 2.0.0 queued"


@contextmanager
def running() -> Iterator[MailServer]:
    """The server, in a thread of its own, on a free port."""
    server = MailServer()
    loop = asyncio.new_event_loop()

    def protocol() -> SMTP:
        made = _Protocol(_Handler(server), hostname="mail.example.org", loop=loop, ident="test")
        made.behaviours = server
        return made

    listening = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:

        async def close() -> None:
            listening.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
