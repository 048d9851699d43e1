"""What a mail says, before it is set as plain text or HTML: items, findings, and at most ten quoted lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.records import Entry, Position, Shift
from statements.alerts import headline, quoting
from statements.alerts.events import Cited, Event
from statements.alerts.phrases import counted, dated, joined, named, seen, shortened, sound, web_address
from statements.alerts.quoting import Quote
from statements.alerts.subscriptions import KINDS, EventKind, Subscription
from statements.compare.text import edits
from statements.web import links

MOST_QUOTED = 10  # lines in one mail
MOST_LISTED = 40  # statements named in one digest; the rest are counted
_OPENING = 2  # passages quoted of a new statement that takes no position
_FIELDS = {"title": "Title", "published": "Date"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to see in a statement."""

    kind: str  # in one word, for counting it where there is no room to quote it
    heading: str
    quotes: tuple[Quote, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One event of one statement."""

    kind: EventKind
    ministry: str
    title: str
    language: str
    gist: str
    when: tuple[str, ...]  # what the ministry says, and when we saw it
    findings: tuple[Finding, ...]
    more: str  # what is not quoted, counted
    url: str  # the ministry's page
    page: str  # ours, where there is one


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail's content; nothing in it is markup."""

    subject: str
    heading: str  # of a digest; empty for a single statement
    items: tuple[Item, ...]
    more: str
    note: str  # of the attachments, if any
    subscription: str
    address: str


def write(
    events: Sequence[Event],
    subscription: Subscription,
    *,
    untold: Mapping[EventKind, int] | None = None,
    titles: Mapping[str, str] | None = None,
    base_url: str | None = None,
    note: str = "",
) -> Letter:
    """The letter that tells these events: the gravest first, and what stands now before what was.

    Args:
        events: at least one, none of them empty; of one statement, or of several for a digest.
        untold: how many further events of each kind the mail stands for.
        titles: of issues, by id.
        base_url: of our own pages; without it, items have no link to them.
        note: one sentence about attachments.
    """
    untold, titles = untold or {}, titles or {}
    ordered = sorted(events, key=lambda event: (event.rank, -(event.comparison.significance if event.comparison else 0.0)))
    is_digest = bool(untold) or len({event.statement for event in events}) > 1
    left = MOST_QUOTED
    items = []
    for event in ordered[:MOST_LISTED]:
        # In a digest no statement takes all the room: a line each for what stands now and what was.
        item = _item(event, subscription, titles, base_url, min(left, 2) if is_digest else left)
        left -= sum(len(finding.quotes) for finding in item.findings)
        items.append(item)
    rest = Counter(event.kind for event in ordered[MOST_LISTED:]) + Counter(untold)
    total = len(ordered) + sum(untold.values())
    return Letter(
        subject=headline.subject(ordered, untold, titles),
        heading=f"{counted(total, 'alert')} for {sound(subscription.title) or subscription.address}" if is_digest else "",
        items=tuple(items),
        more=f"And {joined([f'{rest[kind]} {kind}' for kind in KINDS if rest[kind]])}, counted only." if rest else "",
        note=note,
        subscription=sound(subscription.title) or subscription.id,
        address=subscription.address,
    )


def _item(event: Event, subscription: Subscription, titles: Mapping[str, str], base_url: str | None, room: int) -> Item:
    gist = next(iter(headline.gists(event, titles)), "")
    found, wording = _findings(event, titles), event.after or event.before
    findings: list[Finding] = []
    unquoted: list[Finding] = []
    for finding in found:
        if len(finding.quotes) <= room and not unquoted:
            findings.append(finding)
            room -= len(finding.quotes)
        else:
            unquoted.append(finding)
    return Item(
        kind=event.kind,
        ministry=headline.ministry(event),
        title=shortened(sound(event.title), 300) or "untitled statement",
        language=wording.language if wording else "",
        gist=gist[:1].upper() + gist[1:],
        when=_when(event, subscription),
        findings=tuple(findings),
        more=_counts(unquoted, bool(findings)),
        url=web_address(event.url),
        page=_page(event, base_url) if base_url else "",
    )


def _page(event: Event, base_url: str) -> str:
    return links.change_url(base_url, event.capture) if event.kind == "altered" else links.statement_url(base_url, event.statement)


def _when(event: Event, subscription: Subscription) -> tuple[str, ...]:
    ministry = f"The ministry's date: {dated(event.published_on, event.published_until)}."
    verb = "Found missing" if event.kind == "gone" else "Seen"
    ours = f"{verb}: {seen(event.captured_at, subscription.time_zone)}."
    return (ministry, ours, f"{sound(event.evidence)}.") if event.evidence else (ministry, ours)


def _findings(event: Event, titles: Mapping[str, str]) -> list[Finding]:
    if event.kind == "shift":
        earlier = {cited.statement: cited for cited in event.earlier}
        return [
            _of_shift(shift, earlier.get(shift.last_said or shift.from_statement), titles) for shift in headline.gravest_shifts(event.telling_shifts)
        ]
    if event.kind == "new" and not event.positions and event.after:
        opening = [passage.text for passage in event.after.passages if passage.kind != "heading"][:_OPENING]
        return [Finding("passage", "It opens", tuple(quote for text in opening for quote in quoting.plain(text)))] if opening else []
    if event.kind == "new":
        return [_of_position(position, titles) for position in sorted(event.positions, key=lambda position: -position.level)]
    if event.comparison:
        return [_of_entry(entry, titles) for entry in headline.gravest(event.comparison.entries)]
    return []


def _of_position(position: Position, titles: Mapping[str, str]) -> Finding:
    heading = f"{named(position.issue, titles)}: {position.ladder} of {_actor(position.actor)}"
    return Finding(position.ladder, heading, quoting.plain(position.quote))


def _of_shift(shift: Shift, earlier: Cited | None, titles: Mapping[str, str]) -> Finding:
    after, before = headline.leading_words(shift)
    where = f"{shortened(sound(earlier.title), 90)}, {dated(earlier.published_on)}" if earlier else ""
    if before and after:
        quotes = quoting.changed(edits(before, after)[0], where)
    else:
        quotes = quoting.plain(after, "now") if after else quoting.plain(before, "was", where)
    why = [sound(shift.reason or shift.rule).rstrip(".")]
    if shift.level_before and shift.level_after and shift.level_before != shift.level_after:
        why.append(f"level {shift.level_before}, now {shift.level_after}")
    why.append(f"{shift.confidence} confidence")
    return Finding(shift.kind, f"{named(shift.issue, titles)}: {shift.kind} ({_actor(shift.actor)})", quotes, "; ".join(why))


def _actor(actor: str) -> str:
    return {"both": "both sides", "all": "all parties"}.get(actor, sound(actor))


def _of_entry(entry: Entry, titles: Mapping[str, str]) -> Finding:
    about = joined([named(issue, titles) for issue in entry.issues])
    deed = _deed(entry)
    heading = f"{about}: {entry.direction or 'position touched'} ({deed})" if entry.position_bearing and about else deed[:1].upper() + deed[1:]
    if about and not entry.position_bearing:
        heading += f", on {about}"
    kind = "changed" if entry.field else entry.kind.replace("_", " and ")
    differing = entry.edits or tuple((mark, text) for mark, text in (("-", entry.before), ("+", entry.after)) if text)
    why = "" if entry.kind == "moved" else sound("; ".join(entry.reasons))  # the heading says it all
    return Finding(kind, heading, quoting.changed(differing), why)


def _deed(entry: Entry) -> str:
    """What happened to the passage, with its number in the text as a reader counts, from 1."""
    was, now = (joined([str(number + 1) for number in numbers]) for numbers in (entry.was, entry.now))
    if entry.field:
        return f"{_FIELDS[entry.field]} changed"
    unit = entry.unit if entry.unit == "passage" else "sentence of passage"
    return {
        "added": f"{unit} {now} added",
        "removed": f"{unit} {was} removed",
        "reworded": f"{unit} {now or was} reworded",
        "moved": f"{unit} {was} moved, now {now}, wording unchanged",
        "moved_reworded": f"{unit} {was} moved, now {now}, and reworded",
        "split": f"{unit} {was} split, now {now}",
        "merged": f"{unit}s {was} merged, now {now}",
    }.get(entry.kind, f"{unit} {entry.kind}")


def _counts(unquoted: Sequence[Finding], is_further: bool) -> str:
    if not unquoted:
        return ""
    number = f"And {counted(len(unquoted), 'more finding')}" if is_further else counted(len(unquoted), "finding")
    kinds = Counter(finding.kind for finding in unquoted)
    return f"{number}: {joined([f'{times} {kind}' for kind, times in kinds.most_common()])}."
