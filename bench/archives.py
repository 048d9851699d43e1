"""Captures a second out of WARC files, beside warcio's own reading of the same records, and what they hold in memory."""

from __future__ import annotations

import hashlib
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from schemas.records import Capture
from scrapers.mementos.archives import count
from scrapers.mementos.export import write_warc
from scrapers.mementos.warc import warc_mementos

PAGES, REPEATS = 1500, 3000
_FIRST = datetime(2014, 1, 1, tzinfo=UTC)


def _captures() -> Iterator[tuple[Capture, bytes | None]]:
    """Pages of 24 kB, none like another, and later captures that found some of them unchanged."""
    hashes = []
    for number in range(PAGES):
        words = "".join(f"<p>{hashlib.sha256(f'{number} {part}'.encode()).hexdigest()} and views on item {part}.</p>" for part in range(240))
        body = f"<html><body>{words}</body></html>".encode()
        hashes.append(hashlib.sha256(body).hexdigest())
        yield _capture(number, 0, hashes[-1]), body
    for number in range(REPEATS):
        yield _capture(number % PAGES, 1 + number // PAGES, hashes[number % PAGES]), None


def _capture(number: int, day: int, sha256: str) -> Capture:
    url = f"https://www.ministry.example/eng/t{number}.html"
    headers = (("Content-Type", "text/html"), ("ETag", f'"{number}"'))
    at = _FIRST + timedelta(days=day)
    return Capture(address=url, captured_at=at, via="memento", url=url, final_url=url, status=200, headers=headers, body_sha256=sha256)


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _by_warcio(path: Path) -> None:
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            record.content_stream().read()


def main() -> None:
    """Print records a CPU-second for writing, counting and reading, each as a ratio to warcio's reading."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crawl.warc.gz"
        with path.open("wb") as out:
            writing = _timed(lambda: write_warc(_captures(), out))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        counting = _timed(lambda: count([path]))
        reading = _timed(lambda: sum(1 for _ in warc_mementos([path])))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        theirs = _timed(lambda: _by_warcio(path))
    print(f"{PAGES} pages and {REPEATS} repeats of them")
    for name, spent in (("warcio reads", theirs), ("we read", reading), ("we count", counting), ("we write", writing)):
        print(f"{name:14} {(PAGES + REPEATS) / spent:8.0f} records a CPU-second  {theirs / spent:5.2f} x warcio")
    print(f"memory grew by {grown:.0f} MiB while reading")


if __name__ == "__main__":
    main()
