"""Lines to passages: wrapped lines joined, glued blocks split, headings, list items and paragraphs told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from schemas.records import Passage, PassageKind

_BULLET = re.compile(r"^(?:[*•●◦▪■□◆➢·]\s*|[-–—]\s+)(?=\S)")
_COUNTED = re.compile(r"^(?:\([a-z0-9]{1,3}\)|[a-z0-9]{1,2}\))\s+(?=\S)")
_NUMBERED = re.compile(
    r"^(?:(?:[IVX]{1,5}|\d{1,2}(?:\.\d{1,2})*)[.、．]|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|第[一二三四五六七八九十]+[章节条])\s*(?=\S)"
)
_MARKDOWN = re.compile(r"^#{1,6}\s+(?=\S)")  # what some extractors make of a heading
_STOPS = frozenset(".!?。！？”")
_CLOSED = re.compile(r"[.!?…:;。！？：；][\"'”’»)\]）】》」』*\d]*$|[\"”»)\]）】》」』]$")
_LOWER = re.compile(r"[a-zà-öø-ÿа-я]")
_HYPHENATED = re.compile(r"(\w+)-$")
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_GLUED = re.compile(r"(?<![\w.])[a-z-]{3,}[.!?][\"”’)]?(?=[*•]\s*[A-Z]|[A-Z][a-z]+[ ,'’])|(?<=\s)(?:19|20)\d\d\.(?=[A-Z][a-z]+ )")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# A sentence does not end on these; a passage that does has lost its end.
_OPEN_ENDS = re.compile(
    r"an?|the|of|and|or|nor|to|in|on|at|by|for|from|with|without|between|among|under|into|upon|towards?|than|as|that|which|who|whose|their|its|his|her"
    r"|our|your|this|these|those|is|are|was|were|be|been|being|has|have|had|will|would|shall|should|can|could|may|might|must|not|no|also|both"
    r"|including|such|so|very|more|most|other|any|each|every|all"
)
_OPEN_ENDS_CJK = "的和与及并在对向为、，是将"
_BROKEN = "\ue000"  # a private character, for a hyphen that stood at the wrap
_WIDEST = 130  # characters; typescripts and mailers wrap at 60 to 80, some terminals at 132
LONGEST_HEADING = 160


@dataclass(frozen=True, slots=True)
class Block:
    """What a page or text sets apart: its lines, and its kind where the markup says it."""

    lines: tuple[str, ...]
    kind: PassageKind | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a page or text holds, before its blocks are told apart."""

    title: str
    blocks: tuple[Block, ...]
    published: str = ""  # the words of the page's own date element or stamp; empty where there is none
    dateline: str = ""  # a line of the text that is a date and nothing else
    boilerplate: tuple[str, ...] = ()  # what was cut away


def fold(text: str) -> str:
    """NFC, and every run of white space (no-break and ideographic spaces too) as one space; nothing else changes.

    >>> fold(" the\\u00a0two \\u3000 sides\\n")
    'the two sides'
    """
    folded = " ".join(text.split())
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def passages(blocks: Sequence[Block], extracted: bool = False) -> tuple[tuple[Passage, ...], bool]:
    """The passages of `blocks`, and whether their lines had been wrapped at a fixed width.

    Args:
        extracted: the text went through an extractor, which may have lost line breaks between blocks.
    """
    width = wrap_width([block.lines for block in blocks if len(block.lines) > 1])
    joined = [(paragraph, block.kind) for block in blocks for paragraph in _paragraphs(block.lines, width)]
    if extracted or width or any(len(block.lines) > 1 for block in blocks):
        broken = any(_BROKEN in paragraph for paragraph, _ in joined)
        words = {word.lower() for paragraph, _ in joined for word in re.findall(r"[\w-]+", paragraph)} if broken else set()
        joined = [(part, kind) for paragraph, kind in joined for part in _unglued(_without_wrap_hyphens(paragraph, words))]
    return tuple(told for paragraph, kind in joined if (told := _told_apart(paragraph, kind))), width is not None


def suspected_truncations(told: Sequence[Passage], wrapped: bool) -> tuple[int, ...]:
    """Numbers of the passages that seem to have lost their end.

    Everywhere: a passage that ends on a word or sign no sentence ends on, and a last paragraph without a full stop. In text that was
    wrapped at a fixed width also every other sentence without one: it is there that a short last line gets lost.
    """
    return tuple(number for number, passage in enumerate(told) if _seems_cut(passage, wrapped, number == len(told) - 1))


def wrap_width(blocks: Sequence[Sequence[str]]) -> int | None:
    """The column at which lines were wrapped, or None where they were not.

    A line that goes on in lower case was cut by the wrap, so that the next word had no room: the width that fits most such pairs is the one.
    """
    pairs = [pair for lines in blocks for pair in pairwise(lines)]
    if not pairs:
        return None
    spans = [(_width(line), _width(_first_word(after)), bool(_LOWER.match(after)), line) for line, after in pairs]
    cut = [(length, word) for length, word, lower, _ in spans if lower]
    if len(cut) >= 2 and len(cut) >= 0.25 * len(pairs):
        lengths = [length for length, *_ in spans]
        candidates = sorted({length for length in lengths if 30 <= length <= _WIDEST}, reverse=True)
        misfits = {w: sum(length + 1 + word <= w for length, word in cut) + sum(length > w for length in lengths) for w in candidates}
        best = min(candidates, key=lambda w: misfits[w], default=None)
        return best if best and misfits[best] <= 0.2 * len(pairs) else None
    wide = max(length for length, *_ in spans)
    full = [line for length, _, _, line in spans if length >= wide - 3 and _CJK.search(line[-1:])]
    return wide if len(full) >= 3 and len(full) >= 0.6 * len(pairs) and 20 <= wide <= _WIDEST else None


