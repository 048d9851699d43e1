"""The polite session against a real server on this machine."""

from __future__ import annotations

import gzip
import hashlib
import resource
import socket
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import brotli
import pytest

from schemas.errors import StatementsError
from scrapers.exchange import Limits
from scrapers.fetch import LocalClock, PoliteSession
from tests.local_site import in_turn, page, raw, redirect


def test_a_page_is_a_capture_with_its_facts(site, session):
    url = site.on("/t1.shtml", page(b"<p>We note.</p>", ETag='"a"', Set_Cookie="a=b"))
    fetched = session.get(url, address="https://www.example.org/t1.shtml")
    capture = fetched.capture
    assert fetched.body == b"<p>We note.</p>"
    assert capture.body_sha256 == hashlib.sha256(fetched.body).hexdigest()
    assert (capture.status, capture.error, capture.url, capture.final_url) == (200, None, url, url)
    assert capture.address == "https://www.example.org/t1.shtml"
    assert capture.via == "live"
    assert ("ETag", '"a"') in capture.headers
    assert capture.captured_at.tzinfo is UTC and capture.captured_at.microsecond == 0
    assert abs(datetime.now(UTC) - capture.captured_at) < timedelta(seconds=5)


def test_the_user_agent_bears_the_contact_address(site, session):
    session.get(site.on("/", page()))
    assert {request.headers["User-Agent"] for request in site.requests} == {"statements/0.1 (+desk@example.org)"}


def test_no_session_without_a_contact_address():
    with pytest.raises(StatementsError, match="STATEMENTS_CONTACT"):
        PoliteSession("  ")


def test_an_unchanged_page_costs_one_conditional_request_and_bears_the_known_hash(site, session):
    url = site.on("/t1.shtml", lambda handler: page(b"", 304)(handler) if handler.headers["If-None-Match"] else page(b"words")(handler))
    session.get(url)
    before = len(site.requests)
    fetched = session.get(url, etag='W/"odd, but theirs"', last_modified="Sat, 4 Jul 2020 03:55:06 +0000", body_sha256="ab" * 32)
    assert len(site.requests) == before + 1
    assert site.requests[-1].headers["If-None-Match"] == 'W/"odd, but theirs"'
    assert site.requests[-1].headers["If-Modified-Since"] == "Sat, 4 Jul 2020 03:55:06 +0000"
    assert (fetched.capture.status, fetched.capture.not_modified, fetched.capture.body_sha256, fetched.body) == (304, True, "ab" * 32, None)


def test_a_304_nobody_asked_for_is_an_error(site, session):
    fetched = session.get(site.on("/t1.shtml", page(b"", 304)))
    assert "without a validator" in fetched.capture.error
    assert fetched.capture.body_sha256 is None and not fetched.capture.not_modified


def test_connections_are_kept_alive(site, session):
    ports = set()

    def answer(handler):
        ports.add(handler.client_address)
        page(b"", 304)(handler)

    url = site.on("/t1.shtml", answer)
    for _ in range(20):
        session.get(url, etag='"a"')
    assert len(ports) == 1


def test_redirects_are_followed_by_hand_and_recorded(site, session):
    site.on("/old.shtml", redirect("/eng/näher.html".encode().decode("latin-1"), 301))
    site.on("/eng/n%C3%A4her.html", redirect("last.html", 307))
    site.on("/eng/last.html", page(b"arrived"))
    fetched = session.get(site.url + "/old.shtml")
    assert fetched.body == b"arrived"
    assert fetched.capture.redirects == ((301, f"{site.url}/eng/näher.html"), (307, f"{site.url}/eng/last.html"))
    assert fetched.capture.final_url == f"{site.url}/eng/last.html"


def test_a_redirect_in_a_circle_ends(site, session):
    fetched = session.get(site.on("/round", redirect("/round")))
    assert "redirected more than 10 times" in fetched.capture.error
    assert len(fetched.capture.redirects) == 11


