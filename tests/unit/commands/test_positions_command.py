"""`statements positions`: pages in, one JSON document out."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from statements.commands.positions import command

STATEMENT = """Home > News
Joint Statement of China and Russia

The two sides oppose the deployment of missile defence systems. China supports Russia's accession to the World Trade Organization.

The two sides welcome the opening of a zoo in Harbin.
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def statement(tmp_path: Path) -> Path:
    page = tmp_path / "statement.txt"
    page.write_text(STATEMENT, "utf-8")
    return page


def test_json_is_one_document_as_the_contract_has_it(tmp_path: Path) -> None:
    page = statement(tmp_path)
    result = run(str(page), "--json")
    assert result.exit_code == 0, result.output
    (only,) = json.loads(result.stdout)["statements"]
    assert only["page"] == str(page)
    assert [(p["issue"], p["actor"], p["polarity"], p["level"]) for p in only["positions"]] == [
        ("missile_defense", "both", "oppose", 3),
        ("wto", "China", "support", 3),
    ]
    position = only["positions"][0]
    assert set(position) >= {"issue", "actor", "polarity", "ladder", "level", "start", "end", "quote", "cues"}
    assert set(position["cues"][0]) >= {"text", "start", "end", "rule"}
    assert [u["quote"] for u in only["unassigned"]] == ["The two sides welcome the opening of a zoo in Harbin."]


def test_issues_of_a_folder_stand_in_place_of_the_packages(tmp_path: Path) -> None:
    issues = tmp_path / "issues"
    issues.mkdir()
    (issues / "zoos.yml").write_text("title: Zoos\nmentions: {en: [zoo*]}\n", "utf-8")
    found = json.loads(run(str(statement(tmp_path)), "--json", "--issues", str(issues)).stdout)["statements"][0]["positions"]
    assert [(p["issue"], p["level"]) for p in found] == [("zoos", 2)]


def test_a_mistake_in_an_issue_file_is_wrong_use_and_is_told(tmp_path: Path) -> None:
    issues = tmp_path / "issues"
    issues.mkdir()
    (issues / "zoos.yml").write_text("title: Zoos\nmention: {en: [zoo*]}\n", "utf-8")
    result = run(str(statement(tmp_path)), "--issues", str(issues))
    assert result.exit_code == 2
    assert "zoos.yml:2: mention: unknown key" in result.stderr


def test_without_json_the_positions_are_told_in_words(tmp_path: Path) -> None:
    out = run(str(statement(tmp_path))).stdout
    assert "missile_defense" in out
    assert "−3 both" in out
    assert "no issue took it" in out


def test_the_one_page_that_was_not_understood_is_its_error_and_one_of_several_stands_in_its_place(tmp_path: Path) -> None:
    empty = tmp_path / "empty.html"
    empty.write_text("<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>", "utf-8")
    alone = run(str(empty), "--json")
    assert alone.exit_code == 3
    assert set(json.loads(alone.stdout)) >= {"error", "message", "url", "selector"}
    both = run(str(empty), str(statement(tmp_path)), "--json")
    assert both.exit_code == 4
    assert ["error" in one for one in json.loads(both.stdout)["statements"]] == [True, False]


def test_a_source_that_nobody_declared_is_wrong_use(tmp_path: Path) -> None:
    assert run(str(statement(tmp_path)), "--source", "atlantis").exit_code == 2
