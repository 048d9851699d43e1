"""One request and its answer, within bounds of time, bytes and addresses, or one sentence saying why there is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, LocationParseError, NameResolutionError, NewConnectionError

from schemas.errors import StatementsError
from scrapers.connections import GuardedAdapter, PrivateAddress, deadline
from scrapers.unpack import BODY_LIMIT, Body, BodyBroken, BodyRefused

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
HEADER_LIMIT = 64 * 1024  # bytes of all headers of one answer


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt may cost, in seconds and bytes, and how often it is made."""

    connect: float = 10.0
    read: float = 30.0  # the longest silence
    total: float = 120.0  # the whole answer, however busily it drips
    body: int = BODY_LIMIT  # on the wire, and again unpacked
    redirects: int = 10
    attempts: int = 3
    backoff: float = 1.0  # before the second attempt; doubles with each
    patience: float = 300.0  # the longest wait for a turn or a Retry-After; what asks for more is left for later


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with its headers as received, and the unpacked body: None where it was refused or the status has none."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    at: datetime  # UTC, whole seconds: when the status arrived
    body: bytes | None
    error: str | None = None  # why the body is not whole
    is_transient: bool = False  # the body may well be whole next time

    def header(self, name: str) -> str | None:
        """The first header of this name, whatever its case."""
        wanted = name.lower()
        return next((value for given, value in self.headers if given.lower() == wanted), None)

    @property
    def redirect(self) -> str | None:
        """The absolute URL that the answer sends on to."""
        location = self.header("location") if self.status in REDIRECT_STATUSES else None
        if location is None:
            return None
        with suppress(UnicodeError):
            location = location.encode("latin-1").decode("utf-8")  # browsers read raw bytes in Location as UTF-8
        try:
            return urljoin(self.url, location.strip())
        except ValueError:
            return location  # no URL, as will be said where it is asked for


