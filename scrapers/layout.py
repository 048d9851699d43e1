"""A layout takes a page apart: the container by a fast parser, its own subtree alone by BeautifulSoup."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from selectolax.lexbor import LexborHTMLParser, LexborNode

from schemas.errors import DeclarationError, LayoutChanged
from schemas.records import PassageKind, digest
from scrapers import dates
from scrapers.boilerplate import without_residue
from scrapers.source import LayoutRule, Source
from scrapers.text import LONGEST_HEADING, Block, Found, blocks_of, fold, is_open_line

READING_VERSION = 1  # raised by hand when code, not a declaration, makes an old page read differently

_UNREADABLE = "script, style, noscript, template, iframe, object, embed, svg, form, select, button, input, video, audio"
_BOLD_ALONE = "b:only-child, strong:only-child"
_PARTS = "\ue002"  # a private character, for the border between two paragraphs that follow each other
_HEADS = "\ue001"  # a private character, set before a block that is bold as a whole: how old pages set a heading
# Of what lexbor serialised, where a ">" in a value or a text stands as &gt;
_INLINE = re.compile(r"</?(?:span|font|b|strong|i|em|u|a|img|small|big|tt|ins|sub|sup|label|wbr|o:p|st1:[a-z]+)(?:\s[^>]*)?>|<!--.*?-->", re.DOTALL)
_PARAGRAPH = re.compile(r"<p\s[^>]*>")  # most of what has attributes, and four times as fast as the pattern for all
_ATTRIBUTES = re.compile(r"<([a-z][^\s>]*)\s[^>]*>")
_BETWEEN = re.compile(r"(</(?:p|div|h[1-6]|li|ul|ol|td|tr)>)\s+")  # no words, and a node each
_MAYBE_HIDDEN = '[style*="none" i], [style*="hidden" i], [hidden]'
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"}
    | {"footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary"}
    | {"table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_KINDS: dict[str, PassageKind] = {"li": "list_item", "dd": "list_item", **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading")}
_QUESTION = re.compile(r"^(?:[QA]\s*[:.：]|[问答]\s*[:：])")
_LEVELS_UP, _NEIGHBOURS = 3, 8  # how far above a statement its stamp may stand
_LONGEST_DATE = 200  # characters of a date element, with the source and the clock it may name
_LONGEST_TITLE = 1000  # characters; the longest of a thousand real ones has 200
_LONGEST_STATEMENT = 2_000_000  # characters of markup; the longest communiqués have a tenth of that
_DEEPEST = 200  # nested elements; libxml2 stops at 256, people at a dozen


class Layout:
    """How a source arranged a statement: its selectors. A subclass overrides the step for which selectors do not suffice."""

    def __init__(self, rule: LayoutRule, source: Source) -> None:
        self.rule = rule
        self.source = source

    def container(self, page: LexborHTMLParser) -> LexborNode | None:
        """The element that holds the statement and nothing but the statement, boilerplate apart.

        Raises:
            LayoutChanged: several elements claim to be it.
        """
        for selector in self.rule.select:
            found = page.css(selector)
            found = [node for node in found if not _is_inside(node, found[0])] if len(found) > 1 else found
            if len(found) > 1:
                raise LayoutChanged(f"{self._here} finds {len(found)} elements at {selector!r}, where one was", selector=selector)
            if found:
                return found[0]
        return None

    @property
    def _here(self) -> str:
        return f"layout {self.rule.name!r} of {self.source.id}"

    def title(self, page: LexborHTMLParser) -> str:
        """The statement's title; empty where its element is missing or empty."""
        text = first_text(page, self.rule.title)
        return fold(re.sub(self.rule.trim_title, "", text)) if self.rule.trim_title else text

    def published(self, page: LexborHTMLParser) -> str:
        """The text of the page's date element; a text too long for one is none."""
        text = first_text(page, self.rule.published)
        return text if len(text) <= _LONGEST_DATE else ""

    def stamp_above(self, container: LexborNode) -> str:
        """A date and nothing else, shortly above the statement: old and moved pages print it where no element is made for it."""
        node: LexborNode | None = container
        for _ in range(_LEVELS_UP):
            above = node.prev if node is not None else None
            for _ in range(_NEIGHBOURS):
                if above is None:
                    break
                words = fold(above.text()) if above.tag not in {"script", "style", "-comment"} else ""
                if dates.is_stamp(words, self.source.language):
                    return words
                above = above.prev
            node = node.parent if node is not None else None
        return ""

    def blocks(self, body: Tag) -> Iterable[Block]:
        """The blocks of the statement's own subtree, in order: inline markup is folded into its words."""
        return _Walk(body).blocks

    def find(self, page: LexborHTMLParser) -> Found:
        """Take the page apart. The page is consumed: what is cut away is gone from it.

        Raises:
            LayoutChanged: no container, no title, no words in the container, or far too much for either.
        """
        here = self._here
        title, published = self.title(page), self.published(page)
        container = self.container(page)
        if container is None:
            raise LayoutChanged(f"{here} finds no statement at {' or '.join(self.rule.select)!r}", selector=self.rule.select[0])
        if not title:
            raise LayoutChanged(f"{here} finds no title at {' or '.join(self.rule.title)!r}", selector=self.rule.title[0])
        if len(title) > _LONGEST_TITLE:
            raise LayoutChanged(f"{here} finds {len(title):,} characters at {self.rule.title[0]!r}, where a title was", selector=self.rule.title[0])
        published = published or self.stamp_above(container)
        cut = [text for selector in self.rule.boilerplate for node in page.css(selector) if (text := fold(node.text(separator=" ")))]
        cut += _cut_out(container, self.rule.remove)
        markup = _bare(container)
        if len(markup) > _LONGEST_STATEMENT:
            raise LayoutChanged(
                f"{here} finds {len(markup):,} characters in {self.rule.select[0]!r}, too much for a statement", selector=self.rule.select[0]
            )
        soup = BeautifulSoup(markup, "html.parser")  # what lexbor wrote is well-formed; lxml starts up slower
        blocks, residue = without_residue(list(self.blocks(soup)))
        if not blocks:
            raise LayoutChanged(f"{here} finds no words in {self.rule.select[0]!r}", selector=self.rule.select[0])
        return Found(title, tuple(blocks), published, boilerplate=tuple(dict.fromkeys([*cut, *residue])))


