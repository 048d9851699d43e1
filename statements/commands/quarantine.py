"""`statements quarantine`: what is held back, and why; and trying it again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from statements.commands.output import DONE, SOME_FAILED, emit, note

if TYPE_CHECKING:
    from statements.quarantine import Held, Replayed

EXAMPLE = """\b
Examples:
  statements quarantine                     what is held back, by source
  statements quarantine show 3f9a1c         one of it, with what was read
  statements quarantine --replay            try all of it again, after the fix
  statements quarantine show 3f9a1c --replay
"""
_SHOWN = 12  # hexadecimal digits of an id


@click.group(invoke_without_command=True, epilog=EXAMPLE)
@click.option("--source", metavar="ID", help="Only of this source.")
@click.option("--all", "everything", is_flag=True, help="Also block pages, error pages and half pages.")
@click.option("--replay", "again", is_flag=True, help="Try them again by today's layouts and expectations.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.pass_context
def command(context: click.Context, *, source: str | None, everything: bool, again: bool, as_json: bool) -> None:
    """What failed its expectations or was not understood, and why; try it again."""
    context.obj = (again, as_json)
    if context.invoked_subcommand:
        return
    from statements import quarantine
    from statements.store import Store
    from statements.vitals import MENDABLE

    with Store.open().reading() as connection:
        waiting = quarantine.held(connection, source, quarantine.REFUSED if everything else MENDABLE)
    if again:
        _replay(waiting, as_json)
    elif as_json:
        emit({"count": len(waiting), "quarantined": [one.told() for one in waiting]})
    else:
        _list(waiting)


@command.command("show")
@click.argument("reference", metavar="ID")
@click.option("--replay", "again", is_flag=True, help="Try it again by today's layouts and expectations.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.pass_obj
def show(given: tuple[bool, bool], reference: str, *, again: bool, as_json: bool) -> None:
    """One held capture: where it is from, what failed, what was read.

    ID is the capture's, or the start of it, or its address.
    """
    from statements import quarantine
    from statements.store import Store

    again, as_json = again or given[0], as_json or given[1]
    with Store.open().reading() as connection:
        one = quarantine.held_one(connection, reference)
    if again:
        _replay([one], as_json)
    elif as_json:
        passages = [{"kind": p.kind, "text": p.text} for p in one.wording.passages] if one.wording else []
        emit({**one.told(), "passages": passages})
    else:
        _show(one)


def _replay(waiting: Sequence[Held], as_json: bool) -> None:
    from statements import quarantine, settings
    from statements.store import Store

    place = settings.load()
    if not as_json and waiting:
        note(f"Reading {len(waiting)} held captures again …")
    outcome = quarantine.replay(Store.open(place), place, waiting)
    if as_json:
        emit(outcome.told())
    else:
        click.echo(_told(outcome))
    sys.exit(SOME_FAILED if outcome.held or outcome.failed else DONE)


def _told(outcome: Replayed) -> str:
    if not outcome.tried:
        return "Nothing is held back."
    lines = [f"{len(outcome.accepted)} of {outcome.tried} passed and took their place in time; {len(outcome.held)} are held back still."]
    return "\n".join([*lines, *(f"{source}: {error}" for source, error in outcome.failed)])


def _list(waiting: Sequence[Held]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not waiting:
        click.echo("Nothing is held back.")
        return
    console = Console(soft_wrap=True)
    table = Table("id", "source", "captured at (UTC)", "verdict", "why", box=None, header_style="dim")
    for one in waiting:
        table.add_row(one.id[:_SHOWN], one.source, f"{one.captured_at:%Y-%m-%d %H:%M}", one.verdict, one.message)
    console.print(table)
    console.print(f"{len(waiting)} held back. `statements quarantine show ID` tells more; after the fix, `statements quarantine --replay`.")


def _show(one: Held) -> None:
    click.echo(f"{one.id}\n{one.verdict}: {one.message}\n")
    facts = {
        "source": one.source,
        "url": one.url,
        "captured": f"{one.captured_at:%Y-%m-%d %H:%M:%S} UTC ({one.via})",
        "body": one.body_sha256,
        "layout": one.layout or "–",
        "selector": one.selector or "–",
    }
    for name, value in facts.items():
        click.echo(f"  {name:<9} {value}")
    for finding in one.findings:
        click.echo(f"\n  {finding['expectation']} ({finding['column']})\n    {finding['sentence']}")
    if one.wording:
        click.echo(f"\n{one.wording.title}\n{one.wording.published_on or 'undated'}\n")
        for passage in one.wording.passages[:12]:
            click.echo(f"  {passage.text}")
        if len(one.wording.passages) > 12:
            click.echo(f"  … {len(one.wording.passages) - 12} more passages")
