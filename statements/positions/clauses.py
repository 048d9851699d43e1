"""The clauses of a text: who says what, how firmly, about which issue, each with the words that told it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from schemas.records import Cue, Ladder, PassageKind, Polarity
from statements.positions.actors import Match, Parties, Subject, speakers_in, subject_before
from statements.positions.lexicon import Lexicon, Stance
from statements.positions.mentions import Memory, Mention
from statements.positions.segments import OPENERS, SCORED, Item, Segment, segments_of
from statements.positions.tokens import Sentence, Tokens, tokenize
from statements.positions.weight import NOTHING, weigh


@dataclass(frozen=True, slots=True)
class Clause:
    """One predicate of a sentence. Offsets are code points of the text that was analysed, end exclusive.

    `level` is 0 where the clause takes no stance; `base` is the cue that set ladder and level, before `boosters`
    (+1) and `hedges` (−1). `mentions` holds the issues it speaks of, by name or carried over.
    """

    start: int
    end: int
    sentence: tuple[int, int]
    passage: int
    actor: str
    actor_span: tuple[int, int] | None
    polarity: Polarity
    ladder: Ladder
    level: int
    base: Cue | None
    base_level: int
    cues: tuple[Cue, ...] = ()  # every cue that counted, the base among them
    boosters: tuple[Cue, ...] = ()
    hedges: tuple[Cue, ...] = ()
    scope: tuple[Cue, ...] = ()
    negations: tuple[Cue, ...] = ()
    mentions: tuple[Mention, ...] = ()
    spoken: bool = False  # a party's own verb, not only a duty or an evaluation
    countered: bool = False  # it fights, stops or prevents something

    @property
    def issues(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(mention.issue for mention in self.mentions))


_OFFICES = frozenset({"president", "premier", "minister", "chancellor", "secretary", "spokesperson", "spokesman", "spokeswoman", "chairman"})


@dataclass(slots=True)
class _Passage:
    """What a passage carries from one sentence to the next."""

    actor: str | None = None
    lead: Clause | None = None  # the clause that ended in a colon and opened a list


def clauses_of(text: str, lexicon: Lexicon, *, parties: Parties, language: str = "en", kinds: Sequence[PassageKind] = ()) -> tuple[Clause, ...]:
    """Analyse a text whose passages stand one a line; `kinds` names them where they are known. Pure, and linear in the text.

    Headings and questions give no clause, but what they name can be meant by the sentences after them.
    """
    stance = lexicon.stances.get(language)
    if stance is None:
        return ()
    return tuple(_Reader(tokenize(text), lexicon, stance, parties, language, kinds).clauses())


class _Reader:
    def __init__(self, tokens: Tokens, lexicon: Lexicon, stance: Stance, parties: Parties, language: str, kinds: Sequence[PassageKind]) -> None:
        self.tokens, self.lexicon, self.stance, self.parties, self.kinds = tokens, lexicon, stance, parties, kinds
        self.memory = Memory(lexicon, stance, lexicon.namings.get(language))
        self.passage = _Passage()
        self._looked_at = (-1, False)

    def clauses(self) -> Iterator[Clause]:
        text, number, reached = self.tokens.text, -1, 0
        lead: Clause | None = None
        for sentence in self.tokens.sentences:
            lines = text.count("\n", reached, sentence.start)
            if lines or number < 0:
                number = max(number, 0) + lines
                reached = sentence.start
                self.memory.new_passage(number)
                listed = number < len(self.kinds) and self.kinds[number] == "list_item"
                self.passage = _Passage(lead=lead if listed else None)
                lead = lead if listed else None
            mentions = self.memory.of_sentence(self.tokens, sentence)
            if sentence.asks or self._unspoken(number, sentence):
                continue
            found = self._sentence(sentence, mentions, number)
            yield from found
            self.memory.taken(found)
            if found and text[sentence.start : sentence.end].rstrip().endswith((":", "：")) and found[-1].level:
                lead = found[-1]

    def _unspoken(self, number: int, sentence: Sentence) -> bool:
        """Whether the passage is none of the speaker's: a heading, or a question and what leads to it."""
        if number != self._looked_at[0]:
            text = self.tokens.text
            first = text.rfind("\n", 0, sentence.start) + 1
            last = text.find("\n", sentence.start)
            passage = text[first : last if last >= 0 else len(text)].rstrip("\"'”’ ")
            heading = number < len(self.kinds) and self.kinds[number] == "heading"
            self._looked_at = number, heading or passage.endswith(("?", "？")) or passage.startswith(("Q:", "Q：", "Question:", "Question："))
        return self._looked_at[1]

    def _sentence(self, sentence: Sentence, mentions: list[Mention], passage: int) -> list[Clause]:
        tokens, stance = self.tokens, self.stance
        items = [item for item in stance.cues.longest(tokens, sentence.first, sentence.last) if item[2].kind != "ignored"]
        if not mentions and not any(entry.kind in SCORED for _, _, entry in items):
            return []
        speakers = speakers_in(tokens, sentence.first, sentence.last, stance, self.parties)
        segments = segments_of(sentence, items, speakers, tokens, stance, self.parties)
        clauses: list[Clause] = []
        subject: Subject | None = None
        for segment in segments:
            clause, subject = self._clause(segment, sentence, speakers, subject, passage, mentions, clauses)
            clauses.append(clause)
        return _settled(clauses, self.lexicon, self.passage.lead)

    def _spoken_of(self, segment: Segment, mentions: list[Mention], earlier: list[Clause], level: int) -> tuple[Mention, ...]:
        """The issues of a segment: those it names, else those that a pronoun carries over to a stance."""
        own = tuple(m for m in mentions if segment.first <= m.word < segment.last)
        if own or not level:
            return own
        before = tuple(m for clause in earlier for m in clause.mentions)
        return self.memory.carried(self.tokens, segment.first, segment.last, before, bool(mentions))

    def _counters(self, segment: Segment, mentions: tuple[Mention, ...]) -> bool:
        """Whether the segment fights one of its issues that is a bad thing."""
        if not any(self.lexicon.issues[mention.issue].valence == "oppose" for mention in mentions):
            return False
        return next(iter(self.stance.counters.longest(self.tokens, segment.first, segment.last)), None) is not None

    def _clause(
        self,
        segment: Segment,
        sentence: Sentence,
        speakers: list[Match],
        before: Subject | None,
        passage: int,
        mentions: list[Mention],
        earlier: list[Clause],
    ) -> tuple[Clause, Subject | None]:
        tokens = self.tokens
        head = segment.head
        verb = head[0] if head else next((i[0] for i in segment.items if i[2].kind in SCORED), segment.last)
        subject = subject_before(verb, segment.first, speakers, tokens, self.stance, self.parties, self.passage.actor)
        own = subject is not None
        if subject is None and segment.first > sentence.first:
            subject = before  # a coordinated predicate keeps its subject
        if subject is None and segment.first == sentence.first and head:
            subject = self._office_before(segment.first, head[0])
        if subject is not None and subject.vague:
            subject = self._named_within(segment, speakers, subject)
        silent = subject is not None and subject.actor is None
        actor = subject.actor if subject and subject.actor else self.passage.actor or self.parties.everyone
        quoted = silent and head is not None and head[2].kind in ("stance", "report")  # somebody else's words
        told = head is not None and head[2].kind == "report" and own and subject is not None and head[0] - subject.last <= 3
        weight = NOTHING if quoted or told else weigh(segment, tokens, self._may_promise(segment, speakers, subject), silent)
        if subject and subject.actor and weight.level:
            self.passage.actor = subject.actor
        spoken_of = self._spoken_of(segment, mentions, earlier, weight.level)
        cut = Clause(
            start=tokens.starts[segment.first] if segment.first > sentence.first else sentence.start,
            end=self._end(segment) if segment.last < sentence.last else sentence.end,
            sentence=(sentence.start, sentence.end),
            passage=passage,
            actor=actor,
            actor_span=(tokens.starts[subject.first], tokens.ends[subject.last - 1]) if own and subject else None,
            polarity=weight.polarity,
            ladder=weight.ladder,
            level=weight.level,
            base=_cue(weight.base, tokens) if weight.base else None,
            base_level=weight.base[2].level if weight.base else 0,
            cues=tuple(_cue(item, tokens) for item in weight.counted),
            boosters=tuple(_cue(item, tokens) for item in weight.boosters),
            hedges=tuple(_cue(item, tokens) for item in segment.items if item[2].kind == "hedge"),
            scope=tuple(_cue(item, tokens) for item in segment.items if item[2].kind == "scope"),
            negations=tuple(_cue(item, tokens) for item in segment.items if item[2].kind == "negation"),
            mentions=spoken_of,
            spoken=weight.spoken and not silent,
            countered=self._counters(segment, spoken_of),
        )
        return cut, subject

    def _office_before(self, first: int, verb: int) -> Subject | None:
        """A person named by an office before the verb, of whom the text has not told the country."""
        for place in range(verb - 1, max(first - 1, verb - 7), -1):
            if self.tokens.words[place] in _OFFICES:
                return Subject(place, verb, self.passage.actor or self.parties.everyone, vague=True)
        return None

    def _named_within(self, segment: Segment, speakers: list[Match], vague: Subject) -> Subject:
        """For "the President reiterated that Japan supports": whom the clause names before a later verb, else the vague subject."""
        for start, end, speaker in speakers:
            if segment.head and 0 <= start - segment.head[1] <= 1 and self.tokens.owns[end - 1] and self.parties.speaks(speaker.name):
                return replace(vague, actor=speaker.name)
        for start, _, entry in segment.items:
            if entry.kind in OPENERS:
                named = subject_before(start, vague.last, speakers, self.tokens, self.stance, self.parties, None)
                if named is not None and named.actor and not named.vague:
                    return replace(vague, actor=named.actor)
        return vague

    def _end(self, segment: Segment) -> int:
        """Where the clause's own words end: the coordinator of the next one is not among them."""
        last = segment.last
        while last - 1 > segment.first and self.tokens.words[last - 1] in self.stance.coordinators:
            last -= 1
        return self.tokens.ends[last - 1]

    def _may_promise(self, segment: Segment, speakers: list[Match], subject: Subject | None) -> set[int]:
        """The promises and actions of the segment whose subject is a speaker: "will" of a third thing only foretells."""
        kept: set[int] = set()
        for start, _, entry in segment.items:
            if entry.kind not in ("promise", "action", "deed"):
                continue
            near = subject_before(start, segment.first, speakers, self.tokens, self.stance, self.parties, self.passage.actor)
            if segment.head and start == segment.head[0]:
                far = entry.kind != "promise" and near is not None and start - near.last > 4
                if subject and subject.actor and (near is None or near.actor) and not far:
                    kept.add(start)
            elif near and near.actor and start - near.last <= 3 and entry.kind == "promise":
                kept.add(start)
        return kept


def _settled(clauses: list[Clause], lexicon: Lexicon, lead: Clause | None) -> list[Clause]:
    """Give claims and list items their stance, and a bad thing that is fought its sign."""
    settled: list[Clause] = []
    for clause in clauses:
        if not clause.level and clause.mentions:
            claim = next((mention for mention in clause.mentions if mention.claims), None)
            if lead is not None and clause.base is None:
                stance = replace(lead, start=clause.start, end=clause.end, sentence=clause.sentence, passage=clause.passage)
                clause = replace(stance, mentions=clause.mentions, scope=clause.scope, actor_span=None)
            elif claim and not clause.negations and len(clauses) == 1:
                sign: Literal["support", "oppose"] = lexicon.issues[claim.issue].valence
                clause = replace(clause, level=2, polarity=sign, base=claim.cue, base_level=2, cues=(claim.cue,))
        settled.append(clause)
    return settled


def _cue(item: Item, tokens: Tokens) -> Cue:
    start, end = tokens.starts[item[0]], tokens.ends[item[1] - 1]
    return Cue(tokens.text[start:end], start, end, item[2].rule)
