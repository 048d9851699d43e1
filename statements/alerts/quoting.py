"""Quoted lines: a statement's own words with what changed marked, shortened around the change, safe to set anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from statements.alerts.phrases import sound, told

_LONGEST_WHOLE = 320  # characters of a passage, before and after together, that is quoted whole
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
    """What stands now, then what was; one line where the edits only cut or put in a whole, or change nothing.

    Both lines are shortened alike, around what changed in either.
    """
    edits = tuple(edits)
    if {mark for mark, text in edits if text} == {"="}:
        return (Quote("quote", tuple(_trimmed(edits))),)
    spans = _trimmed(edits)
    now = Quote("now", _tidy(span for span in spans if span[0] != "-"))
    was = Quote("was", _tidy(span for span in spans if span[0] != "+"), source_before)
    return tuple(quote for quote in (now, was) if any(text.strip() for _, text in quote.spans))


def plain(text: str, role: Literal["now", "was", "quote"] = "quote", source: str = "") -> tuple[Quote, ...]:
    """The words as they are, without marks."""
    return (Quote(role, tuple(_trimmed([("=", text)])), source),)


def _trimmed(edits: Iterable[Span]) -> list[Span]:
    """The line with its long stretches shortened; changed text is spelt out, so that an invisible change shows."""
    merged: list[Span] = []
    for mark, text in edits:
        if merged and merged[-1][0] == mark:
            merged[-1] = (mark, merged[-1][1] + text)
        elif text:
            merged.append((mark, text))
    is_long = sum(len(text) for _, text in merged) > _LONGEST_WHOLE
    spans: list[Span] = []
    for place, (mark, text) in enumerate(merged):
        if mark != "=":
            spans.append((mark, _clipped(_inline(told(text)), _LONGEST_PIECE, _CONTEXT)))
        elif len(merged) == 1:
            spans.append((mark, _clipped(_inline(text), _LONGEST_PIECE, 0)))
        elif not is_long:
            spans.append((mark, _inline(text)))
        else:
            head, tail = (0 if place == 0 else _CONTEXT), (0 if place == len(merged) - 1 else _CONTEXT)
            spans.append((mark, _clipped(_inline(text), head + tail, tail)))
    return [span for span in spans if span[1]]


def _tidy(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans with the spaces around changed words left unmarked."""
    tidy: list[Span] = []
    for mark, text in spans:
        words = text.strip()
        if mark == "=" or not words:
            tidy.append((mark, text))
        else:
            start = text.index(words)
            tidy += [("=", text[:start]), (mark, words), ("=", text[start + len(words) :])]
    return tuple(span for span in tidy if span[1])


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
