"""The word lists of a language, ready to be looked for in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from schemas import declarations
from statements.compare.folding import fold

FOLDER = Path(__file__).parent / "words"
REMEMBERED = 20_000  # forms of cues whose senses are worked out once
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})  # scripts without a space between words

_YEAR = r"(?:18|19|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\.|º)?"
_ANY_DATE = (
    rf"{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]{_YEAR}"
    rf"|(?:{_YEAR}|\d\d)年(?:度|\d{{1,2}}月(?:\d{{1,2}}日)?)?|\d{{1,2}}月(?:\d{{1,2}}日)?|\d{{1,2}}日"
)
_NUMBER = r"(?:(?:us|hk|a|c|nt)?[$€£¥₽₹] ?)?\d+(?:[.,]\d+)*(?: ?[%‰°])?(?:st|nd|rd|th)?"
_CLOCK = r"\d{1,2}:\d{2}"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that carry one kind of meaning: `touch` names the kind, `sense` is equal for words that say the same."""

    touch: str
    sense: str
    start: int
    end: int
    text: str


class Words:
    """One language's lists. A language without a file has dates and numbers in digits, and no more."""

    def __init__(self, language: str, declared: dict[str, Any]) -> None:
        self.language = language
        self.spelling: str | None = declared.get("spelling")
        self.abbreviations = frozenset(declared.get("abbreviations", ()))
        self.variants: tuple[tuple[str, str], ...] = tuple((a, b) for a, b in declared.get("variants", ()))
        self.months = frozenset(declared.get("months", ()))
        self.denying = frozenset(declared.get("denying_prefixes", ()))
        self.small = frozenset(declared.get("small", ()))
        pairs = [*declared.get("agreement", ()), *declared.get("confusions", ())]
        self.harmless = frozenset(frozenset(pair) for pair in pairs)
        self._exact: dict[str, list[tuple[str, str]]] = {}
        self._remembered: dict[str, list[tuple[str, str]]] = {}
        self._open: list[tuple[re.Pattern[str], str, str]] = []  # cues with a star
        cues: dict[str, list[tuple[str, str]]] = {}
        listed = [(touch, cue, cue) for touch, said in declared.get("cues", {}).items() for cue in said]
        listed += [("party", party, name) for party, names in declared.get("parties", {}).items() for name in names]
        listed += [("number", str(value), word) for word, value in declared.get("numbers", {}).items()]
        for touch, sense, cue in listed:
            cues.setdefault(fold(cue).lower(), []).append((touch, sense))
        # "UN" is not "un": what is listed in capitals is found in capitals only
        self._capitals = frozenset(fold(cue).lower() for _, _, cue in listed if cue.isascii() and cue.isupper())
        for cue, senses in cues.items():
            if "*" in cue:
                pattern = re.compile(_pattern(cue), re.IGNORECASE)
                self._open += [(pattern, touch, sense) for touch, sense in senses]
            else:
                self._exact[cue] = senses
        self._search = re.compile(_search(language, declared, list(cues)), re.IGNORECASE)
        self.known = frozenset(cue for cue in self._exact if " " not in cue)

    def cues(self, text: str) -> list[Cue]:
        """The cues of `text` (folded by the caller) in order, the longest at each place; one place may carry several kinds."""
        found: list[Cue] = []
        for match in self._search.finditer(text):
            start, end = match.span()
            said = match[0].lower()
            kind = match.lastgroup
            if kind == "date":
                found.append(Cue("date", _digits(said), start, end, match[0]))
            elif kind == "number":
                found.append(Cue("number", said.replace(",", "").replace(" ", ""), start, end, match[0]))
            elif match[0].isupper() or said not in self._capitals:
                found += [Cue(touch, sense, start, end, match[0]) for touch, sense in self._senses(said)]
        return found

    def _senses(self, said: str) -> list[tuple[str, str]]:
        known = self._remembered.get(said)
        if known is None:
            open_ended = [(touch, sense) for pattern, touch, sense in self._open if pattern.fullmatch(said)]
            known = [*self._exact.get(said, ()), *open_ended]
            if len(self._remembered) < REMEMBERED:
                self._remembered[said] = known
        return known


def _digits(date: str) -> str:
    return re.sub(r"[ ,.]+", " ", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\bof\b|\bthe\b", "", date)).strip()


def _pattern(cue: str) -> str:
    return re.escape(cue).replace(r"\*", r"\w*")


def _search(language: str, declared: dict[str, Any], cues: list[str]) -> str:
    listed = _trie(cues)
    dates = rf"(?=\d)(?:{_ANY_DATE})"
    months = declared.get("months", ())
    if months:
        month = "(?:" + "|".join(sorted(map(re.escape, months), key=len, reverse=True)) + r")\b\.?"
        alone = sorted((m for m in months if m not in declared.get("months_that_are_words", ())), key=len, reverse=True)
        initials = "".join(sorted({m[0] for m in months}))
        dates += (
            rf"|(?=\d){_DAY}(?:-{_DAY})?(?: of| de)? {month}(?:,? (?:de )?{_YEAR}\b)?"
            rf"|(?=[{initials}])(?:{month} {_DAY}(?:-{_DAY})?(?!\d)(?:,? ?{_YEAR}\b)?|{month},? {_YEAR}\b|(?:{'|'.join(map(re.escape, alone))})\b)"
        )
    dates += rf"|(?=\d)(?:(?<![\d.,-]){_YEAR}(?![\w%]|[.,]\d)|{_CLOCK})"
    numbers = rf"(?P<number>{_NUMBER})"
    if language in UNSPACED:
        return rf"(?P<date>{dates})|(?P<listed>{listed})|{numbers}" if listed else rf"(?P<date>{dates})|{numbers}"
    # nothing begins inside a word, except digits that stick to it
    return rf"(?:(?<![^\W\d_])|(?=\d))(?:(?P<date>{dates})|(?P<listed>(?<!\w)(?:{listed or '(?!)'})(?!\w|'t|\$))|{numbers})"


def _trie(cues: list[str]) -> str:
    """One pattern for all cues that shares their beginnings, so that a search looks at each letter about once."""
    root: dict[str, Any] = {}
    for cue in cues:
        node = root
        for char in cue:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branch(root)


def _branch(node: dict[str, Any]) -> str:
    ways = [_star_or(char) + _branch(child) for char, child in sorted(node.items(), key=lambda item: item[0] == "*") if char]
    if not ways:
        return ""
    joined = ways[0] if len(ways) == 1 and "" not in node else f"(?:{'|'.join(ways)})"
    return joined + "?" if "" in node else joined


def _star_or(char: str) -> str:
    return r"\w*" if char == "*" else re.escape(char)


@cache
def words_of(language: str) -> Words:
    """The lists of a BCP 47 language, read once; "zh-Hans" finds zh.yml.

    Raises:
        DeclarationError: the file breaks schemas/words.schema.json.
    """
    base = language.lower().replace("_", "-").partition("-")[0]
    path = FOLDER / f"{base}.yml"
    return Words(base, declarations.read(path, "words") if path.is_file() else {})
