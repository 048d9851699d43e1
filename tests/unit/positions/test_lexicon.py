"""Word lists from YAML: one hash, and mistakes told with file, line and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.errors import DeclarationError
from schemas.records import Passage, Wording
from statements.positions import lexicon, reading

ISSUE = "title: Whaling\nvalence: oppose\nmentions:\n  en: [whaling]\n"


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yml").write_text(text, "utf-8")
    return tmp_path


def test_a_folder_of_issues_stands_in_place_of_the_packages(tmp_path: Path) -> None:
    loaded = lexicon.load(folder(tmp_path, whaling=ISSUE))
    assert set(loaded.issues) == {"whaling"}
    wording = Wording("", (Passage("We firmly oppose whaling and support reform of the IMF."),), parties=("Australia",))
    assert [(p.issue, p.actor, p.polarity, p.level) for p in reading.positions_of(wording, loaded).positions] == [
        ("whaling", "Australia", "oppose", 4)
    ]


def test_a_file_in_the_configuration_joins_the_packages_or_takes_the_place_of_its_namesake(tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    loaded = lexicon.load(config=folder(tmp_path / "issues", whaling=ISSUE, tibet=ISSUE).parent)
    assert loaded.issues["whaling"].title == loaded.issues["tibet"].title == "Whaling"
    assert "taiwan.arms_sales" in loaded.issues


def test_the_hash_follows_the_words_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = lexicon.load(folder(tmp_path / "a", whaling=ISSUE)).sha256
    assert lexicon.load(folder(tmp_path / "b", whaling=ISSUE)).sha256 == one
    assert lexicon.load(folder(tmp_path / "b", whaling=ISSUE.replace("[whaling]", "[whaling, whalers]"))).sha256 != one
    assert re.fullmatch("[0-9a-f]{64}", one)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: Whaling\n", r"whaling\.yml:1: the file: 'mentions' is a required property"),
        (ISSUE + "valence: support\n", r"whaling\.yml:5: valence: this key stands twice"),
        (ISSUE + "patterns: [a]\n", r"whaling\.yml:5: patterns: unknown key"),
        ("title: Whaling\nmentions:\n  en:\n    - whales\n    - (whaling|whalers\n", r"whaling\.yml:5: .*not closed"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        lexicon.load(folder(tmp_path, whaling=text))


def test_a_folder_without_issues_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="holds no issue file"):
        lexicon.load(tmp_path)
