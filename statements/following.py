"""What follows from a settled statement: its stances, the shifts of its series, and who is owed word of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import Stances, Wording
from statements import tables as t
from statements.alerts import outbox, subscriptions
from statements.alerts.subscriptions import Subscription
from statements.compare.judge import Judge
from statements.extracting import Extraction, wording_id, wording_of
from statements.positions import series as declared_series
from statements.positions.judge import PositionJudge
from statements.positions.lexicon import Lexicon
from statements.positions.lexicon import load as load_lexicon
from statements.positions.reading import positions_of
from statements.positions.series import Series
from statements.serial import enrol, mark_stale, recompute, stale_series
from statements.settling import Occasion, Outcome
from statements.stancing import stances_row, stored_stances
from statements.store import Store, add, chunks
from statements.telling import Known, events_of


@dataclass(frozen=True)
class Declared:
    """What people declare and settling follows: read once for the life of a pipeline."""

    lexicon: Lexicon
    series: tuple[Series, ...]  # of one source
    subscriptions: Mapping[str, Subscription]

    @classmethod
    def load(cls, source: str, config: Path | None) -> Declared:
        """Read the lexicon, the source's series and the subscriptions; a subscription with a mistake costs only itself."""
        lexicon = load_lexicon(config=config)
        series = tuple(s for s in declared_series.load_all(config=config) if s.source == source)
        return cls(lexicon, series, subscriptions.load(config, on_error=lambda error: None))


@dataclass
class Following:
    """Made for each batch; used inside each statement's transaction."""

    store: Store
    occasion: Occasion
    declared: Declared
    wordings: Mapping[str, Wording]  # of this batch, by id
    stances: Mapping[str, Stances]  # of these wordings
    owed: int = 0
    shifts: int = 0
    _written: set[str] = field(default_factory=set)

    @property
    def lexicon_sha256(self) -> str:
        return self.declared.lexicon.sha256

    def judge(self, connection: Connection) -> Judge:
        """A judge of changes that reads no wording whose stances are at hand or stored."""

        def known(wording: Wording) -> Stances | None:
            key = wording_id(wording)
            if key in self.stances:
                return self.stances[key]
            return stored_stances(connection, [key], self.lexicon_sha256).get(key)

        return PositionJudge(self.declared.lexicon, known)

    @classmethod
    def of(cls, store: Store, declared: Declared, occasion: Occasion, extractions: Iterable[Extraction]) -> Following:
        """Read the stances of wordings that are new: work that needs no lock."""
        lexicon = declared.lexicon
        wordings = {str(e.wording_id): e.wording for e in extractions if e.wording is not None and e.verdict == "ok"}
        with store.reading() as connection:
            known = stored_stances(connection, list(wordings), lexicon.sha256)
        stances = known | {key: positions_of(wording, lexicon) for key, wording in wordings.items() if key not in known}
        following = cls(store, occasion, declared, wordings, stances)
        following._written = set(known)
        return following

    def settle(self, connection: Connection, outcomes: Sequence[Outcome]) -> None:
        """Inside the statements' transaction: write stances, keep the series, owe the alerts."""
        at, changed = self.occasion.at, [outcome for outcome in outcomes if _is_changed(outcome)]
        spoken = {outcome.statement: self._of(connection, outcome) for outcome in (outcomes if self.occasion.is_live else changed)}
        fresh = {key: read for _, stances in spoken.values() for key, read in stances.items() if key not in self._written}
        add(connection, t.stances, [stances_row(key, fresh[key], at) for key in sorted(fresh)])
        if not changed:
            return
        touched = enrol(connection, [outcome.statement for outcome in changed], self.declared.series, at, at_hand=self.wordings)
        if not self.occasion.is_live:
            mark_stale(connection, (series.id for several in touched.values() for series in several))
            return
        for outcome in changed:
            self._tell(connection, outcome, touched[outcome.statement], *spoken[outcome.statement])

    def _tell(
        self, connection: Connection, outcome: Outcome, touched: Sequence[Series], wordings: Mapping[str, Wording], stances: Mapping[str, Stances]
    ) -> None:
        """Recompute the series of a statement that was watched, and owe word of what is new."""
        recorded = [recompute(connection, series, self.declared.lexicon, self.occasion.at) for series in touched]
        self.shifts += sum(len(r.added) for r in recorded)
        ours = [shift for r in recorded for shift in r.added if shift.to_statement == outcome.statement]
        cited = tuple(c for r in recorded for c in r.cited if any(shift.from_statement == c.statement for shift in ours))
        known = Known(wordings, stances, tuple(s.id for s in touched), tuple(ours), cited)
        self.owed += outbox.owe(connection, events_of(outcome, known), self.declared.subscriptions, self.occasion.at)

    def finish(self, outcomes: Sequence[Outcome]) -> None:
        """Recompute, once each, the series that archives or re-readings touched; also those a crashed run left behind."""
        by_id = {series.id: series for series in self.declared.series}
        with self.store.reading() as connection:
            waiting = [by_id[key] for key in stale_series(connection) if key in by_id]
        for series in waiting:
            with self.store.writing() as connection:
                self.shifts += len(recompute(connection, series, self.declared.lexicon, self.occasion.at).added)

    def _of(self, connection: Connection, outcome: Outcome) -> tuple[dict[str, Wording], dict[str, Stances]]:
        """Wordings and stances of the statement's latest versions; those of this batch are at hand."""
        needed = {run.wording_id for fold in outcome.folds for run in fold.versions[-1:]}
        needed |= {run.wording_id for fold in outcome.folds for run in fold.versions if run.wording_id in self.wordings}
        wordings = {key: self.wordings[key] for key in needed if key in self.wordings}
        for part in chunks(sorted(needed - set(wordings))):
            rows = connection.execute(sa.select(t.wording).where(t.wording.c.id.in_(part)))
            wordings |= {row.id: wording_of(row) for row in rows}
        stances = {key: self.stances[key] for key in needed if key in self.stances}
        missing = sorted(needed - set(stances))
        found = stored_stances(connection, missing, self.declared.lexicon.sha256)
        self._written |= set(found)
        return wordings, stances | found | {key: positions_of(wordings[key], self.declared.lexicon) for key in missing if key not in found}


def _is_changed(outcome: Outcome) -> bool:
    return any(fold.added or fold.removed for fold in outcome.folds) or outcome.presence_before != outcome.presence.state
