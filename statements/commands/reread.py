"""`statements reread`: stored snapshots through today's layouts."""

from __future__ import annotations

import click

from statements.commands.output import emit, note


@click.command()
@click.argument("source")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(source: str, as_json: bool) -> None:
    """Read stored snapshots again by today's layouts. What differs is a re-reading, never the ministry's change, and mails nobody.

    Example: statements reread cn_mfa_en
    """
    from statements.pipeline import Pipeline

    told = Pipeline.of(source).reread_all(progress=note)
    emit(told) if as_json else note(", ".join(f"{key}: {value}" for key, value in told.items()))
