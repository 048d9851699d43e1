"""What a page says about its statement beside the words that a layout reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from schemas.traces import Picture, Traces

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page declares its charset


def traces(body: bytes, text: str, encoding: str, containers: Sequence[str], headers: Sequence[tuple[str, str]] = ()) -> Traces:
    """The traces in one page.

    Args:
        text: the decoded body, and `encoding` the codec that gave it.
        containers: CSS of the statement's place; of several, the first that matches.
    """
    page = LexborHTMLParser(text)
    head = page.css_first("head title") or page.css_first("title")
    named = [value for name, value in headers if name.lower() == "content-type"]
    declared = [found[1].decode("ascii", "replace") for part in (*map(str.encode, named), body[:_HEAD]) if (found := _CHARSET.search(part))]
    container = next((node for selector in containers if (node := page.css_first(selector))), None)
    return Traces(
        head_title=" ".join(head.text().split()) if head else None,
        pictures=_pictures(container) if container else (),
        charsets=tuple(dict.fromkeys(label.lower() for label in declared)),
        encoding=encoding,
    )


def _pictures(container: LexborNode) -> tuple[Picture, ...]:
    found, before = [], 0
    for node in container.traverse(include_text=True):
        if node.tag == "-text":
            before += len("".join((node.text_content or "").split()))
        elif node.tag == "img" and (source := node.attributes.get("src")):
            found.append(Picture(basename(urlsplit(source).path), before))
    return tuple(found)
