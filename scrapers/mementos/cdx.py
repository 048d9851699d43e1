"""A web archive's index and its mementos over HTTP: the Wayback Machine's CDX server, pywb's, and those that answer like them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import groupby
from urllib.parse import urlencode, urlsplit

from schemas.records import Capture
from scrapers.exchange import REDIRECT_STATUSES
from scrapers.fetch import Fetched, PoliteSession
from scrapers.mementos import Memento, Selection, Thinning, Unread
from scrapers.mementos.index import CdxRow, parsed, places
from scrapers.mementos.queries import Query
from scrapers.mementos.wayback import original_headers, original_redirect, without_additions

FIRST_DAY = date(1996, 1, 1)  # no public web archive holds anything older
PAGE_ROWS = 5000
DELAY = 1.0  # seconds between two requests; what the large public archives ask of programs
_EMPTY = "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"  # the SHA-1 of no bytes, which all redirects share


class CdxError(Exception):
    """The archive's index could not be read; the message is a sentence."""


class CdxArchive:
    """A CDX server and the mementos beside it.

    `url` is the server's index ("https://web.archive.org/cdx/search/cdx", "http://localhost:8080/collection/cdx") or the
    place that its mementos stand under ("https://web.archive.org/web", "http://localhost:8080/collection").
    `delay` seconds lie between two requests, in the session's clock under a group of the archive's own.
    """

    def __init__(self, url: str, session: PoliteSession, *, delay: float = DELAY, page_rows: int = PAGE_ROWS) -> None:
        self.index_url, self.memento_base = places(url)
        self._session = session
        self._page_rows = page_rows
        self._delay = delay
        self._host_group = f"archive_{urlsplit(url).netloc}"

    def rows(self, query: Query, since: date | None = None, until: date | None = None) -> Iterator[CdxRow | Unread]:
        """The captures that the archive's index names between two days, both included.

        Answers are taken in pages, by the server's resume key where it gives one, else by halving the days.

        Raises:
            CdxError: the index cannot be read.
        """
        yield from self._rows(query, since or FIRST_DAY, until or datetime.now(UTC).date())

    def mementos(
        self,
        queries: Iterable[Query],
        selection: Selection | None = None,
        *,
        known: Callable[[str], Capture | None] = lambda digest: None,
        is_done: Callable[[str], bool] = lambda where: False,
    ) -> Iterator[Memento | Unread]:
        """The captures wanted, each body downloaded once.

        A row whose digest has been downloaded, now or before (`known`: a capture with that body, by the archive's
        digest), is a capture without a download. Rows whose `where` `is_done` are passed over.
        """
        chosen = selection or Selection()
        thinning = Thinning(chosen)
        bodies: dict[str, Capture] = {}
        for query in queries:
            try:
                for row in _first_of_day(self.rows(query, chosen.since, chosen.until), chosen):
                    if isinstance(row, Unread):
                        yield row
                        continue
                    if not thinning.admits(row.url, row.captured_at, row.digest):
                        continue
                    if not is_done(row.where):
                        key = _body_key(row)
                        original = bodies.get(key) or (known(row.digest) if key == row.digest else None)
                        found = _repeat(row, original, chosen) if original else self.memento(row, chosen.address_of)
                        yield found
                        if isinstance(found, Unread):
                            continue
                        bodies.setdefault(key, _what_repeats(found.capture))
                    thinning.note(row.url, row.captured_at, row.digest)
            except CdxError as error:
                yield Unread(query.url, str(error))

    def count(self, queries: Iterable[Query], selection: Selection | None = None, is_done: Callable[[str], bool] = lambda where: False) -> int:
        """How many rows `mementos` would bring in, from the index alone; 0 where it cannot be read.

        `only_changed` and `one_a_day` are not looked at: the most that it can be.
        """
        chosen = selection or Selection()
        try:
            rows = (row for query in queries for row in self.rows(query, chosen.since, chosen.until))
            return sum(isinstance(row, CdxRow) and chosen.wants(row.url, row.captured_at) and not is_done(row.where) for row in rows)
        except CdxError:
            return 0

    def memento(self, row: CdxRow, address_of: Callable[[str], str] = lambda url: url) -> Memento | Unread:
        """Download one capture, as its own server sent it."""
        asked = f"{self.memento_base}{row.timestamp}id_/{row.url}"
        fetched = self._get(asked, follow=False)
        answer = fetched.capture
        if answer.error or answer.status is None:
            return Unread(row.where, f"The memento {asked} could not be had: {answer.error}")
        named = {name.lower(): value for name, value in answer.headers}
        moment = _instant(named.get("memento-datetime"))
        if moment is None:
            return Unread(row.where, f"The archive answered {answer.status} for {asked}, not the page that its index names.")
        if moment != row.captured_at:
            return Unread(row.where, f"The archive answered {asked} with the page of another moment, {moment.isoformat()}.")
        location = named.get("location")
        redirects = ((answer.status, original_redirect(location, asked)),) if location and answer.status in REDIRECT_STATUSES else ()
        body = without_additions(fetched.body or b"")
        capture = Capture(
            address=address_of(row.url),
            captured_at=row.captured_at,
            via="memento",
            url=row.url,
            final_url=redirects[-1][1] if redirects else row.url,
            status=answer.status,
            headers=original_headers(answer.headers, asked),
            body_sha256=hashlib.sha256(body).hexdigest(),
            redirects=redirects,
        )
        return Memento(capture, body, row.where, row.digest)

    def _get(self, url: str, follow: bool) -> Fetched:
        """An archive's interface for programs is no crawl: robots.txt is not asked, the delay is kept."""
        return self._session.get(url, delay=self._delay, host_group=self._host_group, follow=follow, robots=False)

    def _rows(self, query: Query, since: date, until: date) -> Iterator[CdxRow | Unread]:
        rows, resume = self._page(query, since, until, limit=self._page_rows)
        if resume is None and len(rows) >= self._page_rows:
            if since < until:
                middle = since + timedelta(days=(until - since).days // 2)
                yield from self._rows(query, since, middle)
                yield from self._rows(query, middle + timedelta(days=1), until)
                return
            rows, resume = self._page(query, since, until)
        yield from rows
        while resume:
            rows, resume = self._page(query, since, until, limit=self._page_rows, resumeKey=resume)
            yield from rows

    def _page(self, query: Query, since: date, until: date, **more: str | int) -> tuple[list[CdxRow | Unread], str | None]:
        asked = {
            "url": query.url,
            "matchType": query.match,
            "showResumeKey": "true",
            "from": f"{since:%Y%m%d}000000",
            "to": f"{until:%Y%m%d}235959",
            **more,
        }
        url = f"{self.index_url}?{urlencode(asked)}"
        fetched = self._get(url, follow=True)
        if fetched.capture.error:
            raise CdxError(f"The archive's index could not be read: {fetched.capture.error}")
        if fetched.capture.status == 404:
            return [], None  # how some servers say that they hold nothing of it
        text = (fetched.body or b"").decode("utf-8", "replace")
        if fetched.capture.status != 200 or text.lstrip().startswith("<"):
            raise CdxError(f"The archive answered {fetched.capture.status} to {url}, and no index: {text.strip()[:120]!r}.")
        try:
            return parsed(text)
        except ValueError as error:
            raise CdxError(f"The archive's answer to {url} is no index: {error}.") from error


def _first_of_day(rows: Iterable[CdxRow | Unread], selection: Selection) -> Iterator[CdxRow | Unread]:
    """With one capture a day: of each URL's day the first that is a page, put before the others."""
    if not selection.one_a_day:
        yield from rows
        return
    for _, group in groupby(rows, key=lambda row: row.where if isinstance(row, Unread) else (row.key, row.timestamp[:8])):
        yield from sorted(group, key=lambda row: isinstance(row, CdxRow) and row.status not in {None, 200})


def _body_key(row: CdxRow) -> str:
    """What a download may be spared by: the digest; for a redirect, whose body says nothing, the URL with it."""
    return f"{row.digest} {row.key}" if row.digest == _EMPTY or row.status in REDIRECT_STATUSES else row.digest


def _what_repeats(capture: Capture) -> Capture:
    """What further captures of the same body share with this one: all that decides how its bytes are read."""
    kept = tuple((name, value) for name, value in capture.headers if name.lower() in {"content-type", "content-language"})
    return replace(capture, headers=kept)


def _repeat(row: CdxRow, original: Capture, selection: Selection) -> Memento:
    """A capture whose body, the index says, has been downloaded already."""
    redirects = original.redirects if row.status in {None, original.status} else ()
    capture = replace(
        _what_repeats(original),
        address=selection.address_of(row.url),
        captured_at=row.captured_at,
        via="memento",
        url=row.url,
        final_url=redirects[-1][1] if redirects else row.url,
        status=row.status or original.status,
        redirects=redirects,
        not_modified=False,
        error=None,
    )
    return Memento(capture, None, row.where, row.digest)


def _instant(value: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(value or "").astimezone(UTC)
    except (ValueError, TypeError):
        return None
