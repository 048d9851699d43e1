"""Pages of one specimen source in several states, as an archive gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from schemas.records import Capture
from scrapers.mementos import Memento
from scrapers.source import Source
from statements.demo import declarations, pages, rounds, specimens

START = datetime(2025, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Pages of one specimen source in several states, and the declarations to read them by."""

    source: Source = field(repr=False)
    config: Path
    bodies: dict[str, tuple[bytes, ...]] = field(repr=False)  # by URL: what it answered in each round


def world_in(folder: Path) -> World:
    """Declare the source in `folder`, and let it go through all rounds of the demo."""
    config, others = folder / "config", folder / "others"
    config.mkdir()
    others.mkdir()
    specimen_sources = [s for s in specimens.load(date(2026, 3, 2)) if s.id == "specimen_mfa_en"]
    declared = declarations.write(config, specimen_sources, date(2026, 3, 2))
    state = rounds.first(specimens.load(date(2026, 3, 2)))
    states = [state]
    for changes in rounds.load():
        states.append(rounds.after(states[-1], changes))
    bodies: dict[str, list[bytes]] = {}
    everything = declarations.write(others, specimens.load(date(2026, 3, 2)), date(2026, 3, 2))
    for one in states:
        for url, page in pages.pages_of(one, everything).items():
            if declared["specimen_mfa_en"].takes(url) and any(s.address == url for s in one.statements.values()):
                bodies.setdefault(url, []).append(page.body or b"")
    return World(declared["specimen_mfa_en"], config, {url: tuple(seen) for url, seen in bodies.items()})


def memento(world: World, url: str, state: int, minute: int) -> Memento:
    """The capture of one address in one state, so many minutes after the start; a state without a body is a 404."""
    seen = world.bodies[url]
    body = seen[state % len(seen)]
    at = START + timedelta(minutes=minute)
    status = 200 if body else 404
    capture = Capture(
        address=url, captured_at=at, via="memento", url=url, final_url=url, status=status, body_sha256=sha256(body).hexdigest() if body else None
    )
    return Memento(capture, body or None, f"{url}@{at.isoformat()}#{state % len(seen)}")
