"""The specimen pages, read by the layouts that they are dressed in."""

import re
from datetime import UTC, date, datetime

import pytest

from schemas.errors import BlockedPage
from scrapers.fetch import PoliteSession
from scrapers.listing import discover
from scrapers.reading import read
from statements.demo import declarations, pages, rounds, specimens
from statements.demo.site import SpecimenSite

SOURCES = specimens.load(date(2026, 3, 2))
SPECIMENS = [(source, specimen) for source in SOURCES for specimen in source.statements]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    return declarations.write(tmp_path_factory.mktemp("config"), SOURCES, date(2026, 3, 2))


@pytest.fixture(scope="module")
def everything():
    state = rounds.first(SOURCES)
    publish = rounds.Change("", tuple(("publish", specimen.id) for _, specimen in SPECIMENS if specimen.from_round))
    return rounds.after(state, [publish])


@pytest.mark.parametrize(("source", "specimen"), SPECIMENS, ids=lambda value: value.id)
def test_a_specimen_is_read_as_it_is_written(source, specimen, declared, everything):
    page = pages.pages_of(everything, declared)[specimen.address]
    reading = read(page.body, source=declared[source.id], url=specimen.address, captured_at=NOW)
    assert reading.wording.title == specimen.title
    assert [(passage.kind, passage.text) for passage in reading.wording.passages] == [
        (p.kind, re.sub(r"^\* ", "", p.text)) for p in specimen.passages
    ]


def test_a_new_menu_and_other_related_news_change_no_reading(declared, everything):
    refreshed = rounds.after(everything, [rounds.Change("", tuple(("refresh", source.id) for source in SOURCES))])
    before, after = pages.pages_of(everything, declared), pages.pages_of(refreshed, declared)
    for source, specimen in SPECIMENS:
        assert before[specimen.address].body != after[specimen.address].body
        readings = [read(side[specimen.address].body, source=declared[source.id], url=specimen.address, captured_at=NOW) for side in (before, after)]
        assert readings[0].content_sha256 == readings[1].content_sha256


def test_the_error_page_is_refused(declared, everything):
    page = next(page for url, page in pages.pages_of(everything, declared).items() if url.endswith("/error.htm"))
    with pytest.raises(BlockedPage):
        read(page.body, source=declared["specimen_mfa_zh"], url="https://www.fmprc.example/error.htm", captured_at=NOW)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_the_listings_with_their_paging_name_every_statement(source, declared, everything):
    with SpecimenSite() as site:
        site.show(pages.pages_of(everything, declared))
        with PoliteSession("tests@example.org", allow_private=True, routes=site.routes()) as session:
            listed = {entry.url for entry in discover(declared[source.id], session).listed}
    assert listed == {specimen.address for specimen in source.statements}


def test_one_page_is_gb18030_and_calls_it_gb2312(declared, everything):
    specimen = next(specimen for _, specimen in SPECIMENS if specimen.encoding == "gb18030")
    body = pages.pages_of(everything, declared)[specimen.address].body
    assert b"charset=gb2312" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
