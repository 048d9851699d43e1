"""Stored bodies by SHA-256, compressed, in a folder or at any fsspec URL."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any

from schemas.errors import StoreError


class Snapshots:
    """Bodies as received, stored once each; a body is on disk before anything that names it.

    `place` is a folder, or an fsspec URL such as `s3://bucket/statements` for several hosts.
    """

    def __init__(self, place: str) -> None:
        self.place = place.rstrip("/")
        self._folder = None if "://" in place else Path(place)

    @cached_property
    def _remote(self) -> tuple[Any, str]:
        import fsspec

        return fsspec.core.url_to_fs(self.place)  # type: ignore[no-any-return]

    def put(self, body: bytes) -> str:
        """Store the body and return its SHA-256; harmless to repeat, also at the same time from two processes.

        Raises:
            StoreError: the place is full, read-only or out of reach; nothing is left half-written.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        name = f"{sha256[:2]}/{sha256}.z"
        try:
            if self._folder is not None:
                self._put_file(self._folder / name, body)
            else:
                files, root = self._remote
                if not files.exists(f"{root}/{name}"):
                    files.pipe_file(f"{root}/{name}", zlib.compress(body, 6))
        except OSError as error:
            raise StoreError(
                f"{self.place}: a body of {len(body):,} bytes could not be stored ({error}); free space or mend it, then run again."
            ) from error
        return sha256

    @staticmethod
    def _put_file(path: Path, body: bytes) -> None:
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(zlib.compress(body, 6))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def get(self, sha256: str) -> bytes:
        """Return the body.

        Raises:
            StoreError: it is not there, or what is there does not match its hash.
        """
        name = f"{sha256[:2]}/{sha256}.z"
        try:
            if self._folder is not None:
                packed = (self._folder / name).read_bytes()
            else:
                files, root = self._remote
                packed = files.cat_file(f"{root}/{name}")
            body = zlib.decompress(packed)
        except (OSError, zlib.error) as error:
            raise StoreError(f"{self.place}: snapshot {sha256} cannot be read ({error}); restore it from a backup.") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise StoreError(f"{self.place}: snapshot {sha256} does not match its hash; restore it from a backup.")
        return body
