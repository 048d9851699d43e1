"""Fold away what only typography tells apart: white space, quotes, dashes, widths, Unicode forms, invisible marks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SINGLE = "‘’‚‛‹›`´ʹʻʼʽ′‵＇"
_DOUBLE = '"“”„‟«»″‶〝〞〟「」『』﹁﹂﹃﹄＂《》'
_DASHES = "‐‑‒–—―−⁃﹘﹣－⸺⸻"
_COMPATIBLE = frozenset({"<wide>", "<narrow>", "<isolated>", "<initial>", "<medial>", "<final>", "<compat>", "<noBreak>", "<font>"})
_TATWEEL = "ـ"  # stretches an Arabic word on the line, says nothing

CJK = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_LOOSE = re.compile(r" ?-[- ]*| (?=[,.;:!?)\]])|(?<=[(\[]) |''+|(?<=\w)\.\.\.+")
_CJK_SPACE = re.compile(rf"(?<=[{CJK}，。、；：！？]) | (?=[{CJK}，。、；：！？])")
_DELICATE = re.compile(r"[-']| [,.;:!?)\]]|[(\[] |\.\.\.")


class _Folding(dict[int, str]):
    """One character to its plain form, worked out when first met: a str.translate table for all of Unicode."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = self._plain(chr(code))
        return plain

    @staticmethod
    def _plain(char: str) -> str:
        if char.isspace():
            return " "
        if char in _SINGLE or char in _DOUBLE:
            return "'"
        if char in _DASHES:
            return "-"
        category = unicodedata.category(char)
        if category in {"Cf", "Cc"} or char == _TATWEEL or 0xFE00 <= ord(char) <= 0xFE0F:
            return ""
        tag, _, _ = unicodedata.decomposition(char).partition(" ")
        if tag in _COMPATIBLE:
            form = unicodedata.normalize("NFKC", char)
            if form in ",;:!?":
                return form + " "  # a full-width mark carries its space with it
            return form if len(form) == 1 and form == char else "".join(_Folding._plain(part) for part in form)
        return char


_TABLE = _Folding()


def fold(text: str) -> str:
    """`text` as it reads, whatever keys it was typed with.

    Two texts with equal folds differ in nothing but white space, the shape of quotes and dashes, full or half
    width, Unicode normal form and marks that no reader sees. Superscripts and fractions keep apart from digits.

    >>> fold("16–18 June\\u00a02009, “peace”") == fold("16-18 June 2009, 'peace'")
    True
    """
    if text.isascii() and text.isalnum():
        return text
    return _remembered(text) if len(text) < _WORTH_KEEPING else _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        plain = text.replace('"', "'")
        if not plain.isprintable():
            plain = plain.translate(_TABLE)
        plain = plain.replace("`", "'")
    else:
        composed = text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
        plain = composed.translate(_TABLE)
    plain = " ".join(plain.split())
    if not plain.isascii():
        plain = _CJK_SPACE.sub("", plain)
    return _LOOSE.sub(_tighten, plain) if _DELICATE.search(plain) else plain


_WORTH_KEEPING = 20_000  # characters; longer texts would only fill the memory
_remembered = lru_cache(maxsize=4096)(_fold)


def _tighten(match: re.Match[str]) -> str:
    loose = match[0]
    if "-" in loose:
        return "-"
    if loose[0] == ".":
        return "..."
    return "'" if loose[0] == "'" else ""


def typography(before: str, after: str) -> set[str]:
    """Which kinds of typography differ between two texts of equal fold: whitespace, quotes, dash, width, invisible, unicode."""
    kinds = {kind for kind, pattern in _KINDS.items() if pattern.findall(before) != pattern.findall(after)}
    left, right = ([char for char in _UNUSUAL.findall(text) if char not in _COMMON] for text in (before, after))
    if left != right:
        marks = [[char for char in chars if _TABLE[ord(char)] == ""] for chars in (left, right)]
        forms = [[char for char in chars if unicodedata.decomposition(char).partition(" ")[0] in _COMPATIBLE] for chars in (left, right)]
        kinds |= {kind for kind, (was, now) in (("invisible", marks), ("width", forms)) if was != now}
    return kinds or {"unicode"}


_COMMON = frozenset(_SINGLE + _DOUBLE + _DASHES)
_KINDS = {
    "whitespace": re.compile(r"\s+"),
    "quotes": re.compile(f"[{re.escape(_SINGLE + _DOUBLE)}']"),
    "dash": re.compile(f"[{re.escape(_DASHES)}-]"),
}
_UNUSUAL = re.compile(r"[^\x20-\x7e\s]")
