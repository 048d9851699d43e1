"""Airflow's pools: how many tasks may ask one group of hosts, or the archives, at once."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers.source import Source

SLOTS = 2  # the delay between two requests is shared by the tasks of a pool, whatever their number
ARCHIVES = "archives"


def pools(sources: Iterable[Source]) -> dict[str, int]:
    """Slots by name, of every pool that the DAGs of these sources wait for; a task in a pool that is missing never runs."""
    return dict.fromkeys(sorted({ARCHIVES, *(source.host_group for source in sources)}), SLOTS)
