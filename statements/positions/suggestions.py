"""Which issues a sentence that none took is most like: TF-IDF over the issues' examples and wordings.

Likeness suggests and never decides: to any such measure "will support" and "will not support" are neighbours. The
measure is the textbook's (term frequency, smoothed inverse document frequency, cosine), small enough to stand here:
importing scikit-learn for it takes longer than reading a hundred statements.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from statements.positions.lexicon import Lexicon
from statements.positions.tokens import tokenize

MOST = 3
LEAST_LIKENESS = 0.08  # cosine; below it the words shared are those of every statement
_TITLE_WEIGHT = 2  # an issue's own words count more than an example's
_LONGEST = 4000  # code points of a sentence that are looked at


@dataclass(frozen=True, slots=True)
class _Index:
    """For each term the issues that use it, with the term's share in the issue's vector of length one; and its rarity."""

    shares: Mapping[str, tuple[tuple[str, float], ...]]
    rarity: Mapping[str, float]


def for_sentence(sentence: str, lexicon: Lexicon) -> tuple[str, ...]:
    """At most three issues, the likeliest first; ties by id, and none where nothing is shared but common words."""
    index = _index(lexicon)
    said = _terms(sentence[:_LONGEST], _names(lexicon))
    terms = {term: (1 + math.log(count)) * index.rarity[term] for term, count in said.items() if term in index.rarity}
    length = math.sqrt(sum(weight * weight for weight in terms.values()))
    likeness: Counter[str] = Counter()
    for term, weight in terms.items():
        for issue, share in index.shares[term]:
            likeness[issue] += weight * share / length  # type: ignore[assignment]
    ranked = sorted(((like, issue) for issue, like in likeness.items() if like >= LEAST_LIKENESS), key=lambda one: (-one[0], one[1]))
    return tuple(issue for _, issue in ranked[:MOST])


def prepare(lexicon: Lexicon) -> None:
    """Build the index now, for processes that are forked from this one."""
    _index(lexicon)


@lru_cache(maxsize=4)
def _index(lexicon: Lexicon) -> _Index:
    names = _names(lexicon)
    vectors: dict[str, Counter[str]] = {}
    for issue in lexicon.issues.values():
        counted = _terms("\n".join(issue.examples), names)
        for wording in issue.wordings:
            counted.update({term: _TITLE_WEIGHT * count for term, count in _terms(wording, names).items()})
        vectors[issue.id] = counted
    used = Counter(term for vector in vectors.values() for term in vector)
    rarity = {term: math.log((1 + len(vectors)) / (1 + count)) for term, count in used.items()}
    shares: dict[str, list[tuple[str, float]]] = {}
    for issue_id, vector in vectors.items():
        weights = {term: (1 + math.log(count)) * rarity[term] for term, count in vector.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        for term, weight in weights.items():
            shares.setdefault(term, []).append((issue_id, weight / length))
    return _Index({term: tuple(entries) for term, entries in shares.items()}, rarity)


@lru_cache(maxsize=4)
def _names(lexicon: Lexicon) -> frozenset[str]:
    """The words of parties' names, which tell who speaks and not of what."""
    return frozenset(word for name in (*lexicon.names, *lexicon.adjectives) for word in tokenize(name).words)


def _terms(text: str, names: frozenset[str]) -> Counter[str]:
    """Words of four letters or more by their first six, and pairs of neighbours: stems enough to meet across endings."""
    stems = [word[:6] for word in tokenize(text).words if len(word) > 3 and word not in names]
    return Counter([*stems, *(f"{a} {b}" for a, b in pairwise(stems))])
