"""What a backfill draws from: each kind of archive as a stream of mementos, past what the ledger has."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from schemas.errors import StatementsError
from scrapers.connections import leads_home
from scrapers.fetch import PoliteSession
from scrapers.mementos import Memento, Selection, Unread, archives
from scrapers.mementos.cdx import DELAY, CdxArchive
from scrapers.mementos.folder import count, folder_mementos
from scrapers.mementos.queries import queries_of
from scrapers.mementos.warc import warc_mementos
from scrapers.source import Source, normalise
from statements.backfilling import Tally, already_done, backfill, body_by_digest
from statements.pipeline import Pipeline
from statements.settlers import Here

SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz", ".wacz")


@dataclass(frozen=True, slots=True)
class Archive:
    """A stream of mementos under the name that the ledger knows the archive by."""

    origin: str
    mementos: Iterable[Memento | Unread]
    count: Callable[[], int]  # about how many there are, for a progress bar; costs a pass over the archive's index


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
    return Archive(origin, warc_mementos(files, chosen), partial(archives.count, files))


def from_folder(
    pipeline: Pipeline, folder: Path, since: date | None, until: date | None, *, one_a_day: bool = False, only_changed: bool = False
) -> Archive:
    """A folder of saved pages with an index of JSON lines."""
    chosen = _selection(pipeline.source, since, until, one_a_day, only_changed)
    return Archive(f"folder:{folder.resolve()}", folder_mementos(folder, chosen), partial(count, folder))


def _selection(source: Source, since: date | None, until: date | None, one_a_day: bool, only_changed: bool) -> Selection:
    def address(url: str) -> str:
        return normalise(source, url) if source.takes(url) else url

    return Selection(address_of=address, since=since, until=until, one_a_day=one_a_day, only_changed=only_changed)


def from_cdx(pipeline: Pipeline, url: str, since: date | None, until: date | None, *, one_a_day: bool = False, only_changed: bool = False) -> Archive:
    """What a web archive's CDX server names of the source's pages; a body known by its digest is not downloaded again.

    An archive on a private address is the operator's own: named here, it is allowed, and needs neither delay nor contact address.
    """
    chosen = replace(_selection(pipeline.source, since, until, one_a_day, only_changed), takes=pipeline.source.takes)
    origin = f"cdx:{url}"
    done = already_done(pipeline.store, pipeline.source.id, origin)
    known = partial(body_by_digest, pipeline.store)
    host = urlsplit(url).hostname or ""
    if leads_home(host):
        contact = pipeline.place.contact or "the operator of this network"
        archive = CdxArchive(url, PoliteSession(contact, allow_private={host}), delay=0.0)
    else:
        archive = CdxArchive(url, pipeline.session(), delay=DELAY)
    queries, is_done = queries_of(pipeline.source), done.__contains__
    mementos = archive.mementos(queries, chosen, known=known, is_done=is_done)
    return Archive(origin, mementos, partial(archive.count, queries, chosen, is_done))


def bring_in_window(source: str, since: date, until: date) -> dict[str, Any]:
    """One window of the archive that STATEMENTS_CDX names; returns the tally.

    Raises:
        StatementsError: no archive is named, or a part of it could not be had; what could be had is in the store.
    """
    url = os.environ.get("STATEMENTS_CDX")
    if not url:
        raise StatementsError("STATEMENTS_CDX is not set: put the CDX server of an archive there, such as the Wayback Machine's.")
    pipeline = Pipeline.of(source)
    tally = _bring_in(pipeline, from_cdx(pipeline, url, since, until))
    if tally.failed:
        first = tally.failed[0]
        raise StatementsError(f"{len(tally.failed)} parts of {url} could not be had; the first: {first['where']}: {first['error']}")
    return tally.document()


def bring_in_files(source: str, files: Sequence[str]) -> dict[str, Any]:
    """WARC files; returns the tally, which names every record that could not be read."""
    pipeline = Pipeline.of(source)
    return _bring_in(pipeline, from_warcs(pipeline, [Path(file) for file in files], None, None)).document()


def _bring_in(pipeline: Pipeline, archive: Archive) -> Tally:
    return backfill(pipeline.store, pipeline.source, archive.mementos, archive.origin, Here(pipeline))
