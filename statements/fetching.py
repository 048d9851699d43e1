"""Discover addresses and fetch them: listings and due revisits become batches, batches become captures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import EmptyListing, ListingError, StatementsError
from schemas.records import Capture, digest
from scrapers import listing
from scrapers.fetch import Fetched, PoliteSession, Validator, validator_of
from scrapers.listing import Listed, ListingState
from scrapers.source import Source, normalise, statement_key
from statements import tables as t
from statements.identity import bind, introduce
from statements.scheduling import CLAIMED_FOR, take_due
from statements.store import Store, insert, now, record

BATCH = 50  # addresses; a task costs a second or so to schedule, a page a few milliseconds to read
MOVED_FOR_GOOD = frozenset({301, 308})


def discover(store: Store, source: Source, session: PoliteSession) -> list[str]:
    """Listings and due revisits, cut into batches: return the ids of all batches of the source that are not settled.

    That includes those a crashed run left behind, after an hour also under a declaration that was edited since. A source's first
    pass is its baseline.

    Raises:
        EmptyListing: a listing could not be had or names no statement; what the others and the revisits gave is
            still written, and goes with the next call.
    """
    at = now()
    with store.reading() as connection:
        states = _listing_states(connection, source.id)
        known = set(connection.execute(sa.select(t.address.c.key).where(t.address.c.source == source.id)).scalars())
    failure: StatementsError | None = None
    found = listing.Discovery()
    if source.listings:
        try:
            found = listing.discover(source, session, states=states, is_known=known.__contains__)
        except (EmptyListing, ListingError) as error:
            failure = error
    with store.writing() as connection:
        _note_poll(connection, source.id, found.states or states, at)
        _introduce(connection, source, found.listed, at)
        due = take_due(connection, source, at)
        _write_batches(connection, source, due, at)
        take_over(connection, source, "watch", made_before=at - CLAIMED_FOR)  # until then it may be a worker's that has other files than this one
        waiting = unsettled(connection, source.id)
    if failure and not waiting:
        raise failure
    return waiting


def batch_of_arrivals(store: Store, source: Source, urls: Sequence[str]) -> list[str] | None:
    """The id of a batch of the URLs that were never captured; empty where there is none.

    None where `discover` must look instead: before the baseline, or when more have come than a batch holds.
    """
    at = now()
    wanted = {normalise(source, url): url for url in urls if source.takes(url)}
    with store.writing() as connection:
        if _baseline_at(connection, source.id) is None:
            return None
        seen = set(connection.execute(sa.select(t.capture.c.address).where(t.capture.c.address.in_(sorted(wanted))).distinct()).scalars())
        fresh = {key: url for key, url in wanted.items() if key not in seen}
        if not fresh:
            return []
        if len(fresh) > BATCH:
            return None
        introduce(connection, source.id, {key: (statement_key(source, key), url) for key, url in fresh.items()}, at=at)
        # Until they are settled they are this batch's, not the next one's.
        connection.execute(sa.update(t.address).where(t.address.c.key.in_(sorted(fresh))).values(next_due_at=at + CLAIMED_FOR))
        return _write_batches(connection, source, list(fresh.values()), at)


def unsettled(connection: Connection, source: str) -> list[str]:
    """Ids of the source's batches that are not settled, oldest first."""
    b = t.batch.c
    query = sa.select(b.id).where(b.source == source, b.settled_at.is_(None), b.kind == "watch").order_by(b.created_at, b.id)
    return list(connection.execute(query).scalars())


def take_over(connection: Connection, source: Source, kind: Literal["watch", "backfill"], *, made_before: datetime) -> None:
    """Have what was left unsettled done by the declaration as it is now: a batch that was made under an earlier one would be refused for good."""
    b = t.batch.c
    left = (b.source == source.id, b.settled_at.is_(None), b.kind == kind, b.declarations_sha256 != source.sha256, b.created_at <= made_before)
    connection.execute(sa.update(t.batch).where(*left).values(declarations_sha256=source.sha256))


def fetch(store: Store, source: Source, batch: Any, session: PoliteSession) -> int:
    """Fetch what the batch still lacks, politely and conditionally; return the number of captures made.

    A body is stored before its capture, and each capture on its own, so that a crash costs one request.
    """
    wanted = {normalise(source, url): url for url in batch.urls}
    with store.writing() as connection:  # rules that were edited since the batch was made may give an address another name
        introduce(connection, source.id, {key: (statement_key(source, key), url) for key, url in wanted.items()}, at=now())
    with store.reading() as connection:
        done = set(connection.execute(sa.select(t.capture.c.url).where(t.capture.c.batch_id == batch.id)).scalars())
        rows = connection.execute(sa.select(t.address).where(t.address.c.key.in_(sorted(wanted))))
        known = {row.key: row for row in rows}
    made = 0
    for url in batch.urls:
        if url in done:
            continue
        row = known[normalise(source, url)]
        fetched = session.get(
            url,
            address=row.key,
            etag=row.etag,
            last_modified=row.last_modified,
            body_sha256=row.body_sha256,
            delay=source.delay_seconds,
            host_group=source.host_group,
        )
        made += keep(store, source, batch.id, fetched)
    return made


