"""`statements alerts`: the outbox: who is owed what, who would get what, and sending it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from statements.commands.output import DONE, SOME_FAILED, emit, note

EXAMPLE = """\b
Examples:
  statements alerts                       what is owed, sent and given up
  statements alerts --dry-run             who would get what, and when
  statements alerts --dry-run --out mails the same mails as .eml files
  statements alerts --send                send what is due (STATEMENTS_SMTP_HOST, STATEMENTS_SMTP_FROM, …)
"""


@click.command(epilog=EXAMPLE)
@click.option("--send", is_flag=True, help="Send what is due, one attempt each.")
@click.option("--dry-run", is_flag=True, help="Show who would get what in the next eight days; changes nothing.")
@click.option("--again", is_flag=True, help="Owe anew what was given up, before anything else.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="With --dry-run: write the mails there as .eml files.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(*, send: bool, dry_run: bool, again: bool, out: Path | None, as_json: bool) -> None:
    """The outbox: who is owed what; send it, or show who would get what."""
    if send and dry_run:
        raise click.UsageError("--send and --dry-run exclude each other.")
    if out and not dry_run:
        raise click.UsageError("--out goes with --dry-run.")
    from schemas.errors import DeclarationError
    from statements import settings, store
    from statements.alerts import outbox, subscriptions
    from statements.store import Store

    opened = Store.open()
    mistakes: list[DeclarationError] = []
    declared = subscriptions.load(settings.load().config, mistakes.append)
    for mistake in mistakes:
        note(f"statements: {mistake}")
    status = SOME_FAILED if mistakes else DONE
    if again:
        with opened.writing() as connection:
            number = outbox.owe_again(connection, store.now())
        note(f"{number} alerts that had been given up are owed again.")
    if dry_run:
        document = _dry_run(opened, declared, out)
    elif send:
        document = _send(opened, declared)
        status = SOME_FAILED if document["given_up"] or document["deferred"] else status
    else:
        document = _overview(opened, declared)
    if as_json:
        emit(document)
    else:
        click.echo("\n".join(_lines(document)))
    sys.exit(status)


def _send(opened: Any, declared: Mapping[str, Any]) -> dict[str, Any]:
    from dataclasses import asdict

    from statements import store
    from statements.alerts.delivery import SmtpSettings
    from statements.alerts.sending import send_due

    return asdict(send_due(opened, SmtpSettings.from_environment(), store.now, declared))


def _dry_run(opened: Any, declared: Mapping[str, Any], out: Path | None) -> dict[str, Any]:
    import os

    from statements import store
    from statements.alerts.sending import forecast

    sender = os.environ.get("STATEMENTS_SMTP_FROM") or "statements@localhost.localdomain"
    mails = []
    for number, mail in enumerate(forecast(opened, sender, store.now(), declared), start=1):
        entry = {
            "leaves_at": _shown(mail.leaves_at),
            "subscriber": mail.subscription.id,
            "to": mail.subscription.address,
            "subject": str(mail.message["Subject"]),
            "alerts": mail.events,
            "message_id": str(mail.message["Message-ID"]),
        }
        if out:
            out.mkdir(parents=True, exist_ok=True)
            path = out / f"{number:03}.eml"
            path.write_bytes(mail.message.as_bytes())
            entry["file"] = str(path)
        mails.append(entry)
    return {"mails": mails}


def _overview(opened: Any, declared: Mapping[str, Any]) -> dict[str, Any]:
    from dataclasses import asdict

    from statements.alerts import outbox

    with opened.reading() as connection:
        tallies, failures = outbox.tallies(connection), outbox.failures(connection)
    subscribers: dict[str, dict[str, Any]] = {}
    for tally in tallies:
        entry = subscribers.setdefault(tally.subscriber, {"declared": tally.subscriber in declared})
        entry[tally.state] = tally.rows
        if tally.state == "owed":
            entry["next_due_at"] = _shown(tally.next_due_at)
    return {"subscribers": subscribers, "given_up": [asdict(failure) for failure in failures]}


def _shown(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")


def _lines(document: Mapping[str, Any]) -> list[str]:
    if "mails" in document:
        return [_line_of_mail(mail) for mail in document["mails"]] or ["Nobody is owed anything."]
    if "subscribers" in document:
        lines = [_line_of_subscriber(name, entry) for name, entry in document["subscribers"].items()]
        lines += [f"given up: {f['rows']} for {f['subscriber']} after {f['attempts']} attempts: {f['error']}" for f in document["given_up"]]
        return lines or ["The outbox is empty."]
    counts = ", ".join(f"{document[key]} {key.replace('_', ' ')}" for key in ("sent", "deferred", "given_up", "folded"))
    return [f"Mails: {counts}.", *document["errors"]]


def _line_of_mail(mail: Mapping[str, Any]) -> str:
    return "  ".join(filter(None, (mail["leaves_at"], mail["to"], mail["subject"], mail.get("file"))))


def _line_of_subscriber(name: str, entry: Mapping[str, Any]) -> str:
    states = ("owed", "claimed", "sent", "given_up", "folded")
    line = f"{name}: " + ", ".join(f"{entry[state]} {state.replace('_', ' ')}" for state in states if state in entry)
    if "next_due_at" in entry:
        line += f"; next due {entry['next_due_at']}"
    return line if entry["declared"] else f"{line}; no subscription declares this subscriber, so its alerts wait"
