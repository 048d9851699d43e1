"""Quoted lines: a statement's own words with what changed marked, shortened around the change, safe to set anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from statements.alerts.phrases import sound, told

_CONTEXT = 70  # unchanged characters kept on either side of a change
_LONGEST_PIECE = 280  # of changed text, quoted in one stretch

Span = tuple[str, str]  # ("=" | "-" | "+", text)


@dataclass(frozen=True, slots=True)
class Quote:
    """One quoted line: what stands now, what was, or words that did not change."""

    role: Literal["now", "was", "quote"]
    spans: tuple[Span, ...]
    source: str = ""  # where the words stand, if not in the statement they are quoted under


def changed(edits: Iterable[Span], source_before: str = "") -> tuple[Quote, ...]:
    """What stands now, then what was; one line where the edits only cut or put in a whole, or change nothing."""
    edits = tuple(edits)
    marks = {mark for mark, text in edits if text}
    if marks == {"="}:
        return (Quote("quote", _trimmed(edits)),)
    now = Quote("now", _trimmed(edit for edit in edits if edit[0] != "-"))
    was = Quote("was", _trimmed(edit for edit in edits if edit[0] != "+"), source_before)
    return tuple(quote for quote in (now, was) if quote.spans)


def plain(text: str, role: Literal["now", "was", "quote"] = "quote", source: str = "") -> tuple[Quote, ...]:
    """The words as they are, without marks."""
    return (Quote(role, _trimmed([("=", text)]), source),)


def _trimmed(edits: Iterable[Span]) -> tuple[Span, ...]:
    """The line with its long stretches shortened; changed text is spelt out, so that an invisible change shows."""
    merged: list[Span] = []
    for mark, text in edits:
        if merged and merged[-1][0] == mark:
            merged[-1] = (mark, merged[-1][1] + text)
        elif text:
            merged.append((mark, text))
    spans: list[Span] = []
    for place, (mark, text) in enumerate(merged):
        if mark != "=":
            spans += _marked(mark, _clipped(_inline(told(text)), _LONGEST_PIECE, _CONTEXT))
        elif len(merged) == 1:
            spans.append((mark, _clipped(_inline(text), _LONGEST_PIECE, 0)))
        else:
            head, tail = (0 if place == 0 else _CONTEXT), (0 if place == len(merged) - 1 else _CONTEXT)
            spans.append((mark, _clipped(_inline(text), head + tail, tail)))
    return tuple(span for span in spans if span[1])


def _marked(mark: str, text: str) -> list[Span]:
    """The changed words, with the spaces around them left unmarked."""
    words = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return [("=", before), (mark, words), ("=", after)]


def _inline(text: str) -> str:
    """One sound line that keeps a space at either end, where words would otherwise run together."""
    line = sound(text)
    if not line:
        return " " if text.strip(" ") != text else ""
    return f"{' ' if text[0].isspace() else ''}{line}{' ' if text[-1].isspace() else ''}"


def _clipped(text: str, most: int, tail: int) -> str:
    """The text, or its beginning and its last `tail` characters with "…" between, cut at words where there are any."""
    if len(text) <= most + 10:
        return text
    head = text[: most - tail].rsplit(" ", 1)[0] if " " in text[: most - tail] else text[: most - tail]
    end = text[len(text) - tail :] if tail else ""
    if " " in end:
        end = end.split(" ", 1)[1]
    return f"{head} … {end}" if head and end else f"{head} …" if head else f"… {end}"
