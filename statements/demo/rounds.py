"""Rounds: what the specimen site changes between two visits. Pure: a state and a round give the next state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import yaml

from schemas.records import Passage
from statements.demo.specimens import HERE, Specimen, SpecimenSource


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a ministry does, and the words that tell it to whoever looks on."""

    told: str
    steps: tuple[tuple[str, Any], ...]  # (verb, what with)


@dataclass(frozen=True, slots=True)
class State:
    """The site between two rounds."""

    sources: tuple[SpecimenSource, ...]  # as the specimens say
    statements: Mapping[str, Specimen]  # by id, as they stand now
    unlisted: frozenset[str] = frozenset()
    error_pages: frozenset[str] = frozenset()
    refreshed: frozenset[str] = frozenset()  # sources with a new menu and other related news


def first(sources: Sequence[SpecimenSource]) -> State:
    """Round 0: everything that is published from the beginning."""
    return State(tuple(sources), {s.id: s for source in sources for s in source.statements if s.from_round == 0})


def load() -> tuple[tuple[Change, ...], ...]:
    """The changes of each round, from round 1 on."""
    raw = yaml.safe_load((HERE / "rounds.yml").read_text("utf-8"))
    return tuple(tuple(Change(c["told"], tuple((verb, c[verb]) for verb in c if verb != "told")) for c in entry["changes"]) for entry in raw)


def after(state: State, changes: Sequence[Change]) -> State:
    """The site once these changes are made.

    Raises:
        ValueError: a change names words or a statement that are not there.
    """
    return reduce(_step, (step for change in changes for step in change.steps), state)


def _step(state: State, step: tuple[str, Any]) -> State:
    verb, what = step
    match verb:
        case "replace":
            return _reworded(state, what["in"], what["this"], what["with"])
        case "move":
            passages = list(_standing(state, what["in"]).passages)
            passages.insert(what["to"], passages.pop(what["passage"]))
            return _with(state, what["in"], tuple(passages))
        case "refresh":
            return replace(state, refreshed=state.refreshed | {what})
        case "unlist":
            return replace(state, unlisted=state.unlisted | {what})
        case "error_page":
            return replace(state, error_pages=state.error_pages | {what})
        case "publish" | "restore":
            as_written = next(s for source in state.sources for s in source.statements if s.id == what)
            return replace(state, statements={**state.statements, what: as_written}, error_pages=state.error_pages - {what})
    raise ValueError(f"rounds.yml: there is no change called {verb!r}.")


def _standing(state: State, name: str) -> Specimen:
    if name not in state.statements:
        raise ValueError(f"rounds.yml: {name!r} is no statement that is published by then.")
    return state.statements[name]


def _reworded(state: State, name: str, this: str, words: str) -> State:
    specimen = _standing(state, name)
    if sum(this in passage.text for passage in specimen.passages) != 1:
        raise ValueError(f"rounds.yml: {this!r} does not stand in exactly one passage of {name!r}.")
    return _with(state, name, tuple(replace(passage, text=passage.text.replace(this, words)) for passage in specimen.passages))


def _with(state: State, name: str, passages: tuple[Passage, ...]) -> State:
    return replace(state, statements={**state.statements, name: replace(state.statements[name], passages=passages)})
