"""What a page says about its statement beside the words: head, pictures, declared charset. Filled by scrapers.traces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """An illustration inside the statement."""

    name: str  # the file's name, from its URL
    words_before: int  # characters of the statement that stand before it


@dataclass(frozen=True, slots=True)
class Traces:
    """Facts of one page that its reading does not hold, for telling whether its parts belong together."""

    head_title: str | None = None  # <title>, white space folded; None where the page has none
    pictures: tuple[Picture, ...] = ()  # in the order of the page
    charsets: tuple[str, ...] = ()  # as headers and meta declare them, lower case
    encoding: str | None = None  # the codec that gave the text
    garbled: str | None = None  # the first words anywhere on the page that a wrong charset has spoilt
