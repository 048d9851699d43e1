"""Connections that go to public addresses only and end at a deadline, whatever the name server and the server play."""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64: the last 32 bits are an IPv4 address


class PrivateAddress(Exception):
    """The host's name leads to a private, loopback, link-local or otherwise unroutable address."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet, also when it hides an IPv4 address in an IPv6 one.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("169.254.169.254")
    (True, False, False, False)
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        hidden = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if hidden is None and found in _TRANSLATED:
            hidden = IPv4Address(int(found) & 0xFFFFFFFF)
        if hidden is not None:
            return is_public(str(hidden))
    return found.is_global and not found.is_multicast


def leads_home(host: str) -> bool:
    """Whether a host's name leads to private addresses only: the operator's own machine or network."""
    try:
        places = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return not any(is_public(str(place[4][0])) for place in places)


class _Budget(threading.local):
    ends = math.inf  # on the monotonic clock


_budget = _Budget()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Within the block every read on this thread's guarded connections fails with TimeoutError once `seconds` are over.

    A time-out alone does not do: it starts anew with every byte that a slow server lets fall.
    """
    _budget.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        _budget.ends = math.inf


class _Timed:
    if TYPE_CHECKING:

        def gettimeout(self) -> float | None: ...
        def settimeout(self, value: float | None) -> None: ...

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        left = _budget.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time allowed for the whole answer is over")
        if left < (self.gettimeout() or math.inf):
            self.settimeout(left)
        return int(super().recv_into(*args, **kwargs))  # type: ignore[misc]


class _Socket(_Timed, socket.socket):
    pass


class _TLSSocket(_Timed, ssl.SSLSocket):
    pass


class _Guarded:
    """Resolves the name itself and connects to an address that it has looked at: what was checked is what is used."""

    allow_private: bool | frozenset[str] = False
    host: str
    port: int | None
    timeout: float | None
    socket_options: Any

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        try:
            places = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, connection, error) from error  # type: ignore[arg-type]
        is_free = self.allow_private if isinstance(self.allow_private, bool) else self.host in self.allow_private
        allowed = places if is_free else [place for place in places if is_public(str(place[4][0]))]
        if not allowed:
            raise PrivateAddress(f"{self.host} leads to {places[0][4][0]}, which is not an address of the open Internet.")
        failure: OSError | None = None
        for family, kind, protocol, _, place in allowed:
            sock = _Socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(self.timeout)
                sock.connect(place)
                return sock
            except OSError as error:
                sock.close()
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(connection, f"no connection to {self.host} within {self.timeout} s") from failure
        raise NewConnectionError(connection, f"no connection to {self.host}: {failure}") from failure


class GuardedAdapter(HTTPAdapter):
    """A requests adapter whose connections refuse private addresses, unless allowed for all hosts or some, and keep to `deadline`."""

    def __init__(self, allow_private: bool | frozenset[str], pool_size: int = 8) -> None:
        self._allow_private = allow_private
        super().__init__(pool_connections=32, pool_maxsize=pool_size, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        context = create_urllib3_context()
        context.sslsocket_class = _TLSSocket
        super().init_poolmanager(connections, maxsize, block, ssl_context=context, **pool_kwargs)
        guard = {"allow_private": self._allow_private}
        plain = type("GuardedHTTPConnection", (_Guarded, HTTPConnection), guard)
        secure = type("GuardedHTTPSConnection", (_Guarded, HTTPSConnection), guard)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("GuardedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GuardedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