class NoAnswer(Exception):
    """No answer came, or none that may be used. The message is a sentence that names the URL."""

    def __init__(self, message: str, is_transient: bool = False) -> None:
        super().__init__(storable(message))
        self.is_transient = is_transient


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: redirects are followed by hand, and requests would read their bodies without bounds."""
        return None


class Transport:
    """A requests session that sends one GET at a time and follows nothing.

    Proxies and .netrc of the environment are not used. `routes` sends the requests for one origin to another, as
    curl's --connect-to does, while the URLs and the Host header stay those of the first.

    Raises:
        StatementsError: no `contact` address to put into the User-Agent.
    """

    def __init__(
        self,
        product: str,
        contact: str,
        *,
        allow_private: bool | Collection[str],
        limits: Limits,
        routes: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        if not contact.strip():
            raise StatementsError("Fetching needs a contact address for its User-Agent: set STATEMENTS_CONTACT to an e-mail address or a URL.")
        self._limits = limits
        self._now = now
        self._routes = {origin_of(given): target.rstrip("/") for given, target in routes.items()}
        self._session = _Session()
        self._session.trust_env = False
        self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        self._session.headers.update(
            {
                "User-Agent": f"{product} (+{' '.join(contact.split())})".encode("ascii", "replace").decode(),
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "Accept-Encoding": "gzip, deflate",
            }
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, GuardedAdapter(allow_private if isinstance(allow_private, bool) else frozenset(allow_private)))

    def forget_cookies(self) -> None:
        """A capture must not depend on what was fetched before it."""
        self._session.cookies.clear()

    def close(self) -> None:
        self._session.close()

    def instant(self) -> datetime:
        """Now, UTC, in whole seconds."""
        return self._now().astimezone(UTC).replace(microsecond=0)

    def ask(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send one request and read its answer.

        Raises:
            NoAnswer: not http(s), a private address, no connection, a time-out, a malformed or oversized head.
        """
        host_of(url)
        sent_to, host = self._routed(url)
        try:
            with deadline(self._limits.total):
                request = self._session.prepare_request(requests.Request("GET", sent_to, headers={**headers, **host}))
                timeout = (self._limits.connect, self._limits.read)
                with self._session.send(request, stream=True, allow_redirects=False, timeout=timeout) as response:
                    return self._read(url, response)
        except (requests.exceptions.InvalidURL, LocationParseError, UnicodeError) as error:
            raise NoAnswer(f"{url} is not a URL that can be fetched: {error}.") from error
        except requests.exceptions.InvalidHeader as error:
            raise NoAnswer(f"{url}: the answer's headers contradict themselves: {error}.") from error
        except PrivateAddress as error:
            raise NoAnswer(f"{url} is not fetched: {error}") from error
        except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
            raise NoAnswer(f"{url}: {_plainly(error)}.", is_transient=True) from error

    def _read(self, url: str, response: requests.Response) -> Answer:
        at = self.instant()
        headers = tuple((storable(name), storable(value)) for name, value in response.raw.headers.items())
        if sum(len(name) + len(value) for name, value in headers) > HEADER_LIMIT:
            raise NoAnswer(f"{url} answered with more than {HEADER_LIMIT} bytes of headers.")
        body = Body(response.headers.get("Content-Encoding", ""), self._limits.body)
        kept: bytes | None = None
        error, is_transient = None, False
        try:
            if (response.raw.length_remaining or 0) > self._limits.body:
                raise BodyRefused(f"The body is announced with {response.raw.length_remaining} bytes, more than the {self._limits.body} allowed.")
            while chunk := response.raw.read1(65536, decode_content=False):
                body.feed(chunk)
            kept = body.finish()
        except BodyRefused as refused:
            error = f"{url}: {refused}"
        except BodyBroken as broken:
            kept, error, is_transient = body.content(), f"{url}: {broken}", True
        except (HTTPError, HTTPException, OSError) as broken:
            kept, error, is_transient = body.content(), f"{url}: the answer broke off: {_plainly(broken)}.", True
        if error:
            response.raw.close()  # what is left on the connection belongs to no answer
        return Answer(url, response.status_code, headers, at, kept, storable(error) if error else None, is_transient)

    def _routed(self, url: str) -> tuple[str, dict[str, str]]:
        target = self._routes.get(origin_of(url)) if self._routes else None
        if target is None:
            return url, {}
        parts = urlsplit(url)
        return target + (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), {"Host": parts.netloc.rpartition("@")[2]}


def host_of(url: str) -> str:
    """The host that a URL names.

    Raises:
        NoAnswer: it is not an http or https URL, or names no host.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise NoAnswer(f"{url!r} is not a URL that can be fetched: {error}.") from error
    if parts.scheme not in {"http", "https"}:
        raise NoAnswer(f"{url!r} is not fetched: only http and https are.")
    if not host:
        raise NoAnswer(f"{url!r} is not a URL that can be fetched: it names no host.")
    return host


def origin_of(url: str) -> str:
    """Scheme, host and port of an http(s) URL, in lower case.

    >>> origin_of("HTTPS://WWW.Example.org/eng/?a=1")
    'https://www.example.org'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def storable(text: str) -> str:
    """The text without what no database takes: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _plainly(error: BaseException) -> str:
    """What went wrong on the way, in the words of its innermost cause."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        inner = getattr(cause, "reason", None)
        nested = next((arg for arg in cause.args if isinstance(arg, BaseException)), None)
        cause = inner if isinstance(inner, BaseException) else nested or cause.__cause__ or cause.__context__
    for candidate in seen:
        if isinstance(candidate, NameResolutionError):
            return "no name server knows the host"
        if isinstance(candidate, NewConnectionError):
            return str(candidate).partition(": ")[2] or str(candidate)
    last = seen[-1]
    if isinstance(last, TimeoutError):
        return "timed out"
    return f"{last}" or type(last).__name__
