"""Series computed anew when the lexicon, or a series' own declaration, is not what the recorded shifts were made with."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from statements import settings
from statements import tables as t
from statements.positions import series as declared_series
from statements.positions.lexicon import load as load_lexicon
from statements.serial import enrol, recompute
from statements.store import Store, chunks, now


def rescore(store: Store | None = None, place: settings.Settings | None = None) -> dict[str, int]:
    """Bring every series to today's lexicon and declarations; returns how many series and shifts were made anew.

    Each series is one transaction under its lock. A series whose statements, lexicon and declaration are as recorded
    is left alone. Nobody is mailed: what differs has the cause `lexicon`.
    """
    place = place or settings.load()
    store = store or Store.open(place)
    lexicon = load_lexicon(config=place.config)
    told = {"series": 0, "shifts": 0, "statements": 0}
    declared = list(declared_series.load_all(config=place.config))
    for source in sorted({series.source for series in declared}):
        ours = [series for series in declared if series.source == source]
        for part in _statements(store, source):
            with store.writing() as connection:
                enrol(connection, part, ours, now())
                told["statements"] += len(part)
    for series in declared:
        with store.writing() as connection:
            recorded = recompute(connection, series, lexicon, now())
        told["series"] += bool(recorded.added)
        told["shifts"] += len(recorded.added)
    return told


def _statements(store: Store, source: str) -> Iterator[list[str]]:
    with store.reading() as connection:
        ids = list(connection.execute(sa.select(t.statement.c.id).where(t.statement.c.source == source).order_by(t.statement.c.id)).scalars())
    for part in chunks(ids, 200):
        yield list(part)
