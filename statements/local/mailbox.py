"""A mail server on this machine that delivers nothing: every mail becomes a file that any mail program opens."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Takes mail on a free port of 127.0.0.1 into a folder of .eml files, numbered as they come; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True, loop=self._loop), "127.0.0.1", 0)
        )
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Mailbox:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._server.close()
        self._loop.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.sockets[0].getsockname()[1])

    def connection(self) -> str:
        """Airflow's connection `smtp_default`, as AIRFLOW_CONN_SMTP_DEFAULT takes it."""
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "Statements <statements@localhost.localdomain>"}
        return json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": self.port, "extra": extra})

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        subject = str(message_from_bytes(content, policy=policy.default)["Subject"] or "mail")
        name = re.sub(r"[^A-Za-z0-9]+", "-", subject).strip("-").lower()[:60]
        number = len(list(self.folder.glob("*.eml"))) + 1
        (self.folder / f"{number:03d}-{name}.eml").write_bytes(content)
        return "250 Kept in a file"


def subjects(folder: Path) -> list[tuple[Path, str]]:
    """The mails in a mailbox's folder in the order of their coming, each with its subject."""
    return [(path, str(message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"])) for path in sorted(folder.glob("*.eml"))]
