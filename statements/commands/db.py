"""`statements db upgrade`: create or migrate the store."""

from __future__ import annotations

import click

from statements.commands.output import note


@click.group()
def command() -> None:
    """Create or migrate the store.

    Example: statements db upgrade
    """


@command.command()
def upgrade() -> None:
    """Bring the store's tables to the newest revision; harmless to repeat."""
    from statements.store import Store

    store = Store.open(create=True)
    note(f"The store at {store.engine.url.render_as_string(hide_password=True)} is ready.")
