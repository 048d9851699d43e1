"""The pages over a store that the specimen site filled: what each shows, and that nothing on them is active."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.testclient import TestClient

from statements.settings import Settings
from statements.web.app import create_app
from statements.web.library import Library
from statements.web.links import change_url
from statements.web.queries import evidence, version
from tests.stores import settings_for


class Page(HTMLParser):
    """A page's links, what it loads, and which elements it has."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.names: set[str] = set()
        self.handlers: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        given = dict(attrs)
        self.handlers += [name for name in given if name.startswith("on")]
        if tag == "a":
            self.links.append(given.get("href") or "")
        for name in ("src", "srcset", "data"):
            if name in given:
                self.loaded.append(given[name])
        if tag == "link":
            self.loaded.append(given["href"])


def ours(page: Page) -> set[str]:
    return {link.partition("#")[0] for link in page.links if link.startswith("/")}


def every_page(shown) -> dict[str, str]:
    """Every page that can be reached by links from the first one; stored bodies are left where they are."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in found or path.startswith("/snapshots/"):
            continue
        found[path] = shown.get(path)
        waiting += sorted(ours(Page(found[path])) - set(found))
    return found


@pytest.fixture(scope="module")
def crawled(shown):
    return every_page(shown)


def history_versions(shown, statement: str) -> list[str]:
    """The ids of a statement's versions, the latest first."""
    return list(dict.fromkeys(re.findall(r'href="/versions/([0-9a-f]{64})"', shown.get(f"/statements/{statement}"))))


def test_every_link_leads_to_a_page(crawled):
    kinds = {path.split("/")[1].partition("?")[0] for path in crawled}
    assert kinds == {"", "statements", "changes", "versions", "compare", "series", "health"}


def test_no_page_loads_anything_from_elsewhere_or_runs_anything(crawled):
    for path, markup in crawled.items():
        page = Page(markup)
        assert not page.names & {"script", "iframe", "object", "embed", "img", "base"}, path
        assert set(page.loaded) <= {"/site.css"}, path
        assert page.handlers == [], path
        assert "@import" not in markup and "url(" not in markup, path


def test_every_answer_forbids_scripts_and_framing_by_strangers(shown):
    for path in ("/", "/series/specimen_china_belarus", "/site.css", "/nowhere"):
        policy = shown.client.get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy and "frame-ancestors 'self'" in policy
    assert "unsafe" not in shown.client.get("/").headers["content-security-policy"]


def test_the_first_page_tells_the_gravest_change_first(shown):
    page = shown.get("/")
    assert page.index("Taiyuan") < page.index("Lanthorn")
    assert re.search(r"<ins>not </ins>", page)
    assert "position: reversed" in page


def test_a_statement_shows_its_changes_shifts_positions_versions_and_captures(shown):
    page = shown.get(f"/statements/{shown.statement('taiyuan')}")
    for words in ("WTO accession: reversed", "<ins>not </ins>", "level 4", "not modified", "specimen_china_belarus"):
        assert words in page
    assert page.count('href="/versions/') >= 3


def test_a_wording_that_came_back_is_told_as_a_return(shown):
    page = shown.get(f"/statements/{shown.statement('fishing')}")
    assert page.count("an earlier wording came back") == 1
    assert "returns to" in page


def test_a_change_is_a_red_line_with_both_versions_and_its_cause(shown):
    (change,) = set(re.findall(r"/changes/[0-9a-f]{64}", shown.get(f"/statements/{shown.statement('taiyuan')}")))
    page = shown.get(change)
    assert 'class="ins"' in page and "The whole text" in page
    assert page.count('href="/versions/') == 2
    assert "the ministry: both sides were read by one extractor" in page


def test_a_mails_link_leads_to_the_red_line_of_what_its_capture_showed(shown):
    statement = shown.statement("taiyuan")
    (change,) = set(re.findall(r"/changes/[0-9a-f]{64}", shown.get(f"/statements/{statement}")))
    after = re.findall(r'href="(/versions/[0-9a-f]{64})"', shown.get(change))[-1]
    with shown.store.reading() as connection:
        capture = evidence(connection, version(connection, after.rpartition("/")[2]))[0].capture
        first = evidence(connection, version(connection, history_versions(shown, statement)[-1]))[0].capture

    def leads_to(key: str) -> str:
        return shown.client.get(change_url("", key), follow_redirects=False).headers["location"]

    assert leads_to(capture) == change
    assert leads_to(first) == f"/statements/{statement}"


