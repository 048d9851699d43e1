"""What the operator is told: the health of every source as a table, and one mail for each thing that goes wrong or right."""

from __future__ import annotations

import os
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import sqlalchemy as sa

from schemas.errors import StatementsError
from statements import settings
from statements import tables as t
from statements.alerts.delivery import Mailer, Outcome, SmtpSettings
from statements.health import news
from statements.store import Store, insert, now
from statements.vitals import Vitals, vitals

OPERATOR = "STATEMENTS_OPERATOR"  # the operator's mail address


class SourcesAil(StatementsError):
    """One source or more ails; the message holds a sentence for each ailment."""


def look(store: Store, place: settings.Settings) -> tuple[list[Vitals], str]:
    """The vitals of every source, and the same as a Markdown table for a DAG's page or a terminal."""
    with store.reading() as connection:
        found = vitals(connection, place.config, now())
    return found, as_markdown(found)


def insist_on_health(found: Sequence[Vitals]) -> None:
    """Raise SourcesAil when a source is failing; a warning fails nothing."""
    sentences = [ailment.sentence for one in found if one.health.state == "failing" for ailment in one.health.ailments]
    if sentences:
        raise SourcesAil(" ".join(sentences))


def tell_operator(store: Store, found: Sequence[Vitals], smtp: SmtpSettings | None, operator: str | None = None) -> int:
    """Send the operator what was not told before; return the number of sentences. What cannot be sent is owed to the next call."""
    operator = operator or os.environ.get(OPERATOR)
    told = 0
    for one in found:
        source = one.health.source
        with store.writing() as connection:
            before = connection.execute(sa.select(t.source_state.c.told).where(t.source_state.c.source == source)).scalar()
            sentences = news(one.health, before)
            if not sentences:
                continue
            if operator and smtp:
                outcome = _send(smtp, operator, f"{source} is {one.health.state}", "\n\n".join(sentences))
                if outcome.kind != "sent":
                    continue
            state = insert(connection, t.source_state).values(source=source, listings={}, health={}, told=one.health.told)
            connection.execute(state.on_conflict_do_update(index_elements=["source"], set_={"told": one.health.told}))
            told += len(sentences)
    return told


def _send(smtp: SmtpSettings, operator: str, subject: str, text: str) -> Outcome:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = smtp.sender, operator, f"Statements: {subject}"
    message["Date"], message["Message-ID"] = format_datetime(now()), make_msgid(domain=smtp.domain)
    message.set_content(text + "\n")
    with Mailer(smtp) as mailer:
        return mailer.attempt(message, operator)


def as_markdown(found: Sequence[Vitals]) -> str:
    """One row a source, the worst first."""
    order = {"failing": 0, "ailing": 1, "well": 2}
    columns = ("source", "state", "last polled", "last success", "last changed", "due now", "newest statement", "quarantined", "minutes to mail")
    lines = ["| " + " | ".join((*columns, "what is wrong")) + " |", "|---|---|---|---|---|---:|---|---:|---:|---|"]
    for one in sorted(found, key=lambda v: (order[v.health.state], v.health.source)):
        facts = one.health.facts
        wrong = "<br>".join(a.sentence.replace("|", "\\|").replace("\n", " ") for a in one.health.ailments) or "–"
        cells = [
            one.health.source,
            one.health.state,
            _moment(one.last_polled_at),
            _moment(facts.last_success_at),
            _moment(one.last_changed_at),
            one.due,
            facts.newest_on or "–",
            facts.quarantined,
            "–" if one.minutes_to_outbox is None else f"{one.minutes_to_outbox:.1f}",
            wrong,
        ]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def _moment(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"
