"""A letter as an e-mail: plain text and HTML that say the same, and the headers that thread, list and stop it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime, parseaddr
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.records import digest
from statements.alerts import letter as letters
from statements.alerts.events import Event
from statements.alerts.letter import Letter
from statements.alerts.phrases import seen, sound, web_address
from statements.alerts.subscriptions import EventKind, Subscription
from statements.compare import redline

TEMPLATES = Path(__file__).parent / "templates"
MOST_ATTACHED = 5


class _OneLine(UnstructuredHeader, BaseHeader):
    """A header whose value is an address for programs: the standard library would fold a long one into encoded words."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("list-id", "list-unsubscribe"):
    _HEADERS.map_to_type(_name, _OneLine)
# Seven bits: whatever servers lie on the way, no line is too long for them and no byte is changed.
_POLICY = policy.SMTP.clone(cte_type="7bit", header_factory=_HEADERS)


def compose(
    events: Sequence[Event],
    subscription: Subscription,
    *,
    sender: str,
    message_id: str,
    now: datetime,
    untold: Mapping[EventKind, int] | None = None,
    titles: Mapping[str, str] | None = None,
    base_url: str | None = None,
) -> EmailMessage:
    """The mail that tells these events to one subscriber.

    Nothing that a ministry wrote can become a header, markup or a remote reference in it. Without
    `base_url`, the red-lines of the gravest alterations are attached as HTML.

    Args:
        events: at least one, none of them empty.
        sender: "Statements <statements@example.org>".
        message_id: as minted with the claim.
        now: of this attempt; the mail's date.
    """
    redlines = [] if base_url else _redlines(events, subscription.time_zone)
    note = f"Attached: the whole text with its changes marked ({', '.join(name for name, _ in redlines)})." if redlines else ""
    letter = letters.write(events, subscription, untold=untold, titles=titles, base_url=base_url, note=note)
    message = EmailMessage(policy=_POLICY)
    name, address = parseaddr(sender)
    domain = address.rpartition("@")[2]
    message["From"] = Address(sound(name) or "Statements", addr_spec=address)
    message["To"] = subscription.mailbox
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    statements = {event.statement for event in events}
    if len(statements) == 1:
        # No mail has this id: it is the root that all mails about the statement hang on.
        root = f"<{digest('thread', *statements)[:32]}@{domain}>"
        message["In-Reply-To"] = root
        message["References"] = root
    label = subscription.id.partition(":")[0]
    message["List-Id"] = f"<{quote(label, safe='')}.statements.{domain}>"
    message["List-Unsubscribe"] = f"<mailto:{address}?subject=unsubscribe%20{quote(label, safe='')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain(letter))
    message.add_alternative(html(letter), subtype="html")
    for name, page in redlines:
        message.add_attachment(page, subtype="html", filename=name)
    return message


def plain(letter: Letter) -> str:
    """The letter as plain text."""
    return _templates(False).get_template("alert.txt.j2").render(letter=letter)


def html(letter: Letter) -> str:
    """The letter as one HTML page with inline styles."""
    return _templates(True).get_template("alert.html.j2").render(letter=letter)


def folded(text: str, indent: str = "") -> str:
    """The text in lines of 76 characters, the further ones behind `indent`; words and addresses stay whole."""
    return textwrap.fill(text, 76, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _redlines(events: Sequence[Event], zone: tzinfo) -> list[tuple[str, str]]:
    """The gravest alterations as whole pages, by the names of their files."""
    found = [event for event in sorted(events, key=attrgetter("rank")) if event.comparison and event.before and event.after]
    pages = []
    for number, event in enumerate(found[:MOST_ATTACHED], start=1):
        assert event.comparison and event.before and event.after
        shown = f"seen {seen(event.captured_at, zone)}"
        page = redline.html(event.comparison, event.before, event.after, was="before", now=shown, note=web_address(event.url))
        pages.append(("red-line.html" if len(found) == 1 else f"red-line-{number}.html", page))
    return pages


@cache
def _templates(escaping: bool) -> Environment:
    layout: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=escaping, undefined=StrictUndefined, **layout)
    environment.filters["folded"] = folded
    return environment
