"""Conditional checks a second against a site on this machine, beside bare requests and a bare socket."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection

import requests

from scrapers.fetch import PoliteSession

CHECKS = 1000
_HEAD = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nServer: nginx\r\nDate: Sat, 04 Jul 2020 03:55:38 GMT\r\n\r\n'
_NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def _site(port: Connection) -> None:
    """A server in its own process that does next to nothing, so that the client is what is measured."""
    listener = socket.create_server(("127.0.0.1", 0))
    port.send(listener.getsockname()[1])
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while request := client.recv(65536):
            client.sendall(_NO_ROBOTS if request.startswith(b"GET /robots.txt") else _HEAD)


def _cpu_and_wall(work: Callable[[int], object]) -> tuple[float, float]:
    work(0)
    cpu, wall = time.process_time(), time.perf_counter()
    for n in range(CHECKS):
        work(n)
    return time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    """Print checks a second, and each way's CPU time as a multiple of the socket's."""
    ours, theirs = Pipe()
    server = Process(target=_site, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    rows: list[tuple[str, float, float]] = []
    try:
        with socket.create_connection(address) as bare:

            def by_socket(n: int) -> None:
                bare.sendall(b'GET /t%d.shtml HTTP/1.1\r\nHost: a\r\nIf-None-Match: "a"\r\n\r\n' % n)
                bare.recv(65536)

            rows.append(("a bare socket", *_cpu_and_wall(by_socket)))
        with requests.Session() as plain:
            rows.append(("requests alone", *_cpu_and_wall(lambda n: plain.get(f"{url}/t{n}.shtml", headers={"If-None-Match": '"a"'}))))
        with PoliteSession("bench@example.org", allow_private=True) as polite:
            rows.append(("PoliteSession", *_cpu_and_wall(lambda n: polite.get(f"{url}/t{n}.shtml", etag='"a"'))))
    finally:
        server.terminate()
        server.join()
    print(f"{CHECKS} conditional checks, {os.cpu_count()} cores")
    for name, cpu, wall in rows:
        print(f"{name:16} {CHECKS / wall:8.0f} a second  {CHECKS / cpu:8.0f} a CPU-second  {cpu / rows[0][1]:6.1f} x the socket's CPU")


if __name__ == "__main__":
    main()
