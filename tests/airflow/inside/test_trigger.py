"""The listing watcher's trigger on a real site: killed, cut off, misled and doubled, it loses nothing and the store sees nothing twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from scrapers.source import Source, load_source
from statements import pipeline, watching
from statements import tables as t
from statements.store import Store
from tests.local_site import Site, page, serving
from tests.stores import migrated_sqlite

pytestmark = [pytest.mark.dagtest]

LISTING, ERROR_PAGE = "/news/", "<html><title>Sorry</title><body>The page you requested cannot be found.</body></html>"


@dataclass
class StateStore:
    """What Airflow keeps for an asset; `is_away` makes it fail, as an API server that restarts does."""

    values: dict[str, Any] = field(default_factory=dict)
    is_away: bool = False
    writes: int = 0

    async def aget(self, key: str, default: Any = None) -> Any:
        self._insist()
        return self.values.get(key, default)

    async def aset(self, key: str, value: Any) -> None:
        self._insist()
        self.writes += 1
        self.values[key] = value

    def _insist(self) -> None:
        if self.is_away:
            raise ConnectionError("the API server is away")


@dataclass
class Ministry:
    """A site with a listing, and the store of whoever watches it."""

    site: Site
    store: Store
    declaration: Path
    state: StateStore = field(default_factory=StateStore)

    @property
    def source(self) -> Source:
        return load_source(self.declaration)

    def list(self, *names: str, path: str = LISTING) -> None:
        """The listing names these statements from now on, and they are there."""
        links = "".join(f'<li><a href="/news/{name}.html">Remarks {name}</a></li>' for name in names)
        body = f"<html><body><ul>{links}</ul></body></html>"

        def answer(handler: Any) -> None:
            known = handler.headers.get("If-None-Match") == f'"{hash(body)}"'
            page(b"" if known else body, 304 if known else 200, ETag=f'"{hash(body)}"')(handler)

        self.site.on(path, answer)
        for name in names:
            text = f"<h1>Remarks {name}</h1><div class='text'><p>We took note of {name}.</p></div>"
            self.site.on(f"/news/{name}.html", page(f"<html><head><title>Remarks</title></head><body>{text}</body></html>"))

    def trigger(self) -> Any:
        """The trigger as the triggerer makes it from what Airflow stored."""
        from airflow.sdk._shared.module_loading import import_string
        from statement_listing_watch import StatementListingTrigger

        path, arguments = StatementListingTrigger("ministry", 0.05).serialize()
        made = import_string(path)(**arguments)
        made.asset_state_store = self.state
        return made

    def arrive(self, event: Any) -> int:
        """What the watching DAG does with an event; the number of versions made."""
        settled = pipeline.arrive("ministry", event.payload["urls"])
        assert settled is not None
        return settled.versions

    def names(self, event: Any) -> list[str]:
        return [url.rsplit("/", 1)[1].removesuffix(".html") for url in event.payload["urls"]]

    def versions(self) -> int:
        with self.store.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(t.version)).scalar_one()


@pytest.fixture
def ministry(dags, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ministry]:
    dags()  # puts plugins/ on the path, as Airflow does
    with serving() as site:
        host = site.url.removeprefix("http://")
        declaration = {
            "title": "A ministry",
            "country": "ZZ",
            "language": "en",
            "hosts": [host],
            "watched_since": "2020-01-01",
            "delay_seconds": 0,
            "listings": [{"url": f"{site.url}{LISTING}", "select": "li > a"}],
            "layouts": [{"name": "only", "select": "div.text", "title": "h1"}],
        }
        path = tmp_path / "config" / "sources" / "ministry.yml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump(declaration), "utf-8")
        monkeypatch.setenv("STATEMENTS_HOME", str(tmp_path))
        monkeypatch.setenv("STATEMENTS_CONFIG", str(tmp_path / "config"))
        monkeypatch.setenv("STATEMENTS_CONTACT", "tests@example.org")
        monkeypatch.setenv("STATEMENTS_ALLOW_PRIVATE_ADDRESSES", "1")
        watching._kept.clear()
        store = migrated_sqlite(tmp_path)
        found = Ministry(site, store, path)
        found.list("old")
        pipeline.watch_once("ministry")  # its baseline
        found.site.requests.clear()
        yield found
        watching._kept.clear()
        store.engine.dispose()


async def happens(holds: Callable[[], bool], limit: float = 20) -> None:
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def next_event(events: Any) -> Any:
    return await asyncio.wait_for(anext(events), 20)


async def no_event_over(events: Any, ministry: Ministry, looks: int) -> None:
    """The listing is looked at so often, and nothing is fired."""
    before = ministry.site.asked(LISTING)
    waiting = asyncio.ensure_future(anext(events))
    await happens(lambda: ministry.site.asked(LISTING) >= before + looks or waiting.done())
    assert not waiting.done()
    waiting.cancel()


def test_it_names_what_is_new_once_and_asks_an_unchanged_listing_conditionally(ministry):
    async def scenario() -> None:
        events = ministry.trigger().run()
        assert ministry.names(await next_event(events)) == ["old"]
        ministry.list("new", "old")
        assert ministry.names(await next_event(events)) == ["new"]
        await no_event_over(events, ministry, 3)
        assert [request.headers.get("If-None-Match") is not None for request in ministry.site.requests if request.path == LISTING][-2:] == [
            True,
            True,
        ]
        assert ministry.state.writes == 2

    asyncio.run(scenario())


def test_killed_between_event_and_watermark_it_fires_again_and_the_store_sees_it_once(ministry):
    async def scenario() -> None:
        ministry.list("new", "old")
        killed = ministry.trigger().run()
        first = await next_event(killed)
        await killed.aclose()
        again = await next_event(ministry.trigger().run())
        assert ministry.names(first) == ministry.names(again) == ["new", "old"]
        assert [ministry.arrive(first), ministry.arrive(again)] == [1, 0]
        assert ministry.versions() == 2

    asyncio.run(scenario())


def test_started_again_with_its_watermark_it_names_only_what_came_meanwhile(ministry):
    async def scenario() -> None:
        events = ministry.trigger().run()
        await next_event(events)
        await no_event_over(events, ministry, 2)
        ministry.list("meanwhile", "old")
        assert ministry.names(await next_event(ministry.trigger().run())) == ["meanwhile"]

    asyncio.run(scenario())


@pytest.mark.parametrize("answer", [page(ERROR_PAGE), page(ERROR_PAGE, 404), page(b"")], ids=["error page at 200", "404", "empty"])
def test_a_listing_that_is_no_listing_for_a_while_loses_nothing(ministry, answer):
    async def scenario() -> None:
        events = ministry.trigger().run()
        await next_event(events)
        ministry.site.on(LISTING, answer)
        await no_event_over(events, ministry, 3)
        events = ministry.trigger().run()
        ministry.list("new", "old")
        assert ministry.names(await next_event(events)) == ["new"]

    asyncio.run(scenario())


def test_a_site_that_is_away_is_asked_ever_more_rarely_and_nothing_is_lost(ministry, monkeypatch):
    from statement_listing_watch import asyncio as used

    pauses = []
    really = asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await really(0.01)

    answer = [ConnectionError("no route to the ministry")] * 4
    looked = watching.look

    def look(*given: Any) -> Any:
        if answer:
            raise answer.pop()
        return looked(*given)

    async def scenario() -> None:
        monkeypatch.setattr(watching, "look", look)
        monkeypatch.setattr(used, "sleep", sleep)
        ministry.list("new", "old")
        assert ministry.names(await next_event(ministry.trigger().run())) == ["new", "old"]
        assert pauses == sorted(pauses) and len(pauses) == 4 and pauses[-1] > 5 * pauses[0]

    asyncio.run(scenario())


def test_a_site_that_is_away_for_years_is_still_asked_each_quarter_of_an_hour(ministry):
    from statement_listing_watch import pause

    assert [pause(60, failures) for failures in (0, 1, 2, 10, 100_000)] == [60, 120, 240, 900, 900]
    assert pause(3600, 3) == 3600


def test_a_state_store_that_is_away_ends_nothing(ministry):
    async def scenario() -> None:
        ministry.state.is_away = True
        events = ministry.trigger().run()
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        ministry.state.is_away = False
        assert ministry.names(await asyncio.wait_for(waiting, 20)) == ["old"]
        ministry.state.is_away = True
        await no_event_over(events, ministry, 2)

    asyncio.run(scenario())


def test_the_same_listing_watched_twice_is_seen_once_by_the_store(ministry):
    async def scenario() -> None:
        one, other = ministry.trigger().run(), ministry.trigger().run()
        ministry.list("new", "old")
        seen = await asyncio.gather(next_event(one), next_event(other))
        assert [ministry.arrive(event) for event in seen] == [1, 0]
        assert ministry.site.asked("/news/new.html") == 1

    asyncio.run(scenario())


def test_a_declaration_mended_under_its_eyes_is_followed(ministry):
    async def scenario() -> None:
        events = ministry.trigger().run()
        await next_event(events)
        ministry.list("elsewhere", path="/moved/")
        ministry.declaration.write_text(ministry.declaration.read_text("utf-8").replace(LISTING, "/moved/"), "utf-8")
        assert ministry.names(await next_event(events)) == ["elsewhere"]

    asyncio.run(scenario())
