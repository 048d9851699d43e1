"""Which issues a sentence speaks of: named in it, echoed from the passages before, or carried over by a pronoun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from schemas.records import Cue
from statements.positions.lexicon import Lexicon, Naming, Stance
from statements.positions.phrases import Phrases
from statements.positions.tokens import Sentence, Tokens

ECHO_REACH = 2  # passages after the one that named an issue in which its short names still mean it
MOST_NAMED = 2  # issues of a sentence after which a bare pronoun still tells which it means


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that speak of an issue. `carried` where a pronoun or a short name stands for what was named before."""

    issue: str
    word: int  # number of the first word
    cue: Cue
    carried: bool = False
    claims: bool = False  # the wording is a position by itself


class _Spoken(Protocol):
    @property
    def level(self) -> int: ...
    @property
    def mentions(self) -> tuple[Mention, ...]: ...


class Memory:
    """What the text has named so far, read sentence by sentence."""

    def __init__(self, lexicon: Lexicon, stance: Stance, namings: Phrases[Naming] | None) -> None:
        self._lexicon, self._stance, self._namings = lexicon, stance, namings
        self._passage = 0
        self._named: dict[str, tuple[int, int]] = {}  # issue → passage and place where it was last named
        self._previous: tuple[str, ...] = ()  # issues of the sentence before, in this passage

    def new_passage(self, number: int) -> None:
        self._passage = number
        self._previous = ()

    def of_sentence(self, tokens: Tokens, sentence: Sentence) -> list[Mention]:
        """The mentions of one sentence, in the order of its words; facets only where their parent is spoken of."""
        if self._namings is None:
            return []
        found = list(self._namings.everywhere(tokens, sentence.first, sentence.last))
        if not found:
            return []
        barred = [(start, end, naming.issue) for start, end, naming in found if naming.kind == "unless"]
        named: list[tuple[int, int, Naming]] = []
        echoes: list[tuple[int, int, Naming]] = []
        places: list[tuple[int, int, Naming]] = []
        for start, end, naming in found:
            if naming.kind == "unless" or any(s < end and start < e and naming.issue in (of, _parent(of)) for s, e, of in barred):
                continue
            if naming.kind == "echo":
                if self._near(naming.issue):
                    echoes.append((start, end, naming))
            elif naming.kind == "place":
                places.append((start, end, naming))
            else:
                named.append((start, end, naming))
        named = named or places  # beside another subject a region only says where
        parents = {naming.issue for _, _, naming in named if naming.parent is None}
        latest: dict[int, tuple[int, int, Naming]] = {}
        for start, end, naming in echoes:
            if naming.issue in parents:
                named.append((start, end, naming))
            elif start not in latest or self._named[naming.issue] > self._named[latest[start][2].issue]:
                latest[start] = (start, end, naming)
        named += latest.values()
        spoken = {naming.issue for _, _, naming in named if naming.parent is None}
        kept = [one for one in named if one[2].parent is None or one[2].parent in spoken or one[2].parent in self._previous]
        kept.sort(key=lambda one: (one[0], -one[1]))
        mentions: list[Mention] = []
        seen: set[tuple[str, int]] = set()
        for start, end, naming in kept:
            for issue in (naming.issue, *([naming.parent] if naming.parent else [])):
                if (issue, start) in seen:
                    continue
                seen.add((issue, start))
                mentions.append(Mention(issue, start, _cue(start, end, naming.rule, tokens), naming.kind == "echo", naming.kind == "claim"))
                self._named[issue] = (self._passage, start)
        if mentions:
            self._previous = tuple(mention.issue for mention in mentions)
        return mentions

    def carried(self, tokens: Tokens, first: int, last: int, earlier: tuple[Mention, ...], named_in_sentence: bool) -> tuple[Mention, ...]:
        """What the pronouns of words `first` to `last` stand for: the sentence's earlier clauses, else the sentence before."""
        anaphor = next(iter(self._stance.anaphors.longest(tokens, first, last)), None)
        if anaphor is None:
            return ()
        start, end, _ = anaphor
        spoken = [mention.issue for mention in earlier] or ([] if named_in_sentence else list(self._previous))
        counted = Counter(_parent(issue) for issue in spoken if _parent(issue) in self._lexicon.issues)
        if len(counted) > MOST_NAMED and end - start == 1:
            return ()
        issues = [issue for issue, _ in counted.most_common(1)]
        return tuple(Mention(issue, start, _cue(start, end, "carried over", tokens), carried=True) for issue in issues)

    def taken(self, clauses: Iterable[_Spoken]) -> None:
        """Remember what the sentence turned out to speak of, where it named nothing itself."""
        issues = tuple(mention.issue for clause in clauses for mention in clause.mentions)
        if issues:
            self._previous = issues

    def _near(self, issue: str) -> bool:
        return issue in self._named and self._passage - self._named[issue][0] <= ECHO_REACH


def _parent(issue: str) -> str:
    return issue.partition(".")[0]


def _cue(start: int, end: int, rule: str, tokens: Tokens) -> Cue:
    first, last = tokens.starts[start], tokens.ends[end - 1]
    return Cue(tokens.text[first:last], first, last, rule)
