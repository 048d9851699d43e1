"""The subject of a mail: ministry first, what happened, to which statement, and the word that moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from schemas.records import Entry, Shift
from statements.alerts.events import SILENT_SHIFTS, Event
from statements.alerts.phrases import broadly, counted, joined, shortened, sound, told
from statements.alerts.subscriptions import KINDS, EventKind
from statements.compare.text import edits

LONGEST = 90  # characters of a subject
_GOOD_TITLE = 30  # characters of the title that a subject keeps where it can
_WHOLE_ENOUGH = 44  # characters of a new statement's title
_LEAST_TITLE = 18  # characters of the title that a subject keeps before it tells less
_LONGEST_WORDS = 44  # of changed words, in a subject
_GRAVITY = ("reversed", "dropped", "weakened", "strengthened", "narrowed", "widened", "changed", "new", "returned")


def subject(events: Sequence[Event], untold: Mapping[EventKind, int], titles: Mapping[str, str]) -> str:
    """The subject line, of at most LONGEST characters, whatever the ministries wrote.

    Args:
        events: of one statement, or of a digest; the gravest first.
        untold: events of the digest that are only counted.
        titles: of issues, by id.
    """
    first = events[0]
    if len({event.statement for event in events}) > 1 or untold:
        counts = Counter(event.kind for event in events) + Counter(untold)
        names = list(dict.fromkeys(ministry(event) for event in events))
        shown = names[:2] + ([f"{len(names) - 2} more"] if len(names) > 2 else [])
        who = shortened(joined(shown), 48)
        kinds = f"{who}: {joined([f'{counts[kind]} {kind}' for kind in KINDS if counts[kind]])}"
        starts = (kinds, f"{who}: {counted(counts.total(), 'alert')}")
        lines = [f"{start} — {tail}" for tail in gists(first, titles) for start in starts]
        return next((line for line in lines if len(line) <= LONGEST), shortened(kinds, LONGEST))
    # That the statement is new is told before how its positions moved.
    kind = "new" if any(event.kind == "new" for event in events) else first.kind
    start = f"{shortened(ministry(first), 32)} {kind}: "
    title = sound(first.title) or "untitled statement"
    tails = gists(first, titles)
    # A count of what else changed is worth less than a title one can recognise; the word that moved is worth more.
    rounds = [(_GOOD_TITLE, tails[:2]), (_LEAST_TITLE, tails)]
    if first.kind == "new":  # of a statement that nobody has read, the title says more than any list of its issues
        rounds = [(LONGEST, tails), (_WHOLE_ENOUGH, tails[-1:])]
    for least, candidates in rounds:
        for tail in candidates:
            room = LONGEST - len(start) - len(tail) - 3
            if room >= min(len(title), least):
                return f"{start}{shortened(title, room)} — {tail}"
    return start + shortened(title, LONGEST - len(start))


def ministry(event: Event) -> str:
    """The ministry's short name, or its source's id where it has none."""
    return sound(event.ministry) or event.source


def gists(event: Event, titles: Mapping[str, str]) -> list[str]:
    """What happened in a few words, from the most telling way to say it to the shortest."""
    if event.kind == "altered":
        return _gists_of_alteration(event, titles)
    if event.kind == "shift":
        return _gists_of_shifts(event.telling_shifts, titles)
    if event.kind == "new":
        about = broadly(event.issues, titles)
        return [f"on {joined(about[:most] + ([f'{len(about) - most} more'] if len(about) > most else []))}" for most in (3, 2, 1) if about]
    if event.kind == "gone":
        return ["no longer on the site", "gone"]
    return ["back with other words", "back"] if event.comparison and event.comparison.klass != "none" else ["back, unchanged", "back"]


def gravest(entries: Sequence[Entry]) -> list[Entry]:
    """The entries in the order in which a mail tells them."""
    return sorted(entries, key=lambda entry: (not entry.position_bearing, -entry.significance))


def gravest_shifts(shifts: Sequence[Shift]) -> list[Shift]:
    """The shifts in the order in which a mail tells them."""
    place = {kind: at for at, kind in enumerate(_GRAVITY)}
    return sorted(shifts, key=lambda shift: place.get(shift.kind, len(place)))


def leading_words(shift: Shift) -> tuple[str, str]:
    """What the shift is told by: the clause that moved as it stands now, and as it stood; one is empty where it came or went."""
    told = [clause for clause in shift.clauses if clause.kind not in SILENT_SHIFTS]
    told.sort(key=lambda clause: (clause.kind != shift.kind, clause.before is None or clause.after is None))
    if told:
        return tuple(position.quote if position else "" for position in (told[0].after, told[0].before))  # type: ignore[return-value]
    return next(iter(shift.after), ""), next(iter(shift.before), "")


def changed_words(edits: Sequence[tuple[str, str]]) -> str:
    """The first change among the edits that shows, in words; empty where it is too long to quote in a subject.

    >>> changed_words([("=", "The side "), ("-", "firmly "), ("=", "opposes it.")])
    "'firmly' removed"
    >>> changed_words([("-", "opposes"), ("+", "does not support"), ("=", " it.")])
    "'opposes' → 'does not support'"
    """
    was = now = ""
    for mark, text in [*edits, ("=", "")]:
        if mark == "-":
            was += text
        elif mark == "+":
            now += text
        elif was.strip() or now.strip():
            break
    was, now = sound(told(was.strip())), sound(told(now.strip()))
    if not (was or now) or len(was) + len(now) > _LONGEST_WORDS:
        return ""
    return f"'{was}' → '{now}'" if was and now else f"'{was}' removed" if was else f"'{now}' added"


def _gists_of_alteration(event: Event, titles: Mapping[str, str]) -> list[str]:
    assert event.comparison is not None
    entries = gravest(event.comparison.entries)
    if not entries:
        return [f"{event.comparison.klass} change"]
    first = entries[0]
    about = broadly(first.issues, titles)[:1]
    on = f" on {about[0]}" if about else ""
    deed = _deed(first)
    says = [words + on for words in [changed_words(first.edits) if first.kind in {"reworded", "moved_reworded"} else ""] if words]
    says += [f"{first.direction}{on}"] if first.direction and on else []
    says += [deed + on, deed]
    more = len(entries) - 1
    return [f"{says[0]}, {counted(more, 'more change')}", *says] if more else says


def _deed(entry: Entry) -> str:
    if entry.kind == "field":
        return "date changed" if entry.field == "published" else "title changed"
    return f"{entry.unit} {entry.kind.replace('_', ' and ')}"


def _gists_of_shifts(shifts: Sequence[Shift], titles: Mapping[str, str]) -> list[str]:
    first, *others = gravest_shifts(shifts)
    says = f"{broadly([first.issue], titles)[0]} {first.kind}"
    more = [f"{says}, {counted(len(others), 'more shift')}"] if others else []
    after, before = leading_words(first)
    words = changed_words(edits(before, after)[0]) if before and after else ""
    return [*([f"{says}: {words}"] if words else []), *more, says]