def _paragraphs(lines: Sequence[str], width: int | None) -> Iterator[str]:
    if len(lines) == 1:
        yield lines[0]
        return
    paragraph = ""
    for number, line in enumerate(lines):
        if number and _goes_on(lines[number - 1], line, width):
            paragraph = _join(paragraph, line)
        else:
            if paragraph:
                yield paragraph
            paragraph = line
    if paragraph:
        yield paragraph


def _goes_on(line: str, after: str, width: int | None) -> bool:
    """Whether a paragraph goes on from one line to the next."""
    if _BULLET.match(after) or _MARKDOWN.match(line) or _MARKDOWN.match(after):
        return False
    open_line = is_open_line(line)
    if width is None:
        return open_line and len(line) >= 40 and bool(_LOWER.match(after)) and not _COUNTED.match(after)
    if _CJK.search(line[-1:]):
        return _width(line) >= width - 3
    return (open_line and bool(_LOWER.match(after))) or _width(line) + 1 + _width(_first_word(after)) > width


def _join(paragraph: str, line: str) -> str:
    if paragraph.endswith("\u00ad"):
        return paragraph[:-1] + line
    if _HYPHENATED.search(paragraph) and line[:1].isalpha():
        return paragraph[:-1] + _BROKEN + line  # what the hyphen was is decided once all words are known
    gap = "" if _CJK.match(line) and _CJK.search(paragraph[-1:]) else " "
    return paragraph + gap + line


def _without_wrap_hyphens(paragraph: str, words: set[str]) -> str:
    """A hyphen at the wrap is the word's own, unless the text writes that word elsewhere without one."""

    def whole(found: re.Match[str]) -> str:
        before, after = found.groups()
        plain = (before + after).lower() in words and f"{before}-{after}".lower() not in words
        return before + after if plain else f"{before}-{after}"

    return re.sub(rf"(\w+){_BROKEN}(\w+)", whole, paragraph).replace(_BROKEN, "-")


def _unglued(paragraph: str) -> list[str]:
    """Blocks that lost the line break between them: "…international order.Highlights of…" is two."""
    ends = [found.end() for found in _GLUED.finditer(paragraph)]
    return [part for start, end in pairwise([0, *ends, len(paragraph)]) if (part := paragraph[start:end].strip())]


def _told_apart(paragraph: str, kind: PassageKind | None) -> Passage | None:
    text = paragraph
    bullet = _BULLET.match(text)
    marked = _MARKDOWN.match(text)
    if marked:
        text, kind = text[marked.end() :], "heading"
    elif bullet:
        text, kind = text[bullet.end() :], kind or "list_item"
    elif kind is None and _COUNTED.match(text):
        kind = "list_item"
    if not any(map(str.isalnum, text)):
        return None  # "* * *" sets passages apart and is none
    return Passage(text, kind or ("heading" if _is_heading(text) else "paragraph"))


def _is_heading(text: str) -> bool:
    if len(text) > LONGEST_HEADING or not is_open_line(text):
        return False
    if _CJK.search(text):
        return bool(_NUMBERED.match(text)) and len(text) <= 40
    letters = [character for character in text if character.isalpha()]
    if not letters or text.endswith((",", "-", "–", "—")):
        return False
    return is_titled(_NUMBERED.sub("", text)) or (bool(_NUMBERED.match(text)) and len(text) <= 80)


def is_titled(text: str) -> bool:
    """Whether the words are set as in a title: those of four letters and more begin with a capital."""
    long_words = [word for word in _WORD.findall(text) if len(word) > 3]
    return bool(long_words) and sum(word[0].isupper() for word in long_words) >= 0.7 * len(long_words)


def _seems_cut(passage: Passage, wrapped: bool, is_last: bool) -> bool:
    text = passage.text
    if text[-1] in _STOPS or not is_open_line(text):
        return False
    if _CJK.search(text[-1:]):
        return text[-1] in _OPEN_ENDS_CJK or (passage.kind == "paragraph" and is_last and len(text) > 40)
    if text[-1] in "-–—(" or (text[-1] == "," and (wrapped or is_last)):
        return True  # a salutation or a list's entry ends on a comma, but nothing's last line does
    words = _WORD.findall(text)
    if len(words) >= 4 and text.endswith(words[-1]) and _OPEN_ENDS.fullmatch(words[-1]):
        return True
    if passage.kind == "heading" or len(words) < 8:
        return False
    return (wrapped or (is_last and passage.kind == "paragraph")) and not is_titled(text)


def _first_word(line: str) -> str:
    return line.split(" ", 1)[0]


def _width(line: str) -> int:
    """Columns: a wide character takes two."""
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def is_open_line(line: str) -> bool:
    """Whether no sign closes the line, as a sentence would be."""
    return not _CLOSED.search(line[-16:])  # what closes a sentence stands at its end


def blocks_of(lines: Sequence[str]) -> list[Block]:
    """Runs of lines between empty ones; each line is folded."""
    if len(lines) == 1:
        line = fold(lines[0])
        return [Block((line,))] if line else []
    folded = [fold(line) for line in lines]
    return [Block(tuple(run)) for filled, run in groupby(folded, key=bool) if filled]
