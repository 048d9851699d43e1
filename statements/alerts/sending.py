"""Send what is owed: claim a mail, compose it, try it once, note what came of it; and foretell the same without sending."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cached_property

from schemas.errors import StatementsError
from statements import settings as _settings
from statements.alerts import outbox
from statements.alerts.delivery import Mailer, SmtpSettings
from statements.alerts.mail import compose
from statements.alerts.merging import merged
from statements.alerts.outbox import Claim
from statements.alerts.subscriptions import Subscription, load
from statements.compare import compare
from statements.positions.judge import PositionJudge
from statements.positions.lexicon import Lexicon
from statements.positions.lexicon import load as load_lexicon
from statements.store import Store

log = logging.getLogger(__name__)
UNDONE = "Undone before the mail left: there was nothing to tell."
HORIZON = timedelta(days=8)  # of a forecast: past the next weekly digest


@dataclass
class SendReport:
    """What one run of the sender did, in mails."""

    sent: int = 0
    deferred: int = 0
    given_up: int = 0
    folded: int = 0  # undone before they left
    errors: list[str] = field(default_factory=list)
    is_halted: bool = False  # the server is out of service; what is owed stays owed


@dataclass(frozen=True, slots=True)
class Forecast:
    """A mail that will leave, unless something changes."""

    leaves_at: datetime
    subscription: Subscription
    message: EmailMessage
    events: int


def send_due(
    store: Store, smtp: SmtpSettings, now: Callable[[], datetime] | datetime, subscriptions: Mapping[str, Subscription] | None = None
) -> SendReport:
    """Send every mail that may leave now, one attempt each; any number of workers may do so at once.

    Stops at the first sign that the server itself is out of service: what is owed stays owed.

    Args:
        now: an instant, or a clock where the run may be long.
        subscriptions: by id; those declared where left out. A declaration with a mistake only stops its own mails.
    """
    clock = now if callable(now) else lambda: now
    declared = declared_subscriptions() if subscriptions is None else subscriptions
    worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    report, writer = SendReport(), _Writer(smtp.sender)
    with Mailer(smtp) as mailer:
        while not report.is_halted:
            with store.writing() as connection:
                claim = outbox.claim(connection, declared, worker, clock(), smtp.domain)
            if claim is None:
                break
            _deliver(store, claim, writer, mailer, clock, report)
    return report


def forecast(store: Store, sender: str, now: datetime, subscriptions: Mapping[str, Subscription], most: int = 200) -> Iterator[Forecast]:
    """The mails that will leave in the next days, in the order in which they will, as if each were taken; changes nothing."""
    domain, writer = sender.rpartition("@")[2].rstrip(">"), _Writer(sender)
    claims: list[tuple[datetime, Claim]] = []
    with store.engine.connect() as connection, connection.begin() as transaction:
        moment: datetime | None = now
        while moment is not None and len(claims) < most and moment <= now + HORIZON:
            claim = outbox.claim(connection, subscriptions, "forecast", moment, domain)
            if claim is None:
                moment = outbox.next_due_at(connection, subscriptions, moment)
            else:
                outbox.sent(connection, claim, moment)
                claims.append((moment, claim))
        transaction.rollback()
    for leaves_at, claim in claims:
        message = writer.composed(claim, leaves_at)
        if message is not None:
            yield Forecast(leaves_at, claim.subscription, message, len(claim.rows))


def declared_subscriptions() -> dict[str, Subscription]:
    """The subscriptions that can be read; each mistake in the others is logged with its file and line."""
    return load(_settings.load().config, lambda error: log.error("%s", error))


def _deliver(store: Store, claim: Claim, writer: _Writer, mailer: Mailer, clock: Callable[[], datetime], report: SendReport) -> None:
    facts = {"message_id": claim.message_id, "subscriber": claim.subscription.id, "rows": len(claim.rows), "attempt": claim.attempts}
    try:
        message = writer.composed(claim, clock())
    except Exception as error:
        # One mail that cannot be written must not stop the others; it is tried again and, in the end, given up visibly.
        log.exception("A mail could not be composed.", extra=facts)
        _put_off(store, claim, clock(), f"The mail could not be composed ({type(error).__name__}: {error}).", report)
        return
    if message is None:
        with store.writing() as connection:
            outbox.folded(connection, claim, UNDONE)
        report.folded += 1
        return
    outcome = mailer.attempt(message, claim.subscription.address)
    log.info("Mail %s: %s", outcome.kind, outcome.reply, extra=facts)
    if outcome.kind == "sent":
        with store.writing() as connection:
            outbox.sent(connection, claim, clock())
        report.sent += 1
    elif outcome.kind == "refused":
        with store.writing() as connection:
            outbox.given_up(connection, claim, outcome.reply)
        report.given_up += 1
        report.errors.append(f"{claim.subscription.address}: {outcome.reply}")
    else:
        _put_off(store, claim, clock(), outcome.reply, report)
        report.is_halted = outcome.is_out_of_service


def _put_off(store: Store, claim: Claim, now: datetime, error: str, report: SendReport) -> None:
    with store.writing() as connection:
        still_owed = outbox.deferred(connection, claim, now, error)
    report.deferred += still_owed
    report.given_up += not still_owed
    report.errors.append(f"{claim.subscription.address}: {error}")


class _Writer:
    """Composes claims' mails; reads the issues once, and only when there is a first mail."""

    def __init__(self, sender: str) -> None:
        self._sender = sender
        self._place = _settings.load()

    def composed(self, claim: Claim, now: datetime) -> EmailMessage | None:
        """The claim's mail, or None where all it would tell was undone meanwhile."""
        judge = PositionJudge(self._lexicon) if self._lexicon else None
        events = merged(claim.events, lambda before, after: compare(before, after, judge))
        if not events and not claim.untold:
            return None
        return compose(
            events or claim.events,
            claim.subscription,
            sender=self._sender,
            message_id=claim.message_id,
            now=now,
            untold=claim.untold,
            titles={issue.id: issue.title for issue in self._lexicon.issues.values()} if self._lexicon else {},
            base_url=self._place.base_url,
        )

    @cached_property
    def _lexicon(self) -> Lexicon | None:
        """What people call the issues, and how a correction is judged; a mistake in these files must not hold up mail."""
        try:
            return load_lexicon(config=self._place.config)
        except StatementsError as error:
            log.error("%s", error)
            return None
