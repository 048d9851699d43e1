"""Pages and texts named on the command line to readings: the one way in for read, diff, positions and shifts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from schemas.errors import DeclarationError, PageError, StatementsError
from schemas.records import Reading
from scrapers.encoding import decode
from scrapers.reading import read, read_text
from scrapers.source import Source, load_sources, source_for, source_named
from statements import settings


@dataclass(frozen=True, slots=True)
class Known:
    """What an index says about a saved page."""

    url: str | None = None
    captured_at: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()


def load_page(
    path: Path | str,
    *,
    source: str | None = None,
    url: str | None = None,
    captured_at: datetime | None = None,
    index: Mapping[str, Known] | None = None,
) -> Reading:
    """The reading of one page (HTML bytes) or extracted text (a name that ends in .txt).

    The source is the one named, else the one that takes the URL; a text of neither is `plain_text`, a page of neither is read by the
    generic reader. What `index` knows of the page fills in what is not given.

    Raises:
        PageError: the page was not understood.
        StatementsError: the file cannot be read, or no source is called so.
    """
    path = Path(path)
    known = (index or {}).get(path.name) or Known()
    url, captured_at = url or known.url, captured_at or known.captured_at
    try:
        body = path.read_bytes()
    except OSError as error:
        raise StatementsError(f"{path}: cannot be read ({error.strerror}).") from error
    declared = _source(source, url)
    text = decode(body, (), url or str(path)).text if path.suffix.lower() == ".txt" else ""
    if text and not text.lstrip().lower().startswith(("<!doctype", "<html", "<?xml")):
        return read_text(text, source=declared or _source("plain_text", None), url=url, captured_at=captured_at)
    return read(body, source=declared, url=url, captured_at=captured_at, headers=known.headers)


def load_pages(paths: Sequence[Path | str], **how: Any) -> Iterator[tuple[str, Reading | PageError]]:
    """`load_page` for each, in order: the page as it was given, and its reading or why there is none."""
    for path in paths:
        try:
            yield str(path), load_page(path, **how)
        except PageError as error:
            yield str(path), error


def load_index(path: Path) -> dict[str, Known]:
    """An index of saved pages (JSON lines with `file`, `url`, `fetched`, `response_headers`), by the pages' file names.

    Raises:
        StatementsError: a line is no such object.
    """
    known = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            headers = tuple(
                (name.strip(), value.strip()) for name, _, value in (header.partition(":") for header in entry.get("response_headers") or ())
            )
            fetched = moment(entry["fetched"]) if entry.get("fetched") else None
            known[Path(entry["file"]).name] = Known(entry.get("url"), fetched, headers)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StatementsError(
                f"{path}:{number}: no line of an index, which has `file`, `url`, `fetched`, `response_headers` ({error})."
            ) from error
    return known


def moment(said: str) -> datetime:
    """An ISO 8601 instant or day, in UTC where it names no zone.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(said)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def as_json(reading: Reading) -> dict[str, Any]:
    """A reading as the command line's JSON has it."""
    wording = reading.wording

    def day(value: date | None) -> str | None:
        return value.isoformat() if value else None

    return {
        "source": reading.source,
        "layout": reading.layout,
        "extractor": reading.extractor,
        "url": reading.url or None,
        "captured_at": reading.captured_at.isoformat() if reading.captured_at else None,
        "language": wording.language,
        "title": wording.title,
        "published_on": day(wording.published_on),
        "published_until": day(wording.published_until),
        "date_precision": reading.date_precision,
        "date_from": reading.date_from,
        "date_hint": reading.date_hint,
        "document_type": wording.document_type,
        "parties": list(wording.parties),
        "passages": [{"kind": passage.kind, "text": passage.text} for passage in wording.passages],
        "text": wording.text,
        "content_sha256": reading.content_sha256,
        "boilerplate": list(reading.boilerplate),
        "flags": list(reading.flags),
        "truncated_passages": list(reading.truncated_passages),
        "canonical_url": reading.canonical_url,
        "notes": list(reading.notes),
    }


def _source(name: str | None, url: str | None) -> Source | None:
    config = settings.load().config
    if name:
        return source_named(name, config)
    return source_for(url, _all_sources(config)) if url else None


@cache
def _all_sources(config: Path | None) -> tuple[Source, ...]:
    def note(name: str, error: DeclarationError) -> None:
        from statements.commands.output import note as say

        say(f"source {name} is left out: {error}")

    return load_sources(config, note)
