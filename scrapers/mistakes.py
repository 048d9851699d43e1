"""Mistakes in a source's declaration that no JSON Schema can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from schemas import declarations


def refuse_mistakes(path: Path, raw: Mapping[str, Any]) -> None:
    """Refuse a source's declaration (valid against its schema) for what only its reader can tell.

    Raises:
        DeclarationError: layouts out of order or of one name, a zone, a pattern or a selector that is none; with file, line and key.
    """
    layouts = raw["layouts"]
    for number, (older, newer) in enumerate(pairwise(layouts)):
        if "until" not in older or ("until" in newer and str(newer["until"]) <= str(older["until"])):
            what = "layouts stand oldest first, each but the last with an `until` that is later than the one before"
            raise declarations.mistake(path, ["layouts", number, "until" if "until" in older else "name"], what)
    if len({rule["name"] for rule in layouts}) < len(layouts):
        raise declarations.mistake(path, ["layouts"], "two layouts have the same name")
    try:
        ZoneInfo(raw.get("timezone", "UTC"))
    except (KeyError, ValueError, OSError) as error:
        raise declarations.mistake(path, ["timezone"], f"{raw['timezone']!r} is no IANA zone such as Asia/Shanghai") from error
    for number, listing in enumerate(raw.get("listings", [])):
        if listing.get("kind", "html") == "html" and not listing.get("select"):
            raise declarations.mistake(path, ["listings", number], "an HTML listing needs `select`, the CSS of its links")
    page = LexborHTMLParser("")
    for where, selector in _selectors(raw):
        try:
            page.css(selector)
        except SelectolaxError as error:
            raise declarations.mistake(path, where, f"{selector!r} is no CSS selector") from error
    for where, pattern in _patterns(raw):
        try:
            re.compile(pattern)
        except re.error as error:
            raise declarations.mistake(path, where, f"{pattern!r} is no regular expression: {error}") from error


def _selectors(raw: Mapping[str, Any]) -> Iterator[tuple[list[object], str]]:
    for number, entry in enumerate(raw.get("listings", [])):
        if "select" in entry:
            yield ["listings", number, "select"], entry["select"]
    for number, rule in enumerate(raw["layouts"]):
        for key in ("select", "title", "published", "remove", "boilerplate"):
            yield from ((["layouts", number, key], selector) for selector in strings(rule.get(key)))


def _patterns(raw: Mapping[str, Any]) -> Iterator[tuple[list[object], str]]:
    if "identity" in raw:
        yield ["identity"], raw["identity"]
    for number, pattern in enumerate(raw.get("paths", [])):
        yield ["paths", number], pattern
    for part, keys in (("listings", ("match", "published")), ("layouts", ("trim_title",))):
        for number, entry in enumerate(raw.get(part, [])):
            yield from (([part, number, key], entry[key]) for key in keys if key in entry)
            if "count" in entry.get("paging", {}):
                yield [part, number, "paging", "count"], entry["paging"]["count"]


def strings(value: str | list[str] | None) -> tuple[str, ...]:
    """One string or several, as YAML may write them."""
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)
