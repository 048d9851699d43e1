"""A real HTTP server on this machine whose every answer a test writes, byte by byte where it must."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Handler = BaseHTTPRequestHandler
Answer = Callable[[Handler], None]


@dataclass
class Asked:
    path: str
    headers: dict[str, str]


@dataclass
class Site:
    """`site.on(path, answer)`; `site.requests` holds what was asked, in order."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Asked] = field(default_factory=list)

    def on(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.url + path

    def asked(self, path: str) -> int:
        return sum(request.path == path for request in self.requests)


def page(body: bytes | str = b"<p>words</p>", status: int = 200, **headers: str) -> Answer:
    """An ordinary answer; header names are written with underscores."""

    def answer(handler: Handler) -> None:
        content = body.encode() if isinstance(body, str) else body
        handler.send_response(status)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(content)), **given}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(location: str, status: int = 302) -> Answer:
    return page(b"moved", status, Location=location)


def raw(*chunks: bytes) -> Answer:
    """Exactly these bytes, then the connection is closed."""

    def answer(handler: Handler) -> None:
        for chunk in chunks:
            handler.wfile.write(chunk)
        handler.close_connection = True

    return answer


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other; the last stays."""
    left = list(answers)

    def answer(handler: Handler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site on a free port, over TLS where a context is given."""
    site = Site()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            site.requests.append(Asked(self.path, dict(self.headers.items())))
            answer = site.answers.get(self.path) or page(b"<h1>not here</h1>", 404)
            try:
                answer(self)
            except (ConnectionError, ssl.SSLError):
                self.close_connection = True

        def log_request(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
