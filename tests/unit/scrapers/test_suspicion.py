"""Pages that lie are told with their evidence; statements that quote them are not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from schemas.records import Capture
from scrapers.source import LayoutRule, Source
from scrapers.suspicion import sign_ids, suspect

URL = "https://www.mfa.example/news/2020/t1001.html"
SOURCE = Source(
    "xx_mfa", "Ministry", "ZZ", "en", ("www.mfa.example",), date(2020, 1, 1), (LayoutRule("only", ("#statement",), ("h1",)),)
)  # fmt: skip


def page(inside: str, title: str = "Ministry") -> bytes:
    menu = "".join(f"<li><a href='/{i}'>Section number {i} of the site</a></li>" for i in range(60))
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><ul>{menu}</ul>{inside}</body></html>".encode()


def bare(inside: str, title: str = "") -> bytes:
    return f"<html><head><title>{title}</title></head><body>{inside}</body></html>".encode()


def capture(**kwargs: object) -> Capture:
    given = {"address": URL, "url": URL, "final_url": URL, "captured_at": datetime(2020, 5, 1, tzinfo=UTC), "status": 200}
    return Capture(**{**given, **kwargs})  # type: ignore[arg-type]


LIES = {
    "cloudflare": ("blocked", bare("<div id='cf-wrapper'>Checking your browser before accessing mfa.example.</div>", "Just a moment...")),
    "akamai": ("blocked", bare('<h1>Access Denied</h1>You don\'t have permission to access "http://mfa.example/" on this server.', "Access Denied")),
    "incapsula": ("blocked", bare("<iframe src='/_Incapsula_Resource?x=1'>Request unsuccessful.</iframe>")),
    "ddos_guard": ("blocked", bare("<p>DDoS protection by DDoS-Guard</p>", "DDoS-Guard")),
    "script_challenge": ("blocked", bare("<script>var arg1='ABCDEF0123456789ABCDEF0123456789';document.cookie='a'</script>")),
    "chinese_firewall": ("blocked", bare("<p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>", "网站防火墙")),
    "chinacache": ("error_page", bare("<p>The requested URL could not be retrieved</p>", "ERROR: The requested URL could not be retrieved")),
    "login_wall": ("blocked", bare("<form><input type='text'><input type='password'></form>", "Sign in to your account")),
    "not_found": ("error_page", page("<p>对不起，您访问的页面不存在。</p>")),
    "technical_difficulties": ("error_page", page("<p>We are experiencing technical difficulties. Please try again later.</p>")),
    "script_error": ("error_page", bare("<b>Fatal error</b>: Uncaught exception in /srv/www/page.php")),
    "archive": ("error_page", bare("<p>The Wayback Machine has not archived that URL.</p>", "Internet Archive Wayback Machine")),
    "unfilled": ("half_loaded", bare("<div id='app'>Loading...</div>", "Loading")),
}


@pytest.mark.parametrize("kind", LIES)
def test_a_lie_served_with_200_gets_its_verdict_and_its_evidence(kind):
    verdict, body = LIES[kind]
    told = suspect(capture(), body, SOURCE)
    assert told is not None
    assert told.verdict == verdict
    assert told.evidence.endswith(".")
    assert suspect(capture(via="memento"), body, None) is not None, "the same lie in an archive, of no known source"


@pytest.mark.parametrize("kind", LIES)
def test_a_statement_that_quotes_the_lie_passes(kind):
    words = "".join(part for part in LIES[kind][1].decode().split("<body>")[1].replace("/", "").replace("<", " ").replace(">", " "))
    quoting = (
        f"<div id='statement'><p>The Ministry was asked about a notice that its visitors saw on Tuesday, which read: {words}</p>"
        "<p>The spokesperson said that the site had been under attack for three hours, that it was restored by noon, and that the "
        "Ministry deplores such acts against the channels through which it speaks to the public.</p></div>"
    )
    assert suspect(capture(), page(quoting), SOURCE) is None


def test_a_short_statement_passes():
    assert suspect(capture(), page("<div id='statement'><p>Q: Any comment?</p><p>A: None.</p></div>"), SOURCE) is None


def test_a_question_about_a_failure_is_not_the_failure():
    asked = "<div id='statement'><p>Q: The embassy's website is temporarily unavailable. Any comment?</p><p>A: I will check.</p></div>"
    assert suspect(capture(), page(asked), SOURCE) is None


def test_an_error_inside_the_statements_place_is_told():
    body = page("<div id='statement'><p>Sorry, the page you requested cannot be found.</p></div>")
    assert suspect(capture(), body, SOURCE).sign == "not_found"


@pytest.mark.parametrize(
    ("final", "verdict"),
    [
        ("https://www.mfa.example/", "error_page"),
        ("https://www.mfa.example/eng/index.html", "error_page"),
        ("https://www.mfa.example/error.htm", "error_page"),
        ("https://www.mfa.example/404.html", "error_page"),
        ("https://sso.mfa.example/cas/login?service=x", "blocked"),
        ("https://web.archive.org/web/20200501000000/https://www.mfa.example/", "error_page"),
    ],
)
def test_a_redirect_that_loses_the_statement_is_told(final, verdict):
    told = suspect(capture(final_url=final), page("<div id='statement'>The words of another page entirely.</div>"), SOURCE)
    assert told is not None
    assert (told.verdict, told.sign) == (verdict, "redirect")
    assert final.rsplit("/https:", 1)[-1] in told.evidence


def test_a_move_to_another_address_of_the_statement_is_no_suspicion():
    moved = "https://www.mfa.example/eng/news/202005/t20200501_1001.html"
    assert suspect(capture(final_url=moved), page("<div id='statement'>The words.</div>"), SOURCE) is None


@pytest.mark.parametrize(
    ("status", "verdict"), [(404, "gone"), (410, "gone"), (403, "blocked"), (429, "blocked"), (503, "blocked"), (500, "error_page")]
)
def test_a_status_speaks_for_itself(status, verdict):
    assert suspect(capture(status=status), page("<div id='statement'>The words.</div>"), SOURCE).verdict == verdict


def test_half_a_page_is_told_wherever_it_was_cut():
    whole = page("<div id='statement'>" + "<p>The two sides agreed to go on talking.</p>" * 40 + "</div>")
    body_at = whole.index(b"<div id=")
    for cut in range(body_at + 40, len(whole) - 20, 37):
        assert suspect(capture(), whole[:cut], SOURCE) is not None, cut


def test_halves_of_a_page_in_the_wrong_order_are_told():
    whole = page("<div id='statement'>" + "<p>The two sides agreed to go on talking.</p>" * 40 + "</div>")
    half = len(whole) // 2
    assert suspect(capture(), whole[half:] + whole[:half], SOURCE).sign == "disorder"


def test_fewer_bytes_than_promised_and_an_empty_body_are_told():
    body = page("<div id='statement'>The words.</div>")
    assert suspect(capture(headers=(("Content-Length", str(len(body) + 9)),)), body, SOURCE).sign == "cut"
    assert suspect(capture(headers=(("Content-Length", str(len(body))),)), body, SOURCE) is None
    assert suspect(capture(), b" \n", SOURCE).sign == "empty"


def test_extracted_text_is_left_alone():
    assert suspect(capture(), b"Access denied to the strait is not acceptable.", None) is None


def test_every_sign_has_its_own_name():
    names = list(sign_ids())
    assert len(names) == len(set(names))
