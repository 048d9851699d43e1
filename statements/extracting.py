"""Stored bodies to extractions: suspicion, the layout of that date, expectations; nothing here decides history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas import expectations
from schemas.coherence import Expect
from schemas.columns import Candidate
from schemas.errors import PageError
from schemas.records import Capture, Passage, Reading, Wording, digest
from scrapers import reading as pages
from scrapers.layout import READING_VERSION, extractor_of
from scrapers.source import Source, normalise
from scrapers.suspicion import signs_sha256, suspect
from scrapers.traces import traces
from statements import tables as t
from statements.snapshots import Snapshots
from statements.store import chunks

GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one extractor took from one body at one address, with the verdict on it."""

    address: str
    body_sha256: str
    extractor: str
    expectations: str  # hash of the suite and thresholds it was held to
    verdict: str  # ok | quarantined | blocked | error_page | layout_changed | undecodable | gone | failed | moved
    layout: str | None = None
    wording: Wording | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)  # date precision and origin, flags, boilerplate, notes
    canonical: str | None = None  # the address that the page names as its canonical one
    reading: Reading | None = field(default=None, compare=False)  # at hand only where it was read just now
    body: bytes | None = field(default=None, compare=False, repr=False)  # likewise
    headers: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    plan: str = ""  # all that the choice of the layout depended on
    stored_id: str = ""

    @property
    def id(self) -> str:
        return self.stored_id or extraction_id(self.address, self.body_sha256, self.plan, self.expectations)

    @property
    def wording_id(self) -> str | None:
        return wording_id(self.wording) if self.wording else None

    def row(self, at: datetime) -> dict[str, Any]:
        """The extraction as a row of its table."""
        return {
            "id": self.id,
            "body_sha256": self.body_sha256,
            "extractor": self.extractor,
            "expectations": self.expectations,
            "layout": self.layout,
            "verdict": self.verdict,
            "evidence": dict(self.evidence),
            "wording_id": self.wording_id,
            "details": dict(self.details),
            "recorded_at": at,
        }


def extraction_id(address: str, body_sha256: str, plan: str, held_to: str) -> str:
    """The id of what today's layouts, under one set of expectations, take from one body at one address."""
    return digest("extraction", address, body_sha256, plan, held_to)


def wording_id(wording: Wording) -> str:
    """The id under which a wording is stored: its content and what a comparison needs beside it."""
    kinds = [passage.kind for passage in wording.passages]
    return digest("wording", wording.content_sha256, kinds, wording.language, wording.document_type, wording.parties)


def wording_row(wording: Wording) -> dict[str, Any]:
    """The wording as a row of its table."""
    return {
        "id": wording_id(wording),
        "content_sha256": wording.content_sha256,
        "title": wording.title,
        "published_on": wording.published_on,
        "published_until": wording.published_until,
        "language": wording.language,
        "document_type": wording.document_type,
        "parties": list(wording.parties),
        "passages": [[passage.kind, passage.text] for passage in wording.passages],
        "length": len(wording.text),
    }


