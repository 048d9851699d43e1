"""Cut a text into what a reader sees as one piece: words, numbers, single CJK characters, marks and white space."""

from __future__ import annotations

import re
from functools import lru_cache

from statements.compare.folding import CJK

_MARK = "\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0dff\u00ad\u200b-\u200d\u2060\ufeff"  # inside a word, no letter
_ALNUM = rf"[^\W_{CJK}]"
_TOKEN = re.compile(
    rf"""
    \d+(?:[.,]\d+)*(?:{_ALNUM}|[{_MARK}])*                 # 1,000.5 and 26th
    | {_ALNUM}(?:{_ALNUM}|[{_MARK}])*(?:[’']{_ALNUM}(?:{_ALNUM}|[{_MARK}])*)*  # state's and G20
    | [{CJK}]
    | \s+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(rf"\d+(?:[.,]\d+)*|[{CJK}]|(?:(?![{CJK}])\w)+")


def tokens(text: str) -> list[str]:
    """The pieces of `text`, in order and without a gap: joined they give the text again.

    >>> tokens("China's 1,000 t.")
    ["China's", ' ', '1,000', ' ', 't', '.']
    """
    return _TOKEN.findall(text)


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """The words and numbers of `text` in lower case, CJK by character; what likeness is measured on."""
    return tuple(_WORD.findall(text.lower()))


class Alphabet:
    """Gives each distinct token one character, so that algorithms on strings work on tokens."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}
        self._tokens: list[str] = []

    def encode(self, pieces: list[str] | tuple[str, ...]) -> str:
        letters = self._letters
        for piece in pieces:
            if piece not in letters:
                code = len(letters) + 256
                letters[piece] = chr(code if code < 0xD800 else code + 0x800)  # past the surrogates
                self._tokens.append(piece)
        return "".join([letters[piece] for piece in pieces])

    def decode(self, encoded: str) -> str:
        known = self._tokens
        return "".join([known[code - 256 if code < 0xD800 else code - 0x800 - 256] for code in map(ord, encoded)])