@cache
def layout_for(rule: LayoutRule, source: Source) -> Layout:
    """The layout of a rule: the class its `code` names under scrapers.layouts, else the plain one."""
    if rule.code is None:
        return Layout(rule, source)
    module, _, name = rule.code.partition(".")
    try:
        made = getattr(importlib.import_module(f"scrapers.layouts.{module}"), name)(rule, source)
    except (ImportError, AttributeError) as error:
        raise DeclarationError(f"{source.path}: layouts: code: no class {name!r} in scrapers/layouts/{module}.py ({error}).") from error
    assert isinstance(made, Layout)
    return made


@cache
def extractor_of(rule: LayoutRule, language: str) -> str:
    """The extractor: a hash of the resolved declaration of one layout and READING_VERSION.

    `until` and `verified` say when and how surely, not how, so that closing a layout re-reads nothing.
    """
    how = {key: value for key, value in asdict(rule).items() if key not in {"until", "verified"}}
    return digest("layout", how, language, READING_VERSION)


def first_text(page: LexborHTMLParser, selectors: Sequence[str]) -> str:
    """The words of the first element, in the selectors' order, that has any; of a `meta`, its content."""
    for selector in selectors:
        for node in page.css(selector):
            text = fold((node.attributes.get("content") or "") if node.tag == "meta" else node.text())
            if text:
                return text
    return ""


def _is_inside(node: LexborNode, outer: LexborNode) -> bool:
    """Whether `node` lies within `outer`: editors wrap their own container in another of the same class."""
    around = node.parent
    while around is not None and around.mem_id != outer.mem_id:
        around = around.parent
    return around is not None


def _cut_out(container: LexborNode, remove: Sequence[str]) -> list[str]:
    """Take what is declared, hidden or unreadable out of the container; return the words that went."""
    container.strip_tags([_UNREADABLE])
    gone = [node for selector in remove for node in container.css(selector)]
    for node in container.css(_MAYBE_HIDDEN):
        style = node.attributes.get("style") or ""
        if "hidden" in node.attributes or _HIDDEN.search(style):
            gone.append(node)
    gone = [node for node in gone if node.mem_id != container.mem_id]
    words = [fold(node.text(separator=" ")) for node in gone]
    for node in gone:
        node.decompose()
    return [text for text in words if text]


def _bare(container: LexborNode) -> str:
    """The container's markup without inline tags and attributes, its plain paragraphs in one run: what BeautifulSoup needs to see.

    It pays by the tag, and a statement is thirty paragraphs one after the other.
    """
    for node in container.css(_BOLD_ALONE):
        words, block = node.text().strip(), node.parent
        if not 0 < len(words) <= LONGEST_HEADING or not is_open_line(words) or _QUESTION.match(words):
            continue
        while block is not None and _INLINE.match(f"<{block.tag}>"):
            block = block.parent
        if block is not None and words == block.text().strip():
            node.insert_before(_HEADS)
    markup = _PARAGRAPH.sub("<p>", _INLINE.sub("", (container.html or "").replace("\n", " ")))
    return _BETWEEN.sub(r"\1", _ATTRIBUTES.sub(r"<\1>", markup)).replace("</p><p>", _PARTS)


class _Walk:
    """One pass over a subtree: words gather in lines, lines in blocks, and a block ends where the page ends one."""

    def __init__(self, body: Tag) -> None:
        self.blocks: list[Block] = []
        self._lines: list[list[str]] = [[]]
        self._visit(body, None, 0)
        self._flush(None)

    def _visit(self, tag: Tag, kind: PassageKind | None, depth: int) -> None:
        if depth > _DEEPEST:
            raise LayoutChanged(f"The page nests more than {_DEEPEST} elements where the statement should be.")
        for child in tag.contents:
            if type(child) is NavigableString:
                first, *others = child.split(_PARTS)
                self._lines[-1].append(first)
                for part in others:
                    self._flush(kind)
                    self._lines[-1].append(part)
            elif not isinstance(child, Tag):
                continue  # a comment, a declaration
            elif child.name == "br":
                self._lines.append([])
            elif child.name in _BLOCKS:
                self._flush(kind)
                inner = _KINDS.get(child.name, kind)
                self._visit(child, inner, depth + 1)
                self._flush(inner)
            else:
                self._visit(child, kind, depth + 1)

    def _flush(self, kind: PassageKind | None) -> None:
        if len(self._lines) == 1:
            found = [Block((line,), kind)] if (line := fold("".join(self._lines[0]))) else []
        else:
            found = [Block(block.lines, kind) for block in blocks_of(["".join(line) for line in self._lines])]
        for block in found:
            first = block.lines[0]
            is_head = first.startswith(_HEADS)
            self.blocks.append(Block((first.lstrip(_HEADS), *block.lines[1:]), kind or "heading") if is_head else block)
        self._lines = [[]]
