"""Pages that are not the statement: error pages with status 200, block pages and challenges, login walls."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from selectolax.lexbor import LexborHTMLParser

from schemas.errors import BlockedPage, ErrorPage, PageError
from scrapers.text import fold

_SIGNS = Path(__file__).with_name("refusals.yml")
_SAID = {"error": "an error page", "blocked": "a block page or challenge", "login": "a login wall"}
_SHORT = 700  # code points; an answer of this kind has no more to say, a statement that quotes one has


def refusal(page: LexborHTMLParser, url: str | None = None) -> PageError | None:
    """Why a page on which no layout holds is no statement, with the words that say so; None where it does not say."""
    title = page.css_first("title")
    named = fold(title.text()) if title else ""
    for kind, (by_title, by_text) in _signs().items():
        if by_title.fullmatch(named):
            return _error(kind, named, "title", url)
        body = page.body
        found = by_text.search(fold(body.text(separator=" "))) if body else None
        if found:
            return _error(kind, found.group(), "body", url)
    return None


def refusal_in(text: str, title: str = "", url: str | None = None) -> PageError | None:
    """Why a short text that stands where a statement should is none: the site's own template around an error message."""
    if len(text) > _SHORT:
        return None
    for kind, (by_title, by_text) in _signs().items():
        found = by_text.search(text) or (by_title.fullmatch(title) if kind != "login" else None)
        if found and len(found.group()) * 8 >= len(text):
            return _error(kind, found.group(), "body", url)
    return None


def _error(kind: str, words: str, where: str, url: str | None) -> PageError:
    error = ErrorPage if kind == "error" else BlockedPage
    return error(f"{url or 'The page'} is {_SAID[kind]}, not a statement: its {where} says {words[:120]!r}.", url, where)


@cache
def _signs() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    declared: dict[str, dict[str, list[str]]] = yaml.safe_load(_SIGNS.read_text("utf-8"))
    return {kind: (_any(signs["title"]), _any(signs["text"])) for kind, signs in declared.items()}


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
