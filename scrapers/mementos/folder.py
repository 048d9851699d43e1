"""Folders of saved pages with an index, one JSON object a line, to captures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.records import Capture
from scrapers.exchange import storable
from scrapers.mementos import Memento, Selection, Thinning, Unread
from scrapers.mementos.wayback import as_served, without_additions
from scrapers.unpack import BODY_LIMIT

INDEX = "index.jsonl"


def folder_mementos(folder: Path, selection: Selection | None = None, index: Path | None = None) -> Iterator[Memento | Unread]:
    """The pages that `index` (default: index.jsonl in the folder) lists, in its order.

    A line holds `file` (relative to the index), `url` and `fetched` (ISO 8601; UTC where it names no zone), and may hold
    `response_url`, `status` (default 200) and `response_headers` ("Name: value"). The bodies are taken as saved: unpacked.
    """
    chosen = selection or Selection()
    thinning = Thinning(chosen)
    index = index or folder / INDEX
    try:
        with index.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                where = f"{index.name}:{number}"
                if not line.strip():
                    continue
                try:
                    memento = _memento(json.loads(line), index.parent, where, chosen, thinning)
                except (ValueError, TypeError, KeyError, AttributeError) as error:
                    what = f"it has no {error}" if isinstance(error, KeyError) else str(error)
                    yield Unread(where, f"{index}:{number} is not the entry of a page: {what}.")
                    continue
                except OSError as error:
                    yield Unread(where, f"{index}:{number}: the page cannot be read: {error.strerror or error}.")
                    continue
                if memento and thinning.takes(memento.capture):
                    yield memento
    except OSError as error:
        said = f"{index} cannot be read ({error.strerror or error}); a folder of saved pages needs an index with file, url and fetched."
        yield Unread(str(index), said)


def count(folder: Path, index: Path | None = None) -> int:
    """How many pages the index lists; 0 where there is none."""
    try:
        with (index or folder / INDEX).open("rb") as lines:
            return sum(bool(line.strip()) for line in lines)
    except OSError:
        return 0


def _memento(entry: Mapping[str, Any], folder: Path, where: str, selection: Selection, thinning: Thinning) -> Memento | None:
    fetched = datetime.fromisoformat(entry["fetched"])
    instant = (fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    served = as_served(storable(entry["url"]), instant)
    if not thinning.admits(served.url, served.captured_at):
        return None
    path = (folder / entry["file"]).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"{entry['file']} lies outside the folder")
    if path.stat().st_size > BODY_LIMIT:
        raise ValueError(f"{entry['file']} is larger than {BODY_LIMIT} bytes")
    body = without_additions(path.read_bytes())
    headers = tuple(
        (storable(name.strip()), storable(value.strip())) for name, _, value in (line.partition(":") for line in entry.get("response_headers", ()))
    )
    final = as_served(storable(entry.get("response_url") or entry["url"]), instant).url
    capture = Capture(
        address=selection.address_of(served.url),
        captured_at=served.captured_at,
        via="memento",
        url=served.url,
        final_url=final,
        status=int(entry.get("status", 200)),
        headers=served.headers(headers),
        body_sha256=hashlib.sha256(body).hexdigest(),
    )
    return Memento(capture, body, where)
