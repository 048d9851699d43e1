"""Captures out to WARC, such that reading the file gives equal captures, and any other tool its pages."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import fields as fields_of
from http.client import responses
from io import BytesIO
from string import printable
from typing import BinaryIO
from urllib.parse import quote

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from schemas.records import Capture
from scrapers.mementos.warc import CAPTURE_FIELD

# The block holds the body unpacked: these would say otherwise of it, and are kept under the name that archives give originals.
_ABOUT_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_RESERVED = "!#$%&'()*+,/:;=?@[]~"  # what RFC 3986 gives a meaning, and escapes already made
_FIELDS = fields_of(Capture)
_IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


def write_warc(captures: Iterable[tuple[Capture, bytes | None]], out: BinaryIO) -> int:
    """Write captures with their bodies to `out` as gzipped WARC/1.1, and return how many.

    A body is needed once; a further capture of the same body (also a 304) may come without it and becomes a revisit.
    A failed attempt becomes a metadata record. The same captures give the same bytes. Memory holds a hash for each body.
    """
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    written: dict[bytes, tuple[str, str]] = {}
    count = 0
    for capture, body in captures:
        known = bytes.fromhex(capture.body_sha256) if capture.body_sha256 else b""
        if capture.status is None:
            record = _failure(writer, capture)
        elif known and (body is None or known in written):
            record = _revisit(writer, capture, written.get(known))
        else:
            record = _response(writer, capture, body or b"")
            if known:
                written[known] = (record.rec_headers.get_header("WARC-Target-URI"), record.rec_headers.get_header("WARC-Date"))
        writer.write_record(record)
        count += 1
    return count


def _failure(writer: WARCWriter, capture: Capture) -> ArcWarcRecord:
    said = (capture.error or "").encode()
    fields = {**_fields(capture), "Content-Type": "text/plain; charset=utf-8"}
    return writer.create_warc_record(_uri(capture), "metadata", payload=BytesIO(said), length=len(said), warc_headers_dict=fields)


def _revisit(writer: WARCWriter, capture: Capture, original: tuple[str, str] | None) -> ArcWarcRecord:
    fields = {**_fields(capture), "WARC-Profile": _NOT_MODIFIED if capture.not_modified else _IDENTICAL}
    if original:
        fields["WARC-Refers-To-Target-URI"], fields["WARC-Refers-To-Date"] = original
    return writer.create_warc_record(_uri(capture), "revisit", http_headers=_head(capture, None), warc_headers_dict=fields)


def _response(writer: WARCWriter, capture: Capture, body: bytes) -> ArcWarcRecord:
    fields = _fields(capture)
    if capture.error:
        fields["WARC-Truncated"] = "unspecified"
    head = _head(capture, len(body))
    return writer.create_warc_record(_uri(capture), "response", payload=BytesIO(body), length=len(body), http_headers=head, warc_headers_dict=fields)


def _fields(capture: Capture) -> dict[str, str]:
    digest = {"WARC-Payload-Digest": f"sha256:{capture.body_sha256}"} if capture.body_sha256 else {}
    facts = {field.name: getattr(capture, field.name) for field in _FIELDS if getattr(capture, field.name) != field.default}
    return {
        "WARC-Record-ID": f"<urn:uuid:{uuid.UUID(capture.key[:32])}>",
        "WARC-Date": capture.captured_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **digest,
        CAPTURE_FIELD: json.dumps(facts, default=str, sort_keys=True, separators=(",", ":")),
    }


def _head(capture: Capture, length: int | None) -> StatusAndHeaders:
    """The HTTP header of a block that holds the body unpacked, in ASCII: as they came, the headers are among the capture's facts."""
    headers = [
        (f"X-Archive-Orig-{_ascii(name)}" if name.lower() in _ABOUT_THE_WIRE else _ascii(name), _ascii(" ".join(value.splitlines())))
        for name, value in capture.headers
    ]
    if length is not None:
        headers.append(("Content-Length", str(length)))
    return StatusAndHeaders(f"{capture.status} {responses.get(capture.status or 0, '')}".strip(), headers, protocol="HTTP/1.1")


def _ascii(text: str) -> str:
    return quote(text, safe=printable)


def _uri(capture: Capture) -> str:
    """The URL asked for, with nothing that the header of a record does not take."""
    return quote(capture.url or capture.address, safe=_RESERVED)
