"""What is on the page but not in the statement: navigation before it, share links and lists after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import yaml

from scrapers.text import Block, fold

_WORDS = Path(__file__).with_name("boilerplate.yml")
_CRUMBS = re.compile(r"\s*(?:>+|»|›|→|＞|::)\s*")
_BARS = re.compile(r"\s+[/|\\]\s+")  # these set steps apart only after "Home"
_LONGEST_CRUMB = 70
_MENU_GAP = re.compile(r"[\s\u00a0]{2,}|\s*[|｜¦]\s*|\t")
_TRIM = re.compile(r"^[\s\[\](){}【】（）<>|｜:：.,;·•*-]+|[\s\[\](){}【】（）<>|｜:：.,;·•*-]+$")
_SENTENCE = re.compile(r"[.!?。！？]\s|[.!?。！？]$")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # scripts without spaces between words
_TOKEN = re.compile(r"\w+")
_UNKNOWN_SHARE = 0.25  # of a line of navigation may be names that no list has
_MOST_RESIDUE = 40  # blocks at either end of a container
_LONGEST_HEAD = 80  # lines; menus with all their branches
_LONGEST_NAME = 40  # of a menu's entry
_LONGEST_LINE = 300  # of menus and of links in a row
_LONG_LINE = 200  # characters that no list under a statement spends on one line


def leading(lines: Sequence[str]) -> int:
    """How many of the lines (empty ones too) stand before the statement: breadcrumbs, language lines, menus, the site's name.

    A breadcrumb ends what stands above it: with nothing but short names before it, those were a menu.
    """
    count = 0
    for number, line in enumerate(lines[:_LONGEST_HEAD]):
        text = fold(line)
        if not text:
            continue
        if is_navigation(line) and (count >= _last_filled(lines, number) or is_breadcrumb(line)):
            count = number + 1
        elif len(text) > _LONGEST_NAME or _SENTENCE.search(text):
            break
    return count


def _last_filled(lines: Sequence[str], before: int) -> int:
    """One past the last line with words before `before`."""
    return next((number + 1 for number in range(before - 1, -1, -1) if fold(lines[number])), 0)


def trailing(lines: Sequence[str]) -> int:
    """The number of the first line after the statement; `len(lines)` where nothing follows it.

    Share links and list titles end a statement only where no further prose follows: a heading called "Appendix" inside one stays.
    """
    end = len(lines)
    while end and (not fold(lines[end - 1]) or _is_under(lines[end - 1])):
        end -= 1
    for number in range(len(lines) - 1, -1, -1):
        line = fold(lines[number])
        if len(line) > _LONG_LINE or (len(line) > 60 and _SENTENCE.search(line) and number < end):
            break
        if is_share(line) or is_list_title(line):
            end = min(end, number)
    while end and not fold(lines[end - 1]):
        end -= 1
    return end


def without_residue(blocks: Sequence[Block]) -> tuple[list[Block], list[str]]:
    """The blocks of a page's container without the share links that old templates print inside it, and those lines."""
    first, last = 0, len(blocks)
    cut: list[str] = []
    while first < min(last, _MOST_RESIDUE) and all(_is_residue(line) for line in blocks[first].lines):
        cut += blocks[first].lines
        first += 1
    while last > max(first, len(blocks) - _MOST_RESIDUE) and all(
        len(line) <= _LONGEST_CRUMB * 2 and is_share(line) for line in blocks[last - 1].lines
    ):
        cut += blocks[last - 1].lines
        last -= 1
    return list(blocks[first:last]), cut


def is_navigation(line: str) -> bool:
    """Whether a line is a breadcrumb, a language line, a menu, a site's name, or nothing but words of navigation."""
    return is_breadcrumb(line) or _is_menu(line) or _covered(line, "navigation") or _named_site(line)


