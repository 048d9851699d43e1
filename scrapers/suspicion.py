"""Pages that lie: block pages, login walls, errors served as pages and half pages, told before any layout reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from schemas import declarations
from schemas.errors import BlockedPage, ErrorPage, HalfLoadedPage
from schemas.records import Capture, Verdict
from scrapers.markup import DEEPEST, nests_too_deep
from scrapers.source import Source

SIGNS = Path(__file__).parent / "signs.yml"

SHORT_STATEMENT = 600  # characters: a longer text in the statement's place is the statement, whatever it quotes
SHORT_PAGE = 1500  # characters outside links: block and error pages say less
MOSTLY = 0.6  # of a short statement's characters stand in sentences that carry a sign
LARGELY = 0.25  # the same of a page of unknown layout, whose frame cannot be told from its words
CURT = 120  # characters: the longest sentence in which a notice is given
BLOCKED_STATUSES = frozenset({401, 402, 403, 405, 406, 407, 409, 418, 423, 429, 451, 503, 999})

_SILENT = "script, style, noscript, template, iframe, select, #wm-ipp-base, #wm-ipp, #donato"
_SENTENCES = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_INTERVIEW = re.compile(r"^\s*(?:[QA]|问|答|Вопрос|Ответ)\s*[:：]", re.MULTILINE)
_WAYBACK = re.compile(r"^https?://[^/]+/(?:web|wayback|coll|all)/\d{4,14}(?:[a-z]{2}_)?/(?=https?:)")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why a capture is not the statement it was asked for."""

    verdict: Verdict  # blocked | error_page | half_loaded | gone | undecodable
    sign: str  # the id in signs.yml, or one of status, redirect, empty, cut, disorder
    evidence: str  # a sentence with the words, header, status or URL that told it


@dataclass(frozen=True, slots=True)
class _Sign:
    id: str
    verdict: Verdict
    means: str
    header: re.Pattern[str] | None
    markup: re.Pattern[str] | None
    title: re.Pattern[str] | None
    text: re.Pattern[str] | None


def suspect(capture: Capture, body: bytes, source: Source | None) -> Suspicion | None:
    """Judge one capture by what came with it; None where nothing speaks against it.

    Words alone never condemn a page on which the source's layouts find a statement: there, sentences with a sign
    must make up most of a short text. A statement may quote any block page. Pure; reads `signs.yml` once.
    """
    return _by_status(capture) or _by_redirect(capture) or _by_header(capture) or _by_bytes(capture, body) or by_words(body, source)


def refusal_of(suspicion: Suspicion, url: str) -> BlockedPage:
    """The error that such a page is for whoever asked for it alone."""
    kind = {"error_page": ErrorPage, "gone": ErrorPage, "half_loaded": HalfLoadedPage}.get(suspicion.verdict, BlockedPage)
    return kind(f"{url} is not the statement: {suspicion.evidence}", url)


def _by_status(capture: Capture) -> Suspicion | None:
    status = capture.status
    if status is None or status < 400:
        return None
    verdict: Verdict = "gone" if status in {404, 410} else "blocked" if status in BLOCKED_STATUSES else "error_page"
    return Suspicion(verdict, "status", f"The server answered {capture.url or capture.address} with status {status}.")


def _by_redirect(capture: Capture) -> Suspicion | None:
    asked, came = _WAYBACK.sub("", capture.url or capture.address), _WAYBACK.sub("", capture.final_url)
    if not came:
        return None
    asked_at, came_at = _place(asked), _place(came)
    if asked_at == came_at:
        return None
    for kind, verdict in (("login", "blocked"), ("error", "error_page"), ("home", "error_page")):
        pattern = _astray()[kind]
        if pattern.fullmatch(came_at) and not pattern.fullmatch(asked_at):
            what = {"login": "a login or challenge page", "error": "an error page", "home": "a home page"}[kind]
            return Suspicion(verdict, "redirect", f"{asked} was redirected to {what}, {came}.")  # type: ignore[arg-type]
    return None


def _by_header(capture: Capture) -> Suspicion | None:
    for name, value in capture.headers:
        line = f"{name}: {value}"
        for sign in _signs():
            if sign.header and sign.header.search(line):
                return Suspicion(sign.verdict, sign.id, f"The answer is {sign.means}: header {line!r}.")
    return None


