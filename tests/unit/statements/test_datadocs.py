"""The page of a settled batch: whole offline, and every held capture with its value and where it came from."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from schemas.expectations import Checked, Validation
from schemas.findings import BatchFinding
from schemas.records import Capture, Passage, Reading, Wording
from statements import datadocs
from statements.datadocs import Run, page, write
from statements.extracting import Extraction, Judged

AT = datetime(2024, 5, 2, 8, 30, tzinfo=UTC)
WORDING = Wording("Statement <on> the talks", (Passage("They met."),), published_on=date(2024, 5, 1))


def judged(name: str, verdict: str, **evidence: object) -> Judged:
    url = f"https://www.mfa.example/{name}"
    extraction = Extraction(url, "b" * 64, "e" * 64, "x", verdict, "2014", WORDING if verdict in {"ok", "quarantined"} else None, evidence)
    reading = Reading("xx", "2014", "e" * 64, url, AT, WORDING) if verdict == "ok" else None
    return Judged(Capture(url, AT, url=url, status=200, body_sha256="b" * 64), replace(extraction, reading=reading), verdict)


FINDING = {"expectation": "enough_passages", "column": "passages", "value": 1, "sentence": "There is 1 passage, fewer than expected."}
RUN = Run(
    "xx_mfa", "A ministry", "0123456789abcdef", AT,
    [judged("1", "ok"), judged("2", "quarantined", findings=[FINDING]), judged("3", "layout_changed", message="Nothing at '#x'.", selector="#x")],
    Validation((), (Checked("enough_passages", "passages", "…", 2, 1), Checked("has_a_title", "title", "…", 2, 0))),
    [BatchFinding("undated", 0.6, "60% of the new readings have no date.")],
    {"versions": 1},
)  # fmt: skip


def test_the_page_needs_nothing_from_anywhere():
    assert not re.search(r"<(?:script|link|img|iframe)\b|@import|url\(", page(RUN))


def test_a_held_capture_is_shown_with_expectation_value_and_provenance():
    shown = page(RUN)
    for told in ("There is 1 passage, fewer than expected.", "enough_passages · passages", "60% of the new readings", "selector <code>#x</code>"):
        assert told in shown
    held = RUN.held[0].capture
    assert held.key in shown and str(held.body_sha256) in shown and "2024-05-02 08:30:00 UTC" in shown


def test_what_a_stranger_wrote_is_shown_and_not_obeyed():
    assert "Statement &lt;on&gt; the talks" in page(RUN)


def test_a_quiet_run_says_that_nothing_was_held_back():
    quiet = page(replace(RUN, judged=[judged("1", "ok")], validation=Validation(), findings=()))
    assert "Nothing was held back" in quiet and "Nothing was read anew" in quiet


def test_pages_are_written_whole_and_the_oldest_go(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(datadocs, "KEPT", 3)
    written = [write(replace(RUN, at=AT + timedelta(minutes=minute)), tmp_path) for minute in range(5)]
    assert sorted((tmp_path / "xx_mfa").iterdir()) == written[-3:]
    assert written[-1].read_text("utf-8") == page(replace(RUN, at=AT + timedelta(minutes=4)))
