"""Real pages made wrong, in bytes, each in the way that one kind of failure makes them wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

CONTAINERS = (rb'<div id="News_Body_Txt_A" class="content">', rb'<div class="content">')
TITLES = (rb'<h2 class="title">', rb'<div class="title" id="News_Body_Title">')


@dataclass(frozen=True)
class Page:
    """One page of the corpus, whole or mutated."""

    name: str
    language: str
    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def place(body: bytes) -> tuple[int, int]:
    """Where the statement's container holds its content: start and end."""
    opening = next(tag for tag in CONTAINERS if tag in body)
    start = body.index(opening) + len(opening)
    depth = 1
    for tag in re.finditer(rb"<(/?)div\b", body[start:], re.IGNORECASE):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return start, start + tag.start()
    raise ValueError("the container is never closed")


def _inside(page: Page, content: bytes) -> Page:
    start, end = place(page.body)
    return replace(page, body=page.body[:start] + content + page.body[end:])


def body_removed(page: Page, others: Sequence[Page], dice: random.Random) -> Iterator[tuple[str, Page]]:
    start, end = place(page.body)
    opening = page.body.rindex(b"<div", 0, start)
    yield "emptied", _inside(page, b"")
    yield "blank", _inside(page, b"<p>&nbsp;</p>\r\n<p>\xe3\x80\x80</p>")
    yield "container", replace(page, body=page.body[:opening] + page.body[end + len(b"</div>") :])
    yield "whole body", replace(page, body=re.sub(rb"(?s)(<body[^>]*>).*(</body>)", rb"\1\2", page.body))


def halves_swapped(page: Page, others: Sequence[Page], dice: random.Random) -> Iterator[tuple[str, Page]]:
    start, end = place(page.body)
    content = page.body[start:end]
    paragraphs = re.findall(rb"(?is)<p\b.*?</p>|<embed.*?>", content)
    half = len(paragraphs) // 2
    if half:
        yield "paragraphs", _inside(page, b"\r\n".join(paragraphs[half:] + paragraphs[:half]))
    spoken = [p for p in paragraphs if re.sub(rb"(?s)<[^>]*>|&nbsp;|\s|\xe3\x80\x80", b"", p)]
    half = len(spoken) // 2
    if half and len(spoken) != len(paragraphs):
        yield "worded paragraphs", _inside(page, b"\r\n".join(spoken[half:] + spoken[:half]))
    middle = len(content) // 2
    yield "content bytes", _inside(page, content[middle:] + content[:middle])
    middle = len(page.body) // 2
    yield "page bytes", replace(page, body=page.body[middle:] + page.body[:middle])


def charset_lied_about(page: Page, others: Sequence[Page], dice: random.Random) -> Iterator[tuple[str, Page]]:
    text = page.body.decode("utf-8")
    for label in ("gb2312", "iso-8859-1", "windows-1251", "shift_jis"):
        yield f"says {label}", replace(page, body=re.sub(rb"(?i)charset=utf-8", b"charset=" + label.encode(), page.body, count=1))
    yield "header lies", replace(page, headers=(("Content-Type", "text/html; charset=windows-1251"),))
    yield "is gb18030", replace(page, body=text.encode("gb18030"))
    yield "is utf-16", replace(page, body=text.encode("utf-16"))
    yield "twice encoded", replace(page, body=page.body.decode("latin-1").encode("utf-8"))
    yield "read as cp1252", replace(page, body=page.body.decode("cp1252", "replace").encode("utf-8"))
    yield "read as gbk", replace(page, body=page.body.decode("gbk", "replace").encode("utf-8"))
    yield "read as ascii", replace(page, body=page.body.decode("ascii", "replace").encode("utf-8"))


def another_body(page: Page, others: Sequence[Page], dice: random.Random) -> Iterator[tuple[str, Page]]:
    same = [other for other in others if other.language == page.language and other.name != page.name]
    at = next(i for i, other in enumerate(others) if other.name == page.name)
    named = {"random": dice.choice(same), "random again": dice.choice(same), "next": others[(at + 1) % len(others)], "previous": others[at - 1]}
    named["other language"] = dice.choice([other for other in others if other.language != page.language])
    for name, other in named.items():
        start, end = place(other.body)
        yield name, _inside(page, other.body[start:end])
    other = dice.choice(same)
    html = re.search(rb"(?is)<body.*</body>", other.body)
    assert html
    yield "whole body", replace(page, body=re.sub(rb"(?is)<body.*</body>", lambda _: html[0], page.body))


def title_emptied(page: Page, others: Sequence[Page], dice: random.Random) -> Iterator[tuple[str, Page]]:
    opening = next(tag for tag in TITLES if tag in page.body)
    start = page.body.index(opening) + len(opening)
    shown = page.body[:start] + page.body[page.body.index(b"</", start) :]
    both = re.sub(rb"(?is)<title>.*?</title>", b"<title></title>", shown)
    yield "shown", replace(page, body=shown)
    yield "head", replace(page, body=re.sub(rb"(?is)<title>.*?</title>", b"<title></title>", page.body))
    yield "both", replace(page, body=both)


MUTATIONS: dict[str, Callable[[Page, Sequence[Page], random.Random], Iterator[tuple[str, Page]]]] = {
    "body removed": body_removed,
    "halves swapped": halves_swapped,
    "charset lied about": charset_lied_about,
    "another page's body": another_body,
    "title emptied": title_emptied,
}
