"""What a page says about its statement beside the words that a layout reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from schemas.traces import Picture, Traces
from scrapers.encoding import Decoded, decode
from scrapers.markup import parse
from scrapers.source import Source
from scrapers.text import fold

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# What UTF-8 becomes when it is read as a western charset, or as GBK between Latin letters.
_SPOILT = re.compile("[ÂÃÄÅ][\u0080-¿‡ˆ‰Š‹ŒŽœžŸ]|â€[\u0080-¿œ™˜“”¦]")
_GLUED = re.compile(r"(?<=[A-Za-z])[\u4e00-\u9fff]+(?=[a-z])")
_HAN = frozenset({"zh", "zh-Hans", "zh-Hant", "ja"})
_SLIPS = 2
_HEAD = 4096  # characters in which a page declares its charset


def traces(body: bytes, source: Source, layout: str, headers: Sequence[tuple[str, str]] = ()) -> Traces:
    """The traces in one page that a layout of the source has read.

    Args:
        layout: the name of that layout, as its reading says it.

    Raises:
        UndecodablePage: the bytes are no text; a page that was read raises nothing.
    """
    decoded = decode(body, headers)
    page = parse(decoded.text)
    head = page.css_first("head title") or page.css_first("title")
    named = [value for name, value in headers if name.lower() == "content-type"]
    declared = [found[1] for part in (*named, decoded.text[:_HEAD]) if (found := _CHARSET.search(part))]
    containers = [selector for rule in source.layouts if rule.name == layout for selector in rule.select]
    container = next((node for selector in containers if (node := page.css_first(selector))), None)
    return Traces(
        head_title=fold(head.text()) if head else None,
        pictures=_pictures(container) if container else (),
        charsets=tuple(dict.fromkeys(label.lower() for label in declared)),
        encoding=decoded.encoding,
        garbled=_garbled(decoded, source.language),
    )


def _garbled(decoded: Decoded, language: str) -> str | None:
    """The first words that a wrong charset has spoilt. One or two question marks of the ministry's own are a slip, not a charset."""
    text = decoded.text
    if text.isascii():
        return None
    at = text.find("\ufffd") if decoded.damaged or text.count("\ufffd") > _SLIPS else -1
    if at < 0:
        found = _SPOILT.search(text) or (_GLUED.search(text) if language not in _HAN else None)
        at = found.start() if found else -1
    return text[max(0, at - 12) : at + 12] if at >= 0 else None


def _pictures(container: LexborNode) -> tuple[Picture, ...]:
    if container.css_first("img") is None:
        return ()
    found, before = [], 0
    for node in container.traverse(include_text=True):
        if node.tag == "-text":
            before += len("".join((node.text_content or "").split()))
        elif node.tag == "img" and (source := node.attributes.get("src")):
            found.append(Picture(basename(urlsplit(source).path), before))
    return tuple(found)
