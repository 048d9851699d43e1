"""`statements history`: captures, versions and changes of one statement."""

from __future__ import annotations

from typing import Any

import click

from statements.commands.output import emit


@click.command()
@click.argument("reference", metavar="ADDRESS-or-ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(reference: str, as_json: bool) -> None:
    """Captures, versions and changes of one statement, each in time order.

    Example: statements history https://www.fmprc.gov.cn/mfa_eng/…/t1561528.shtml
    """
    from scrapers.source import load_sources, normalise, source_for
    from statements import settings
    from statements.history import find_statement, history
    from statements.store import Store

    place = settings.load()
    address = None
    if "://" in reference:
        source = source_for(reference, load_sources(place.config, on_error=lambda *_: None))
        address = normalise(source, reference) if source else None
    with Store.open(place).reading() as connection:
        told = history(connection, find_statement(connection, reference, address))
    emit(told) if as_json else _print(told)


def _print(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True)
    statement = told["statement"]
    console.print(
        f"[bold]{statement['title'] or '(no version yet)'}[/]  {statement['published_on'] or 'undated'}  {statement['state']}", highlight=False
    )
    for address in statement["addresses"]:
        console.print(f"  {address}", highlight=False, style="dim")
    table = Table("captured at (UTC)", "via", "status", "verdict", "body", box=None, header_style="dim")
    for capture in told["captures"]:
        table.add_row(capture["captured_at"][:19], capture["via"], str(capture["status"] or "–"), capture["verdict"], (capture["sha256"] or "–")[:12])
    console.print(table)
    table = Table("version", "first seen", "last seen", "captures", "returns to", box=None, header_style="dim")
    for version in told["versions"]:
        returns = (version["returns_to"] or "")[:12]
        table.add_row(version["id"][:12], version["first_captured_at"][:19], version["last_captured_at"][:19], str(version["captures"]), returns)
    console.print(table)
    for change in told["changes"]:
        bearing = " position-bearing" if change["position_bearing"] else ""
        pair = f"{change['from'][:12]} → {change['to'][:12]}"
        console.print(f"change {pair}: {change['class']} ({change['significance']:.2f}){bearing}", highlight=False)
        for entry in change["changes"]:
            shown = "".join({"=": "", "-": "[-{}-]", "+": "{{+{}+}}"}[sign].format(text) for sign, text in entry["edits"])
            console.print(f"  {entry['kind']}: {shown[:200]}", highlight=False, markup=False)
