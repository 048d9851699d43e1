"""Web archives on this machine: a real pywb over WARC files, and one that speaks as the Wayback Machine does."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import time
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.local_site import page

PYTHON = Path(__file__).resolve().parents[1] / ".venv-pywb/bin/python"
_SERVE = "import sys; from pywb.apps.cli import wayback; sys.argv[1:] = ['-b', '127.0.0.1', '-p', sys.argv[1]]; wayback()"
_START_LIMIT = 60  # seconds
_PAUSE = 0.2  # seconds before each memento that a slow archive gives


@dataclass(frozen=True)
class Pywb:
    """A running pywb, by the URL of its one collection."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def given(self, host: str = "") -> list[str]:
        """The mementos that it has given so far, of one host or of all, each as its moment and URL."""
        return re.findall(rf"\d{{14}}id_/https://{re.escape(host)}\S*", self.log.read_text("utf-8", "replace"))

    @contextmanager
    def held_once(self, holds: Callable[[], bool], limit: float = 120.0) -> Iterator[None]:
        """Give mementos slowly, one by one, until the condition holds; inside, nothing is answered, afterwards all is again."""
        deadline = time.monotonic() + limit
        try:
            while not holds():
                given = len(self.given())
                self.process.send_signal(signal.SIGCONT)
                while len(self.given()) == given and not holds():
                    assert time.monotonic() < deadline, f"in {limit:.0f} s the archive was not asked for enough; it gave {given} mementos"
                    time.sleep(0.002)
                self.process.send_signal(signal.SIGSTOP)
                time.sleep(_PAUSE)
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def archive_of(warcs: Iterable[Path], folder: Path, collection: str = "kept") -> Iterator[Pywb]:
    """Serve the captures in `warcs` from `folder`, which becomes pywb's.

    The test is skipped where pywb is not installed.
    """
    if not PYTHON.exists():
        pytest.skip("pywb is not installed in .venv-pywb; `make test` sets it up")
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    manager = [str(PYTHON), "-m", "pywb.manager.manager"]
    subprocess.run([*manager, "init", collection], cwd=folder, check=True, capture_output=True, env=quiet)
    subprocess.run([*manager, "add", collection, *map(str, warcs)], cwd=folder, check=True, capture_output=True, env=quiet)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "pywb.log"
    with log.open("wb") as said, subprocess.Popen([str(PYTHON), "-c", _SERVE, str(port)], cwd=folder, stdout=said, stderr=said, env=quiet) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/", process, log)
            yield Pywb(f"http://127.0.0.1:{port}/{collection}", log, process)
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + _START_LIMIT
    while time.monotonic() < limit and process.poll() is None:
        try:
            requests.get(url, timeout=1)
            return
        except requests.RequestException:
            time.sleep(0.1)
    pytest.fail(f"pywb did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


class Wayback:
    """The index and the mementos of an archive, as columns with a resume key and with prefixed headers; `site` serves them."""

    def __init__(self, site):
        self.site = site
        self.rows = []
        self.mementos = {}
        self.url = f"{site.url}/cdx/search/cdx"
        site.answers = self

    def keep(self, timestamp, path, body, status=200, digest=None, host="www.ministry.example", **headers):
        url = f"http://{host}{path}"
        key = ",".join(reversed(host.removeprefix("www.").split("."))) + ")" + path
        digest = digest or b32encode(hashlib.sha1(body).digest()).decode()
        self.rows.append((key, timestamp, url, "text/html", str(status), digest, "9"))
        prefixed = {f"X_Archive_Orig_{name}": value for name, value in headers.items()}
        moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        where = f"/web/{timestamp}id_/{url}"
        location = {"Location": f"/web/{timestamp}id_/{headers['Location']}"} if "Location" in headers else {}
        stamp = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
        self.mementos[where] = page(body, status, Memento_Datetime=stamp, X_App_Server="w1", **prefixed, **location)

    def get(self, path):
        if not path.startswith("/cdx/"):
            return self.mementos.get(path)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        wanted = asked["url"].partition("/")
        rows = sorted(row for row in self.rows if asked["from"] <= row[1] <= asked["to"] and f"{wanted[0]}/{wanted[2]}" in row[2])
        start, limit = int(asked.get("resumeKey", 0)), int(asked.get("limit", 10**9))
        lines = [" ".join(row) for row in rows[start : start + limit]]
        if start + limit < len(rows):
            lines += ["", str(start + limit)]
        return page("\n".join(lines), Content_Type="text/plain")
