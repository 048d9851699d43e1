"""Invented revisions whose file names tell the answer: class--touch or kind--what was done."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.records import Passage, Wording
from statements.compare import compare

FOLDER = Path(__file__).resolve().parents[2] / "revisions"
REVISIONS = sorted(FOLDER.glob("*.txt"))
LANGUAGES = {"chinese": "zh", "russian": "ru", "french": "fr", "arabic": "ar", "japanese": "ja"}


def wordings(path: Path) -> tuple[Wording, Wording]:
    language = next((code for name, code in LANGUAGES.items() if name in path.stem), "en")
    before, after = path.read_bytes().decode("utf-8").split("\n=====\n")
    sides = (tuple(Passage(text) for text in side.strip("\n").split("\n\n")) for side in (before, after))
    was, now = (Wording("Press Release", passages, language) for passages in sides)
    return was, now


@pytest.mark.parametrize("path", REVISIONS, ids=lambda path: path.stem)
def test_a_revision_is_told_as_its_name_says(path):
    klass, _, rest = path.stem.partition("--")
    said = rest.partition("--")[0]
    before, after = wordings(path)
    comparison = compare(before, after)
    assert comparison.klass == klass
    told = {entry.kind for entry in comparison.entries} | {touch for entry in comparison.entries for touch in entry.touches}
    assert klass == "none" or said in told
    assert comparison.moved == (said in {"moved", "moved_reworded"})


@pytest.mark.parametrize("path", REVISIONS, ids=lambda path: path.stem)
def test_every_entry_of_a_revision_rebuilds_its_places(path):
    before, after = wordings(path)
    for entry in compare(before, after).entries:
        assert "".join(text for sign, text in entry.edits if sign != "+") == (entry.before or "")
        assert "".join(text for sign, text in entry.edits if sign != "-") == (entry.after or "")
        assert entry.was_span is None or before.text[slice(*entry.was_span)] == entry.before
        assert entry.now_span is None or after.text[slice(*entry.now_span)] == entry.after


@pytest.mark.parametrize("path", REVISIONS, ids=lambda path: path.stem)
def test_the_reverse_of_a_revision_has_its_class_too(path):
    before, after = wordings(path)
    one, other = compare(before, after), compare(after, before)
    if "completion" not in path.stem and "truncation" not in path.stem:
        assert one.klass == other.klass
