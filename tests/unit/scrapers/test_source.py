"""Sources: what their YAML declares, and what a mistake in it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DeclarationError, UnknownSource
from scrapers.source import Source, load_source, load_sources, normalise, source_for, source_named, statement_key

GOOD = """\
title: Ministry of Lamps
country: NO
language: en
timezone: Europe/Oslo
schedule: "*/20 * * * *"
watched_since: 2024-01-01
hosts: [lamps.example, "*.lamps.example", "127.0.0.1:8080"]
paths: ["/eng/"]
address: {scheme: https, aliases: {www.lamps.example: lamps.example}, keep_query: [id]}
identity: '/t(\\d+)\\.html'
same_as:
  - [https://lamps.example/eng/old, https://lamps.example/eng/new]
listings:
  - {url: "https://lamps.example/eng/", select: "li a", published: '\\((.*)\\)', paging: {url: "p{page}.html", first: 2}}
layouts:
  - {name: old, until: 2010-12-31, select: .body, title: h1}
  - {name: new, select: [article, main], title: h1, remove: .share, verified: false}
"""
SOURCES = load_sources()
SEGMENTS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8), max_size=4)


def declared(tmp_path: Path, text: str = GOOD, name: str = "lamps") -> Path:
    path = tmp_path / f"{name}.yml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def lamps(tmp_path: Path) -> Source:
    return load_source(declared(tmp_path))


def test_a_declaration_becomes_a_source(lamps: Source) -> None:
    assert (lamps.id, lamps.country, lamps.host_group) == ("lamps", "NO", "lamps")
    assert lamps.layouts[0].until == date(2010, 12, 31)
    assert lamps.layouts[1].select == ("article", "main")
    assert lamps.listings[0].paging is not None
    assert lamps.listings[0].paging.first == 2
    assert not lamps.verified
    assert lamps.zone.key == "Europe/Oslo"
    assert len(lamps.sha256) == 64


@pytest.mark.parametrize(
    ("good", "bad", "line", "words"),
    [
        ("title: Ministry", "titel: Ministry", 1, "titel: unknown key"),
        ("country: NO", "country: Norway", 2, "country:"),
        ("timezone: Europe/Oslo", "timezone: Oslo", 4, "no IANA zone"),
        ('schedule: "*/20 * * * *"', "schedule: hourly", 5, "schedule:"),
        ("watched_since: 2024-01-01", "watched_since: soon", 6, "watched_since:"),
        ("identity: '/t(\\d+)\\.html'", "identity: '/t(\\d+'", 10, "no regular expression"),
        ('select: "li a", published', "published", 14, "needs `select`"),
        ('select: "li a"', 'select: "li >> a["', 14, "no CSS selector"),
        ("until: 2010-12-31, ", "", 16, "oldest first"),
        ("name: new", "name: old", 15, "same name"),
        ("select: [article, main]", "selekt: article", 17, "selekt: unknown key"),
        ("remove: .share", "remove: '..share'", 17, "no CSS selector"),
        ("country: NO", "country: NO\ncountry: SE", 3, "stands twice"),
        ("hosts: [", "hosts: ][", 7, "not YAML"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(tmp_path: Path, good: str, bad: str, line: int, words: str) -> None:
    assert good in GOOD
    path = declared(tmp_path, GOOD.replace(good, bad, 1))
    with pytest.raises(DeclarationError) as mistake:
        load_source(path)
    assert f"{path}:{line}: " in str(mistake.value)
    assert words in str(mistake.value)


def test_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    declared(tmp_path / "sources")
    declared(tmp_path / "sources", "title: [", "broken")
    told: dict[str, DeclarationError] = {}
    names = [source.id for source in load_sources(tmp_path, told.__setitem__)]
    assert "lamps" in names
    assert "cn_mfa_en" in names
    assert list(told) == ["broken"]
    with pytest.raises(DeclarationError):
        load_sources(tmp_path)


def test_a_mounted_declaration_stands_for_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    declared(tmp_path / "sources", name="cn_mfa_en")
    assert source_named("cn_mfa_en", tmp_path).title == "Ministry of Lamps"
    assert source_named("cn_mfa_en").country == "CN"
    with pytest.raises(UnknownSource, match="no_such"):
        source_named("no_such", tmp_path)


def test_a_source_takes_its_hosts_and_paths_only(lamps: Source) -> None:
    for url in ("https://lamps.example/eng/t1.html", "http://WWW.lamps.example/eng/", "http://127.0.0.1:8080/eng/t1.html"):
        assert lamps.takes(url), url
    for url in (
        "https://lamps.example/nor/t1.html",
        "https://badlamps.example/eng/",
        "https://lamps.example.org/eng/",
        "http://127.0.0.1/eng/",
        "ftp://lamps.example/eng/",
        "/eng/",
    ):
        assert not lamps.takes(url), url


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.fmprc.gov.cn/mfa_eng/xwfw_665399/t1561528.shtml", "cn_mfa_en"),
        ("https://www.mfa.gov.cn/eng/xw/fyrbt/202506/t20250617_11651839.html", "cn_mfa_en"),
        ("https://www.fmprc.gov.cn/web/wjdt_674879/fyrbt_674889/t1420568.shtml", "cn_mfa_zh"),
        ("http://lt.china-embassy.org/eng/zt/zgtw/t125180.htm", "cn_embassy_en"),
        ("http://cz.china-embassy.gov.cn/cze/xwdt/201103/t20110310_2620312.htm", "cn_embassy_en"),
        ("http://us.china-embassy.gov.cn/chn/xw/t1.htm", None),
        ("http://en.kremlin.ru/supplement/5770", "ru_kremlin_en"),
        ("https://www.gov.uk/government/news/a-statement", "uk_fcdo"),
        ("https://www.gov.uk/browse/driving", None),
        ("https://www.mofa.go.jp/press/release/press4e_003001.html", "jp_mofa_en"),
        ("https://2017-2021.state.gov/a-statement/", "us_state"),
        ("https://example.org/", None),
    ],
)
def test_the_source_is_found_from_the_url(url: str, source: str | None) -> None:
    found = source_for(url, SOURCES)
    assert (found.id if found else None) == source


def test_urls_of_one_page_have_one_address(lamps: Source) -> None:
    same = (
        "http://www.lamps.example:80/eng//a/../t1.html?utm=x&id=2#top",
        "HTTPS://LAMPS.example/eng/./t1.html?id=2",
        "https://lamps.example:443/eng/t1.html?id=2",
    )
    assert {normalise(lamps, url) for url in same} == {"https://lamps.example/eng/t1.html?id=2"}
    assert normalise(None, "http://a.example/x?b=2&a=1#z") == "http://a.example/x?a=1&b=2"
    with pytest.raises(ValueError, match="absolute"):
        normalise(lamps, "t1.html")


@given(SEGMENTS, st.text(max_size=8), st.booleans())
def test_normalising_an_address_gives_the_address(segments: list[str], query: str, trailing: bool) -> None:
    source = SOURCES[0]
    url = "http://us.china-embassy.gov.cn/" + "/".join(segments) + ("/" if trailing else "") + f"?id={query}"
    try:
        address = normalise(source, url)
    except ValueError:
        return  # brackets of an address family in what was to be a path
    assert normalise(source, address) == address
    assert normalise(None, normalise(None, url)) == normalise(None, url)


def test_facts_of_the_declaration_tie_addresses_to_statements(lamps: Source) -> None:
    def key(url: str) -> str:
        return statement_key(lamps, normalise(lamps, url))

    assert key("https://lamps.example/eng/a/t12.html") == key("https://lamps.example/eng/b/t12.html") == "lamps:12"
    assert key("https://lamps.example/eng/old") == key("http://www.lamps.example/eng/new")
    assert key("https://lamps.example/eng/x") == "lamps:https://lamps.example/eng/x"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.fmprc.gov.cn/mfa_eng/xwfw_665399/s2510_665401/t1561528.shtml", "https://www.fmprc.gov.cn/mfa_eng/wjdt_665385/t1561528.shtml"),
        ("https://www.fmprc.gov.cn/eng/zxxx_662805/202211/t20221104_10800546.html", "https://www.mfa.gov.cn/eng/xw/202211/t20221105_10800546.html"),
    ],
)
def test_a_document_keeps_its_number_where_the_ministry_moves_it(one: str, other: str) -> None:
    source = source_named("cn_mfa_en")
    assert statement_key(source, normalise(source, one)) == statement_key(source, normalise(source, other))


def test_two_embassies_numbers_are_two_statements() -> None:
    source = source_named("cn_embassy_en")
    keys = {statement_key(source, f"http://{host}.china-embassy.gov.cn/eng/t1001.htm") for host in ("us", "cz")}
    assert len(keys) == 2
