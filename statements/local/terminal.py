"""What a person sees while things start, run and end: one line a step, with its time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.status import Status
from rich.text import Text

NAME_WIDTH = 26


@dataclass(slots=True)
class Step:
    """A step under way; what it is told last stands behind its name when it is done."""

    name: str
    told: str = ""
    _status: Status | None = None

    def tell(self, words: str) -> None:
        """Say what the step is at now."""
        self.told = words
        if self._status:
            self._status.update(Text.assemble(f"{self.name:<{NAME_WIDTH}}", (words, "dim")))


class Terminal:
    """Steps, notes and tables on standard output; without a terminal plain lines and no spinner."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=False)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """A line that ends in ✓ and the seconds it took, or in ✗ when it raised."""
        began = time.monotonic()
        step = Step(name)
        try:
            with self.console.status(f"{name:<{NAME_WIDTH}}", spinner="dots") as step._status:
                yield step
        except BaseException:
            self.console.print(Text.assemble(("  ✗ ", "bold red"), name))
            raise
        seconds = f"{time.monotonic() - began:5.1f} s"
        self.console.print(
            Text.assemble(("  ✓ ", "bold green"), f"{name:<{NAME_WIDTH}}", (seconds, "cyan"), "   ", (step.told, "dim")), soft_wrap=True
        )

    def title(self, words: str, about: str = "") -> None:
        """A heading, with room above it."""
        self.console.print()
        self.console.print(Text.assemble((words, "bold"), ("  " + about, "dim") if about else ""), soft_wrap=True)

    def note(self, words: str, style: str = "") -> None:
        """A line of its own."""
        self.console.print(Text(words, style=style), soft_wrap=True)
