"""Pages a second and agreement with the page's own words: our reader beside trafilatura and the other extractors."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import trafilatura
from bs4 import BeautifulSoup
from readability import Document
from resiliparse.extract.html2text import extract_plain_text
from selectolax.lexbor import LexborHTMLParser

from scrapers.reading import read
from scrapers.source import Source, load_sources

PARAGRAPHS = 32  # the median of the ministry's press conferences
PAGES = 40
ROUNDS = 5
_SHELL = Path(__file__).parents[1] / "tests" / "pages" / "cn_mfa_en" / "2014-press-conference.html"
_SENTENCE = "The {a} side holds that the {b} of the {c} strait shall be kept by both, and that neither shall {d} the other's without asking. "
_WORDS = ["lamps", "charts", "harbours", "keepers", "ferries", "signals", "pilots", "nets", "quotas", "tides", "buoys", "moorings"]


def _pages() -> list[tuple[bytes, str]]:
    """Invented statements in the fixture's own page, menus and related news multiplied to a real page's size; each with its true text."""
    shell = _SHELL.read_text("utf-8")
    before, rest = shell.split('<div class="content">', 1)
    after = rest[rest.index('<div class="tool">') :]
    menu = "".join(f'<dd><a href="http://www.example.org/eng/{n}/">Section {n} of the ministry</a></dd>' for n in range(120))
    style = "<style type='text/css'>" + ".nav .subNav dd{border-bottom:1px solid #7587b5;line-height:28px;}\n" * 100 + "</style>"
    pages = []
    for number in range(PAGES):
        sentences = [
            _SENTENCE.format(a=_WORDS[(number + n) % 12], b=_WORDS[n % 12], c=_WORDS[(number * n) % 12], d=_WORDS[(n + 5) % 12]) * (1 + n % 4)
            for n in range(PARAGRAPHS)
        ]
        body = "".join(
            f'<P style="FONT-FAMILY: arial; FONT-SIZE: 14px">{"<STRONG>Q: " if n % 3 == 0 else ""}<SPAN lang=EN-US>{text}</SPAN>'
            f"{'</STRONG>' if n % 3 == 0 else ''}</P>\n"
            for n, text in enumerate(sentences)
        )
        page = before.replace('<div class="nav">', f'{style}<div class="nav">{menu}') + f'<div class="content">{body}</div>' + after
        pages.append((page.encode(), " ".join(("Q: " if n % 3 == 0 else "") + text for n, text in enumerate(sentences))))
    return pages


def _f1(found: str, true: str) -> float:
    a, b = (Counter(re.findall(r"\w+", text)) for text in (found, true))
    return 2 * (a & b).total() / (a.total() + b.total())


def _milliseconds(work: Callable[[bytes], str], pages: list[tuple[bytes, str]]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for body, _ in pages:
            work(body)
        best = min(best, time.process_time() - start)
    return best / len(pages) * 1000


def _whole_page(body: bytes) -> str:
    container = BeautifulSoup(body, "lxml").select_one(".content_mod > div.content")
    return container.get_text(" ") if container else ""


def _selector(body: bytes) -> str:
    node = LexborHTMLParser(body.decode()).css_first(".content_mod > div.content")
    return node.text(separator=" ") if node else ""


def main() -> None:
    """Print CPU time a page, the ratio to trafilatura in fast mode on the same pages, and token F1 of the body."""
    source: Source = next(source for source in load_sources() if source.id == "cn_mfa_en")
    url = "https://www.fmprc.gov.cn/mfa_eng/xwfw_665399/t1700001.shtml"
    captured_at = datetime(2019, 3, 4, tzinfo=UTC)
    ways: dict[str, Callable[[bytes], str]] = {
        "trafilatura, fast": lambda body: trafilatura.extract(body, fast=True) or "",
        "statements read": lambda body: read(body, source=source, url=url, captured_at=captured_at).wording.text,
        "BeautifulSoup, whole page": _whole_page,
        "readability": lambda body: BeautifulSoup(Document(body.decode()).summary(), "lxml").get_text(" "),
        "resiliparse": lambda body: str(extract_plain_text(body.decode(), main_content=True)),
        "selectolax, selector alone": _selector,
    }
    pages = _pages()
    times = {name: _milliseconds(work, pages) for name, work in ways.items()}
    slowest = times["trafilatura, fast"]
    print(f"{'':28}{'ms a page':>10}{'pages a second':>16}{'× trafilatura':>15}{'F1':>7}")
    for name, work in ways.items():
        score = sum(_f1(work(body), true) for body, true in pages) / len(pages)
        print(f"{name:28}{times[name]:10.2f}{1000 / times[name]:16.0f}{slowest / times[name]:15.1f}{score:7.3f}")


if __name__ == "__main__":
    main()
