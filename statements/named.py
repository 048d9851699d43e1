"""Wordings by the names that people give them: a saved page or text, a stored version, or a statement as it stood on a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from schemas.errors import StatementsError
from schemas.records import Wording
from statements.documents import load_page, moment

_VERSION = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True, slots=True)
class Named:
    """A wording and what to call it in a heading. `extractor` is None for what the store read, at whatever time."""

    wording: Wording
    label: str
    extractor: str | None = None


def is_stored(name: str) -> bool:
    """Whether `name` can only mean something in the store: a version's id, or ID@2014-05-01."""
    return not Path(name).is_file() and ("@" in name or _VERSION.fullmatch(name) is not None)


def wording_named(name: str, source: str | None = None) -> Named:
    """The wording of a page, a text, a version's id (or the start of one), or `ADDRESS-or-ID@T`.

    T is an ISO 8601 day, meaning how the statement stood at its end in UTC, or an instant.

    Raises:
        PageError: the page was not understood.
        StatementsError: there is no such file, version or statement, or none of it yet at T.
    """
    if not is_stored(name):
        reading = load_page(name, source=source)
        return Named(reading.wording, name, reading.extractor)
    return _stored(name)


def _stored(name: str) -> Named:
    import sqlalchemy as sa  # two files are compared without a database

    from statements import settings
    from statements import tables as t
    from statements.extracting import wording_of
    from statements.history import find_statement, version_at
    from statements.store import Store

    opened = Store.open(settings.load())
    reference, at, day = name.rpartition("@")
    with opened.reading() as connection:
        if not at:
            found = connection.execute(
                sa.select(t.wording, t.version.c.id.label("version"), t.version.c.first_captured_at)
                .join(t.version, t.version.c.wording_id == t.wording.c.id)
                .where(t.version.c.id.startswith(name))
                .limit(2)
            ).all()
            if len(found) != 1:
                raise StatementsError(
                    f"{name} begins the ids of several versions; give more of it."
                    if found
                    else f"{name} is neither a file nor a version of this store; `statements history` lists versions."
                )
            return Named(wording_of(found[0]), f"version {found[0].version[:12]}, first seen {found[0].first_captured_at:%Y-%m-%d %H:%M} UTC")
        try:
            until = moment(day) + (timedelta(days=1, seconds=-1) if len(day) <= 10 else timedelta())
        except ValueError:
            raise StatementsError(f"{name}: {day!r} is no ISO 8601 day or instant, as in ID@2014-05-01.") from None
        statement = find_statement(connection, reference)
        addresses = connection.execute(sa.select(t.address.c.key).where(t.address.c.statement_id == statement)).scalars()
        standing = [one for address in addresses if (one := version_at(connection, address, until))]
    if not standing:
        raise StatementsError(f"{name}: no version of this statement was seen until then.")
    run, wording = max(standing, key=lambda one: one[0].first)
    return Named(wording, f"{reference} on {day}, first seen {run.first[0]:%Y-%m-%d %H:%M} UTC")
