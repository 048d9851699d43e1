"""Random statements of invented words, and the blocks that travel in them."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from schemas.records import Passage, Wording

STEMS = ["accord", "border", "canal", "delta", "envoy", "forum", "garden", "harbour", "island", "journey", "kernel", "lantern", "market", "needle"]
WORDS = [
    f"{stem}{number}" for stem in ("fen", "gor", "hul", "jar", "kip", "lum", "mor", "nub", "pel", "quin", "ros", "sul") for number in "abcdefghij"
] + STEMS


def wording(*passages: str, title: str = "Joint Communiqué of Arden and Belmar", language: str = "en") -> Wording:
    return Wording(title, tuple(Passage(text) for text in passages), language)


def sentence(pick: Random) -> str:
    return " ".join(pick.choice(WORDS) for _ in range(pick.randint(9, 16))).capitalize() + "."


def texts(least: int = 4, most: int = 9) -> st.SearchStrategy[list[str]]:
    """Distinct passages of one to three sentences, from a drawn seed: words drawn one by one would take longer than the comparison."""

    def passages(seed: int, count: int) -> list[str]:
        pick = Random(seed)
        return [f"Marker{number} " + " ".join(sentence(pick) for _ in range(pick.randint(1, 3))) for number in range(count)]

    return st.builds(passages, st.integers(0, 2**32), st.integers(least, most))
