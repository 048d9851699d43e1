"""Made-up archives of any size for the benchmarks: pages of one template, whose sentences are drawn anew for each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from schemas.records import Capture, Passage
from scrapers.mementos.export import write_warc
from scrapers.source import Source
from statements.demo import declarations, pages, specimens
from statements.demo.specimens import Specimen

START = datetime(2022, 1, 1, tzinfo=UTC)
SUBJECTS = ("The two sides", "The Chinese side", "The Belarusian side", "Both sides", "China")
VERBS = ("support", "strongly oppose", "note", "welcome", "reaffirm", "call for", "will continue to support", "express concern about")
OBJECTS = (
    "the central role of the United Nations in international affairs",
    "a peaceful settlement of the Korean Peninsula issue",
    "the unilateral deployment of missile defence systems",
    "a strong global response to climate change",
    "the accession of Belarus to the World Trade Organization",
    "cooperation within the Shanghai Cooperation Organization",
    "the opening of a rail terminal with {n} containers a day",
    "a school of hydraulic engineering with places for {n} students",
    "any form of unilateral sanctions against sovereign states",
    "the fight against terrorism, separatism and extremism",
)


def declared(folder: Path) -> Source:
    """The specimen source whose template the pages are in."""
    return declarations.write(folder, specimens.load(date(2026, 3, 2)), date(2026, 3, 2))["specimen_mfa_en"]


def page(number: int, edition: int = 0) -> tuple[str, bytes]:
    """URL and body of one page of about 2.5 kB of text; each edition differs from the one before in one sentence."""
    chance = random.Random(number)
    sentences = [f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.choice(OBJECTS).format(n=chance.randint(20, 9000))}." for _ in range(36)]
    for step in range(edition):
        place = random.Random(number * 1000 + step).randrange(len(sentences))
        sentences[place] = sentences[place].replace(" ", f" (as of {step + 1}) ", 1)
    passages = tuple(Passage(" ".join(sentences[start : start + 3])) for start in range(0, 36, 3))
    day = START.date() + timedelta(days=number % 700)
    url = f"https://www.mfa.example/eng/xw/fyrbt/{day:%Y%m}/t{day:%Y%m%d}_{10_000_000 + number}.html"
    specimen = Specimen(f"page{number}", url, f"Foreign Ministry Spokesperson on Question No. {number}", passages, published=f"{day} 10:05")
    return url, pages.statement_page(_source(), specimen, is_refreshed=False).body


def captures(pages_wanted: int, editions: int, *, first: int = 0) -> Iterator[tuple[Capture, bytes]]:
    """`pages_wanted` addresses, from number `first` on, in `editions` wordings each, a month apart."""
    for number in range(first, first + pages_wanted):
        for edition in range(editions):
            url, body = page(number, edition)
            at = START + timedelta(days=710 + 30 * edition, seconds=number)
            yield Capture(url, at, "memento", url, url, 200, (("Content-Type", "text/html"),), sha256(body).hexdigest()), body


def repeats(pages_wanted: int, times: int) -> Iterator[tuple[Capture, bytes | None]]:
    """The first wording of each address again and again, an hour apart, the body given once."""
    for number in range(pages_wanted):
        url, body = page(number)
        for turn in range(times):
            at = START + timedelta(days=400, hours=turn, seconds=number)
            capture = Capture(url, at, "memento", url, url, 200, (("Content-Type", "text/html"),), sha256(body).hexdigest())
            yield capture, body if turn == 0 else None


def warc(path: Path, made: Iterator[tuple[Capture, bytes | None]] | Iterator[tuple[Capture, bytes]]) -> int:
    """Write the captures to a WARC file; returns their number."""
    with path.open("wb") as file:
        return write_warc(made, file)


@cache
def _source() -> specimens.SpecimenSource:
    return next(source for source in specimens.load(date(2026, 3, 2)) if source.id == "specimen_mfa_en")
