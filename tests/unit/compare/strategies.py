"""Random statements of invented words, and the blocks that travel in them."""

from __future__ import annotations

from hypothesis import strategies as st

from schemas.records import Passage, Wording

STEMS = ["accord", "border", "canal", "delta", "envoy", "forum", "garden", "harbour", "island", "journey", "kernel", "lantern", "market", "needle"]
WORDS = [
    f"{stem}{number}" for stem in ("fen", "gor", "hul", "jar", "kip", "lum", "mor", "nub", "pel", "quin", "ros", "sul") for number in "abcdefghij"
] + STEMS


def wording(*passages: str, title: str = "Joint Communiqué of Arden and Belmar", language: str = "en") -> Wording:
    return Wording(title, tuple(Passage(text) for text in passages), language)


@st.composite
def sentences(draw: st.DrawFn, least: int = 9, most: int = 16) -> str:
    chosen = draw(st.lists(st.sampled_from(WORDS), min_size=least, max_size=most))
    return " ".join(chosen).capitalize() + "."


@st.composite
def texts(draw: st.DrawFn, least: int = 4, most: int = 9) -> list[str]:
    """Distinct passages of one to three sentences."""
    count = draw(st.integers(least, most))
    passages = []
    for number in range(count):
        body = draw(st.lists(sentences(), min_size=1, max_size=3))
        passages.append(f"Marker{number} " + " ".join(body))
    return passages
