"""Data docs: one page for each settled batch that says what was validated, what failed and why; it needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from schemas.expectations import Validation
from schemas.findings import BatchFinding
from statements.extracting import Judged

KEPT = 200  # pages of one source; older ones are removed

WORDS = {
    "ok": "accepted",
    "not_modified": "not modified",
    "provisional": "waiting for a second look",
    "quarantined": "failed their expectations",
    "layout_changed": "layout changed",
    "undecodable": "not decodable",
    "half_loaded": "half loaded",
    "blocked": "blocked",
    "error_page": "error pages",
    "gone": "not found",
    "moved": "moved",
    "failed": "no answer",
}
_QUIET = frozenset({"ok", "not_modified", "moved"})


@dataclass(frozen=True, slots=True)
class Run:
    """One settled batch of one source, as its page shows it."""

    source: str
    title: str
    batch: str
    at: datetime
    judged: Sequence[Judged]
    validation: Validation
    findings: Sequence[BatchFinding] = ()
    follows: Mapping[str, int] = field(default_factory=dict)  # "versions" → 3: what came of it

    @property
    def verdicts(self) -> dict[str, int]:
        """How many captures got each verdict: the accepted first, then as `WORDS` orders them."""
        counts = dict.fromkeys(WORDS, 0)
        for one in self.judged:
            verdict = "not_modified" if one.verdict == "ok" and one.capture.not_modified else one.verdict
            counts[verdict] = counts.get(verdict, 0) + 1
        return {verdict: count for verdict, count in counts.items() if count}

    @property
    def held(self) -> list[Judged]:
        """The captures that became no version, the ones to mend first."""
        order = {verdict: place for place, verdict in enumerate(WORDS)}
        return sorted((one for one in self.judged if one.verdict not in _QUIET), key=lambda j: (order.get(j.verdict, 99), j.capture.address))

    @property
    def accepted(self) -> list[Judged]:
        """The captures that were read anew and passed."""
        return [one for one in self.judged if one.verdict == "ok" and one.extraction is not None and one.extraction.reading is not None]


def page(run: Run) -> str:
    """The run as HTML that needs no other file, no script and no network; light and dark."""
    return _template().render(run=run, words=WORDS, quiet=_QUIET)


def write(run: Run, folder: Path) -> Path:
    """Write the run's page to `folder/<source>/<time>-<batch>.html` and return where; the oldest beyond `KEPT` go."""
    place = folder / run.source
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{run.at:%Y%m%dT%H%M%S}-{run.batch[:12]}.html"
    draft = path.with_suffix(".part")
    draft.write_text(page(run), "utf-8")
    draft.replace(path)
    for old in sorted(place.glob("*.html"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


@cache
def _template() -> Template:
    folder = FileSystemLoader(Path(__file__).parent / "web" / "templates")
    environment = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("datadocs.html")