def test_the_body_of_a_redirect_is_not_unpacked_without_bounds(site, session):
    bomb = zlib.compress(b"\0" * 100_000_000)
    site.on("/bomb", page(bomb, 302, Location="/there", Content_Encoding="deflate"))
    site.on("/there", page(b"arrived"))
    assert session.get(site.url + "/bomb").body == b"arrived"


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1/"])
def test_only_http_and_https_are_followed(site, session, location):
    fetched = session.get(site.on("/away", redirect(location)))
    assert "only http and https" in fetched.capture.error
    assert fetched.capture.status is None and fetched.body is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_private_addresses_are_refused_however_they_are_written(site, host):
    port = site.url.rpartition(":")[2]
    with PoliteSession("desk@example.org", limits=Limits(attempts=1)) as session:
        fetched = session.get(f"http://{host}:{port}/")
    assert "not an address of the open Internet" in fetched.capture.error
    assert site.requests == []


def test_a_redirect_to_a_private_address_is_refused_on_the_address_connected_to(site, monkeypatch, time):
    """The public host's name leads here for this test; a second name resolves to the same machine but is judged private."""
    port = int(site.url.rpartition(":")[2])
    resolve = socket.getaddrinfo
    monkeypatch.setattr("scrapers.connections.is_public", lambda address: address == "127.0.0.1")
    names = {"public.example": "127.0.0.1", "rebinding.example": "127.0.0.2"}
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **named: resolve(names.get(host, host), *rest, **named))
    site.on("/go", redirect(f"http://rebinding.example:{port}/secret"))
    with PoliteSession("desk@example.org", sleep=time.sleep) as session:
        fetched = session.get(f"http://public.example:{port}/go")
    assert "rebinding.example leads to 127.0.0.2" in fetched.capture.error
    assert fetched.capture.redirects == ((302, f"http://rebinding.example:{port}/secret"),)
    assert site.asked("/secret") == 0


def test_a_busy_host_is_asked_again_after_the_time_it_names(site, session, time):
    url = site.on("/t1.shtml", in_turn(page(b"busy", 503, Retry_After="7"), page(b"words")))
    fetched = session.get(url)
    assert [attempt.capture.status for attempt in fetched.attempts] == [503, 200]
    assert fetched.earlier[0].body == b"busy"
    assert sum(time.slept) == pytest.approx(7, abs=0.01)


def test_retry_after_may_be_a_date(site, session, time):
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    session.get(site.on("/t1.shtml", in_turn(page(b"busy", 429, Retry_After=moment), page(b"words"))))
    assert 35 < sum(time.slept) < 42


def test_a_host_that_asks_for_a_long_rest_gets_it_from_everyone(site, session, time):
    url = site.on("/t1.shtml", page(b"busy", 503, Retry_After="1200"))
    assert session.get(url).capture.status == 503
    again = session.get(url)
    assert "next turn" in again.capture.error and again.capture.status is None
    assert site.asked("/t1.shtml") == 1 and time.slept == []


def test_a_turn_too_far_off_is_given_back(site, time):
    clock = LocalClock(time)
    clock.claim("ministry", 1000)
    with PoliteSession("desk@example.org", clock, allow_private=True, sleep=time.sleep) as session:
        url = site.on("/t1.shtml", page())
        assert ["next turn" in session.get(url, delay=600, host_group="ministry", robots=False).capture.error for _ in range(5)] == [True] * 5
        time.sleep(1000)
        assert session.get(url, delay=600, host_group="ministry", robots=False).capture.status == 200


def test_attempts_back_off_and_end(site, session, time):
    fetched = session.get(site.on("/t1.shtml", page(b"down", 500)))
    assert [attempt.capture.status for attempt in fetched.attempts] == [500, 500, 500]
    assert time.slept[0] < time.slept[1]


def test_the_delay_of_a_host_group_holds_between_all_requests(site, session, time):
    urls = [site.on(f"/t{n}.shtml", page()) for n in range(3)]
    for url in urls:
        session.get(url, delay=5, host_group="ministry")
    assert time.slept == [5, 5, 5]  # robots.txt has the first turn


def test_a_longer_crawl_delay_of_the_host_is_honoured(site, session, time):
    site.on("/robots.txt", page(b"User-agent: *\nCrawl-delay: 9\n", Content_Type="text/plain"))
    for n in range(3):
        session.get(site.on(f"/t{n}.shtml", page()), delay=5)
    assert time.slept == [5, 9, 9]


def test_what_robots_disallows_is_not_fetched(site, session):
    site.on("/robots.txt", page(b"User-agent: statements\nDisallow: /private/\n", Content_Type="text/plain"))
    refused = session.get(site.on("/private/t1.shtml", page()))
    assert "robots.txt does not allow" in refused.capture.error
    assert session.get(site.on("/t1.shtml", page())).capture.status == 200
    assert site.asked("/private/t1.shtml") == 0 and site.asked("/robots.txt") == 1


