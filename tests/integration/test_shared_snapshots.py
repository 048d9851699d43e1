"""Snapshots behind an S3 URL, on a real HTTP server that speaks S3: what several hosts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

from schemas.errors import StoreError
from statements.snapshots import Snapshots


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    import s3fs

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().makedirs("statements", exist_ok=True)
    yield "s3://statements/snapshots"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def test_what_one_host_puts_another_gets(bucket):
    sha256 = Snapshots(bucket).put(b"the words of a ministry" * 100)
    assert Snapshots(bucket).get(sha256) == b"the words of a ministry" * 100


def test_a_body_is_stored_once(bucket):
    one, other = Snapshots(bucket).put(b"words"), Snapshots(bucket).put(b"words")
    assert one == other


def test_a_snapshot_that_is_not_there_is_told_by_its_hash(bucket):
    with pytest.raises(StoreError, match="0" * 64):
        Snapshots(bucket).get("0" * 64)
