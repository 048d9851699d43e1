"""Every fixture page gives the reading that a person wrote beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.source import load_sources
from statements.fixtures import Fixture, differences, fixtures_of

PAGES = Path(__file__).parents[2] / "pages"
SOURCES = {source.id: source for source in load_sources()}
FIXTURES = [(name, fixture) for name in SOURCES for fixture in fixtures_of(name, PAGES)]


@pytest.mark.parametrize(("name", "fixture"), FIXTURES, ids=[f"{name}/{fixture.path.stem}" for name, fixture in FIXTURES])
def test_a_page_gives_the_reading_beside_it(name: str, fixture: Fixture) -> None:
    assert not differences(fixture, SOURCES[name])


def test_every_layout_of_every_source_has_a_page() -> None:
    shown = {(name, fixture.layout) for name, fixture in FIXTURES}
    wanted = {(source.id, rule.name) for source in SOURCES.values() for rule in source.layouts}
    assert not wanted - shown, "add a page in this layout, and beside it the reading you expect"


def test_every_source_has_a_page() -> None:
    assert not SOURCES.keys() - {name for name, _ in FIXTURES}


def test_no_page_is_without_a_source() -> None:
    assert {folder.name for folder in PAGES.iterdir() if folder.is_dir()} <= SOURCES.keys()
