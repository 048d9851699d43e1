"""Fixture pages: a page in a source's layout, and beside it the reading that a person expects of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import PageError
from scrapers.encoding import decode
from scrapers.reading import read, read_text
from scrapers.source import Source
from statements.commands.output import page_error
from statements.documents import as_json, moment

# What no person can write down by hand.
_COMPUTED = frozenset({"extractor", "content_sha256", "text", "notes", "canonical_url"})


@dataclass(frozen=True, slots=True)
class Fixture:
    """One page, where and when it stood, and what is expected: a reading's fields, or an error's."""

    path: Path
    url: str | None
    captured_at: str | None
    expected: dict[str, Any]

    @property
    def layout(self) -> str | None:
        """The layout that the page shows; None for a page that is to be refused."""
        return self.expected.get("layout")


def fixtures_of(source: str, *folders: Path) -> Iterator[Fixture]:
    """The fixtures of a source in `<folder>/<source>/`: each `.html` or `.txt` with a `.json` beside it.

    Raises:
        FileNotFoundError: a page has no expectation; nothing writes one but a person.
    """
    for folder in folders:
        for path in sorted((folder / source).glob("*.*")):
            if path.suffix in {".html", ".txt"}:
                beside = json.loads(path.with_suffix(".json").read_text("utf-8"))
                yield Fixture(path, beside.pop("url", None), beside.pop("captured_at", None), beside)


def differences(fixture: Fixture, source: Source) -> list[str]:
    """What differs between the expectation and today's reading: "key: expected …, read …", one for each key."""
    read_now = _read(fixture, source)
    wanted = fixture.expected
    keys = sorted(wanted.keys() | (set() if "error" in wanted else read_now.keys() - _COMPUTED - {"url", "captured_at"}))
    return [f"{key}: expected {wanted.get(key)!r}, read {read_now.get(key)!r}" for key in keys if wanted.get(key) != read_now.get(key)]


def _read(fixture: Fixture, source: Source) -> dict[str, Any]:
    body = fixture.path.read_bytes()
    captured_at = moment(fixture.captured_at) if fixture.captured_at else None
    try:
        if fixture.path.suffix == ".txt":
            return as_json(read_text(decode(body).text, source=source, url=fixture.url, captured_at=captured_at))
        return as_json(read(body, source=source, url=fixture.url, captured_at=captured_at))
    except PageError as error:
        return page_error(error)
