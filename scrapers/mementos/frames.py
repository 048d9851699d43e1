"""Cut a WARC file into its records, also a damaged one: what is whole comes out, what is not is told."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MEBIBYTE = 1 << 20
RECORD_LIMIT = 64 * MEBIBYTE  # larger records hold films and archives, not statements
_HEADER_LIMIT = 256 * 1024
_GZIP = b"\x1f\x8b\x08"
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d+)[ \t]*\r*$", re.I | re.M)
_HEADER_END = re.compile(rb"\r*\n\r*\n")  # some tools write \n, some \r\r\n
_NEXT = re.compile(rb"(?:\r*\n){2}(?=WARC/[01]\.\d)")
_SLACK = 64  # bytes looked at behind a record for the beginning of the next


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole record, header and block."""

    number: int  # in the file, from 1
    content: bytes
    is_resized: bool = False  # its length was wrong: this is all up to the next record, with the length put right

    @property
    def block(self) -> bytes:
        """What stands behind the header."""
        end = _HEADER_END.search(self.content)
        return self.content[end.end() :] if end else b""


@dataclass(frozen=True, slots=True)
class Damage:
    """A record, or a stretch of the file, that cannot be read."""

    number: int
    error: str


def frames(file: BinaryIO, limit: int = RECORD_LIMIT) -> Iterator[Frame | Damage]:
    """The records of a seekable WARC file: plain, gzipped record by record, or gzipped as a whole.

    After damage the reading goes on at the next record that can be found. Memory holds one record.
    """
    stream = _Stream(file)
    number = 0
    while True:
        if not stream.fill(16):
            error = stream.tell_reason()
            if stream.buffer.strip(b"\r\n\0"):
                error = error or f"the file ends with {len(stream.buffer)} bytes that are no record"
            if error:
                number += 1
                yield Damage(number, error)
            if not stream.next_stretch():
                return
            continue
        if stream.buffer[0] in b"\r\n\0":
            stream.drop(len(stream.buffer) - len(stream.buffer.lstrip(b"\r\n\0")))
            continue
        number += 1
        head, length, error = _measure(stream)
        total = head + length
        if not error and total > limit:
            yield Damage(number, f"the record has {total} bytes, more than the {limit} that are read")
            stream.skip(total)
            continue
        if not error and stream.fill(total) and stream.is_between_records(total):
            yield Frame(number, bytes(stream.buffer[:total]))
            stream.drop(total)
            continue
        end = stream.find_next_record(limit)
        if not end and not error and len(stream.buffer) > total:
            end = len(stream.buffer.rstrip(b"\r\n"))  # the last record, with a length too short
        if end and not error:
            yield Frame(number, _resized(bytes(stream.buffer[:head]), bytes(stream.buffer[head:end])), is_resized=True)
        else:
            error = error or f"it breaks off after {len(stream.buffer)} of {total} bytes"
            reason = "" if end else stream.tell_reason()
            yield Damage(number, f"{error}: {reason}" if reason else error)
        stream.drop(end or len(stream.buffer))


def _measure(stream: _Stream) -> tuple[int, int, str]:
    """The sizes of the header and of the block of the record at hand, and why there is none."""
    if not stream.buffer.startswith(b"WARC/"):
        return 0, 0, f"no record begins here but {bytes(stream.buffer[:12])!r}"
    size = 4096
    while True:
        has_more = stream.fill(size)
        end = _HEADER_END.search(stream.buffer, 0, size)
        if end or not has_more or size > _HEADER_LIMIT:
            break
        size *= 4
    if not end:
        return 0, 0, "its header has no end"
    length = _LENGTH.search(stream.buffer, 0, end.end())
    return (end.end(), int(length[1]), "") if length else (0, 0, "its header names no length")


def _resized(header: bytes, block: bytes) -> bytes:
    return _LENGTH.sub(b"Content-Length: %d\r" % len(block), header, count=1) + block


