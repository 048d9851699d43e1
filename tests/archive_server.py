"""A real pywb over WARC files, in the environment of its own that `make test` sets up."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

PYTHON = Path(__file__).resolve().parents[1] / ".venv-pywb/bin/python"
_SERVE = "import sys; from pywb.apps.cli import wayback; sys.argv[1:] = ['-b', '127.0.0.1', '-p', sys.argv[1]]; wayback()"
_START_LIMIT = 60  # seconds


@contextmanager
def archive_of(warcs: Iterable[Path], folder: Path, collection: str = "kept") -> Iterator[str]:
    """Serve the captures in `warcs` from `folder`, which becomes pywb's; gives the collection's URL.

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
            yield f"http://127.0.0.1:{port}/{collection}"
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
