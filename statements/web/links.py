"""The addresses of our own pages, as mails and other places outside of them write them."""

from __future__ import annotations

from urllib.parse import quote


def statement_url(base: str, statement: str) -> str:
    """The page of a statement: its history, and what it says.

    `base` is where the pages are served, as STATEMENTS_BASE_URL says.

    >>> statement_url("https://statements.example.org/", "4f1c")
    'https://statements.example.org/statements/4f1c'
    """
    return f"{base.rstrip('/')}/statements/{quote(statement, safe='')}"


def change_url(base: str, capture: str) -> str:
    """The page of what a capture was the first to show: the red-line of its change, or its statement where it changed nothing.

    Told by the capture, which is a fact: the ids of versions and changes follow the fold, and a memento found later may cut the runs anew.

    >>> change_url("https://statements.example.org", "aa02")
    'https://statements.example.org/captures/aa02'
    """
    return f"{base.rstrip('/')}/captures/{quote(capture, safe='')}"