def test_an_error_page_in_place_of_robots_counts_as_absent(site, session):
    site.on("/robots.txt", redirect("/error.htm"))
    site.on("/error.htm", page(b"\n<html>Disallow: /\nUser-agent: *\nDisallow: /</html>"))
    assert session.get(site.on("/t1.shtml", page(b"words"))).body == b"words"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_robots_allows_everything(site, session, status):
    site.on("/robots.txt", page(b"no", status))
    assert session.get(site.on("/t1.shtml", page(b"words"))).body == b"words"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_robots_that_cannot_be_had_allows_nothing_for_now(site, session, status):
    site.on("/robots.txt", page(b"no", status))
    fetched = session.get(site.on("/t1.shtml", page(b"words")))
    assert f"robots.txt cannot be had (status {status})" in fetched.capture.error
    assert site.asked("/t1.shtml") == 0 and site.asked("/robots.txt") == 3


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"words " * 1000, mtime=0)),
        ("x-gzip", gzip.compress(b"words " * 500, mtime=0) + gzip.compress(b"words " * 500, mtime=0)),
        ("deflate", zlib.compress(b"words " * 1000)),
        ("deflate", zlib.compress(b"words " * 1000, wbits=-15)),
        ("br", brotli.compress(b"words " * 1000)),
        ("gzip", b"words " * 1000),
    ],
    ids=["gzip", "two members", "deflate", "raw deflate", "brotli", "gzip in name only"],
)
def test_bodies_are_unpacked(site, session, coding, packed):
    fetched = session.get(site.on("/t1.shtml", page(packed, Content_Encoding=coding)))
    assert fetched.body == b"words " * 1000 and fetched.capture.error is None


