"""WARC, ARC and WACZ files to captures, in flat memory; what is damaged is told record by record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from warcio.bufferedreaders import ChunkedDataReader
from warcio.recordloader import ArcWarcRecord

from schemas.records import Capture
from scrapers.exchange import REDIRECT_STATUSES, storable
from scrapers.mementos import Memento, Selection, Thinning, Unread
from scrapers.mementos.archives import CAPTURING, records
from scrapers.mementos.wayback import as_served, original_redirect, without_additions
from scrapers.unpack import Body, BodyBroken, BodyRefused

CAPTURE_FIELD = "Statements-Capture"  # the WARC header in which our own export keeps a capture's facts
_NOT_MODIFIED = "server-not-modified"


class _Damaged(Exception):
    """A record that cannot be read, and why."""


def warc_mementos(paths: Iterable[Path], selection: Selection | None = None) -> Iterator[Memento | Unread]:
    """The captures in WARC, ARC and WACZ files, in the files' order.

    A revisit bears the hash of the body that it refers to, by digest or by URL and date, wherever in `paths` that body
    stands; revisits that come before it, or whose original is not among the captures wanted, are given at the end.
    Memory holds one record, and a few hashes for each.
    """
    reader = _Reader(selection or Selection())
    given = tuple(paths)
    for path in given:
        for where, record in records(path):
            yield from reader.read(where, record)
    yield from reader.known_late()
    if reader.waiting:
        wanted = {key for _, keys in reader.waiting for key in keys}
        for path in given:
            for _, record in records(path):
                if not isinstance(record, str) and not wanted.isdisjoint(_keys_of(record)):
                    yield from reader.read_original(record)
    for memento, _ in reader.waiting:
        yield Unread(memento.where, f"The revisit of {memento.capture.url} refers to a body that is in none of the files.")


class _Reader:
    """Turns records into captures, remembering what bodies there were and which revisits still wait for theirs."""

    def __init__(self, selection: Selection) -> None:
        self.waiting: list[tuple[Memento, tuple[bytes, ...]]] = []
        self._selection = selection
        self._thinning = Thinning(selection)
        self._bodies: dict[bytes, bytes] = {}

    def read(self, where: str, record: ArcWarcRecord | str) -> Iterator[Memento | Unread]:
        if isinstance(record, str):
            yield Unread(where, record)
            return
        if record.rec_type not in CAPTURING:
            return
        try:
            memento = self._memento(where, record)
        except _Damaged as damage:
            yield Unread(where, str(damage))
            return
        if memento and self._thinning.takes(memento.capture):
            yield memento

    def known_late(self) -> Iterator[Memento]:
        """The waiting revisits whose bodies have been given since."""
        left = []
        for memento, keys in self.waiting:
            sha256 = self._known(keys)
            if sha256 is None:
                left.append((memento, keys))
                continue
            capture = replace(memento.capture, body_sha256=sha256)
            if self._thinning.takes(capture):
                yield replace(memento, capture=capture)
        self.waiting = left

    def read_original(self, record: ArcWarcRecord) -> Iterator[Memento]:
        """The waiting revisits of a record that is itself not wanted, the first of them with its body."""
        keys = _keys_of(record)
        if record.rec_type not in {"response", "resource"} or self._known(keys):
            return
        body: bytes | None = None
        with suppress(_Damaged):
            own = record.rec_headers.get_header(CAPTURE_FIELD) is not None
            body, error = (record.raw_stream.read(), None) if own else _body(record, _head(record)[0])
            body = None if error or body is None else body if own else without_additions(body)
        if body is not None:
            self._keep(keys, body)
            for late in self.known_late():
                yield replace(late, body=body)
                body = None

    def _memento(self, where: str, record: ArcWarcRecord) -> Memento | None:
        """The capture of a record; None where it holds none, where it is not wanted, and where it must wait.

        Raises:
            _Damaged: the record should hold a capture and does not.
        """
        header = record.rec_headers.get_header
        own = header(CAPTURE_FIELD)
        if own is not None:
            return self._own(own, record, where)
        url = storable(header("WARC-Target-URI") or "")
        if record.rec_type == "metadata" or not url.startswith(("http://", "https://")):
            return None
        served = as_served(url, _instant(header("WARC-Date")))
        if not self._thinning.admits(served.url, served.captured_at):
            return None
        if record.http_headers is None and record.rec_type == "response":
            raise _Damaged(f"The response of {url} has no HTTP header.")
        headers, status = _head(record)
        location = next((value for name, value in headers if name.lower() == "location"), None)
        redirects = ((status, original_redirect(location, url)),) if status in REDIRECT_STATUSES and location else ()
        capture = Capture(
            address=self._selection.address_of(served.url),
            captured_at=served.captured_at,
            via="memento",
            url=served.url,
            final_url=redirects[-1][1] if redirects else served.url,
            status=status,
            headers=served.headers(headers),
            redirects=redirects,
        )
        digest = header("WARC-Payload-Digest")
        if record.rec_type == "revisit":
            return self._revisit(record, Memento(capture, None, where, digest))
        body, error = _body(record, headers)
        if body is None:
            return Memento(replace(capture, error=error), None, where, digest)
        body = without_additions(body)
        sha256 = hashlib.sha256(body).hexdigest() if error else self._keep(_keys_of(record), body)
        return Memento(replace(capture, body_sha256=sha256, error=error), body, where, digest)

    def _own(self, text: str, record: ArcWarcRecord, where: str) -> Memento | None:
        """A record of our own export: the capture exactly as it was."""
        try:
            facts = json.loads(text)
            lists = {name: tuple(map(tuple, facts.pop(name, ()))) for name in ("headers", "redirects")}
            capture = Capture(**{**facts, **lists, "captured_at": datetime.fromisoformat(facts["captured_at"])})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _Damaged(f"The {CAPTURE_FIELD} header is not a capture: {error}.") from error
        if not self._thinning.admits(capture.url, capture.captured_at):
            return None
        memento = Memento(capture, None, where, record.rec_headers.get_header("WARC-Payload-Digest"))
        if capture.body_sha256 is None:
            return memento
        keys = _keys_of(record)
        if record.rec_type != "response":
            if self._known(keys):
                return memento
            self.waiting.append((memento, keys))
            return None
        body = record.raw_stream.read()
        if hashlib.sha256(body).hexdigest() != capture.body_sha256:
            raise _Damaged(f"The body of {capture.url} is not the one that its capture names.")
        self._keep(keys, body)
        return replace(memento, body=body)

    def _revisit(self, record: ArcWarcRecord, memento: Memento) -> Memento | None:
        header = record.rec_headers.get_header
        if _NOT_MODIFIED in (header("WARC-Profile") or "") or memento.capture.status == 304:
            memento = replace(memento, capture=replace(memento.capture, status=304, not_modified=True))
        keys = _keys(memento.digest, header("WARC-Refers-To-Target-URI") or header("WARC-Target-URI"), header("WARC-Refers-To-Date"))
        sha256 = self._known(keys)
        if sha256 is None:
            self.waiting.append((memento, keys))
            return None
        return replace(memento, capture=replace(memento.capture, body_sha256=sha256))

    def _keep(self, keys: Iterable[bytes], body: bytes) -> str:
        digest = hashlib.sha256(body).digest()
        for key in keys:
            self._bodies.setdefault(key, digest)
        return digest.hex()

    def _known(self, keys: Iterable[bytes]) -> str | None:
        found = next((self._bodies[key] for key in keys if key in self._bodies), None)
        return found.hex() if found else None


def _head(record: ArcWarcRecord) -> tuple[tuple[tuple[str, str], ...], int]:
    """Headers and status as the server sent them; a resource has neither and was had."""
    if record.http_headers is None:
        kind = record.rec_headers.get_header("Content-Type") if record.rec_type == "resource" else None
        return ((("Content-Type", storable(kind)),) if kind else ()), 200
    headers = tuple((storable(name), storable(value)) for name, value in record.http_headers.headers)
    status = record.http_headers.get_statuscode()
    if not status.isdecimal():
        raise _Damaged(f"The HTTP status {record.http_headers.statusline[:40]!r} is none.")
    return headers, int(status)


def _body(record: ArcWarcRecord, headers: tuple[tuple[str, str], ...]) -> tuple[bytes | None, str | None]:
    """The body as a reader saw it, and the sentence that says why it is not whole."""
    named = {name.lower(): value.strip() for name, value in headers}
    payload = record.raw_stream.read()
    url = record.rec_headers.get_header("WARC-Target-URI")
    if "chunked" in named.get("transfer-encoding", "").lower():
        payload = ChunkedDataReader(BytesIO(payload)).read()
    body = Body(named.get("content-encoding", ""))
    try:
        body.feed(payload)
        content = body.finish()
    except BodyRefused as refused:
        return None, f"{url}: {refused}"
    except BodyBroken as broken:
        return body.content(), f"{url}: {broken}"
    cut = record.rec_headers.get_header("WARC-Truncated")
    if cut:
        return content, f"{url}: the archive kept only the beginning of the body ({cut})."
    length = named.get("content-length", "")
    if length.isdecimal() and len(payload) < int(length) and not {"content-encoding", "transfer-encoding"} & named.keys():
        return content, f"{url}: the body breaks off after {len(payload)} of {length} bytes."
    return content, None


def _instant(text: str | None) -> datetime:
    try:
        instant = datetime.fromisoformat(text or "")
    except ValueError as error:
        raise _Damaged(f"The WARC-Date {text!r} is no instant.") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def _keys_of(record: ArcWarcRecord) -> tuple[bytes, ...]:
    header = record.rec_headers.get_header
    return _keys(header("WARC-Payload-Digest"), header("WARC-Target-URI"), header("WARC-Date"))


def _keys(digest: str | None, url: str | None, instant: str | None) -> tuple[bytes, ...]:
    """What a revisit may call a body by: its digest first, else the URL and date of the original."""
    named = [digest, f"{url} {instant}" if url and instant else None]
    return tuple(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16).digest() for name in named if name)
