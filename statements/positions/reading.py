"""What a statement says on each issue: its clauses folded into positions, and the sentences that no issue took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from schemas.records import Polarity, Position, Stances, Unassigned, Wording
from statements.positions import suggestions
from statements.positions.actors import parties_of
from statements.positions.clauses import Clause, clauses_of
from statements.positions.lexicon import Lexicon


def positions_of(wording: Wording, lexicon: Lexicon) -> Stances:
    """Read the positions of one wording; pure, and the same wording and lexicon give the same positions in the same order.

    Positions stand in the order of the text, a facet beside its parent. Offsets are code points of `wording.text`,
    and `text[start:end] == quote` always.
    """
    text = wording.text
    parties = parties_of(wording.parties, wording.title, text, lexicon, wording.language)
    kinds = [passage.kind for passage in wording.passages]
    clauses = clauses_of(text, lexicon, parties=parties, language=wording.language, kinds=kinds)
    positions = sorted(_positions(clauses, lexicon, text), key=lambda p: (p.start, p.issue, p.end, p.actor))
    return Stances(tuple(positions), tuple(_unassigned(clauses, lexicon, text)), lexicon.sha256)


def _positions(clauses: Iterable[Clause], lexicon: Lexicon, text: str) -> Iterator[Position]:
    merged: dict[tuple[tuple[int, int], str, str], list[Clause]] = {}
    facets = {issue.parent for issue in lexicon.issues.values() if issue.parent}
    for clause in clauses:
        if not clause.level:
            continue
        for issue in clause.issues:
            if issue in facets:
                merged.setdefault((clause.sentence, issue, clause.actor), []).append(clause)
            else:
                yield _position(issue, [clause], text, lexicon)
    for (_, issue, _), several in merged.items():
        yield _position(issue, several, text, lexicon)


def _position(issue: str, clauses: list[Clause], text: str, lexicon: Lexicon) -> Position:
    strongest = max(clauses, key=lambda clause: clause.level)
    signs = Counter(_sign(clause, issue, lexicon) for clause in clauses)
    polarity = _sign(strongest, issue, lexicon) if signs["support"] == signs["oppose"] else signs.most_common(1)[0][0]
    start, end = min(clause.start for clause in clauses), max(clause.end for clause in clauses)
    cues = {
        cue: None
        for clause in clauses
        for cue in (*clause.cues, *clause.boosters, *clause.hedges, *(m.cue for m in clause.mentions if m.issue == issue))
    }
    ordered = tuple(sorted(cues, key=lambda cue: (cue.start, cue.end)))
    return Position(issue, strongest.actor, polarity, strongest.ladder, strongest.level, start, end, text[start:end], ordered)


def _sign(clause: Clause, issue: str, lexicon: Lexicon) -> Polarity:
    """The clause's polarity on the issue: whoever supports the fight against a bad thing opposes the thing."""
    if clause.countered and clause.polarity == "support" and lexicon.issues[issue].valence == "oppose":
        return "oppose"
    return clause.polarity


def _unassigned(clauses: Iterable[Clause], lexicon: Lexicon, text: str) -> Iterator[Unassigned]:
    sentences: dict[tuple[int, int], list[Clause]] = {}
    for clause in clauses:
        sentences.setdefault(clause.sentence, []).append(clause)
    for (start, end), several in sentences.items():
        if any(clause.level and clause.mentions for clause in several):
            continue
        if any(clause.level and (clause.spoken or clause.base_level >= 3) for clause in several):
            quote = text[start:end]
            yield Unassigned(start, end, quote, suggestions.for_sentence(quote, lexicon))
