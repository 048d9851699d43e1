"""Shorten text for a reader: the surroundings of an edit, and the two ends of something long."""

from __future__ import annotations


def surroundings(text: str, context: int, *, first: bool, last: bool) -> str:
    """Unchanged text between edits, cut at spaces: `context` characters by each edit; none before the first or after the last."""
    head = "" if first else _upto_space(text, context)
    tail = "" if last else _from_space(text, context)
    if len(text) <= len(head) + len(tail) + context // 4 or (first and last):
        return text
    return f"{head}{'' if first else ' '}…{'' if last else ' '}{tail}"


def ends(text: str, longest: int) -> str:
    """`text`, or its beginning and end with the number of characters left out between them."""
    if len(text) <= longest:
        return text
    head, tail = _upto_space(text, longest * 2 // 3), _from_space(text, longest // 3)
    return f"{head} […{len(text) - len(head) - len(tail)} characters…] {tail}"


def gist(text: str, longest: int) -> str:
    """Enough of a passage to know it by."""
    return text if len(text) <= longest else f"{_upto_space(text, longest * 2 // 3)} … {_from_space(text, longest // 3)}"


def _upto_space(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    space = text.rfind(" ", length // 2, length + 1)
    return text[: space if space > 0 else length]


def _from_space(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    space = text.find(" ", len(text) - length, len(text) - length // 2)
    return text[space + 1 if space >= 0 else len(text) - length :]
