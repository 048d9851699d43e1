"""A sentence cut into its predicates: "opposes …, and will not sell …" are two, "is ready to support … and strengthen …" is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from statements.positions.actors import Match, Parties, subject_before
from statements.positions.lexicon import Entry, Stance
from statements.positions.tokens import COMMA, SPACE, Sentence, Tokens

OPENERS = ("stance", "promise", "action", "deed", "report")
SCORED = ("stance", "promise", "action", "deed", "judgement")
_SUBORDINATORS = frozenset({"that", "which", "who", "whom", "whose", "how", "whether", "if", "when", "as", "where", "until", "unless"})

_MEANS = frozenset({"by", "before", "after", "from", "despite"})  # "by asking the Council …" tells how, and takes no stance

Item = tuple[int, int, Entry]  # first word, end exclusive, phrase of the vocabulary


@dataclass(slots=True)
class Segment:
    """The words of one predicate, `first` to `last` (end exclusive), its heading cue and all its cues in order."""

    first: int
    last: int
    head: Item | None
    items: list[Item] = field(default_factory=list)


def segments_of(sentence: Sentence, items: Sequence[Item], speakers: list[Match], tokens: Tokens, stance: Stance, parties: Parties) -> list[Segment]:
    """Cut a sentence at each coordinated predicate. The segments lie side by side and cover the sentence."""
    return _Cutter(items, speakers, tokens, stance, parties).cut(sentence)


class _Cutter:
    def __init__(self, items: Sequence[Item], speakers: list[Match], tokens: Tokens, stance: Stance, parties: Parties) -> None:
        self.items, self.speakers, self.tokens, self.stance, self.parties = items, speakers, tokens, stance, parties
        kinds = ("booster", "negation", "hedge")
        self.opening = {begin for begin, _, one in items if one.kind == "stance"}
        self.modifiers = {place for begin, end, one in items if one.kind in kinds for place in range(begin, end)}

    def cut(self, sentence: Sentence) -> list[Segment]:
        segments = [Segment(sentence.first, sentence.last, None)]
        for item in self.items:
            start, _, entry = item
            current = segments[-1]
            if self._enumerated(start, current.first):
                continue
            if entry.kind in OPENERS or entry.kind == "judgement":
                opens = self._absolute(item, current.first) or self._opens(start, current.first, entry)
                if opens is not None and _goes_on(current, item, self.tokens):
                    opens = None
                started = current.head is not None or any(i[2].kind in SCORED for i in current.items)
                if opens is not None and opens > current.first and started:
                    moved = [i for i in current.items if i[0] >= opens]
                    current.items = [i for i in current.items if i[0] < opens]
                    current.last = opens
                    current = Segment(opens, sentence.last, item, moved)
                    segments.append(current)
                elif current.head is None and entry.kind in OPENERS:
                    current.head = item
            current.items.append(item)
        return segments

    def _opens(self, at: int, first: int, entry: Entry) -> int | None:
        """Where the clause begins that this cue heads: after a coordinator or a comma, or at its subject; None for a nested cue."""
        tokens, stance = self.tokens, self.stance
        words, breaks = tokens.words, tokens.breaks
        before = at - 1
        while before >= first and breaks[before + 1] == SPACE and self._skipped(before):
            before -= 1
        if before >= first and words[before] == "to" and breaks[before + 1] == SPACE:
            before -= 1
        if before < first:
            return first
        if entry.kind not in ("judgement", "action"):
            if breaks[before + 1] != SPACE and words[before] not in _SUBORDINATORS:
                return before + 1
            if words[before] in stance.coordinators:
                return before + 1
        subject = subject_before(at, first, self.speakers, tokens, stance, self.parties, None)
        if subject is None or any(not self._skipped(place) and words[place] not in stance.roles for place in range(subject.last, before + 1)):
            return None
        ahead = subject.first - 1
        if ahead < first:
            return first
        if words[ahead] in _SUBORDINATORS:
            return None
        if breaks[ahead + 1] >= COMMA or words[ahead] in stance.coordinators:
            return ahead + 1
        return None

    def _enumerated(self, at: int, first: int) -> bool:
        """Whether a participle is no clause: one of several in a row ("including combating …, fighting …"), or the means of something."""
        words, breaks = self.tokens.words, self.tokens.breaks
        if not words[at].endswith("ing") or at <= first:
            return False
        if words[at - 1] in _MEANS and breaks[at] == SPACE:
            return True
        if at - 1 == first:
            return False
        if words[at - 1] in ("and", "or") and breaks[at] == SPACE:
            before = range(at - 2, max(first, at - 6), -1)
        elif breaks[at] == COMMA or (words[at - 1] in ("and", "or") and breaks[at - 1] == COMMA):
            item = next((place for place in range(at - 2, first, -1) if breaks[place] >= COMMA), first)
            before = range(item, min(item + 2, at))
        else:
            return False
        near = next((place for place in before if words[place].endswith("ing")), first)
        return near != first and near not in self.opening

    def _absolute(self, item: Item, first: int) -> int | None:
        """Where ", with the UN playing the leading role" begins, which is a clause of its own without a finite verb."""
        words, breaks = self.tokens.words, self.tokens.breaks
        if item[2].kind != "judgement" or not words[item[0]].endswith("ing"):
            return None
        return next((at for at in range(item[0] - 1, max(first, item[0] - 12), -1) if words[at] == "with" and breaks[at] == COMMA), None)

    def _skipped(self, place: int) -> bool:
        word = self.tokens.words[place]
        return word in self.stance.auxiliaries or word.endswith("ly") or place in self.modifiers


def _goes_on(current: Segment, item: Item, tokens: Tokens) -> bool:
    """Whether the cue only continues an infinitive: "is ready to support … and strengthen …", "urge them to respect …, observe …"."""
    start, _, entry = item
    promised = current.head is not None and current.head[2].kind == "promise"
    if promised and entry.kind in ("deed", "action") and not tokens.words[start].endswith(("s", "ed", "ing")):
        return True
    if entry.kind == "promise" or tokens.words[start].endswith(("s", "ed", "ing")):
        return False
    if any(one.caps for _, _, one in current.items):
        return True
    head = current.head
    return head is not None and head[2].ladder == "directive" and "to" in tokens.words[head[1] - 1 : start]
