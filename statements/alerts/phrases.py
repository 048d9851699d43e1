"""How mails put things into words: names, dates, counts, and a ministry's text made safe to set among them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from urllib.parse import quote, urlsplit

# Not from the calendar module: its names follow the worker's locale.
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_DANGLING = re.compile(r"(?: [a-z]{1,4}|[ ,;:–-])+$")  # "of the" at the end of a shortened title
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # overrides, embeddings, isolates: they reorder what stands around them


def sound(text: str) -> str:
    """The text on one line, without what could break or disguise a mail: controls, lone surrogates, bidirectional overrides.

    >>> sound("Joint\\r\\nBcc: x\\u202e statement ")
    'Joint Bcc: x statement'
    """
    text = _DIRECTIONS.sub("", text)
    return " ".join("".join(_sound_character(character) for character in text).split())


def told(text: str) -> str:
    """A changed piece of text with its invisible characters spelt out, so that no change looks empty.

    >>> told("a\\u00a0b\\u200b"), told("  ")
    ('a[no-break space]b[zero width space]', '[2 spaces]')
    """
    if text and not text.strip(" "):
        return "[space]" if text == " " else f"[{len(text)} spaces]"
    return "".join(_spelt(character) for character in text)


def shortened(text: str, room: int) -> str:
    """The text, or its first words and " …", in at most `room` characters.

    >>> shortened("Joint Statement of the Two Sides", 20)
    'Joint Statement …'
    """
    if len(text) <= room:
        return text
    cut = text[: max(room - 1, 0)]
    head = _DANGLING.sub("", cut.rpartition(" ")[0])
    # A script without spaces, or one endless word, is cut where the room ends.
    return f"{head} …" if len(head) > room // 2 else cut[: max(room - 2, 0)].rstrip() + " …"


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "passage"), counted(3, "passage")
    ('1 passage', '3 passages')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def joined(parts: Sequence[str]) -> str:
    """The parts as a sentence lists them.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


def named(issue: str, titles: Mapping[str, str]) -> str:
    """An issue as a reader knows it: its title, or its id made readable.

    >>> named("taiwan.outside_interference", {"taiwan": "Taiwan"})
    'Taiwan, outside interference'
    """
    if issue in titles:
        return sound(titles[issue])
    parent, _, own = issue.rpartition(".")
    words = sound(own).replace("_", " ")
    return f"{named(parent, titles)}, {words}" if parent else words[:1].upper() + words[1:]


def brief(issue: str, titles: Mapping[str, str]) -> str:
    """The name that a subject line has room for: the id of the issue's parent in words, written as its title writes them.

    >>> brief("taiwan.independence", {}), brief("un_role", {"un_role": "Role of the UN"}), brief("abm", {"abm": "1972 Missile Treaty"})
    ('Taiwan', 'UN role', 'ABM')
    """
    parent = issue.split(".")[0]
    title = sound(titles.get(parent, ""))
    words = sound(parent).split("_")
    name = " ".join(_as_titled(word, title) for word in words)
    # A short id that its title does not spell is an abbreviation of it.
    is_short = title and len(words) == 1 and len(parent) <= 4 and parent.lower() not in title.lower()
    return name.upper() if is_short else name[:1].upper() + name[1:]


def broadly(issues: Iterable[str], titles: Mapping[str, str]) -> list[str]:
    """The issues by their brief names, each once, in order."""
    return list(dict.fromkeys(brief(issue, titles) for issue in issues))


def dated(on: date | None, until: date | None = None) -> str:
    """The ministry's date, or interval.

    >>> dated(date(2009, 6, 16), date(2009, 6, 18))
    '16–18 June 2009'
    """
    if on is None:
        return "no date on the page"
    last = f"{(until or on).day} {_MONTHS[(until or on).month - 1]} {(until or on).year}"
    if until is None or until == on:
        return last
    if (on.month, on.year) == (until.month, until.year):
        return f"{on.day}–{last}"
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year} – {last}"


def seen(instant: datetime, zone: tzinfo) -> str:
    """An instant on the reader's clock, with UTC beside it.

    >>> from zoneinfo import ZoneInfo
    >>> seen(datetime(2025, 3, 3, 23, 5, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    '4 March 2025, 00:05 CET (3 March, 23:05 UTC)'
    """
    here, there = instant.astimezone(zone), instant.astimezone(UTC)
    shown = f"{dated(here.date())}, {here:%H:%M} {here.tzname()}"
    if not here.utcoffset():
        return shown
    day = "" if here.date() == there.date() else f"{there.day} {_MONTHS[there.month - 1]}, "
    return f"{shown} ({day}{there:%H:%M} UTC)"


def web_address(url: str) -> str:
    """The URL where it is one that a mail may link to, http or https; else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not parts.netloc:
        return ""
    return quote(url.encode("utf-8", "replace"), safe="%/:=&?~#+!$,;@()*[]-._")


def _as_titled(word: str, title: str) -> str:
    found = re.search(rf"\b{re.escape(word)}\b", title, re.IGNORECASE)
    if found is None:
        initials = "".join(other[0] for other in re.findall(r"\w+", title)).lower()
        return word.upper() if 1 < len(word) <= 4 and word.lower() in initials else word
    # The first word of a title is a capital anyway, which says nothing of the word.
    return found[0].lower() if found.start() == 0 and found[0].istitle() else found[0]


def _sound_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "\ufffd" if category == "Cs" else character


def _spelt(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if category in {"Cc", "Cf", "Zl", "Zp"} or (category == "Zs" and character != " "):
        return f"[{unicodedata.name(character, f'U+{ord(character):04X}').lower()}]"
    return character