class _Stream:
    """The file's bytes, unpacked where it is gzip, in stretches between which bytes are missing."""

    def __init__(self, file: BinaryIO) -> None:
        self.buffer = bytearray()
        self._reason = self._untold = ""  # why the present stretch ended early
        self._file = file
        start = file.read(3)
        file.seek(0)
        self._is_gzip = start == _GZIP
        self._inflate = zlib.decompressobj(31)
        self._tail = b""  # read and not yet unpacked
        self._member = 0  # where in the file the present gzip member begins
        self._is_over = False

    def fill(self, size: int) -> bool:
        """Have at least `size` bytes in the buffer, if this stretch holds them."""
        while len(self.buffer) < size:
            if self._is_over:
                return False
            self.buffer += self._more()
        return True

    def drop(self, size: int) -> None:
        del self.buffer[:size]

    def skip(self, size: int) -> None:
        while size:
            if not self.fill(1):
                return
            step = min(size, len(self.buffer))
            self.drop(step)
            size -= step

    def is_between_records(self, end: int) -> bool:
        """Whether a record that ends at `end` is followed by another, or by nothing."""
        self.fill(end + _SLACK)
        rest = self.buffer[end : end + _SLACK].lstrip(b"\r\n\0")
        return not rest or rest.startswith(b"WARC/") or (len(rest) < 5 and b"WARC/".startswith(rest))

    def find_next_record(self, limit: int) -> int:
        """Where in the buffer the next record begins, leaving out what parts the two; 0 where this stretch holds none."""
        seen = 1
        while True:
            found = _NEXT.search(self.buffer, max(seen - 8, 1))
            if found:
                return found.start()
            seen = len(self.buffer)
            if seen > 2 * limit:
                self.drop(seen - 8)
                seen = 8
            if not self.fill(len(self.buffer) + 1):
                return 0

    def tell_reason(self) -> str:
        """Why this stretch ended early, said once."""
        reason, self._untold = self._untold, ""
        return reason

    def next_stretch(self) -> bool:
        """Go on behind the missing bytes; False at the end of the file."""
        self.buffer.clear()
        if not self._reason:
            return False
        at = self._member + 1
        while True:
            at = self._find_member(at)
            if at < 0:
                return False
            self._restart(at)
            self._is_over = False
            self._reason = self._untold = ""
            if self.fill(5) and self.buffer.startswith(b"WARC/"):
                return True
            self.buffer.clear()
            at += 1

    def _more(self) -> bytes:
        if not self._is_gzip:
            chunk = self._file.read(MEBIBYTE)
            self._is_over = not chunk
            return chunk
        if not self._tail:
            self._tail = self._file.read(256 * 1024)
        if self._inflate.eof or (not self._tail and not self._inflate.unconsumed_tail):
            return self._next_member()
        try:
            content = self._inflate.decompress(self._tail, MEBIBYTE)
        except zlib.error as error:
            return self._end_stretch(f"the gzip member at byte {self._member} is damaged: {error}")
        self._tail = self._inflate.unconsumed_tail or self._inflate.unused_data
        return content

    def _next_member(self) -> bytes:
        if not self._inflate.eof:
            return self._end_stretch(f"the gzip member at byte {self._member} is cut by the end of the file")
        while True:  # zeros may pad the members
            self._tail = self._tail.lstrip(b"\0") or self._file.read(256 * 1024)
            if not self._tail:
                self._is_over = True
                return b""
            if self._tail[0]:
                break
        self._member = self._file.tell() - len(self._tail)
        self._inflate = zlib.decompressobj(31)
        if len(self._tail) < 3:
            self._tail += self._file.read(MEBIBYTE)
        if not self._tail.startswith(_GZIP):
            return self._end_stretch(f"the bytes from {self._member} on are no gzip member")
        return b""

    def _end_stretch(self, reason: str) -> bytes:
        self._is_over = True
        self._reason = self._untold = reason
        return b""

    def _restart(self, at: int) -> None:
        self._file.seek(at)
        self._tail, self._member, self._inflate = b"", at, zlib.decompressobj(31)

    def _find_member(self, at: int) -> int:
        """Where the next bytes that begin like a gzip member stand, from `at` on; -1 where none do."""
        self._file.seek(at)
        kept = b""
        while chunk := self._file.read(MEBIBYTE):
            block = kept + chunk
            found = block.find(_GZIP)
            if found >= 0:
                return self._file.tell() - len(block) + found
            kept = block[-2:]
        return -1
