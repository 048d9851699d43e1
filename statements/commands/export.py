"""`statements export`: everything out again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from statements.commands.output import note


@click.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "warc"]), required=True, help="JSON Lines of all records, or WARC of all captures.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; standard output where left out.")
def command(form: str, out: Path | None) -> None:
    """Everything out again: records as JSON Lines, or captures with their bodies as WARC.

    Example: statements export --format warc --out archive.warc.gz
    """
    from statements.exporting import json_lines, warc
    from statements.store import Store

    store = Store.open()
    target = out.open("wb") if out else sys.stdout.buffer
    try:
        if form == "warc":
            count = warc(store, target)
        else:
            count = 0
            for line in json_lines(store):
                target.write(line.encode("utf-8", "surrogatepass") + b"\n")
                count += 1
    finally:
        if out:
            target.close()
    note(f"{count:,} {'captures' if form == 'warc' else 'lines'} written{f' to {out}' if out else ''}.")