def test_a_truncated_gzip_is_an_error_that_keeps_what_came(site, session):
    text = "".join(f"sentence {n}. " for n in range(5000)).encode()
    packed = gzip.compress(text, mtime=0)
    fetched = session.get(site.on("/t1.shtml", page(packed[: len(packed) // 2], Content_Encoding="gzip")))
    assert "breaks off" in fetched.capture.error and fetched.capture.status == 200
    assert 1000 < len(fetched.body) < len(text) and text.startswith(fetched.body)
    assert fetched.capture.body_sha256 == hashlib.sha256(fetched.body).hexdigest()
    assert len(fetched.attempts) == 3


def test_an_unknown_coding_is_an_error(site, session):
    assert "'zstd'" in session.get(site.on("/t1.shtml", page(b"x", Content_Encoding="zstd"))).capture.error


def test_ten_gigabytes_from_ten_megabytes_are_refused_early(site, session):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()
        handler.close_connection = True
        pack = zlib.compressobj(wbits=31)
        block = b"\0" * (1 << 20)
        for _ in range(10_000):
            handler.wfile.write(pack.compress(block))
        handler.wfile.write(pack.flush())

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fetched = session.get(site.on("/bomb", answer))
    assert "unpacks to more than 32.0 MiB" in fetched.capture.error
    assert fetched.body is None and fetched.capture.body_sha256 is None and len(fetched.attempts) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024


@pytest.mark.parametrize("announced", [True, False])
def test_a_hundred_megabytes_are_refused(site, session, announced):
    head = b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 104857600\r\n" if announced else b"") + b"\r\n"
    fetched = session.get(site.on("/large", raw(head, *[b"x" * (1 << 20)] * 100)))
    assert "larger than" in fetched.capture.error or "more than" in fetched.capture.error
    assert fetched.body is None


def test_a_dropped_connection_keeps_what_came_and_is_tried_again(site, session):
    cut = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    fetched = session.get(site.on("/t1.shtml", in_turn(cut, page(b"whole"))))
    assert fetched.body == b"whole"
    assert fetched.earlier[0].body == b"half" and "broke off" in fetched.earlier[0].capture.error


def test_a_server_that_hangs_up_is_a_failed_capture(site, session):
    fetched = session.get(site.on("/t1.shtml", raw(b"")))
    assert fetched.capture.status is None and fetched.capture.error and fetched.body is None


def test_nobody_listening_is_one_sentence(session):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = session.get(f"http://127.0.0.1:{port}/").capture.error
    assert "Connection refused" in error and "\n" not in error and "0x" not in error


def test_an_unknown_host_is_one_sentence(session, monkeypatch):
    def nowhere(*_args, **_named):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert "no name server knows the host" in session.get("http://ministry.invalid/").capture.error


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1/", "http://exa mple.org/", "http://a.b:99999/", "", "mailto:a@b", "http://x..y/", "//host/x"]
)
def test_what_is_no_url_is_a_failed_capture(session, url):
    capture = session.get(url).capture
    assert capture.status is None and capture.error and capture.url == url


@pytest.mark.parametrize("head", [True, False])
def test_a_dripping_server_is_left_when_the_whole_time_is_over(site, time, head):
    limits = Limits(read=1, total=0.4, attempts=1)

    def answer(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n" + (b"" if head else b"\r\n"))
        for n in range(60):
            handler.wfile.write(b"X-%d: 1\r\n" % n if head else b"x")
            handler.rfile.raw._sock.settimeout(0.05)
            try:
                handler.rfile.raw._sock.recv(1)
                return
            except TimeoutError:
                continue

    site.on("/slow", answer)
    with PoliteSession("desk@example.org", allow_private=True, limits=limits, sleep=time.sleep) as session:
        capture = session.get(site.url + "/slow").capture
    assert "timed out" in capture.error
    assert capture.status == (None if head else 200)


def test_a_silent_server_times_out(site, time):
    limits = Limits(read=0.2, total=5, attempts=2)
    site.on("/silent", lambda handler: handler.rfile.read(1))
    with PoliteSession("desk@example.org", allow_private=True, limits=limits, sleep=time.sleep) as session:
        fetched = session.get(site.url + "/silent")
    assert "timed out" in fetched.capture.error and len(fetched.attempts) == 2


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + b"a" * 70_000,
        b"\r\n".join(b"X-%d: a" % n for n in range(200)),
        b"\r\n".join(b"X-%d: " % n + b"a" * 60_000 for n in range(50)),
        b"Content-Length: 5\r\nContent-Length: 50",
    ],
    ids=["one huge header", "too many headers", "too much of them", "two lengths"],
)
def test_header_games_are_failed_captures(site, session, head):
    fetched = session.get(site.on("/t1.shtml", raw(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\nwords")))
    assert fetched.capture.status is None and fetched.capture.error and fetched.body is None
    assert len(fetched.capture.error) < 500


def test_odd_headers_are_kept_as_they_came_and_stay_storable(site, session):
    head = b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset="no such"\r\nX-Raw: \xe4\xb8\xad\x00x\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\n'
    capture = session.get(site.on("/t1.shtml", raw(head, b"words"))).capture
    headers = capture.headers
    assert ("X-Twice", "1") in headers and ("X-Twice", "2") in headers
    assert ("Content-Type", 'text/html; charset="no such"') in headers
    assert not any("\0" in value for _, value in headers)
    assert capture.status == 200


def test_cookies_do_not_outlive_a_page(site, session):
    site.on("/door", page(b"", 302, Location="/inside", Set_Cookie="seen=1"))
    site.on("/inside", page())
    session.get(site.url + "/door")
    assert site.requests[-1].headers["Cookie"] == "seen=1"
    session.get(site.url + "/inside")
    assert "Cookie" not in site.requests[-1].headers


def test_a_route_serves_a_site_under_its_own_urls(site, time):
    site.on("/eng/t1.html?a=1", page(b"words"))
    site.on("/eng/old.html", redirect("https://www.ministry.example/eng/t1.html?a=1"))
    with PoliteSession("desk@example.org", allow_private=True, routes={"https://www.ministry.example/": site.url}, sleep=time.sleep) as session:
        fetched = session.get("https://www.ministry.example/eng/old.html")
    assert fetched.body == b"words"
    assert fetched.capture.final_url == "https://www.ministry.example/eng/t1.html?a=1"
    assert site.requests[-1].headers["Host"] == "www.ministry.example"


def test_an_empty_body_is_a_fact(site, session):
    fetched = session.get(site.on("/empty", page(b"")))
    assert fetched.body == b"" and fetched.capture.body_sha256 == hashlib.sha256(b"").hexdigest()


def test_a_local_clock_gives_each_caller_a_moment_of_its_own(time):
    clock = LocalClock(time)
    assert [clock.claim("a", 3) for _ in range(3)] == [0, 3, 6]
    assert clock.claim("b", 3) == 0
