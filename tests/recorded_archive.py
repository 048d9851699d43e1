"""An archive made at test time: several dates of each page, edited in between, as a WARC file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import cycle
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.source import Source
from statements.demo import pages, rounds
from statements.demo.site import Page
from statements.demo.specimens import SpecimenSource
from tests.replays import replayed

CONTENT = b'<div class="content">'  # what holds the words in the layout of 2014
_PARAGRAPH = re.compile(rb"(?is)<p\b[^>]*>(?:(?!<p\b).)*?</p>")
_LAST_SENTENCE = re.compile(rb"(?s)[^.?!<>\s][^.?!<>]{8,}\.(\s*(?:</\w+>\s*)*)$")
FEWEST = 3  # paragraphs with a sentence to exchange, in a page that is to be edited


def write_warc(path: Path, captures: Mapping[date, Mapping[str, Page]]) -> Path:
    """A WARC file with a capture, at noon of each day, of all pages that are no redirect."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for day, kept in sorted(captures.items()):
            stamp = f"{day}T12:00:00Z"
            for url, page in sorted(kept.items()):
                if page.redirect is None:
                    head = StatusAndHeaders("200 OK", [("Content-Type", page.content_type)], protocol="HTTP/1.1")
                    body = BytesIO(page.body)
                    fields = {"WARC-Date": stamp}
                    writer.write_record(writer.create_warc_record(url, "response", body, len(page.body), http_headers=head, warc_headers_dict=fields))
    return path


def over_time(kept: Mapping[str, Page], days: Sequence[date]) -> Mapping[date, Mapping[str, Page]]:
    """Each page on each day: as it was, a sentence exchanged, the same again, a paragraph moved as well, and as it was once more.

    Pages begin at different points of that round, so that every day has something new and something known.
    """
    return {
        day: {url: replace(page, body=_STATES[(at + number) % len(_STATES)](page.body)) for at, (url, page) in enumerate(sorted(kept.items()))}
        for number, day in enumerate(days)
    }


def recorded_pages(count: int, origin: str | None = None) -> dict[str, Page]:
    """Recorded English statements of the corpus that can be edited, by URL, perhaps under another origin; empty where there is no corpus."""
    statements = {url: page for url, page in sorted(replayed().items()) if re.search(r"/mfa_eng/.*/t\d+\.shtml$", url)}
    editable = [(url, page) for url, page in statements.items() if len(list(_worded(page.body))) >= FEWEST]
    return {re.sub(r"^https://[^/]+", origin, url) if origin else url: page for url, page in editable[:count]}


def specimen_pages(source: SpecimenSource, declared: Mapping[str, Source], count: int) -> dict[str, Page]:
    """So many invented statements: those of a source in the layout of 2014, again under further addresses with a sentence of their own."""
    shown = pages.pages_of(rounds.first([source]), dict(declared))
    standing = [statement.address for statement in source.statements if len(list(_worded(shown[statement.address].body))) >= FEWEST]
    found = {}
    for number, address in zip(range(count), cycle(standing), strict=False):
        url = re.sub(r"/t\d+\.", f"/t97{number:04}.", address)
        found[url] = replace(shown[address], body=_exchanged(shown[address].body, 1, f"Item {number} of the record was read out."))
    return found


def _worded(body: bytes) -> Iterator[re.Match[bytes]]:
    """The statement's paragraphs whose last sentence can be exchanged."""
    start = body.find(CONTENT)
    for paragraph in _PARAGRAPH.finditer(body, start if start >= 0 else len(body)):
        if _LAST_SENTENCE.search(paragraph[0][: -len("</p>")]):
            yield paragraph


def _exchanged(body: bytes, which: int, sentence: str) -> bytes:
    paragraph = list(_worded(body))[which]
    end = paragraph.end() - len("</p>")
    words = _LAST_SENTENCE.sub(lambda last: sentence.encode() + last[1], body[paragraph.start() : end])
    return body[: paragraph.start()] + words + body[end:]


def _as_it_was(body: bytes) -> bytes:
    return body


def _reworded(body: bytes) -> bytes:
    return _exchanged(body, 0, "The sides did not agree to meet again in the spring.")


def _moved(body: bytes) -> bytes:
    first, second = list(_worded(body))[1:3]
    between = body[first.end() : second.end()]
    return _reworded(body[: first.start()] + between + body[first.start() : first.end()] + body[second.end() :])


_STATES: Sequence[Callable[[bytes], bytes]] = (_as_it_was, _reworded, _reworded, _moved)
