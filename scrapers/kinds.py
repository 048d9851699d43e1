"""What kind of document a statement is, and between whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml

from schemas.records import DocumentType, Passage

_KINDS = Path(__file__).with_name("kinds.yml")
_PARTIES = Path(__file__).with_name("parties.yml")
_OPENING = 600  # code points of the text in which the parties are introduced
_LONG_OPENING = 6000  # in which a press report speaks of the document
_TYPES: tuple[DocumentType, ...] = ("press_summary", "press_conference", "communique", "joint_statement", "remarks")


def document_type(title: str, passages: Sequence[Passage]) -> DocumentType:
    """The kind of document, by its title, then by how its opening speaks.

    A press report of a declaration ("China, Russia issue…", "the declaration stated") is a summary: what it leaves out, the parties may
    still have said.
    """
    patterns = _patterns()
    named = next((kind for kind in _TYPES if patterns[kind].search(title)), None)
    if named in {"press_conference", "remarks", "press_summary"}:
        return named
    opening = " ".join(passage.text for passage in passages[:8])[:_LONG_OPENING]
    if len(patterns["reported"].findall(opening)) >= 2:
        return "press_summary"
    if named:
        return named
    return "joint_statement" if patterns["joint_text"].search(opening) else "other"


def parties(kind: DocumentType, title: str, passages: Sequence[Passage], country: str | None = None) -> tuple[str, ...]:
    """Between whom the document is, in the order in which they are named.

    What a ministry says alone is its own country's (`country`, ISO 3166-1). A text of several parties is of those that the title names, or, where it
    names fewer than two, the opening.
    """
    own = _OWN.get(country or "")
    if kind in {"remarks", "press_conference"} and own:
        return (own,)
    named = list(_named(title))
    joint = kind in {"joint_statement", "press_summary", "communique"}
    if joint and len(named) < 2:
        opening = _named(" ".join(passage.text for passage in passages[:2])[:_OPENING])
        named = list(dict.fromkeys([*named, *opening]))[:2]
    return tuple(named) or ((own,) if own and not joint else ())


def _named(text: str) -> dict[str, None]:
    """Parties in the order of their first mention."""
    words, pattern = _lexicon()
    return {words[found.group()]: None for found in pattern.finditer(text)}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    declared: dict[str, str | list[str]] = yaml.safe_load(_KINDS.read_text("utf-8"))
    return {name: re.compile("|".join([said] if isinstance(said, str) else said), re.IGNORECASE) for name, said in declared.items()}


@cache
def _lexicon() -> tuple[dict[str, str], re.Pattern[str]]:
    """Case counts: "us" is no party, and "turkey" is a bird."""
    declared: dict[str, list[str]] = yaml.safe_load(_PARTIES.read_text("utf-8"))
    words = {str(word): party for party, names in declared.items() for word in names}
    longest = sorted((word for word in words if len(word) > 1), key=len, reverse=True)
    single = "".join(word for word in words if len(word) == 1)
    # 中俄, 中美: one character each, and only beside another such or before what two states have together.
    together = "联合|两国|关系|双方|首脑|元首"
    bilateral = [rf"[{single}](?=[{single}](?:{together}))", rf"(?<=[{single}])[{single}](?={together})"]
    return words, re.compile("|".join([*map(_shaped, longest), *bilateral]))


def _shaped(word: str) -> str:
    """As a whole word, where the script sets words apart; a prefix ("Sino-") is open to its right."""
    if "\u3400" <= word[0] <= "\u9fff":
        return re.escape(word)
    return rf"(?<!\w){re.escape(word)}" + (r"(?!\w)" if word[-1].isalnum() else "")


_OWN = {
    "CN": "China",
    "RU": "Russia",
    "US": "United States",
    "GB": "United Kingdom",
    "JP": "Japan",
    "IN": "India",
    "FR": "France",
    "DE": "Germany",
    "KR": "Republic of Korea",
    "UA": "Ukraine",
    "TR": "Turkey",
    "IR": "Iran",
    "PK": "Pakistan",
    "AU": "Australia",
    "CA": "Canada",
    "BR": "Brazil",
    "ZA": "South Africa",
    "PL": "Poland",
    "IL": "Israel",
    "IT": "Italy",
    "ES": "Spain",
    "MN": "Mongolia",
    "KZ": "Kazakhstan",
    "VN": "Viet Nam",
}
