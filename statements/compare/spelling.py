"""Decide whether two words are one word, spelled or typed differently: careful, for a wrong yes hides a change of substance.

The basis is a dictionary (pyspellchecker's): a near miss where one side is no word is a slip of the keys. Two real words are
one only by a rule of spelling (defence and defense), of number (weapon and weapons), or where the language's list says so.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from statements.compare.lexicon import Words

_ROOM: Final = ((4, 1), (9, 2), (40, 3))  # letters of the shorter word: slips that may be between two forms of it
_LONG_NAME: Final = 9  # letters from which two known names one slip apart are one name
_NAME_LETTERS: Final = 6  # letters from which two unknown names one slip apart are one name


def same_word(before: str, after: str, words: Words) -> bool:
    """Whether the two are one word. Never true of numbers, nor of two words that are both in the dictionary unless a rule says so.

    >>> from statements.compare.lexicon import words_of
    >>> [same_word(*pair.split(), words_of("en")) for pair in ("recieve receive", "defence defense", "supports opposes", "will may")]
    [True, True, False, False]
    """
    left, right = _plain(before), _plain(after)
    if left == right:
        return True
    if any(char.isdigit() for char in left + right):
        return False
    if frozenset((left, right)) in words.harmless:
        return True
    if OSA.distance(left, right, score_cutoff=_ROOM[-1][1]) > _ROOM[-1][1]:
        return False
    if _habit(left, words) == _habit(right, words):
        return True
    return (words.spelling is not None and _number_of_one(left, right)) or _slip(before, after, words)


def _plain(word: str) -> str:
    """Small letters without accents, apostrophes or a possessive ending."""
    lowered = word.lower().replace("’", "'").removesuffix("'s").replace("'", "")
    if lowered.isascii():
        return lowered
    return "".join(_base(char) for char in lowered if not unicodedata.combining(char))


def _base(char: str) -> str:
    """A Latin letter without its accent; letters of other scripts, where a mark makes another letter, as they are."""
    base = unicodedata.normalize("NFD", char)[0]
    return base if ord(base) < 0x250 else char


def _habit(word: str, words: Words) -> str:
    """The word with each regional habit of spelling replaced by its counterpart; short words have none."""
    if len(word) < 5 and word.isascii():
        return word
    for one, other in words.variants:
        word = word.replace(one, other)
    return word


def _number_of_one(left: str, right: str) -> bool:
    """Whether the two are singular and plural of one noun, or a verb with one and with many."""
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) < 3:
        return False
    return longer in {shorter + "s", shorter + "es"} or (shorter.endswith("y") and longer == shorter[:-1] + "ies")


def _slip(before: str, after: str, words: Words) -> bool:
    left, right = _plain(before), _plain(after)
    shorter, longer = sorted((left, right), key=len)
    if not 3 <= len(shorter) <= len(longer) <= _ROOM[-1][0] or not left.isalpha() or not right.isalpha() or words.spelling is None:
        return False
    if longer.endswith(shorter) and len(longer) - len(shorter) >= 2:
        return False  # un-, non-, de- … make another word
    room = next(slips for letters, slips in _ROOM if len(shorter) <= letters)
    distance = OSA.distance(left, right, score_cutoff=room)
    if distance > room or (left[0] != right[0] and distance > 1):
        return False
    named = before[:1].isupper() and after[:1].isupper()
    known = [_known(word, words) for word in (left, right)]
    if all(known):  # two spellings of a long name may both be in a dictionary; two states or cities that are listed are two
        return named and distance == 1 and len(shorter) >= _LONG_NAME and not (left in words.known and right in words.known)
    if any(known):
        return True
    return len(shorter) >= (_NAME_LETTERS if named else 8) and (distance == 1 or (len(shorter) >= 9 and distance == 2))


def _known(word: str, words: Words) -> bool:
    if word in words.known or word in words.months:
        return True
    assert words.spelling is not None
    dictionary = _dictionary(words.spelling)
    stem = word.removesuffix("s")
    elsewhere = (stem.removesuffix(ending) + other for ending, other in words.variants if stem.endswith(ending))
    return word in dictionary or stem in dictionary or any(form in dictionary for form in elsewhere)


@cache
def _dictionary(language: str) -> SpellChecker:
    """Read on the first near miss only: it costs some tenths of a second."""
    return SpellChecker(language=language, distance=1)
