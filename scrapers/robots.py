"""What a host's robots.txt allows (RFC 9309), decided from the answer it gave."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

PRODUCT = "statements"  # the token that a robots.txt would name us by
PARSED_BYTES = 500 * 1024  # RFC 9309, 2.5: at least 500 kibibytes are to be read
REDIRECTS = 5  # RFC 9309, 2.3.1.2: at least five are to be followed
RULES_KEPT = 24 * 3600.0  # seconds; RFC 9309, 2.4
REFUSAL_KEPT = 300.0  # seconds until a robots.txt that could not be had is asked for again


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin allows. `refusal` is set where nothing may be fetched because no rules could be had."""

    parsed: Protego | None = None
    crawl_delay: float = 0.0  # seconds between two requests
    refusal: str | None = None

    @property
    def kept(self) -> float:
        """Seconds for which these rules hold."""
        return REFUSAL_KEPT if self.refusal else RULES_KEPT

    def allow(self, url: str) -> bool:
        return self.refusal is None and (self.parsed is None or bool(self.parsed.can_fetch(url, PRODUCT)))


def rules_of(origin: str, status: int | None, body: bytes, reason: str | None = None) -> Rules:
    """The rules that an answer to GET /robots.txt means; `reason` says why there is none, where `status` is None.

    2xx is read; an HTML page in its place (a ministry's error page, served with 200 after a redirect) counts as
    absent, as does any 4xx: everything is allowed. 5xx, 429 and no answer at all mean that nothing is allowed for now.
    """
    if status is None or status >= 500 or status == 429:
        answer = reason or f"status {status}"
        return Rules(refusal=f"{origin}/robots.txt cannot be had ({answer.rstrip('.')}), so nothing of that host is fetched until it can.")
    if not 200 <= status < 300 or body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Rules()
    parsed = Protego.parse(body[:PARSED_BYTES].decode("utf-8", "replace"))
    rate = parsed.request_rate(PRODUCT)
    spacing = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return Rules(parsed, max(float(parsed.crawl_delay(PRODUCT) or 0.0), float(spacing)))
