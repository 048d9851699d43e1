"""Who settles the batches of a backfill: this process, or as many as the store allows."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Protocol

from schemas.errors import StatementsError
from scrapers.source import source_named
from statements import settings
from statements.pipeline import Pipeline, Settled
from statements.store import Store

ON_SQLITE = 2  # processes: while one writes the other reads pages and positions, and a third would only wait


class Settler(Protocol):
    """Settles recorded batches, here or in other processes."""

    def settle(self, batch: str) -> Iterator[tuple[str, Settled | str]]:
        """Hand in one batch; yields those that have ended meanwhile, an error as its sentence."""

    def rest(self) -> Iterator[tuple[str, Settled | str]]:
        """Yields all batches that have not been told yet."""


class Here:
    """Settles in this process, one batch after the other: in a task of Airflow, which runs several months side by side, and on one core."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def settle(self, batch: str) -> Iterator[tuple[str, Settled | str]]:
        yield batch, _settled(self._pipeline, batch)

    def rest(self) -> Iterator[tuple[str, Settled | str]]:
        return iter(())


class Elsewhere:
    """Settles in processes of their own, each with its own connections; at most two batches wait for each.

    The processes are begun with the first batch: where an archive has nothing new, none is.
    """

    def __init__(self, pipeline: Pipeline, workers: int, pools: ExitStack) -> None:
        self._pipeline = pipeline
        self._workers = workers
        self._pools = pools
        self._running: dict[Future[Settled | str], str] = {}

    @cached_property
    def _pool(self) -> ProcessPoolExecutor:
        self._pipeline.prepare()  # the workers are forked from a process that has it all
        self._pipeline.store.engine.dispose()  # and inherit no connection: SQLite would take its locks for theirs
        begin = (self._pipeline.source.id, self._pipeline.place)
        context = multiprocessing.get_context("fork")
        pool = self._pools.enter_context(ProcessPoolExecutor(self._workers, mp_context=context, initializer=_begin, initargs=begin))
        pool.submit(_ready).result()  # all are forked now
        return pool

    def settle(self, batch: str) -> Iterator[tuple[str, Settled | str]]:
        with _told():
            self._running[self._pool.submit(_settle_in_worker, batch)] = batch
        while len(self._running) >= 2 * self._workers:
            yield from self._ended()

    def rest(self) -> Iterator[tuple[str, Settled | str]]:
        while self._running:
            yield from self._ended()

    def _ended(self) -> Iterator[tuple[str, Settled | str]]:
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            with _told():
                settled = future.result()
            yield self._running.pop(future), settled


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise StatementsError(
            "A process that settled batches was ended from outside, perhaps for want of memory; nothing is lost: "
            "run the same command again, with --workers 1 where memory is short."
        ) from error


@contextmanager
def settler_for(pipeline: Pipeline, workers: int | None = None) -> Iterator[Settler]:
    """A settler of as many processes as there are cores; on SQLite, which one may write at a time, of two at most."""
    cores = os.cpu_count() or 1
    count = workers if workers is not None else min(cores, ON_SQLITE) if pipeline.place.is_sqlite else cores
    if count <= 1 or not hasattr(os, "fork"):
        yield Here(pipeline)
        return
    with ExitStack() as pools:
        yield Elsewhere(pipeline, count, pools)


def _ready() -> None:
    """Nothing: that it ran says that the workers are there."""


_worker: Pipeline | None = None


def _begin(source: str, place: settings.Settings) -> None:
    global _worker
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = Pipeline(source_named(source, place.config), Store.open(place), place)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for its next batch for good."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # what it was settling is rolled back, and settled by the next run


def _settle_in_worker(batch: str) -> Settled | str:
    assert _worker is not None
    return _settled(_worker, batch)


def _settled(pipeline: Pipeline, batch: str) -> Settled | str:
    try:
        return pipeline.settle(batch)
    except StatementsError as error:
        return str(error)
