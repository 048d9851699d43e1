"""What a backfill draws from: each kind of archive as a stream of mementos, past what the ledger has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schemas.errors import StatementsError
from scrapers.mementos import Memento, Selection, Unread
from scrapers.mementos.folder import folder_mementos
from scrapers.mementos.warc import warc_mementos
from scrapers.source import Source, normalise
from statements.pipeline import Pipeline

SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz", ".wacz")


@dataclass(frozen=True, slots=True)
class Archive:
    """A stream of mementos under the name that the ledger knows the archive by."""

    origin: str
    mementos: Iterable[Memento | Unread]
    total: int | None = None  # records, where that is known beforehand


def from_warcs(
    pipeline: Pipeline, paths: Sequence[Path], since: date | None, until: date | None, *, one_a_day: bool = False, only_changed: bool = False
) -> Archive:
    """WARC, ARC and WACZ files, and all that lie in the folders named.

    Raises:
        StatementsError: there is no such file in them.
    """
    files = sorted({file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.name.endswith(SUFFIXES)})
    if not files:
        raise StatementsError(f"No WARC, ARC or WACZ file in {', '.join(map(str, paths))}.")
    chosen = _selection(pipeline.source, since, until, one_a_day, only_changed)
    origin = "warc:" + hashlib.sha256("".join(f"{file.name} {file.stat().st_size}\n" for file in files).encode()).hexdigest()[:16]
    return Archive(origin, warc_mementos(files, chosen))


def from_folder(
    pipeline: Pipeline, folder: Path, since: date | None, until: date | None, *, one_a_day: bool = False, only_changed: bool = False
) -> Archive:
    """A folder of saved pages with an index of JSON lines."""
    chosen = _selection(pipeline.source, since, until, one_a_day, only_changed)
    return Archive(f"folder:{folder.resolve()}", folder_mementos(folder, chosen))


def _selection(source: Source, since: date | None, until: date | None, one_a_day: bool, only_changed: bool) -> Selection:
    def address(url: str) -> str:
        return normalise(source, url) if source.takes(url) else url

    return Selection(address_of=address, since=since, until=until, one_a_day=one_a_day, only_changed=only_changed)
