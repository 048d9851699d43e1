"""Parse a page, unless it was made to cost hours: the parser's time grows with the square of the depth."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from schemas.errors import UndecodablePage

DEEPEST = 5000  # elements inside one another; people stop at fifty, and the parser takes a tenth of a second for these
# Tags that may stay open without nesting, as HTML lets them, do not count.
_NESTING = re.compile(r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|param|source|t[dhr]|tbody|wbr)\b)[a-z]", re.I)


def parse(text: str, url: str | None = None) -> LexborHTMLParser:
    """The page's tree.

    Raises:
        UndecodablePage: its elements nest more than `DEEPEST` deep.
    """
    if nests_too_deep(text):
        raise UndecodablePage(f"{url or 'The page'} nests more than {DEEPEST} elements in one another, which no page for readers does.", url)
    return LexborHTMLParser(text)


def nests_too_deep(text: str) -> bool:
    """Whether elements nest deeper than a page for readers ever does; costs next to nothing where there are few tags.

    >>> nests_too_deep("<p>" * 10_000), nests_too_deep("<div>" * 10_000)
    (False, True)
    """
    opened = text.count("<")
    if opened <= DEEPEST or opened - text.count("</") <= DEEPEST:
        return False
    depth = 0
    for tag in _NESTING.finditer(text):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False
