"""The issue × statement matrix in the terminal: level by shade, shift by sign, a gap as a gap, "first time" and "gone" on top."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from schemas.records import Position, Shift, ShiftKind
from statements.positions.matrix import Cell
from statements.positions.report import SIGNS, Heading, Report

_BARS = " ▁▃▅▆█"  # by level: readable without colour
_COLOURS = {"support": "blue", "oppose": "dark_orange3", "neutral": "bright_black"}
_TONES: dict[ShiftKind, str] = {
    "new": "green", "returned": "green", "strengthened": "green", "widened": "green",
    "dropped": "red", "weakened": "red", "narrowed": "red",
    "reversed": "magenta", "changed": "magenta",
}  # fmt: skip
_ISSUE_WIDTH, _CELL_WIDTH = 34, 12


def show(report: Report, console: Console, evidence: bool = False) -> None:
    """Print the report; with `evidence`, also the clauses of every shift, before and after."""
    console.print(Text(report.title, style="bold"))
    fitting = max(2, (console.width - _ISSUE_WIDTH) // (_CELL_WIDTH + 1))
    headings = report.headings[-fitting:]
    if len(headings) > 1:
        _moved_last(report, console)
    console.print(_table(report, headings))
    if len(headings) < len(report.headings):
        console.print(f"The last {len(headings)} of {len(report.headings)} statements; --html FILE shows all.", style="dim")
    console.print(_legend(report), style="dim")
    if evidence:
        for shift in report.shifts:
            _evidence(report, shift, console)


def _legend(report: Report) -> str:
    """The signs that the table shows, and no others."""
    shown = {shift.kind for shift in report.shifts}
    signs = [f"{sign} {kind.replace('_', ' ')}" for kind, sign in SIGNS.items() if kind in shown]
    return " · ".join([*signs, "░ silent, the text is not complete"])


def _moved_last(report: Report, console: Console) -> None:
    moves = report.moves(report.headings[-1].statement)
    told: tuple[tuple[str, ShiftKind, str], ...] = (
        ("First time", "new", "green"),
        ("Gone", "dropped", "red"),
        ("Not mentioned", "not_mentioned", "dim"),
    )
    for title, kind, style in told:
        issues = [report.full_label(shift.issue) for shift in moves.get(kind, [])]
        if issues or kind != "not_mentioned":
            console.print(Text.assemble((f"{title}: ", f"bold {style}"), "; ".join(issues) or "nothing"))
    console.print()


def _table(report: Report, headings: Sequence[Heading]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("Issue", max_width=_ISSUE_WIDTH, overflow="ellipsis", no_wrap=True)
    for heading in headings:
        mark = "" if heading.comparability == "full" else f"\n({heading.comparability})"
        table.add_column(heading.label[:_CELL_WIDTH] + mark, justify="center", min_width=10, no_wrap=True)
    for issue, row in report.matrix.items():
        name = ("  " if "." in issue else "") + report.label(issue)
        cells = [_cell(row.get(heading.statement), report.shift(issue, heading.statement), heading) for heading in headings]
        table.add_row(name, *cells)
    return table


def _cell(cell: Cell | None, shift: Shift | None, heading: Heading) -> Text:
    sign = (SIGNS[shift.kind], _TONES.get(shift.kind, "dim")) if shift else (" ", "")
    if cell is None:
        return Text.assemble(sign, (" ·" if heading.comparability == "full" else " ░", "dim"), "  ")
    return Text.assemble(sign, " ", (_BARS[cell.level], _COLOURS[cell.polarity]), f" {cell.level}")


def _evidence(report: Report, shift: Shift, console: Console) -> None:
    names = {heading.statement: heading.label for heading in report.headings}
    console.print()
    console.print(
        Text.assemble(
            (f"{SIGNS[shift.kind]} {shift.kind.replace('_', ' ')}", f"bold {_TONES.get(shift.kind, '')}".strip()),
            f"  {report.full_label(shift.issue)}, {shift.actor}",
            (f"  {names[shift.last_said or shift.from_statement]} → {names[shift.to_statement]}", "dim"),
        )
    )
    console.print(Padding(Text(f"{shift.reason} Confidence {shift.confidence}.", style="dim"), (0, 0, 0, 2)))
    for clause in shift.clauses:
        paired = clause.before is not None and clause.after is not None
        sign = (f"{SIGNS[clause.kind]} ", _TONES.get(clause.kind, "dim")) if paired else ("  ", "")
        for mark, position in (("−", clause.before), ("+", clause.after)):
            if position is not None:
                console.print(Padding(Text.assemble(sign, (f"{mark} ", "bold"), _quoted(position)), (0, 0, 0, 2)))
                sign = ("  ", "")


def _quoted(position: Position) -> Text:
    text = Text(position.quote)
    for cue in position.cues:
        if position.start <= cue.start and cue.end <= position.end:
            text.stylize("underline", cue.start - position.start, cue.end - position.start)
    return text.append(f"  [{position.actor}, {position.level}]", "dim")