def _by_bytes(capture: Capture, body: bytes) -> Suspicion | None:
    if not body.strip():
        return Suspicion("half_loaded", "empty", "The body is empty.")
    headers = {name.lower(): value for name, value in capture.headers}
    promised = headers.get("content-length", "")
    if promised.isdigit() and len(body) < int(promised) and "content-encoding" not in headers:
        return Suspicion("half_loaded", "cut", f"Only {len(body):,} of {int(promised):,} bytes arrived.")
    low = body.lower()
    opening = min((at for at in map(low.find, (b"<!doctype", b"<html", b"<head>", b"<head ")) if at >= 0), default=-1)
    closing = min((at for at in map(low.find, (b"</body", b"</html")) if at >= 0), default=-1)
    if closing >= 0 and opening > closing:
        return Suspicion(
            "half_loaded", "disorder", f"The page ends (byte {closing:,}) before it begins (byte {opening:,}): its parts are out of order."
        )
    if closing < 0 and (b"<html" in low or b"<body" in low):
        if low.rfind(b"<") > low.rfind(b">"):
            return Suspicion("half_loaded", "cut", f"The page breaks off inside a tag, after {len(body):,} bytes.")
        for element in (b"script", b"style", b"div", b"table", b"ul", b"ol", b"form", b"span", b"title"):
            still_open = len(re.findall(rb"<" + element + rb"[\s>]", low)) - low.count(b"</" + element)
            if still_open > 0:
                return Suspicion(
                    "half_loaded", "cut", f"The page breaks off with {still_open} <{element.decode()}> still open, after {len(body):,} bytes."
                )
    return None


def by_words(body: bytes, source: Source | None) -> Suspicion | None:
    """What the page's own words say against it; None where they say nothing."""
    if b"<" not in body:
        return None  # extracted text: there is no page to judge
    text = decoded(body)
    if nests_too_deep(text):
        return Suspicion("undecodable", "nesting", f"The page nests more than {DEEPEST} elements in one another, to cost its reader time.")
    page = LexborHTMLParser(text)
    for node in page.css(_SILENT):
        node.decompose()
    statement = _statement(page, source)
    if statement:
        return mostly(statement, MOSTLY) if len(statement) <= SHORT_STATEMENT else None
    named = page.css_first("title")
    title = " ".join(named.text().split()) if named else ""
    if found := _first(_signs(), "title", title, whole=True):
        return Suspicion(found[0].verdict, found[0].id, f"The body is {found[0].means}: its title is {title!r}.")
    for node in page.css("a, button, option, nav, footer, label"):
        node.decompose()
    prose = _words(page)
    if len(prose) > SHORT_PAGE:
        return None
    if found := _first(_signs(), "markup", text):
        return Suspicion(found[0].verdict, found[0].id, f"The body is {found[0].means}: its source holds {found[1]!r}.")
    if source is None:
        return mostly(prose, LARGELY)
    if found := _first(_signs(), "text", prose):
        return Suspicion(found[0].verdict, found[0].id, f"The body is {found[0].means}: {_around(prose, found[1])!r}.")
    return None


def decoded(body: bytes) -> str:
    """The body as text, good enough to look for signs: never raises."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _statement(page: LexborHTMLParser, source: Source | None) -> str:
    for rule in reversed(source.layouts) if source else ():
        for selector in rule.select:
            if (node := page.css_first(selector)) and (words := node.text(separator="\n").strip()):
                return words
    return ""


def _words(page: LexborHTMLParser) -> str:
    body = page.body
    return "\n".join(line for raw in body.text(separator="\n").splitlines() if (line := " ".join(raw.split()))) if body else ""


def mostly(text: str, share: float) -> Suspicion | None:
    """The sign whose sentences make up at least `share` of a text: curt ones, for a long sentence quotes."""
    sentences = _SENTENCES.findall(text)
    if _INTERVIEW.search(text):
        return None
    whole = sum(map(len, sentences)) or 1
    for sign in _signs():
        telling = [s for s in sentences if len(s) <= CURT and sign.text and sign.text.search(s)]
        if telling and sum(map(len, telling)) / whole >= share:
            return Suspicion(sign.verdict, sign.id, f"The body is {sign.means}: {' '.join(telling).strip()[:200]!r}.")
    return None


def _first(signs: Iterable[_Sign], part: str, where: str, *, whole: bool = False) -> tuple[_Sign, str] | None:
    for sign in signs:
        pattern: re.Pattern[str] | None = getattr(sign, part)
        found = pattern and (pattern.fullmatch(where) if whole else pattern.search(where))
        if found:
            return sign, found.group()[:200]
    return None


def _around(text: str, words: str) -> str:
    at = text.find(words)
    return next((s.strip()[:200] for m in _SENTENCES.finditer(text) if m.start() <= at < m.end() for s in [m.group()]), words)


def _place(url: str) -> str:
    parts = urlsplit(url.strip())
    path = parts.path or "/"
    return (f"{path}?{parts.query}" if parts.query else path).lower()


@cache
def _declared() -> Mapping[str, Any]:
    return declarations.read(SIGNS, "signs")


@cache
def _signs() -> tuple[_Sign, ...]:
    def either(patterns: Sequence[str] | None) -> re.Pattern[str] | None:
        return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE) if patterns else None

    parts = ("header", "markup", "title", "text")
    return tuple(_Sign(raw["id"], raw["verdict"], raw["means"], *(either(raw.get(part)) for part in parts)) for raw in _declared()["signs"])


@cache
def _astray() -> Mapping[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE) for kind, patterns in _declared()["astray"].items()}


def signs_sha256() -> str:
    """Hash of the declared signs: a body judged by others is judged again."""
    return declarations.file_sha256(SIGNS)


def sign_ids() -> Iterator[str]:
    """The ids of the declared signs, in the order in which they are tried."""
    return (sign.id for sign in _signs())
