"""The pages as Chromium shows them: nothing wider than the screen, nothing refused by the policy, legible in the dark."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

pytestmark = pytest.mark.browser

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def served(shown) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(shown.app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 30
    while not server.started and time.monotonic() < limit:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; install the package `chromium` to look at the pages in it")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def lightness(colour: str) -> float:
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 765


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1200, "light")])
def test_a_reader_goes_from_the_first_page_to_the_words_and_back_to_their_source(served, browser, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    strangers: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(served) else strangers.append(request.url))

    def looks_right() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        paper, ink = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
        assert (lightness(paper) < lightness(ink)) == (scheme == "dark"), page.url

    page.goto(served)
    looks_right()
    page.click("article.card >> nth=0 >> a")
    assert page.is_visible("ins.ins")
    looks_right()
    page.click("text=Its history")
    assert page.is_visible("text=What it says")
    looks_right()
    page.click("text=Read its text")
    assert page.is_visible("article.text mark >> nth=0")
    looks_right()
    page.goto(f"{served}/series/specimen_china_belarus")
    page.click("summary:has-text('WTO accession')")
    assert page.is_visible("details[open] blockquote >> nth=0")
    looks_right()
    page.goto(f"{served}/health")
    looks_right()
    assert (complaints, strangers) == ([], [])
    context.close()
