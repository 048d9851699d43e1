"""What an archive adds to a page that it shows, and how to take it off again: toolbar, links, headers, URLs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

_MEMENTO = re.compile(r"^https?://[^/]+/(?:[^/]+/)*?(\d{4,14})(?:[a-z]{2}_)?/((?:https?:/{1,2}|www\.).+)$", re.I)
_ORIGINAL = "x-archive-orig-"
_LEFT_ALONE = frozenset({"content-type", "content-language"})
# Date and Content-Location are of the answer, and so the archive's (RFC 7089, section 4): when it was asked, and where it stands itself.
_ADDED_HEADERS = re.compile(
    r"^(x-archive-.*|memento-datetime|date|content-location|link|x-app-server|x-ts|x-tr|x-page-cache|x-location|content-security-policy|server-timing)$",
    re.I,
)

# From the beginning to the end of what is added; each pair is written by the archives' own software around its additions.
_ADDED = tuple(
    re.compile(start + rb".*?" + end + rb"\s*", re.S | re.I)
    for start, end in (
        (rb"<!--\s*BEGIN WAYBACK TOOLBAR INSERT\s*-->", rb"<!--\s*END WAYBACK TOOLBAR INSERT\s*-->"),
        (
            rb"<script[^>]*\ssrc=[\"'][^\"']*(?:archive\.org/includes/|/_static/js/|/static/js/analytics)",
            rb"<!--\s*End Wayback Rewrite JS Include\s*-->",
        ),
        (rb"<!--\s*WB Insert\s*-->", rb"<!--\s*End WB Insert\s*-->"),
        (rb"<!--\s*FILE ARCHIVED ON ", rb"-->"),
        (rb"<!--\s*playback timings", rb"-->"),
    )
)
_PLACE = rb"(?:(?:https?:)?//[^/\s\"'<>]+)?/(?:[\w.-]+/){0,3}?\d{14}(?:[a-z]{2}_)?/"
_REWRITTEN = re.compile(_PLACE + rb"(?=(?:https?:|mailto:|javascript:)?//|https?:/|mailto:|javascript:)", re.I)
_MARKS = (b"WAYBACK TOOLBAR INSERT", b"Wayback Rewrite JS Include", b"WB Insert -->", b"FILE ARCHIVED ON ")


def parse_timestamp(digits: str) -> datetime:
    """The instant that an archive's digits name; what is left out is the earliest it can be.

    >>> parse_timestamp("20140126200624").isoformat(), parse_timestamp("2014").isoformat()
    ('2014-01-26T20:06:24+00:00', '2014-01-01T00:00:00+00:00')
    """
    filled = digits + "00000101000000"[len(digits) :]
    return datetime.strptime(filled[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def original_url(url: str) -> tuple[str, datetime] | None:
    """The page's own URL and the instant of capture, from a memento's URL; None where it is no memento's.

    >>> original_url("https://web.archive.org/web/20140126200624id_/http://www.ministry.example/a?b=1")
    ('http://www.ministry.example/a?b=1', datetime.datetime(2014, 1, 26, 20, 6, 24, tzinfo=datetime.timezone.utc))
    """
    found = _MEMENTO.match(url)
    if not found:
        return None
    original = re.sub(r"^(https?:)/+", r"\1//", found[2], flags=re.I)
    try:
        return (original if "://" in original[:8] else f"http://{original}"), parse_timestamp(found[1])
    except ValueError:
        return None


def original_headers(headers: tuple[tuple[str, str], ...], memento_url: str) -> tuple[tuple[str, str], ...]:
    """The headers that the page's own server sent, as far as the archive's answer tells them.

    An archive that prefixes the originals leaves the type, the language and a rewritten Location as they are.
    """
    prefixed = {name.lower()[len(_ORIGINAL) :] for name, _ in headers if name.lower().startswith(_ORIGINAL)}
    kept: list[tuple[str, str]] = []
    for name, value in headers:
        lower = name.lower()
        if lower.startswith(_ORIGINAL):
            kept.append((name[len(_ORIGINAL) :], value))
        elif lower == "location" and "location" not in prefixed:
            kept.append((name, original_redirect(value, memento_url)))
        elif lower in prefixed or _ADDED_HEADERS.match(name) or (prefixed and lower not in _LEFT_ALONE):
            continue
        else:
            kept.append((name, value))
    return tuple(kept)


def original_redirect(location: str, memento_url: str) -> str:
    """Where the page itself sent its reader, from the rewritten Location of its memento."""
    target = urljoin(memento_url, location)
    found = original_url(target)
    return found[0] if found else target


def is_marked(body: bytes) -> bool:
    """Whether a saved page bears the marks of an archive's viewer."""
    return any(mark in body for mark in _MARKS)


def without_additions(body: bytes) -> bytes:
    """The page as its server sent it, as far as that can be told: no toolbar, no scripts of the archive, its own links.

    A page without an archive's marks comes back as it is.
    """
    if not is_marked(body):
        return body
    for added in _ADDED:
        body = added.sub(b"", body)
    return _REWRITTEN.sub(b"", body)


@dataclass(frozen=True, slots=True)
class Served:
    """A page that an archive kept, or that was saved from an archive's viewer: what its own server gave."""

    url: str
    captured_at: datetime
    memento_url: str | None = None  # set where it was saved from a viewer

    def headers(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """The server's own headers."""
        return original_headers(headers, self.memento_url) if self.memento_url else headers


def as_served(url: str, captured_at: datetime) -> Served:
    """The page behind `url`: itself, or what a memento's URL names, with the instant that it names."""
    found = original_url(url)
    return Served(*found, memento_url=url) if found else Served(url, captured_at)
