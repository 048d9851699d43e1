"""The small language in which the word lists are written, and one matcher for all of them together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Generic, TypeVar

from statements.positions.tokens import SENTENCE, STRONG, Tokens, fold, tokenize

T = TypeVar("T")

GAP = 6  # words that "…" may stand for
_PIECE = re.compile(r"\(|\)|\[|\]|\||…\d{0,2}|[^\s()\[\]|…]+")
_VOWELS = "aeiou"


class PhraseError(ValueError):
    """A phrase is not in the language: says which and why."""


@lru_cache(maxsize=4096)
def _regular(verb: str) -> tuple[str, ...]:
    if verb.endswith("e"):
        return verb, verb + "s", verb + "d", verb[:-1] + "ing"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return verb, third, verb + "ed", verb + "ing"


def inflections(verb: str, irregular: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The verb with its endings; `irregular` holds the whole list for a verb that does not follow the rule.

    >>> inflections("deny", {})
    ('deny', 'denies', 'denied', 'denying')
    """
    return (verb, *irregular[verb]) if verb in irregular else _regular(verb)


@dataclass(slots=True, eq=False)
class _Node(Generic[T]):
    """What may come next: by word, by the beginning of a word, or after a gap; and what ends here."""

    words: dict[str, list[_Node[T]]] = field(default_factory=dict)
    prefixes: dict[str, list[_Node[T]]] = field(default_factory=dict)
    gaps: list[tuple[int, _Node[T]]] = field(default_factory=list)
    payloads: list[T] = field(default_factory=list)

    def take(self, other: _Node[T]) -> None:
        """Add every way on from `other` to this node's own."""
        for word, nodes in other.words.items():
            self.words.setdefault(word, []).extend(nodes)
        for prefix, nodes in other.prefixes.items():
            self.prefixes.setdefault(prefix, []).extend(nodes)
        self.gaps += other.gaps
        self.payloads += [payload for payload in other.payloads if payload not in self.payloads]


def _together(ways: dict[str, list[_Node[T]]], word: str) -> _Node[T]:
    """Put the several nodes that a word leads to together, and keep them so: done when the word is first met."""
    together: _Node[T] = _Node()
    for node in ways[word]:
        together.take(node)
    ways[word] = [together]
    return together


class _Parser(Generic[T]):
    """Reads one phrase from its end to its beginning, each piece leading on to what follows it."""

    def __init__(self, phrase: str, irregular: Mapping[str, list[str]]) -> None:
        self.phrase = phrase
        self.irregular = irregular
        self.pieces = _PIECE.findall(phrase)

    def node(self, payload: T) -> _Node[T]:
        last: _Node[T] = _Node(payloads=[payload])
        first, place = self._choice(len(self.pieces), last)
        if place:
            raise PhraseError(f"{self.phrase!r}: a bracket is opened that is not closed")
        if first.payloads or first.gaps or not (first.words or first.prefixes):
            raise PhraseError(f"{self.phrase!r}: a phrase begins with a word that must be there")
        if self.pieces[-1].startswith("…"):
            raise PhraseError(f"{self.phrase!r}: a phrase ends with a word")
        return first

    def _choice(self, place: int, after: _Node[T]) -> tuple[_Node[T], int]:
        together: _Node[T] = _Node()
        node = after
        while place and (piece := self.pieces[place - 1]) not in "([":
            place -= 1
            if piece == "|":
                together.take(node)
                node = after
            elif piece in ")]":
                inner, place = self._choice(place, node)
                if not place or self.pieces[place - 1] != {")": "(", "]": "["}[piece]:
                    raise PhraseError(f"{self.phrase!r}: a bracket is closed that was not opened")
                place -= 1
                if piece == "]":
                    inner.take(node)
                node = inner
            else:
                node = self._piece(piece, node)
        together.take(node)
        return together, place

    def _piece(self, piece: str, after: _Node[T]) -> _Node[T]:
        if piece.startswith("…"):
            return _Node(gaps=[(int(piece[1:] or GAP), after)])
        if piece.startswith("~"):
            return _Node(words={fold(form): [after] for form in inflections(piece[1:], self.irregular)})
        prefix = piece.endswith("*")
        cut = tokenize(piece.removesuffix("*"))
        if not cut.words:
            raise PhraseError(f"{self.phrase!r}: {piece!r} holds no word")
        node = after
        for word, capital in zip(reversed(cut.words), reversed(cut.capitals), strict=True):
            node = _Node(prefixes={word: [node]}) if prefix else _Node(words={capital or word: [node]})
            prefix = False
        if "-" in piece and len(cut.words) > 1:  # "cross-Strait" also as one word
            joined: dict[str, list[_Node[T]]] = {fold("".join(cut.words)): [after]}
            node.take(_Node(prefixes=joined) if piece.endswith("*") else _Node(words=joined))
        return node


