"""What every task needs before it can begin: done once by the process that tasks are forked from, and found ready by each."""

from __future__ import annotations

import importlib

from schemas import expectations
from schemas.errors import StatementsError
from statements import settings
from statements.alerts import events
from statements.positions import lexicon

MODULES = ("statements.pipeline", "statements.alerts.sending", "statements.operations", "statements.archives")


def warm() -> None:
    """Read in the modules, build Great Expectations' context, compile the lexicon of the settings.

    Harmless where it fails: a task then does it for itself, and says what is wrong. What is declared otherwise
    afterwards is read anew, by its hash.
    """
    for module in MODULES:
        importlib.import_module(module)
    expectations.prepare()
    events.prepare()
    try:
        lexicon.load(config=settings.load().config)
    except StatementsError:
        return
