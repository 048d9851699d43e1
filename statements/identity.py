"""Which addresses are one statement: facts tie them, likeness of text never does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.records import digest
from statements import tables as t
from statements.store import add, insert


def statement_id(source: str, key: str) -> str:
    """The id of the statement with this key: the same in every store, whatever came first."""
    return digest("statement", source, key)


def introduce(connection: Connection, source: str, identities: Mapping[str, tuple[str, str]], *, at: datetime) -> set[str]:
    """Make addresses known, each as (identity key, URL to fetch); return those that were not known before."""
    wanted = sorted(identities)
    known = set(connection.execute(sa.select(t.address.c.key).where(t.address.c.key.in_(wanted))).scalars()) if wanted else set()
    fresh = [key for key in wanted if key not in known]
    if not fresh:
        return set()
    # An identity that is known already keeps its statement, which a tie may have merged into another.
    keys = {identities[key][0] for key in fresh}
    standing = dict(
        connection.execute(
            sa.select(t.address.c.identity, sa.func.min(t.address.c.statement_id))
            .where(t.address.c.source == source, t.address.c.identity.in_(sorted(keys)))
            .group_by(t.address.c.identity)
        ).all()  # type: ignore[arg-type]
    )
    ids = {key: standing.get(identities[key][0]) or statement_id(source, identities[key][0]) for key in fresh}
    add(connection, t.statement, [{"id": i, "source": source, "state": "live", "recorded_at": at} for i in sorted(set(ids.values()))])
    add(
        connection,
        t.address,
        [
            {
                "key": key,
                "source": source,
                "statement_id": ids[key],
                "identity": identities[key][0],
                "fetch_url": identities[key][1],
                "is_living": True,
                "recorded_at": at,
            }
            for key in fresh
        ],
    )
    return set(fresh)


def bind(connection: Connection, source: str, one: str, other: str, fact: str, *, at: datetime) -> set[str]:
    """Record that a fact ties two known addresses; return the ids of all statements it merged (empty: nothing new)."""
    row = {"from_key": one, "to_key": other, "fact": fact, "recorded_at": at}
    if not connection.execute(insert(connection, t.tie).values(row).on_conflict_do_nothing().returning(t.tie.c.fact)).first():
        return set()
    a = t.address.c
    ids = set(connection.execute(sa.select(a.statement_id).where(a.key.in_([one, other]))).scalars())
    if len(ids) < 2:
        return set()
    members = dict(connection.execute(sa.select(a.key, a.identity).where(a.statement_id.in_(ids))).all())  # type: ignore[arg-type]
    merged = statement_id(source, min(members.values()))
    add(connection, t.statement, [{"id": merged, "source": source, "state": "live", "recorded_at": at}])
    connection.execute(sa.update(t.address).where(a.key.in_(sorted(members))).values(statement_id=merged))
    gone = ids - {merged}
    connection.execute(sa.delete(t.membership).where(t.membership.c.statement_id.in_(gone)))
    connection.execute(sa.delete(t.statement).where(t.statement.c.id.in_(gone)))
    return ids | {merged}
