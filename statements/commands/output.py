"""What every verb shares: one JSON document on standard output, errors as sentences, the exit statuses."""

from __future__ import annotations

import json
import sys
from typing import Any

from schemas.errors import PageError

DONE, FAILED, WRONG_USE, NOT_UNDERSTOOD, SOME_FAILED = 0, 1, 2, 3, 4


def emit(document: Any) -> None:
    """Print one JSON document, or one JSON line of several, in UTF-8 whatever the locale says."""
    line = json.dumps(document, ensure_ascii=False, allow_nan=False)
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def note(message: str) -> None:
    """Progress and logs: standard error."""
    print(message, file=sys.stderr, flush=True)


def page_error(error: PageError) -> dict[str, Any]:
    """The error object of a page that was not understood."""
    return {"error": type(error).__name__, "message": str(error), "url": error.url, "selector": error.selector}