def test_a_version_shows_its_text_and_leads_to_the_stored_bodies(shown):
    history = shown.get(f"/statements/{shown.statement('taiyuan')}")
    first = re.findall(r'href="(/versions/[0-9a-f]{64})"', history)[-1]
    page = shown.get(first)
    assert "<mark>China will support the accession of Belarus" in page
    assert "layout" in page and "live" in page
    body = re.findall(r'href="(/snapshots/[0-9a-f]{64})"', page)[0]
    answer = shown.client.get(body)
    assert b"China will support the accession" in answer.content
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"


def test_a_day_leads_to_the_version_that_stood_then(shown):
    key = shown.statement("taiyuan")
    answer = shown.client.get(f"/statements/{key}?on=2999-01-01", follow_redirects=False)
    latest = re.findall(r'href="(/versions/[0-9a-f]{64})"', shown.get(f"/statements/{key}"))[0]
    assert answer.headers["location"] == latest
    assert shown.client.get(f"/statements/{key}?on=1999-01-01").status_code == 404
    assert "is no day" in shown.client.get(f"/statements/{key}?on=yesterday").text


def test_the_search_finds_words_of_a_title_a_source_an_address_and_an_id(shown):
    assert "Lanthorn" in shown.get("/statements?q=fishermen+LANTHORN")
    assert "Lanthorn" not in shown.get("/statements?q=fishermen&source=specimen_mfa_zh")
    assert "specimen_mfa_zh" in shown.get("/statements?q=mfa_zh")
    key = shown.statement("fishing")
    for named in (key, key[:12], shown.addresses["fishing"]):
        answer = shown.client.get("/statements", params={"q": named}, follow_redirects=False)
        assert answer.headers["location"] == f"/statements/{key}"
    assert "No title" in shown.get("/statements?q=%25")


def test_what_a_reader_types_comes_back_as_text(shown):
    page = shown.get("/statements?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&source=%3Cb%3E")
    assert "<script" not in page and "&lt;script" in page


def test_the_series_page_is_the_matrix_with_its_statements(shown):
    page = shown.get("/series/specimen_china_belarus")
    assert "Who said what, when" in page
    assert f'href="/statements/{shown.statement("taiyuan")}"' in page


def test_looking_at_a_series_writes_nothing(shown):
    import sqlalchemy as sa

    from statements import tables as t

    def stances() -> int:
        with shown.store.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(t.stances)).scalar_one()

    before = stances()
    shown.get("/series/specimen_china_belarus")
    assert stances() == before


def test_the_health_page_names_every_source_and_what_it_suffers_from(shown):
    page = shown.get("/health")
    assert "specimen_mfa_zh" in page and "days old" in page


def test_what_is_not_there_is_said_in_a_sentence(shown):
    for path in ("/statements/ffffffffffff", "/changes/00", "/captures/00", "/versions/00", "/snapshots/00", "/series/none", "/nowhere"):
        answer = shown.client.get(path)
        assert answer.status_code == 404
        assert 'class="note"' in answer.text


def test_a_store_that_is_not_migrated_is_told_and_served_once_it_is(tmp_path):
    place: Settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'statements.sqlite'}")
    client = TestClient(create_app(Library(place)))
    answer = client.get("/")
    assert answer.status_code == 503
    assert "statements db upgrade" in answer.text
    from statements.store import Store

    Store.open(place, create=True).engine.dispose()
    assert "The store is empty" in client.get("/").text


def test_mounted_elsewhere_every_link_stays_below_the_mount(shown):
    outer = FastAPI()
    outer.mount("/statement-history", shown.app)
    client = TestClient(outer)
    page = Page(client.get("/statement-history/").text)
    assert {link.split("/")[1] for link in page.links} == {"statement-history"}
    assert page.loaded == ["/statement-history/site.css"]
    assert client.get(page.links[-1]).status_code == 200


def test_the_dependencies_guard_every_page_and_no_description_of_them_is_open(shown):
    def refuse() -> None:
        raise HTTPException(401)

    client = TestClient(create_app(Library(shown.app.state.library.place), dependencies=[Depends(refuse)]))
    for path in (
        "/",
        "/statements",
        "/statements/x",
        "/changes",
        "/changes/x",
        "/versions/x",
        "/compare/a/b",
        "/snapshots/x",
        "/series",
        "/series/x",
    ):
        assert client.get(path).status_code == 401
    assert client.get("/health").status_code == client.get("/site.css").status_code == 401
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 404
