"""The steps in order: discover, fetch, settle; the only meeting place of scrapers and store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from schemas import expectations
from schemas.errors import StatementsError
from schemas.records import Capture, Wording
from scrapers.fetch import PoliteSession
from scrapers.source import Source, source_named
from statements import fetching, settings
from statements import tables as t
from statements.compare.lexicon import words_of
from statements.extracting import Judged, Reader
from statements.following import Declared, Following
from statements.noting import note
from statements.positions import suggestions
from statements.settling import Occasion, Outcome, settle_statements, tie_canonical
from statements.store import Store, capture_of, chunks, now
from statements.versions import Moment
from statements.vitals import note_mended

TOGETHER = 20  # statements of an archive or a re-reading to a transaction; what is news has one of its own, and its mails with it


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling a batch came to."""

    batch: str
    captures: int = 0
    verdicts: tuple[tuple[str, int], ...] = ()
    statements: int = 0
    versions: int = 0
    changes: int = 0
    owed: int = 0  # outbox rows
    page: str = ""  # the file of data docs that shows the batch

    def told(self) -> dict[str, Any]:
        """As plain JSON, for a task to return."""
        return asdict(self) | {"verdicts": dict(self.verdicts)}

    @property
    def quarantined(self) -> int:
        return dict(self.verdicts).get("quarantined", 0)