def _step(
    words: dict[str, list[_Node[T]]],
    prefixes: dict[str, list[_Node[T]]],
    word: str,
    capital: str,
    place: int,
    waiting: list[tuple[_Node[T], int]],
) -> None:
    if word in words:
        nodes = words[word]
        waiting.append((nodes[0] if len(nodes) == 1 else _together(words, word), place + 1))
    if capital and capital in words:
        nodes = words[capital]
        waiting.append((nodes[0] if len(nodes) == 1 else _together(words, capital), place + 1))
    if prefixes:
        for prefix, nodes in prefixes.items():
            if word.startswith(prefix):
                waiting.append((nodes[0] if len(nodes) == 1 else _together(prefixes, prefix), place + 1))


class Phrases(Generic[T]):
    """All phrases of a list in one graph of words: one look-up a word tells whether any phrase can begin there.

    In a phrase, words are told apart by spaces; `(a|b c)` is a choice, `[x]` may be missing, `word*` has any ending,
    `~verb` any inflection, `…` stands for up to six words (`…3` for up to three) of the same sentence, and a word in
    CAPITALS is found in capitals only. Spelling, hyphens and accents are folded as in `tokens.fold`.

    >>> sales = Phrases([("[the] (arms|weapons) sale*", "arms")])
    >>> [match for match in sales.longest(tokenize("We oppose weapons sales and the arms sale."), 0, 8)]
    [(2, 4, 'arms'), (5, 8, 'arms')]

    Raises:
        PhraseError: a phrase is not in this language.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]], irregular: Mapping[str, list[str]] | None = None) -> None:
        self._root: _Node[tuple[int, T]] = _Node()
        for rank, (phrase, payload) in enumerate(phrases):
            self._root.take(_Parser[tuple[int, T]](phrase, irregular or {}).node((rank, payload)))
        self._prefixes: dict[str, dict[str, list[_Node[tuple[int, T]]]]] = {}  # by their first three letters
        for prefix, nodes in self._root.prefixes.items():
            self._prefixes.setdefault(prefix[:3], {})[prefix] = nodes
        self._short = tuple(prefix for prefix in self._prefixes if len(prefix) < 3)

    def begins(self, tokens: Tokens, at: int) -> bool:
        """Whether any phrase can begin with this word."""
        return bool(self._beginnings(tokens, at, at + 1))

    def at(self, tokens: Tokens, at: int, end: int) -> list[tuple[int, T]]:
        """Every phrase that begins at word `at` and ends before word `end`: (end exclusive, payload).

        The longest comes first, and of equals the one that the list names first.
        """
        found: list[tuple[int, int, T]] = []
        words, capitals, breaks = tokens.words, tokens.capitals, tokens.breaks
        waiting: list[tuple[_Node[tuple[int, T]], int]] = []
        _step(self._root.words, self._near(words[at]), words[at], capitals[at], at, waiting)
        while waiting:
            node, place = waiting.pop()
            if node.payloads:
                found += [(-place, rank, payload) for rank, payload in node.payloads]
            if place >= end or breaks[place] == SENTENCE:
                continue
            if breaks[place] != STRONG and (node.prefixes or words[place] in node.words or capitals[place]):
                _step(node.words, node.prefixes, words[place], capitals[place], place, waiting)
            for most, after in node.gaps:
                for there in range(place, min(place + most + 1, end)):
                    if breaks[there] == SENTENCE:
                        break
                    _step(after.words, after.prefixes, words[there], capitals[there], there, waiting)
        if len(found) > 1:
            found.sort(key=itemgetter(0, 1))
        return [(-place, payload) for place, _, payload in found]

    def _near(self, word: str) -> dict[str, list[_Node[tuple[int, T]]]]:
        """The prefixes that this word may begin with."""
        near = self._prefixes.get(word[:3], {})
        return {**near, **{key: nodes for prefix in self._short for key, nodes in self._prefixes[prefix].items()}} if self._short else near

    def longest(self, tokens: Tokens, first: int, last: int) -> Iterator[tuple[int, int, T]]:
        """From left to right the longest phrase at each place, none overlapping: (first word, end exclusive, payload)."""
        end = first
        for place in self._beginnings(tokens, first, last):
            if place >= end and (found := self.at(tokens, place, last)):
                end = found[0][0]
                yield place, end, found[0][1]

    def everywhere(self, tokens: Tokens, first: int, last: int) -> Iterator[tuple[int, int, T]]:
        """Every phrase at every place, overlapping or not."""
        for place in self._beginnings(tokens, first, last):
            yield from ((place, end, payload) for end, payload in self.at(tokens, place, last))

    def _beginnings(self, tokens: Tokens, first: int, last: int) -> list[int]:
        """The combined pre-filter: the words with which any phrase can begin."""
        whole, prefixes, short, capitals = self._root.words, self._prefixes, self._short, tokens.capitals
        return [
            place
            for place, word in enumerate(tokens.words[first:last], first)
            if word in whole or word[:3] in prefixes or (capitals[place] and capitals[place] in whole) or (short and word.startswith(short))
        ]