def wording_of(row: Any) -> Wording:
    """The wording that a row of its table holds."""
    return Wording(
        title=row.title,
        passages=tuple(Passage(text, kind) for kind, text in row.passages),
        language=row.language,
        published_on=row.published_on,
        published_until=row.published_until,
        document_type=row.document_type,
        parties=tuple(row.parties),
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """A capture with what was made of it."""

    capture: Capture
    extraction: Extraction | None  # None where there was no body
    verdict: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


class Reader:
    """Reads stored bodies of one source by today's declarations; what was read so before is not read again."""

    def __init__(self, source: Source, snapshots: Snapshots, config: Path | None = None) -> None:
        self.source = source
        self._snapshots = snapshots
        self._config = config
        self._expect = {rule.name: Expect.of(source.expect, source.hosts, source.language, rule.name) for rule in source.layouts}
        self._expectations = expectations.fingerprint(source.expect, source.hosts, source.language, config)
        self.validation = expectations.Validation()  # of the latest batch
        self._extractors = [READING_VERSION, signs_sha256(), *(extractor_of(rule, source.language) for rule in source.layouts)]

    def known(self, connection: Connection, captures: Sequence[Capture]) -> dict[str, Extraction]:
        """Extractions that stand in the store already, by id."""
        ids = {capture.key: self.extraction_id(capture) for capture in captures if capture.body_sha256}
        found: dict[str, Extraction] = {}
        joined = t.extraction.outerjoin(t.wording, t.wording.c.id == t.extraction.c.wording_id)
        for part in chunks(sorted(set(ids.values()))):
            for row in connection.execute(sa.select(t.extraction, t.wording).select_from(joined).where(t.extraction.c.id.in_(part))):
                found[row.id] = self._stored(row)
        return found

    def judge(self, captures: Sequence[Capture], known: Mapping[str, Extraction]) -> list[Judged]:
        """A verdict for each capture. New readings are held to their expectations together.

        Great Expectations is imported only when there is a new reading.
        """
        made: dict[str, Extraction] = dict(known)
        fresh: dict[str, Extraction] = {}
        verdicts: list[tuple[Capture, str | None]] = []
        for capture in captures:
            if _without_body(capture):
                verdicts.append((capture, None))
                continue
            key = self.extraction_id(capture)
            if key not in made:
                made[key] = self._extract(capture)
                if made[key].verdict == "ok":
                    fresh[key] = made[key]
            verdicts.append((capture, key))
        made |= self._validated(fresh)
        made = {key: replace(extraction, body=None) if extraction.body else extraction for key, extraction in made.items()}
        return [Judged(capture, made[key], made[key].verdict) if key else Judged(capture, None, *_bare_verdict(capture)) for capture, key in verdicts]

    def reread(self, capture: Capture, layout: str | None) -> tuple[str, Wording] | None:
        """One capture's stored body by today's layout of its date, or by the one named; None where it is not understood."""
        try:
            reading = self._read(capture, self._snapshots.get(str(capture.body_sha256)), layout)
        except PageError:
            return None
        return reading.extractor, reading.wording

    def extraction_id(self, capture: Capture) -> str:
        """The id that a capture's extraction has by today's declarations."""
        return extraction_id(capture.address, str(capture.body_sha256), self._plan(capture), self._expectations)

    def _plan(self, capture: Capture) -> str:
        """What the reading of a capture depends on: all layouts that may be tried, and the one of its date."""
        day = capture.captured_at.date()
        in_force = next((rule.name for rule in self.source.layouts if rule.until is None or day <= rule.until), None)
        # What came with the body, as far as suspicion and decoding look at it: a body may be innocent at one place and not at another.
        kind = [value for name, value in capture.headers if name.lower() == "content-type"]
        astray = capture.final_url if capture.redirects else ""
        return digest("plan", in_force, self._extractors, capture.status if not capture.not_modified else 200, astray, kind)

    def _read(self, capture: Capture, body: bytes, layout: str | None = None) -> Reading:
        return pages.read(
            body, source=self.source, url=capture.url or capture.address, captured_at=capture.captured_at, headers=capture.headers, layout=layout
        )

    def _extract(self, capture: Capture) -> Extraction:
        """Suspicion first, then the layout of that date; what is not understood is a verdict with its evidence."""
        key = (capture.address, str(capture.body_sha256), "", self._expectations)
        blank = Extraction(*key, "failed", headers=capture.headers, plan=self._plan(capture))
        body = self._snapshots.get(str(capture.body_sha256))
        suspicion = suspect(capture, body, self.source)
        if suspicion:
            return replace(blank, verdict=suspicion.verdict, evidence={"message": suspicion.evidence, "sign": suspicion.sign})
        try:
            reading = self._read(capture, body)
        except PageError as error:
            return replace(blank, verdict=error.verdict, evidence={"message": str(error), "selector": error.selector})
        details = {
            "date_precision": reading.date_precision,
            "date_from": reading.date_from,
            "date_hint": reading.date_hint,
            "flags": list(reading.flags),
            "truncated_passages": list(reading.truncated_passages),
            "boilerplate": list(reading.boilerplate),
            "notes": list(reading.notes),
        }
        canonical = normalise(self.source, reading.canonical_url) if reading.canonical_url and self.source.takes(reading.canonical_url) else None
        return replace(
            blank,
            verdict="ok",
            extractor=reading.extractor,
            layout=reading.layout,
            wording=reading.wording,
            details=details,
            canonical=canonical,
            reading=reading,
            body=body,
        )

    def _validated(self, fresh: Mapping[str, Extraction]) -> dict[str, Extraction]:
        """The new extractions that failed an expectation, as quarantined; the others of the batch go on."""
        candidates = [self._candidate(key, extraction) for key, extraction in fresh.items() if extraction.reading is not None]
        self.validation = expectations.validate(candidates, self._config)
        findings: dict[str, list[dict[str, Any]]] = {}
        for finding in self.validation.findings:
            told = {"expectation": finding.expectation, "column": finding.column, "value": finding.value, "sentence": finding.sentence}
            findings.setdefault(finding.key, []).append(told)
        return {
            key: replace(fresh[key], verdict="quarantined", evidence={"message": found[0]["sentence"], "findings": found})
            for key, found in findings.items()
        }

    def _candidate(self, key: str, extraction: Extraction) -> Candidate:
        reading = extraction.reading
        assert reading is not None
        expect = self._expect.get(reading.layout)
        if expect is None:  # extracted text: there is no page to look at
            return Candidate(key, reading, None, Expect.of(self.source.expect, self.source.hosts, self.source.language))
        found = traces(extraction.body or b"", self.source, reading.layout, extraction.headers)
        return Candidate(key, reading, found, expect)

    def _stored(self, row: Any) -> Extraction:
        return Extraction(
            address="",
            body_sha256=row.body_sha256,
            extractor=row.extractor,
            expectations=row.expectations,
            verdict=row.verdict,
            layout=row.layout,
            wording=wording_of(row) if row.wording_id else None,
            evidence=row.evidence,
            details=row.details,
            stored_id=row.id,
        )


def _without_body(capture: Capture) -> bool:
    """Whether there is nothing to read: no body, or one that came with a status that says it is not the page."""
    return capture.body_sha256 is None or capture.error is not None or ((capture.status or 200) >= 300 and not capture.not_modified)


def _bare_verdict(capture: Capture) -> tuple[str, dict[str, Any]]:
    status = capture.status
    if status in GONE:
        return "gone", {"message": f"{capture.url or capture.address} answered {status}."}
    if capture.error or status is None:
        return "failed", {"message": capture.error or "No answer came."}
    if 300 <= status < 400:
        return "moved", {"message": f"{capture.url or capture.address} moved ({status})."}
    suspicion = suspect(capture, b"", None)
    return (suspicion.verdict, {"message": suspicion.evidence}) if suspicion else ("error_page", {"message": f"The server answered {status}."})
