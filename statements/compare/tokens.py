"""Cut a text into what a reader sees as one piece: words, numbers, single CJK characters, marks and white space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

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


_FIRST: Final = 256
_SURROGATES: Final = range(0xD800, 0xE000)
_LETTERS: Final = 0x110000 - _FIRST - len(_SURROGATES) - 1  # distinct tokens that can have a character of their own


class Alphabet:
    """Gives each distinct token one character, so that algorithms on strings work on tokens.

    When `is_full`, further tokens share one character: good enough to measure likeness, not to rebuild a text.
    """

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}
        self._tokens: list[str] = []
        self.is_full = False

    def encode(self, pieces: Sequence[str]) -> str:
        letters = self._letters
        for piece in pieces:
            if piece not in letters:
                self.is_full = self.is_full or len(self._tokens) >= _LETTERS
                code = _FIRST + min(len(self._tokens), _LETTERS)
                letters[piece] = chr(code if code < _SURROGATES.start else code + len(_SURROGATES))
                if not self.is_full:
                    self._tokens.append(piece)
        return "".join([letters[piece] for piece in pieces])

    def decode(self, encoded: str) -> str:
        known = self._tokens
        codes = (code if code < _SURROGATES.start else code - len(_SURROGATES) for code in map(ord, encoded))
        return "".join([known[code - _FIRST] for code in codes])
