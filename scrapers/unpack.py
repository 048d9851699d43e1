"""Undo a body's content coding within bounds, so that ten megabytes of gzip never become ten gigabytes of memory."""

from __future__ import annotations

import zlib
from typing import Protocol

import brotli

MEBIBYTE = 1 << 20
BODY_LIMIT = 32 * MEBIBYTE  # the sitemap protocol allows 50 MB, ministries' own stay far below; statements stay under 1 MB


class BodyRefused(Exception):
    """The body is larger than allowed, on the wire or unpacked; nothing of it is kept."""


class BodyBroken(Exception):
    """The body ends before its coding does, or is not in the coding that the headers name."""


class Body:
    """Collects a body chunk by chunk, unpacked, holding at most `limit` bytes.

    `coding` is the Content-Encoding header. A body that claims gzip and does not begin like gzip is taken as it
    came: servers and archives that unpacked without saying so are common, and their pages are whole.
    """

    def __init__(self, coding: str = "", limit: int = BODY_LIMIT) -> None:
        self._coding = coding.strip().lower()
        self._limit = limit
        self._coder: _Coder | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._wire = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes as they came.

        Raises:
            BodyRefused: more than `limit` bytes came, or unpack from what came.
            BodyBroken: the bytes are not what the coding says; `content()` is what could be unpacked before.
        """
        if not chunk:
            return
        if self._coder is None:
            self._coder = _coder(self._coding, chunk)
        self._wire += len(chunk)
        if self._wire > self._limit:
            raise BodyRefused(f"The body is larger than {_mib(self._limit)}.")
        try:
            for part in self._coder.unpack(chunk, self._limit - self._size + 1):
                self._parts.append(part)
                self._size += len(part)
                if self._size > self._limit:
                    self._parts.clear()
                    raise BodyRefused(
                        f"The body unpacks to more than {_mib(self._limit)} from {_mib(self._wire)} of {self._coding or 'plain bytes'}."
                    )
        except (zlib.error, brotli.error) as error:
            raise BodyBroken(f"The body is not the {self._coding} that its headers name ({error}).") from error

    def finish(self) -> bytes:
        """The whole body.

        Raises:
            BodyBroken: the coding is not at its end; `content()` is what could be unpacked.
        """
        if self._coder is not None and not self._coder.is_at_end():
            raise BodyBroken(f"The {self._coding} body breaks off after {self._wire} bytes, {self._size} of them unpacked.")
        return self.content()

    def content(self) -> bytes:
        """What has been unpacked so far."""
        return b"".join(self._parts)


class _Coder(Protocol):
    def unpack(self, chunk: bytes, room: int) -> list[bytes]:
        """What the chunk holds, stopping soon after `room` bytes."""

    def is_at_end(self) -> bool: ...


class _Plain:
    def unpack(self, chunk: bytes, room: int) -> list[bytes]:
        return [chunk]

    def is_at_end(self) -> bool:
        return True


class _Zlib:
    """gzip (of one or several members) and deflate, with the zlib wrapper or without."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._inflate = zlib.decompressobj(bits)

    def unpack(self, chunk: bytes, room: int) -> list[bytes]:
        parts: list[bytes] = []
        while chunk and room > 0:
            if self._inflate.eof:
                if self._bits != _GZIP or not chunk.startswith(b"\x1f\x8b"):
                    break  # padding after the end, which every reader of gzip overlooks
                self._inflate = zlib.decompressobj(self._bits)
            part = self._inflate.decompress(chunk, min(room, MEBIBYTE))
            parts.append(part)
            room -= len(part)
            chunk = self._inflate.unconsumed_tail or self._inflate.unused_data
        return parts

    def is_at_end(self) -> bool:
        return self._inflate.eof


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    def unpack(self, chunk: bytes, room: int) -> list[bytes]:
        parts: list[bytes] = []
        while room > 0:
            part = self._decoder.process(chunk, output_buffer_limit=min(room, MEBIBYTE))
            parts.append(part)
            room -= len(part)
            chunk = b""
            if self._decoder.can_accept_more_data():
                break
        return parts

    def is_at_end(self) -> bool:
        return bool(self._decoder.is_finished())


_GZIP = 16 + zlib.MAX_WBITS


def _coder(coding: str, start: bytes) -> _Coder:
    if coding in {"", "identity", "none", "utf-8", "utf8"}:  # the last two are seen where a charset was meant
        return _Plain()
    if coding in {"gzip", "x-gzip"}:
        return _Zlib(_GZIP) if start.startswith(b"\x1f\x8b"[: len(start)]) else _Plain()
    if coding == "deflate":
        wrapped = start[0] & 0x0F == 8 and (len(start) < 2 or int.from_bytes(start[:2]) % 31 == 0)
        return _Zlib(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
    if coding == "br":
        return _Brotli()
    raise BodyBroken(f"The body is in the content coding {coding[:40]!r}, which nobody asked for.")


def _mib(size: int) -> str:
    return f"{size / MEBIBYTE:.1f} MiB"
