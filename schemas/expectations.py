"""Great Expectations over readings and batches: the suites are files in suites/, and this module alone imports the library."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from schemas import declarations
from schemas.columns import BatchFacts, Candidate, batch_row, columns_of, row
from schemas.errors import DeclarationError
from schemas.findings import BatchFinding, Finding
from schemas.records import digest

SUITES = Path(__file__).parent / "suites"
SuiteName = Literal["reading", "batch"]

_EXCERPT = 60  # characters shown around what a pattern found


@dataclass(frozen=True, slots=True)
class Checked:
    """One expectation over one batch: how many rows it saw and how many failed it."""

    expectation: str
    column: str
    about: str  # the sentence of the suite, before a value is put in
    rows: int
    failed: int


@dataclass(frozen=True, slots=True)
class Validation:
    """What the suite said of a batch of readings. A reading without a finding passed."""

    findings: tuple[Finding, ...] = ()
    checked: tuple[Checked, ...] = ()

    def of(self, key: str) -> tuple[Finding, ...]:
        """The findings against one reading, in the order of the suite."""
        return tuple(finding for finding in self.findings if finding.key == key)


def validate(candidates: Sequence[Candidate], config: Path | None = None) -> Validation:
    """Hold every reading to the suite `reading`, each with its own source's thresholds.

    The first call imports Great Expectations (5 to 10 seconds) and builds its context, which the process keeps; a
    hundred readings then take about an eighth of a second, one takes nearly as long: validate whole batches.

    Args:
        config: a folder whose `suites/reading.json` stands for the packaged one (STATEMENTS_CONFIG).

    Raises:
        DeclarationError: the suite names a column or an expectation that does not exist.
    """
    if not candidates:
        return Validation()
    rows = [row(candidate) for candidate in candidates]
    results = _run("reading", rows, config)
    by_key = {one["key"]: one for one in rows}
    findings, checked = [], []
    for result in results:
        failed = [entry["key"] for entry in result.unexpected]
        findings += [_finding(result, by_key[key]) for key in failed]
        checked.append(Checked(result.name, result.column, result.sentence, len(rows), len(failed)))
    order = {candidate.key: place for place, candidate in enumerate(candidates)}
    return Validation(tuple(sorted(findings, key=lambda finding: order[finding.key])), tuple(checked))


def batch_findings(facts: BatchFacts, config: Path | None = None) -> tuple[BatchFinding, ...]:
    """Hold a batch to the suite `batch`. Nothing that is found here may touch a reading.

    A batch in which nothing was read anew is judged without Great Expectations, so that a quiet run does not pay for its import.
    """
    if not facts.accepted:
        return (BatchFinding("empty", 0, "Nothing of the batch was accepted."),)
    if not facts.wordings:
        return ()
    one = batch_row(facts)
    found = []
    for result in _run("batch", [one], config):
        if result.unexpected:
            finding = _finding(result, one)
            found.append(BatchFinding(finding.expectation, finding.value, finding.sentence))  # type: ignore[arg-type]
    return tuple(found)


def fingerprint(expect: Mapping[str, Any], hosts: Sequence[str], language: str, config: Path | None = None) -> str:
    """A hash of everything that a verdict of the suite `reading` depends on, beside the reading itself."""
    return digest("expectations", declarations.file_sha256(_path("reading", config)), expect, list(hosts), language)


def prepare() -> None:
    """Import the library and build its context now: for a process that forks workers, which then find both ready."""
    _definition()


@dataclass(frozen=True, slots=True)
class _Result:
    name: str
    column: str
    sentence: str
    patterns: tuple[str, ...]
    unexpected: tuple[Mapping[str, Any], ...]


def _finding(result: _Result, one: Mapping[str, Any]) -> Finding:
    value = one[result.column]
    if result.patterns and isinstance(value, str):
        hit = next((found for pattern in result.patterns if (found := re.search(pattern, value))), None)
        value = value[max(0, hit.start() - _EXCERPT // 2) : hit.end() + _EXCERPT // 2] if hit else value[:_EXCERPT]
    return Finding(one["key"], result.name, result.column, value, result.sentence.format(value=value))


def _path(name: SuiteName, config: Path | None) -> Path:
    return declarations.found("suites", SUITES, config, ".json")[name]


def _run(name: SuiteName, rows: Sequence[Mapping[str, Any]], config: Path | None) -> list[_Result]:
    import pandas as pd

    path = _path(name, config)
    suite, definition = _suite(path, path.stat().st_mtime_ns), _definition()
    frame = pd.DataFrame({column: pd.Series(values, dtype="object") for column, values in columns_of(rows).items()})
    missing = sorted({column for expectation in suite.expectations for column in _columns(expectation.configuration.kwargs)} - set(frame.columns))
    if missing:
        raise DeclarationError(f"{path}: no column is called {', '.join(missing)}; the columns are {', '.join(map(str, frame.columns))}.")
    # To say whether an expectation holds is cheaper than to say which rows fail it: only those that fail are asked that.
    batch = definition.get_batch({"dataframe": frame})
    held = batch.validate(suite, result_format="BOOLEAN_ONLY").results
    results = [result for result in held if result.success]
    if len(results) < len(held):
        failed = {result.expectation_config.meta["name"] for result in held if not result.success}
        shown = {"result_format": "COMPLETE", "unexpected_index_column_names": ["key"], "include_unexpected_rows": False}
        results += batch.validate(_part(path, failed), result_format=shown).results
    written = {expectation.configuration.meta["name"]: place for place, expectation in enumerate(suite.expectations)}
    return sorted((_result(result, path) for result in results), key=lambda result: written[result.name])


def _result(result: Any, path: Path) -> _Result:
    configuration = result.expectation_config
    kwargs, meta = configuration.kwargs, configuration.meta or {}
    name = meta["name"]
    if not result.success and not result.result.get("unexpected_index_list"):
        raise DeclarationError(f"{path}: {name}: the expectation could not be computed: {result.exception_info}.")
    patterns = tuple(kwargs.get("regex_list", ()))
    column = meta.get("shows") or kwargs.get("column") or kwargs["column_A"]
    return _Result(name, column, meta.get("sentence", configuration.type), patterns, tuple(result.result.get("unexpected_index_list") or ()))


def _columns(kwargs: Mapping[str, Any]) -> list[str]:
    return [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]


def _part(path: Path, names: set[str]) -> Any:
    """The expectations of these names, as a suite."""
    suite = json.loads(path.read_text("utf-8"))
    kept = [expectation for expectation in suite["expectations"] if expectation["meta"]["name"] in names]
    return _library().ExpectationSuite(**{**suite, "expectations": kept})


@cache
def _suite(path: Path, _changed: int) -> Any:
    """The suite in a file; read again when the file changes."""
    gx = _library()
    try:
        suite = gx.ExpectationSuite(**json.loads(path.read_text("utf-8")))
        for expectation in suite.expectations:
            if not {"name", "sentence"} <= set(expectation.configuration.meta or {}):
                raise DeclarationError(f"{path}: {expectation.configuration.type}: its meta needs a `name` and a `sentence` for people.")
        return suite
    except (ValueError, TypeError, KeyError, gx.exceptions.GreatExpectationsError) as error:
        raise DeclarationError(f"{path}: not a suite of Great Expectations: {error}.") from error


@cache
def _definition() -> Any:
    """One context and one batch definition for the life of the process."""
    context = _library().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context.data_sources.add_pandas("memory").add_dataframe_asset("readings").add_batch_definition_whole_dataframe("all")


@cache
def _library() -> Any:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    import great_expectations.exceptions

    return gx
