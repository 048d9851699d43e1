"""An HTTP server on 127.0.0.1 that answers for the specimen hosts as ministries' servers do: validators, 304, redirects."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Page:
    """What the site answers at one URL: a body, or with `redirect` a 302 to another URL."""

    body: bytes = b""
    content_type: str = "text/html"
    redirect: str | None = None
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0), compare=False)

    @property
    def etag(self) -> str:
        """The strong validator of the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


class SpecimenSite:
    """Serves whatever `show` was last given, on a free port, until closed; a context manager.

    `answered` counts what was asked for by status, which tells what a check of unchanged pages costs.
    """

    def __init__(self) -> None:
        self.answered: Counter[int] = Counter()
        self._pages: dict[str, Page] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def __enter__(self) -> SpecimenSite:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where the server really listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def routes(self) -> dict[str, str]:
        """For the fetcher: each specimen origin, and that it is to be asked for here."""
        return {f"https://{host}": self.url for host in sorted({urlsplit(url).netloc for url in self._pages})}

    def show(self, pages: Mapping[str, Page]) -> None:
        """From now on serve these pages, by URL; what did not change keeps its validators."""
        earlier = self._pages
        self._pages = {url: earlier[url] if earlier.get(url) == page else page for url, page in pages.items()}

    def page(self, host: str, path: str) -> Page | None:
        """The page at a path of a specimen host; None where there is none."""
        return self._pages.get(f"https://{host}{path}")

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _handler(site: SpecimenSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "specimen"
        sys_version = ""

        def do_GET(self) -> None:
            page = site.page(self.headers.get("Host", ""), urlsplit(self.path).path)
            if page is None:
                self._answer(404, Page(b"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"))
            elif page.redirect:
                self._answer(302, page, Location=page.redirect)
            elif self._has(page):
                self._answer(304, page)
            else:
                self._answer(200, page)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            """The watcher keeps the log of what it asked for."""

        def _has(self, page: Page) -> bool:
            if etag := self.headers.get("If-None-Match"):
                return page.etag in etag
            since = self.headers.get("If-Modified-Since")
            return bool(since) and parsedate_to_datetime(str(since)) >= page.changed_at

        def _answer(self, status: int, page: Page, **headers: str) -> None:
            site.answered[status] += 1
            self.send_response(status)
            body = page.body if status in {200, 404} else b""
            if status in {200, 304}:
                headers |= {"ETag": page.etag, "Last-Modified": format_datetime(page.changed_at, usegmt=True)}
            if status != 304:
                headers |= {"Content-Type": page.content_type, "Content-Length": str(len(body))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler
