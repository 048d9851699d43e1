"""Who says it: the parties of a document, and the subject of a clause among them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from statements.positions.lexicon import Lexicon, Speaker, Stance
from statements.positions.tokens import COMMA, SENTENCE, SPACE, Tokens, fold, tokenize

BOTH, ALL = "both", "all"
_GOVERNED = -1  # a name before "and" that a preposition governs, and with it the name after

_TITLED = re.compile(
    r"(?:President|Premier|Chancellor|Minister|State Councilor|Secretary|King|Emperor|Chairman|Spokes(?:person|man|woman))"
    r"\s(?P<person>[A-Z][\w’'-]+(?:\s(?:[A-Z][\w’'-]+|[A-Z]\.)){0,3})(?:,\sJr\.)?(?:\sof\s(?:the\s)?(?P<state>[A-Z][\w’']+(?:\s(?:[A-Z][\w’']+|of|and)){0,4}))?"
)

Match = tuple[int, int, Speaker]  # first word, end exclusive, whom the words name


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of one document under the names they are listed under; empty where nobody could tell."""

    names: tuple[str, ...]
    bodies: Mapping[str, frozenset[str]]  # bodies that speak for their members
    leaders: Mapping[str, str] = field(default_factory=dict)  # names of persons as the text introduces them, folded, to their party

    @property
    def everyone(self) -> str:
        """The actor of a clause that names nobody."""
        if len(self.names) == 1:
            return ALL if self.names[0] in self.bodies and self.names[0] != "European Union" else self.names[0]
        return BOTH if len(self.names) == 2 else ALL

    def together(self, named: Iterable[str]) -> str:
        """The actor that several names make up."""
        several = set(named)
        if len(several) == 1:
            return several.pop()
        return BOTH if len(several) == 2 else ALL

    def speaks(self, name: str) -> bool:
        """Whether this party or body speaks in the document; where the parties are not known, anyone may."""
        if not self.names or name in self.names or any(name in self.bodies.get(body, ()) for body in self.names):
            return True
        return name in self.bodies and len(self.names) > 2 and name != "United Nations"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who stands before a verb: `first` to `last` are its words; `actor` is None for somebody who is not a party."""

    first: int
    last: int
    actor: str | None
    vague: bool = False  # a role that names no party, such as "the President"


def parties_of(given: Iterable[str], title: str, text: str, lexicon: Lexicon, language: str) -> Parties:
    """The document's parties: as given, else those of the title, else the one or two that the text names most."""
    listed = tuple(dict.fromkeys(lexicon.names.get(name.casefold(), name) for name in given))
    if not listed and language in lexicon.stances:
        stance = lexicon.stances[language]
        listed = tuple(dict.fromkeys(name for name, _ in _named(title, stance)))
        joint = "joint" in title.lower() or "between" in title.lower()
        if len(listed) < 2 and (joint or not listed):
            counted = Counter(name for name, adjective in _named(text[:20000], stance) if name not in lexicon.bodies or not adjective)
            listed = tuple(dict.fromkeys((*listed, *(name for name, _ in counted.most_common(2)))))[: 2 if joint else 1]
    return Parties(listed, lexicon.bodies, _leaders(text, lexicon))


def speakers_in(tokens: Tokens, first: int, last: int, stance: Stance, parties: Parties) -> list[Match]:
    """Whoever is named between two words: parties, bodies, "the two sides", and the persons whom the text introduced."""
    found = list(stance.speakers.longest(tokens, first, last))
    if parties.leaders:
        taken = {word for start, end, _ in found for word in range(start, end)}
        for word in range(first, last):
            name = parties.leaders.get(tokens.words[word])
            if name and word not in taken and tokens.text[tokens.starts[word]].isupper():
                found.append((word, word + 1, Speaker("party", name)))
        found.sort(key=lambda match: match[0])
    return found


def _leaders(text: str, lexicon: Lexicon) -> dict[str, str]:
    """Persons whom the text introduces by office: "Chinese President Jiang Zemin", "President Putin of the Russian Federation"."""
    leaders: dict[str, str] = {}
    for found in _TITLED.finditer(text):
        before = text[max(0, found.start() - 40) : found.start()].split()
        adjective = lexicon.adjectives.get(before[-1].casefold()) if before else None
        of = (found["state"] or "").strip().casefold()
        party = adjective or next((name for written, name in lexicon.names.items() if of and (of == written or of.startswith(written + " "))), None)
        if party:
            leaders.update({fold(name): party for name in found["person"].split() if len(name) > 1})
    return leaders


def _named(text: str, stance: Stance) -> Iterable[tuple[str, bool]]:
    tokens = tokenize(text)
    for _, _, speaker in stance.speakers.longest(tokens, 0, len(tokens.words)):
        if speaker.kind in ("party", "body"):
            yield speaker.name, speaker.adjective


def subject_before(
    verb: int, first: int, speakers: list[Match], tokens: Tokens, stance: Stance, parties: Parties, last: str | None
) -> Subject | None:
    """The nearest subject before the verb at word `verb`, not before word `first`; None where no party, body or bystander is it.

    Left out are owners ("China's policy"), attributes ("the Taiwan question") and what a preposition governs ("talks with Japan").
    """
    for place in range(len(speakers) - 1, -1, -1):
        start, end, speaker = speakers[place]
        if end > verb:
            continue
        if start < first:
            break
        begins = _stands_free(start, end, verb, first, speaker, tokens, stance)
        if begins is None:
            continue
        named = [speaker]
        while place and (joined := _joined(speakers[place - 1], begins, first, tokens, stance)) not in (None, _GOVERNED):
            place -= 1
            begins = joined or 0
            named.append(speakers[place][2])
        if place and _joined(speakers[place - 1], begins, first, tokens, stance) == _GOVERNED:
            continue
        they = tokens.words[start] == "they"
        return Subject(begins, end, _actor(named, parties, last, they), speaker.kind == "last" and last is None)
    return None


def _stands_free(start: int, end: int, verb: int, first: int, speaker: Speaker, tokens: Tokens, stance: Stance) -> int | None:
    words = tokens.words
    after = end
    while after < verb and words[after] in stance.roles and words[after] != "and" and tokens.breaks[after] == SPACE:
        after += 1
    if (speaker.adjective or tokens.owns[end - 1]) and after == end:
        return None
    if speaker.kind in ("party", "body") and after < verb and tokens.breaks[after] == SPACE and not _may_follow(after, tokens, stance):
        return None
    before = start - 1
    while before >= first and (words[before] in ("the", "both", "a", "all") or (words[before] in stance.roles and words[before] != "and")):
        before -= 1
    if before >= first and words[before] in stance.prepositions and tokens.breaks[before + 1] == SPACE:
        if words[before] != "of" or before - 1 < first or words[before - 1] not in stance.roles:
            return None
        before -= 1
        while before >= first and (words[before] in stance.roles or words[before] in ("the", "of", "two", "both", "all")):
            before -= 1
    return before + 1


def _may_follow(place: int, tokens: Tokens, stance: Stance) -> bool:
    word = tokens.words[place]
    return (
        word in stance.auxiliaries
        or word in stance.coordinators
        or word in stance.prepositions
        or word.endswith("ly")
        or tokens.text[tokens.starts[place]].isupper()
        or bool(stance.cues.begins(tokens, place))
    )


def _joined(left: Match, begins: int, first: int, tokens: Tokens, stance: Stance) -> int | None:
    start, end, speaker = left
    if start < first or speaker.kind not in ("party", "body") or speaker.adjective or tokens.owns[end - 1]:
        return None
    between = tokens.words[end:begins]
    listed = between in (["and"], ["and", "the"], ["the"], []) and (between[:1] == ["and"] or tokens.breaks[end] == COMMA)
    if not listed or any(tokens.breaks[place] == SENTENCE for place in range(end, begins)):
        return None
    before = start - 1
    while before >= first and tokens.words[before] in ("the", "both"):
        before -= 1
    if (
        before >= first
        and tokens.words[before] in stance.prepositions
        and (tokens.words[before] != "of" or tokens.words[before - 1] not in stance.roles)
    ):
        return _GOVERNED if between[:1] == ["and"] else None
    return before + 1


def _actor(named: list[Speaker], parties: Parties, last: str | None, they: bool) -> str | None:
    names = [speaker.name for speaker in named if speaker.kind in ("party", "body")]
    if names:
        if not all(parties.speaks(name) for name in names):
            return None if not any(parties.speaks(name) for name in names) else parties.together(filter(parties.speaks, names))
        if len(names) == 1 and names[0] in parties.bodies and (names[0] not in parties.names or len(parties.names) == 1):
            return parties.everyone if parties.names else names[0]
        return parties.together(names)
    kind = named[0].kind
    if kind == "bystander":
        return None
    if kind == "both":
        return BOTH if len(parties.names) in (0, 2) else parties.everyone
    if kind == "last" or (they and last in (BOTH, ALL)):
        return last or parties.everyone
    return parties.everyone