def keep(store: Store, source: Source, batch_id: str, fetched: Fetched) -> int:
    """Store what one fetch brought: the body, then its captures and the address's validators; return the captures that are new."""
    at = now()
    bodies = {each.capture.body_sha256: each.body for each in fetched.attempts if each.body is not None}
    for body in bodies.values():
        store.snapshots.put(body)
    captures = [*(earlier.capture for earlier in fetched.earlier), *_across_moves(source, fetched.capture)]
    with store.writing() as connection:
        for sha256, body in bodies.items():
            row = {"sha256": sha256, "size": len(body), "recorded_at": at}
            connection.execute(insert(connection, t.snapshot).values(row).on_conflict_do_nothing())
        first, last = captures[0], captures[-1]
        introduce(connection, source.id, {c.address: (statement_key(source, c.address), c.url or c.address) for c in captures}, at=at)
        if first.address != last.address:
            bind(connection, source.id, first.address, last.address, "redirect", at=at)
            connection.execute(sa.update(t.address).where(t.address.c.key == first.address).values(is_living=False, next_due_at=None))
        _keep_validators(connection, last)
        return record(connection, source.id, batch_id, captures, at=at)


def _across_moves(source: Source, capture: Capture) -> list[Capture]:
    """The capture, or two where the page moved for good: the old address's redirect, and the new address's body."""
    target = normalise(source, capture.final_url) if capture.final_url and source.takes(capture.final_url) else None
    moved = bool(capture.redirects) and all(status in MOVED_FOR_GOOD for status, _ in capture.redirects)
    if not moved or capture.status != 200 or target is None or target == capture.address:
        return [capture]
    left = replace(
        capture,
        status=capture.redirects[0][0],
        final_url=capture.url,
        headers=(("Location", capture.final_url),),
        body_sha256=None,
        not_modified=False,
    )
    return [left, replace(capture, address=target, url=capture.final_url)]


def _keep_validators(connection: Connection, capture: Capture) -> None:
    if capture.status != 200 or capture.redirects or capture.error:  # a body that broke off must be asked for again
        return
    validator = validator_of(capture) or Validator()
    connection.execute(sa.update(t.address).where(t.address.c.key == capture.address).values(**asdict(validator)))


def _listing_states(connection: Connection, source: str) -> dict[str, ListingState]:
    stored = connection.execute(sa.select(t.source_state.c.listings).where(t.source_state.c.source == source)).scalar() or {}
    validators = {url: Validator(**state["validator"]) if state["validator"] else None for url, state in stored.items()}
    return {url: ListingState(validator, stored[url]["is_complete"]) for url, validator in validators.items()}


def _note_poll(connection: Connection, source: str, states: Mapping[str, ListingState], at: datetime) -> None:
    kept = {url: asdict(state) for url, state in states.items()}
    row = {"source": source, "last_polled_at": at, "health": {}, "listings": kept}
    polled = insert(connection, t.source_state).values(row)
    connection.execute(polled.on_conflict_do_update(index_elements=["source"], set_={"last_polled_at": at, "listings": kept}))


def _introduce(connection: Connection, source: Source, listed: Sequence[Listed], at: datetime) -> None:
    by_address = {normalise(source, entry.url): entry for entry in listed}
    identities = {key: (statement_key(source, key), entry.url) for key, entry in by_address.items()}
    fresh = introduce(connection, source.id, identities, at=at)
    a = t.address.c
    for key, entry in by_address.items():
        values = {"listed_title": entry.title, "listed_on": entry.published_on, "last_listed_at": at}
        if key in fresh:
            values["next_due_at"] = at
        connection.execute(sa.update(t.address).where(a.key == key).values(**values))
    for group in source.same_as:
        keys = [normalise(source, url) for url in group]
        known = set(connection.execute(sa.select(a.key).where(a.key.in_(keys))).scalars())
        for key in keys[1:]:
            if {keys[0], key} <= known:
                bind(connection, source.id, keys[0], key, "same_as", at=at)


def _baseline_at(connection: Connection, source: str) -> datetime | None:
    return connection.execute(sa.select(t.source_state.c.baseline_at).where(t.source_state.c.source == source)).scalar()


def _write_batches(connection: Connection, source: Source, urls: Sequence[str], at: datetime) -> list[str]:
    is_baseline = _baseline_at(connection, source.id) is None
    made = []
    for start in range(0, len(urls), BATCH):
        part = list(urls[start : start + BATCH])
        row = {
            "id": digest("batch", source.id, at.isoformat(), part)[:32],
            "source": source.id,
            "kind": "watch",
            "urls": part,
            "declarations_sha256": source.sha256,
            "is_baseline": is_baseline,
            "created_at": at,
        }
        connection.execute(sa.insert(t.batch).values(row))
        made.append(str(row["id"]))
    return made
