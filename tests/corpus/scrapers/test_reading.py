"""Real pages of one ministry, the seeds and other people's extracts, read and held against their own containers and the gold data."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from schemas.errors import BlockedPage, ErrorPage, LayoutChanged, PageError
from schemas.records import Reading
from scrapers.encoding import decode
from scrapers.reading import read
from scrapers.source import load_sources, source_for
from statements.documents import load_page

pytestmark = pytest.mark.corpus

SOURCES = load_sources()
CONTAINERS = {"cn_mfa_en": ".content_mod > div.content", "cn_mfa_zh": "#News_Body_Txt_A.content"}
TRUE = {"GB2312": "gb18030", "Big5": "big5hkscs", "EUC-JP": "euc_jp", "EUC-KR": "cp949", "SHIFT_JIS": "cp932", "KOI8-R": "koi8-r"}
FURNITURE = re.compile(
    r"suggest to a friend|please enter (?:e-mail|keywords)|related news|copyright|chaoyangmen|推荐给朋友|打印本页|相关新闻|版权所有|^home >|^首页",
    re.I | re.M,
)
KINDS = {"p": "paragraph", "list_intro": "paragraph", "li": "list_item"}


def entries(corpus: Path) -> Iterator[dict[str, Any]]:
    with (corpus / "pages" / "cn_mfa_2020" / "index.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def reading_of(corpus: Path, entry: dict[str, Any]) -> Reading:
    body = (corpus / "pages" / "cn_mfa_2020" / entry["file"]).read_bytes()
    headers = [tuple(header.split(": ", 1)) for header in entry["response_headers"]]
    return read(
        body, source=source_for(entry["url"], SOURCES), url=entry["url"], captured_at=datetime.fromisoformat(entry["fetched"]), headers=headers
    )


@pytest.fixture(scope="module")
def statements(corpus: Path) -> list[tuple[dict[str, Any], Reading]]:
    """Every page that is a statement, with its reading."""
    return [(entry, reading_of(corpus, entry)) for entry in entries(corpus) if entry.get("facts")]


def tokens(text: str) -> Counter[str]:
    return Counter(re.findall(r"[\u3400-\u9fff]|\w+", text))


def own_text(body: bytes, selector: str) -> str:
    """The container's text with spaces at block boundaries only, by another parser than the reader's."""
    blocks = {"p", "div", "br", "li", "ul", "ol", "table", "tr", "td", "th", "h1", "h2", "h3", "h4", "blockquote"}
    (container,) = lxml.html.fromstring(body.decode("utf-8")).cssselect(selector)
    words: list[str] = []

    def walk(element: Any) -> None:
        edge = " " if element.tag in blocks else ""
        if isinstance(element.tag, str) and element.tag not in {"script", "style"}:
            words.append(edge + (element.text or ""))
            for child in element:
                walk(child)
                words.append(child.tail or "")
            words.append(edge)

    walk(container)
    return "".join(words)


def test_bodies_hold_the_words_of_their_containers_and_no_others(corpus: Path, statements: list[tuple[dict[str, Any], Reading]]) -> None:
    scores = {}
    for entry, reading in statements:
        body = (corpus / "pages" / "cn_mfa_2020" / entry["file"]).read_bytes()
        own, found = tokens(own_text(body, CONTAINERS[str(reading.source)])), tokens(reading.wording.text)
        scores[entry["url"]] = 2 * sum((own & found).values()) / (own.total() + found.total())
    assert sum(scores.values()) / len(scores) >= 0.99
    assert not {url: score for url, score in scores.items() if score < 0.97}


def test_titles_and_dates_are_the_pages_own(statements: list[tuple[dict[str, Any], Reading]]) -> None:
    assert all(reading.wording.title == entry["facts"]["title"] for entry, reading in statements)
    dated = [(entry["facts"]["page_date"], reading) for entry, reading in statements if entry["facts"]["page_date"]]
    assert all(str(reading.wording.published_on) == day for day, reading in dated)
    from_titles = [reading for entry, reading in statements if not entry["facts"]["page_date"] and re.search(r"20\d\d", reading.wording.title)]
    assert all(reading.date_from == "title" and reading.date_precision == "day" for reading in from_titles)
    without_year = [reading for _, reading in statements if reading.wording.published_on is None]
    assert all(reading.date_hint and reading.date_precision == "unknown" for reading in without_year)


def test_nothing_of_the_page_around_it_gets_into_a_statement(statements: list[tuple[dict[str, Any], Reading]]) -> None:
    assert not [reading.url for _, reading in statements if FURNITURE.search(reading.wording.text)]
    assert all(reading.boilerplate for _, reading in statements)


def test_every_page_reads_in_its_sources_language_by_the_layout_of_its_date(statements: list[tuple[dict[str, Any], Reading]]) -> None:
    assert all(reading.wording.language == entry["facts"]["lang"] and reading.layout == "2014" for entry, reading in statements)
    assert not [reading.url for _, reading in statements if reading.flags]


def test_pages_that_are_no_statement_are_refused(corpus: Path) -> None:
    for entry in entries(corpus):
        if not entry.get("facts"):
            with pytest.raises((BlockedPage, LayoutChanged)) as refused:
                reading_of(corpus, entry)
            if entry["url"].endswith("/error.htm"):
                assert isinstance(refused.value, ErrorPage)


def test_a_statement_read_as_the_other_languages_is_a_changed_layout(corpus: Path) -> None:
    by_id = {source.id: source for source in SOURCES}
    for entry in [entry for entry in entries(corpus) if entry.get("facts")][::20]:
        other = by_id["cn_mfa_zh" if "/mfa_eng/" in entry["url"] else "cn_mfa_en"]
        with pytest.raises(LayoutChanged):
            read((corpus / "pages" / "cn_mfa_2020" / entry["file"]).read_bytes(), source=other, url=entry["url"])


@pytest.mark.parametrize(
    ("extract", "title", "first", "date", "whence"),
    [
        ("x01", "President Jiang Reiterates", "March 20, 2000--", "2000-03-20", "text"),
        ("x03", "Consul General HONG Lei", "Mr.HONG Lei", "2016-07-22", "text"),
        ("x05", "Foreign Minister Yang", "The Fourth Session", "2011-03-10", "page"),
        ("x08", "I. Bilateral Political", "1. Establishment", "2000-11-15", "page"),
        ("x10", "Foreign Ministry Spokesperson Hua", "China Daily:", "2020-07-18", "page"),
        ("x13", "Foreign Ministry Spokesperson Liu", "Q: It is reported", "2012-02-13", "title"),
        ("x15", "Li Keqiang Meets", "On the afternoon", "2017-09-30", "text"),
        ("x18", "Foreign Ministry Spokesperson Qin", "On the afternoon", "2008-06-11", "page"),
        ("x28", "Foreign Ministry Spokesperson Guo", "At the invitation", "2025-06-17", "page"),
        ("x33", "China Jiang Zemin Meets", "Chinese President", "1999-12-02", "page"),
    ],
)
def test_extracts_lose_their_navigation(corpus: Path, tmp_path: Path, extract: str, title: str, first: str, date: str, whence: str) -> None:
    lines = (corpus / "pages" / "text_excerpts" / "excerpts.jsonl").read_text("utf-8").splitlines()
    entry = next(entry for entry in map(json.loads, lines) if entry["id"] == extract)
    page = tmp_path / f"{extract}.txt"
    page.write_text(entry["text"], "utf-8")
    reading = load_page(page, url=entry["url"])
    assert reading.wording.title.startswith(title)
    assert reading.wording.passages[0].text.startswith(first)
    assert (str(reading.wording.published_on), reading.date_from) == (date, whence)
    assert not re.search(r"suggest to a friend|^home\b|contact us|>", reading.wording.text, re.I | re.M)


@pytest.mark.parametrize("seed", ["1999", "2000"])
def test_the_seeds_read_as_the_gold_says(corpus: Path, seed: str) -> None:
    (gold,) = [entry for entry in json.loads((corpus / "gold" / "dev" / "documents.json").read_text("utf-8")) if entry["id"] == seed]
    reading = load_page(corpus / "seeds" / gold["file"])
    blocks = [block for block in gold["blocks"] if block["type"] in KINDS]
    assert reading.wording.title == gold["title"]
    assert [passage.text for passage in reading.wording.passages] == [" ".join(block["text"].split()) for block in blocks]
    assert [passage.kind for passage in reading.wording.passages] == [KINDS[block["type"]] for block in blocks]
    assert list(reading.truncated_passages) == [number for number, block in enumerate(blocks) if block.get("truncated_in_source")]
    assert list(reading.boilerplate) == [" ".join(cut["text"].split()) for cut in gold["chrome"]]
    assert reading.wording.document_type == {"press_summary_of_declaration": "press_summary"}.get(gold["doc_type"], "joint_statement")
    assert reading.wording.parties == ("China", "Russia")


def test_a_seed_keeps_its_interval_its_hint_and_its_dateline(corpus: Path) -> None:
    visit, dateline, no_year = (load_page(path) for path in sorted((corpus / "seeds").glob("*.txt")))
    assert (str(visit.wording.published_on), str(visit.wording.published_until), visit.date_precision) == ("2009-06-16", "2009-06-18", "interval")
    assert (str(dateline.wording.published_on), dateline.date_precision) == ("1999-12-10", "day")
    assert (no_year.wording.published_on, no_year.date_hint, no_year.date_precision) == (None, "--07-18", "unknown")
    assert len(visit.wording.passages) == 55
    assert sum(passage.kind == "list_item" for passage in visit.wording.passages) == 6
    assert visit.boilerplate == ("Home > Chinese Diplomacy", "Suggest To A Friend:")


@pytest.mark.parametrize("charset", sorted(TRUE))
@pytest.mark.parametrize("declared", ["as declared", "undeclared", "declared Latin", "declared UTF-8"])
def test_legacy_encodings_decode_whatever_they_declare(corpus: Path, charset: str, declared: str) -> None:
    label = re.compile(rb"((?:encoding|charset)\s*=\s*[\"']?\s*)[\w-]+", re.I)
    lie = {"undeclared": b"", "declared Latin": rb"\1iso-8859-1", "declared UTF-8": rb"\1utf-8"}
    for path in sorted((corpus / "encodings" / charset).iterdir()):
        body = path.read_bytes() if declared == "as declared" else label.sub(lie[declared], path.read_bytes())
        assert decode(body).text == body.decode(TRUE[charset]), path.name
        assert decode(body) == decode(body)


def test_a_page_torn_anywhere_is_read_or_refused_but_never_breaks_the_reader(corpus: Path) -> None:
    entry = next(entry for entry in entries(corpus) if entry.get("facts"))
    body = (corpus / "pages" / "cn_mfa_2020" / entry["file"]).read_bytes()
    source = source_for(entry["url"], SOURCES)
    for end in range(0, len(body), len(body) // 40):
        try:
            reading = read(body[:end], source=source, url=entry["url"])
        except PageError as error:
            assert error.url == entry["url"]
        else:
            assert "unfinished_page" in reading.flags