def is_breadcrumb(line: str) -> bool:
    """`Home > Chinese Diplomacy`, in any language: short steps between arrows."""
    text = fold(line)
    steps = _CRUMBS.split(text)
    if len(steps) < 2 and _trimmed(_BARS.split(text)[0]) in _words("home"):
        steps = _BARS.split(text)
    if len(steps) < 2 or _SENTENCE.search(steps[-1]) or max(map(len, steps)) > _LONGEST_CRUMB:
        return False
    return len(text) <= 200 and (not steps[0] or _trimmed(steps[0]) in _words("home") or max(map(len, steps)) <= 40)


def is_share(line: str) -> bool:
    """Whether a line holds share and print links only."""
    return _covered(line, "share")


def is_list_title(line: str) -> bool:
    """Whether a line heads a list of other pages."""
    return _trimmed(fold(line)) in _words("after")


def _is_short_share(line: str) -> bool:
    return len(line) <= _LONGEST_CRUMB * 2 and is_share(line)


def _is_residue(line: str) -> bool:
    if len(line) > _LONGEST_CRUMB * 2:
        return False
    return is_share(line) or (is_breadcrumb(line) and _trimmed(_CRUMBS.split(fold(line))[0]) in _words("home"))


def _is_menu(line: str) -> bool:
    """`Home   Embassy Info   About China   …`: four short names or more, set apart by gaps or bars."""
    names = [name for name in _MENU_GAP.split(line.strip()) if name]
    if len(names) < 4 or max(map(len, names)) > 40 or _SENTENCE.search(line.strip()):
        return False
    return _trimmed(names[0]) in _words("home") or sum(name[0].isupper() or not name.isascii() for name in names) == len(names)


def _is_under(line: str) -> bool:
    """Whether a last line is a share link, a word of navigation, or the publisher's name and address."""
    return is_share(line) or _covered(line, "navigation") or bool(_patterns("footers").fullmatch(_trimmed(fold(line)[:_LONGEST_LINE])))


def _named_site(line: str) -> bool:
    return bool(_patterns("sites").fullmatch(_trimmed(fold(line)[:_LONGEST_LINE])))


def _covered(line: str, group: str) -> bool:
    """Whether (nearly) nothing is left of a line once the group's words are taken out: one unknown name among several may be."""
    if len(line) > _LONGEST_LINE or not line or line.isspace():
        return False
    text = fold(line).lower()
    unknown = sum(len(token) for token in _TOKEN.findall(text) if token not in _tokens(group))
    if unknown > _UNKNOWN_SHARE * len(text) and not any(word in text for word in _unspaced(group)):
        return False
    rest, found = _pattern(group).subn(" ", text)
    left = len(re.sub(r"[\W_]+", "", rest))
    return bool(found) and (not left or (found >= 3 and left <= _UNKNOWN_SHARE * len(text)))


def _trimmed(text: str) -> str:
    return _TRIM.sub("", text).lower()


@cache
def _declared() -> dict[str, list[str]]:
    words = yaml.safe_load(_WORDS.read_text("utf-8"))
    assert isinstance(words, dict)
    words["navigation"] = [*words["navigation"], *words["languages"], *words["home"]]
    return words


@cache
def _words(group: str) -> frozenset[str]:
    return frozenset(fold(str(word)).lower() for word in _declared()[group])


@cache
def _tokens(group: str) -> frozenset[str]:
    """Every word of a group's phrases: a line that holds none needs no closer look."""
    return frozenset(token for phrase in _words(group) for token in _TOKEN.findall(phrase))


@cache
def _unspaced(group: str) -> tuple[str, ...]:
    return tuple(word for word in _words(group) if len(word) > 1 and _UNSPACED.search(word))


@cache
def _pattern(group: str) -> re.Pattern[str]:
    return _alternatives(_words(group))


@cache
def _patterns(group: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _declared()[group]), re.IGNORECASE)


def _alternatives(words: Iterable[str]) -> re.Pattern[str]:
    """Longest first, each as a whole word (where the script has word borders)."""
    longest = sorted(words, key=len, reverse=True)
    return re.compile("|".join(re.escape(w) if _UNSPACED.search(w) else f"(?<!\\w){re.escape(w)}(?!\\w)" for w in longest))
