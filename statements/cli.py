"""`statements …`: the verbs, each loaded only when called so that --help answers at once."""

from __future__ import annotations

import importlib
import sys

import click

VERBS = {
    "alerts": "The outbox: who is owed what; send it, or show it.",
    "backfill": "Bring archives in: a CDX server, WARC files or a folder of saved pages.",
    "check": "Hold declarations against schema, fixtures and, when asked, the live site.",
    "db": "Create or migrate the store.",
    "diff": "The change between two pages, texts or stored versions.",
    "export": "Everything out again, as JSON Lines or WARC.",
    "history": "Captures, versions and changes of one statement.",
    "positions": "What each statement says on each issue.",
    "quarantine": "What failed its expectations, and why; try it again.",
    "read": "Pages to readings: title, date, passages, what was cut away.",
    "reread": "Stored snapshots through today's layouts.",
    "serve": "The web pages, on localhost.",
    "shifts": "How positions moved between successive statements.",
    "watch": "The whole road once, or for ever, without Airflow.",
}


class LazyVerbs(click.Group):
    """A group whose verbs live in statements.commands, one module each, exposing `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(f"statements.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, VERBS[verb]) for verb in sorted(VERBS)])


@click.group(cls=LazyVerbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="statements")
def cli() -> None:
    """What foreign ministries said, when they changed their words, and how their positions moved.

    Example: statements read page.html --url https://www.fmprc.gov.cn/mfa_eng/…/t1561528.shtml --json
    """


def main() -> None:
    """Run the command line; an error of ours is one sentence on standard error and exit status 1."""
    from schemas.errors import StatementsError

    try:
        cli()
    except StatementsError as error:
        click.echo(f"statements: {error}", err=True)
        sys.exit(1)
