"""Real pages pass as they are; made wrong in any of five ways, they are caught before they become a version."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from schemas.coherence import Expect
from schemas.columns import Candidate
from schemas.errors import PageError
from schemas.expectations import validate
from schemas.records import Capture
from scrapers.reading import read
from scrapers.source import Source, source_named
from scrapers.suspicion import suspect
from scrapers.traces import traces
from tests.corpus import mutations

pytestmark = pytest.mark.corpus

# What a page that is read by itself cannot show: a neighbour's body of the same week, and an interview whose pictures went too.
BEYOND_ONE_PAGE = {"next", "previous", "worded paragraphs"}


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    return {language: source_named(f"cn_mfa_{language}") for language in ("en", "zh")}


@pytest.fixture(scope="module")
def pages(corpus):
    folder = corpus / "pages" / "cn_mfa_2020"
    found = []
    for line in (folder / "index.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if "/t1" in entry["url"]:
            page = mutations.Page(Path(entry["file"]).stem, entry["facts"]["lang"], entry["url"], (folder / entry["file"]).read_bytes())
            found.append((page, datetime.fromisoformat(entry["fetched"])))
    return found


def judged(key: str, page, captured_at: datetime, source: Source) -> Candidate | str:
    """What the road makes of a page before validation: a candidate, or why it is none."""
    told = suspect(Capture(page.url, captured_at, url=page.url, final_url=page.url, status=200, headers=page.headers), page.body, source)
    if told:
        return told.evidence
    try:
        reading = read(page.body, source=source, url=page.url, captured_at=captured_at, headers=page.headers)
    except PageError as error:
        return str(error)
    expect = Expect.of(source.expect, source.hosts, source.language, reading.layout)
    return Candidate(key, reading, traces(page.body, source, reading.layout, page.headers), expect)


@pytest.fixture(scope="module")
def sound(pages, sources) -> dict[str, Candidate | str]:
    return {page.name: judged(page.name, page, at, sources[page.language]) for page, at in pages}


def test_every_real_page_passes_short_ones_too(sound):
    assert [verdict for verdict in sound.values() if isinstance(verdict, str)] == []
    assert validate(list(sound.values())).findings == ()


def caught(variants: Iterable[tuple[str, Candidate | str]], sound: dict[str, Candidate | str]) -> tuple[int, list[str]]:
    """How many variants there were, and which of them would have become a version with other words than the page's own."""
    total, candidates = 0, []
    for name, verdict in variants:
        total += 1
        if not isinstance(verdict, str) and verdict.reading.content_sha256 != sound[name].reading.content_sha256:
            candidates.append(verdict)
    held = {finding.key for finding in validate(candidates).findings}
    return total, [candidate.key for candidate in candidates if candidate.key not in held]


def variants_of(kind: str, pages, sources, *, every: bool):
    whole = [page for page, _ in pages]
    for page, at in pages:
        dice = random.Random(f"{kind} {page.name}")
        made = [(name, variant) for name, variant in mutations.MUTATIONS[kind](page, whole, dice) if name not in BEYOND_ONE_PAGE]
        for name, variant in made if every else [dice.choice(made)]:
            yield page.name, judged(f"{name}: {page.name}", variant, at, sources[page.language])


def test_of_the_pages_made_wrong_ninety_nine_of_a_hundred_are_caught(pages, sources, sound):
    total, missed = 0, []
    for kind in mutations.MUTATIONS:
        made, let_through = caught(variants_of(kind, pages, sources, every=False), sound)
        assert len(let_through) <= 0.04 * made, (kind, let_through)
        total, missed = total + made, missed + let_through
    assert len(missed) <= 0.01 * total, missed


@pytest.mark.soak
@pytest.mark.parametrize("kind", mutations.MUTATIONS)
def test_every_variant_of_every_kind_is_caught(kind, pages, sources, sound):
    total, missed = caught(variants_of(kind, pages, sources, every=True), sound)
    assert len(missed) <= 0.02 * total, missed