class Pipeline:
    """The road of one source, with what it needs opened once: store, session, reader, lexicon, series, subscriptions."""

    def __init__(self, source: Source, store: Store, place: settings.Settings) -> None:
        self.source = source
        self.store = store
        self.place = place
        self._reader = Reader(source, store.snapshots, place.config)

    @classmethod
    def of(cls, source_id: str) -> Pipeline:
        """The pipeline of a declared source on the store that the settings name."""
        place = settings.load()
        return cls(source_named(source_id, place.config), Store.open(place), place)

    @cached_property
    def declared(self) -> Declared:
        """Lexicon, series and subscriptions, as they stood when they were first needed."""
        return Declared.load(self.source.id, self.place.config)

    def prepare(self) -> None:
        """Load what the first batch would have to: Great Expectations and the word lists. Processes forked afterwards find it."""
        expectations.prepare()
        suggestions.prepare(self.declared.lexicon)
        words_of(self.source.language)

    def session(self) -> PoliteSession:
        """A polite session whose delays all processes of this store share."""
        if not self.place.contact:
            raise StatementsError("STATEMENTS_CONTACT is not set: put an e-mail or web address there, which ministries find in the User-Agent.")
        return PoliteSession(self.place.contact, self.store, allow_private=self.place.allow_private_addresses, routes=self.place.routes)

    def discover(self) -> list[str]:
        """Listings and due revisits to batches; returns the ids of all that wait (see `fetching.discover`)."""
        with self.session() as session:
            return fetching.discover(self.store, self.source, session)

    def arrive(self, urls: Sequence[str]) -> Settled | None:
        """The short road for pages that a listing has just named: fetched and settled here and now, in one batch of their own.

        Pages that were captured before are left to their schedule: a listing that is seen twice costs nothing.
        Returns None where there is no short road and `discover` must look: a source that has not finished its first
        pass, or more new pages than a batch holds.
        """
        batches = fetching.batch_of_arrivals(self.store, self.source, urls)
        if batches is None:
            return None
        return next((self.settle(self.fetch(batch)) for batch in batches), Settled(""))

    def fetch(self, batch_id: str) -> str:
        """Fetch a batch; harmless to repeat. Returns its id, for the next step."""
        batch = self._batch(batch_id)
        with self.session() as session:
            fetching.fetch(self.store, self.source, batch, session)
        return batch_id

    def settle(self, batch_id: str) -> Settled:
        """Settle a batch's captures that have no verdict; harmless to repeat, also by two workers at once."""
        batch = self._batch(batch_id)
        with self.store.reading() as connection:
            query = sa.select(t.pending.c.capture_id).where(t.pending.c.batch_id == batch_id)
            pending = list(connection.execute(query).scalars())
        occasion = Occasion(self.source, now(), is_live=batch.kind == "watch", is_baseline=batch.is_baseline)
        settled = self.settle_captures(pending, occasion, batch_id)
        with self.store.writing() as connection:
            connection.execute(sa.update(t.batch).where(t.batch.c.id == batch_id).values(settled_at=now()))
            if batch.is_baseline and not fetching.unsettled(connection, self.source.id):
                state = t.source_state.c
                connection.execute(
                    sa.update(t.source_state).where(state.source == self.source.id, state.baseline_at.is_(None)).values(baseline_at=now())
                )
        return settled

    def settle_captures(self, capture_ids: Sequence[str], occasion: Occasion, batch_id: str = "") -> Settled:
        """Give captures their verdicts, and all that follows from them."""
        judged = self._judge(capture_ids)
        following = Following.of(self.store, self.declared, occasion, [j.extraction for j in judged if j.extraction])
        outcomes: list[Outcome] = []
        tie_canonical(self.store, self.source, judged, occasion.at)
        for groups in chunks(self._by_statement(judged), 1 if occasion.is_live else TOGETHER):
            outcomes += settle_statements(self.store, dict(groups), occasion, following, self.reread)
        following.finish(outcomes)
        settled = _report(batch_id, judged, outcomes, following.owed)
        if not batch_id or not judged or not occasion.is_live:
            return settled
        follows = {"versions": settled.versions, "changes": settled.changes, "alerts owed": settled.owed}
        return replace(settled, page=str(note(self.store, self.place, occasion, batch_id, judged, self._reader.validation, follows)))

    def reread_all(self, progress: Callable[[str], None] = lambda told: None) -> dict[str, int]:
        """Read every stored body again by today's declarations, address by address; returns what came of it.

        Nothing is fetched and nobody is told. Captures that today's declarations read as before cost a look-up.
        """
        told = Counter({"captures": 0, "reread": 0, "versions": 0, "changes": 0})
        with self.store.reading() as connection:
            addresses = list(
                connection.execute(sa.select(t.address.c.key).where(t.address.c.source == self.source.id).order_by(t.address.c.key)).scalars()
            )
        for part in chunks(addresses, 50):
            with self.store.reading() as connection:
                captures = [capture_of(row) for row in connection.execute(sa.select(t.capture).where(t.capture.c.address.in_(part)))]
                current = dict(
                    connection.execute(
                        sa.select(t.reading.c.capture_id, t.reading.c.extraction_id).where(t.reading.c.address.in_(part), t.reading.c.is_current)
                    ).all()
                )  # type: ignore[arg-type]
            stale = [c.key for c in captures if c.key in current and current[c.key] and current[c.key] != self._reader.extraction_id(c)]
            told["captures"] += len(captures)
            if stale:
                settled = self.settle_captures(stale, Occasion(self.source, now(), is_live=False, rebuild=True))
                told.update({"reread": len(stale), "versions": settled.versions, "changes": settled.changes})
                progress(f"{self.source.id}: {told['captures']} captures looked at, {told['reread']} read anew")
        with self.store.writing() as connection:
            note_mended(connection, self.source.id)
        return dict(told)

    def replay(self, capture_ids: Sequence[str]) -> Settled:
        """Try quarantined or refused captures again by today's declarations; what passes takes its place in time.

        A capture of a watching run that is accepted only now is news, and told as such.
        """
        with self.store.reading() as connection:
            live = set(
                connection.execute(sa.select(t.capture.c.id).where(t.capture.c.id.in_(list(capture_ids)), t.capture.c.via == "live")).scalars()
            )
        archived = [key for key in capture_ids if key not in live]
        at = now()
        if archived:
            self.settle_captures(archived, Occasion(self.source, at, is_live=False))
        return self.settle_captures([key for key in capture_ids if key in live], Occasion(self.source, at, is_live=True))

    def reread(self, address: str, moment: Moment, layout: str | None) -> tuple[str, Wording] | None:
        """One capture's body by today's declarations; None where it is not understood."""
        with self.store.reading() as connection:
            c = t.capture.c
            query = sa.select(t.capture).where(c.address == address, c.captured_at == moment[0], c.body_sha256 == moment[1]).limit(1)
            capture = capture_of(connection.execute(query).one())
        return self._reader.reread(capture, layout)

    def _judge(self, capture_ids: Sequence[str]) -> list[Judged]:
        captures = []
        with self.store.reading() as connection:
            for part in chunks(list(capture_ids)):
                captures += [capture_of(row) for row in connection.execute(sa.select(t.capture).where(t.capture.c.id.in_(part)))]
            captures = _as_first_answered(connection, captures)
            known = self._reader.known(connection, captures)
        judged = self._reader.judge(captures, known)
        return sorted(judged, key=lambda j: (j.capture.address, j.capture.captured_at, j.capture.key))

    def _by_statement(self, judged: Sequence[Judged]) -> list[tuple[str, list[Judged]]]:
        groups: dict[str, list[Judged]] = defaultdict(list)
        with self.store.reading() as connection:
            addresses = sorted({j.capture.address for j in judged})
            statement_of: dict[str, str] = {}
            for part in chunks(addresses):
                rows = connection.execute(sa.select(t.address.c.key, t.address.c.statement_id).where(t.address.c.key.in_(part)))
                statement_of |= {row.key: row.statement_id for row in rows}
        for j in judged:
            groups[statement_of[j.capture.address]].append(j)
        return sorted(groups.items())

    def _batch(self, batch_id: str) -> Any:
        with self.store.reading() as connection:
            batch = connection.execute(sa.select(t.batch).where(t.batch.c.id == batch_id)).first()
        if batch is None:
            raise StatementsError(f"{self.source.id}: no batch {batch_id} in this store; run discover again.")
        if batch.declarations_sha256 != self.source.sha256:
            raise StatementsError(
                f"{self.source.id}: batch {batch_id} was made under other declarations than this worker has; "
                "give every worker the same STATEMENTS_CONFIG, then let the task be retried."
            )
        return batch


