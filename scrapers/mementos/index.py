"""Read the answers of CDX servers, whichever of their dialects they speak."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scrapers.exchange import storable
from scrapers.mementos import Unread
from scrapers.mementos.wayback import parse_timestamp

_WAYBACK = "/cdx/search/cdx"
_ENDINGS = ("/cdx", "-cdx", "/index", "-index")


@dataclass(frozen=True, slots=True)
class CdxRow:
    """One line of an archive's index: a capture, before its body is asked for."""

    key: str  # the archive's own normalisation of the URL
    timestamp: str  # fourteen digits, UTC
    url: str
    mime: str
    status: int | None  # None in the rows of repeats
    digest: str

    @property
    def captured_at(self) -> datetime:
        return parse_timestamp(self.timestamp)

    @property
    def where(self) -> str:
        """The capture's place in its archive, the same on every reading."""
        return f"{self.timestamp}/{self.url}"


def places(url: str) -> tuple[str, str]:
    """A server's index and the place that its mementos stand under, from either of the two.

    >>> places("https://web.archive.org/cdx/search/cdx")
    ('https://web.archive.org/cdx/search/cdx', 'https://web.archive.org/web/')
    >>> places("http://localhost:8080/collection")
    ('http://localhost:8080/collection/cdx', 'http://localhost:8080/collection/')
    """
    bare = url.partition("?")[0].rstrip("/")
    parts = urlsplit(bare)
    origin = f"{parts.scheme}://{parts.netloc}"
    if bare.endswith(_WAYBACK):
        return bare, f"{bare.removesuffix(_WAYBACK)}/web/"
    if parts.hostname == "web.archive.org":
        return f"{origin}{_WAYBACK}", f"{origin}/web/"
    for ending in _ENDINGS:
        if bare.endswith(ending):
            return bare, f"{bare.removesuffix(ending)}/"
    return f"{bare}/cdx", f"{bare}/"


def parsed(text: str) -> tuple[list[CdxRow | Unread], str | None]:
    """The rows of an answer, and the resume key that follows them after an empty line.

    Understands the Wayback Machine's columns, CDXJ, JSON lines and the table as one JSON array.
    """
    if text.lstrip().startswith("[["):
        return _table(text)
    body, _, rest = text.partition("\n\n")
    rows = [_line(line) for line in body.splitlines() if line.strip() and not line.startswith((" CDX", "!"))]
    return rows, rest.strip() or None


def _line(line: str) -> CdxRow | Unread:
    try:
        if line.startswith("{"):
            return _row(json.loads(line))
        key, timestamp, rest = line.split(" ", 2)
        if rest.startswith("{"):
            return _row({"urlkey": key, "timestamp": timestamp, **json.loads(rest)})
        url, mime, status, digest = rest.split(" ")[:4]
        return _row({"urlkey": key, "timestamp": timestamp, "url": url, "mime": mime, "status": status, "digest": digest})
    except (ValueError, KeyError, TypeError) as error:
        return Unread(f"cdx {line[:80]}", f"A line of the archive's index cannot be read ({error}): {line[:200]!r}.")


def _row(named: Mapping[str, Any]) -> CdxRow:
    timestamp, status = str(named["timestamp"]), str(named.get("status", named.get("statuscode", "-")))
    if len(timestamp) != 14:
        raise ValueError(f"{timestamp!r} is no timestamp of fourteen digits")
    parse_timestamp(timestamp)
    return CdxRow(
        key=storable(str(named.get("urlkey", ""))),
        timestamp=timestamp,
        url=storable(str(named.get("url") or named["original"])),
        mime=str(named.get("mime", named.get("mimetype", ""))),
        status=int(status) if status.isdecimal() else None,
        digest=str(named["digest"]).removeprefix("sha1:"),
    )


def _table(text: str) -> tuple[list[CdxRow | Unread], str | None]:
    names, *rows = json.loads(text)
    resume = None
    if len(rows) > 1 and rows[-2] == []:
        resume, rows = rows[-1][0], rows[:-2]
    found: list[CdxRow | Unread] = []
    for row in rows:
        try:
            found.append(_row(dict(zip(names, row, strict=True))))
        except (ValueError, KeyError, TypeError) as error:
            found.append(Unread(f"cdx {row}"[:80], f"A row of the archive's index cannot be read ({error})."))
    return found, resume
