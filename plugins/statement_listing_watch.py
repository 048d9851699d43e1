"""What Airflow's triggerer loads from us: the trigger that watches one source's listings and starts its DAG."""

from __future__ import annotations

import asyncio
import importlib
import random
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

LONGEST_PAUSE = 900.0  # seconds between polls of a site that is away


def pause(poll_seconds: float, failures: int) -> float:
    """Seconds until the next look: doubled with each failure in a row, up to a quarter of an hour."""
    return min(poll_seconds * 2.0 ** min(failures, 20), max(poll_seconds, LONGEST_PAUSE))


class StatementListingTrigger(BaseEventTrigger):
    """Polls a source's listings and fires when they name a page for the first time.

    The watermark is kept in the asset's state store and written after the event, so that a triggerer that dies
    between the two fires again rather than not at all; the DAG passes over what it knows.
    """

    def __init__(self, source: str, poll_seconds: float = 60.0) -> None:
        super().__init__()
        self.source = source
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "statement_listing_watch.StatementListingTrigger", {"source": self.source, "poll_seconds": self.poll_seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        # In a thread: all triggers share one event loop, which Airflow takes for dead when it stands still.
        watching = await asyncio.to_thread(importlib.import_module, "statements.watching")
        store = self.asset_state_store
        watermark: Any = None
        kept: Any = None  # what the state store holds
        failures = 0
        while True:  # whatever happens: a trigger that ends is not started again
            try:
                if watermark is None:
                    watermark = kept = watching.Watermark.of(await store.aget("watermark") if store else None)
                seen = await asyncio.to_thread(watching.look, self.source, watermark)
            except Exception as error:
                failures += 1
                self.log.warning("%s: the listings could not be read: %s", self.source, error)
            else:
                failures = 0
                if seen.news:
                    yield TriggerEvent({"source": self.source, "urls": list(seen.news)})
                watermark = seen.watermark
                if store and watermark != kept:
                    try:
                        await store.aset("watermark", watermark.plain())
                        kept = watermark
                    except Exception as error:  # written after the next look, or its pages are named once more after a restart
                        self.log.warning("%s: the watermark could not be kept: %s", self.source, error)
            # Jitter, so that the sources of one host do not ask in step.
            await asyncio.sleep(pause(self.poll_seconds, failures) * random.uniform(0.9, 1.1))