def _as_first_answered(connection: sa.Connection, captures: Sequence[Capture]) -> list[Capture]:
    """A 304 says nothing of its body's type and encoding: it is read as the answer was that brought the body."""
    unchanged = {(c.address, c.body_sha256) for c in captures if c.not_modified}
    answered: dict[tuple[str, str | None], Any] = {}
    c = t.capture.c
    for part in chunks(sorted({str(body) for _, body in unchanged})):
        query = sa.select(c.address, c.body_sha256, c.headers).where(c.body_sha256.in_(part), c.is_not_modified.is_(False), c.status == 200)
        for row in connection.execute(query.order_by(c.captured_at.desc(), c.id)):
            answered[(row.address, row.body_sha256)] = tuple((name, value) for name, value in row.headers)
    return [replace(c, headers=answered.get((c.address, c.body_sha256), c.headers)) if c.not_modified else c for c in captures]


def discover(source_id: str) -> list[str]:
    """Batches of the source that wait, after a look at its listings and due revisits."""
    return Pipeline.of(source_id).discover()


def arrive(source_id: str, urls: Sequence[str]) -> Settled | None:
    """The short road of `Pipeline.arrive` for a declared source."""
    return Pipeline.of(source_id).arrive(urls)


def fetch(source_id: str, batch_id: str) -> str:
    """Fetch one batch of the source; returns its id."""
    return Pipeline.of(source_id).fetch(batch_id)


def settle(source_id: str, batch_id: str) -> Settled:
    """Settle one batch of the source."""
    return Pipeline.of(source_id).settle(batch_id)


def watch_once(source_id: str) -> list[Settled]:
    """The whole road once: discover, then fetch and settle each batch that waits."""
    pipeline = Pipeline.of(source_id)
    return [pipeline.settle(pipeline.fetch(batch)) for batch in pipeline.discover()]


def _report(batch_id: str, judged: Sequence[Judged], outcomes: Sequence[Outcome], owed: int) -> Settled:
    return Settled(
        batch=batch_id,
        captures=len(judged),
        verdicts=tuple(sorted(Counter(j.verdict for j in judged).items())),
        statements=len(outcomes),
        versions=sum(len(fold.added) for outcome in outcomes for fold in outcome.folds),
        changes=sum(len(outcome.changes) for outcome in outcomes),
        owed=owed,
    )
