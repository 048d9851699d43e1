"""`statements shifts` on pages: the JSON of the contract, the table, the page, and the exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statements.commands.shifts import command

FIRST = """Joint Statement of China and Norway

(May 4, 2001)

The two sides held talks on matters of common interest and agreed to continue them in the coming year.

The two sides support the northern railway. China opposes the wheat levy.

Both sides welcome the growth of trade between the two countries in the year that has passed.
"""
SECOND = """Joint Statement of China and Norway

(June 9, 2003)

The two sides held talks on matters of common interest and agreed to continue them in the coming year.

The two sides firmly support the northern railway. Norway will not buy barley.

Both sides welcome the growth of trade between the two countries in the year that has passed.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "issues").mkdir()
    for issue in ("railway", "wheat", "barley"):
        (tmp_path / "issues" / f"{issue}.yml").write_text(f"title: About {issue}\nmentions: {{en: [{issue}]}}\n", "utf-8")
    (tmp_path / "first.txt").write_text(FIRST, "utf-8")
    (tmp_path / "second.txt").write_text(SECOND, "utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--issues", str(folder / "issues")])


def test_pages_in_the_order_given_become_one_document_of_statements_shifts_and_matrix(folder):
    first, second = str(folder / "first.txt"), str(folder / "second.txt")
    result = run(folder, first, second, "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    common = {"title": "Joint Statement of China and Norway", "document_type": "joint_statement", "comparability": "full"}
    assert told["statements"] == [{"page": first, "published_on": "2001-05-04", **common}, {"page": second, "published_on": "2003-06-09", **common}]
    assert {shift["issue"]: shift["kind"] for shift in told["shifts"]} == {"barley": "new", "railway": "strengthened", "wheat": "dropped"}
    railway = next(shift for shift in told["shifts"] if shift["issue"] == "railway")
    assert (railway["from"], railway["to"], railway["level_before"], railway["level_after"], railway["actor"]) == (first, second, 3, 4, "both")
    assert railway["before"] == ["The two sides support the northern railway."]
    assert {"last_said", "rule", "confidence", "comparability", "cause"} <= set(railway)
    assert told["matrix"]["wheat"] == {first: {"level": 3, "actors": ["China"], "quotes": ["China opposes the wheat levy."]}}


def test_the_order_given_is_the_order_compared(folder):
    result = run(folder, str(folder / "second.txt"), str(folder / "first.txt"), "--json")
    assert {shift["issue"]: shift["kind"] for shift in json.loads(result.stdout)["shifts"]} == {
        "barley": "dropped",
        "railway": "weakened",
        "wheat": "new",
    }


def test_the_table_shows_signs_and_says_what_came_and_what_went(folder):
    out = run(folder, str(folder / "first.txt"), str(folder / "second.txt")).stdout
    assert "First time: About barley" in out and "Gone: About wheat" in out
    assert "▲" in out and "2003-06-09" in out


def test_one_issue_alone_comes_with_the_words_of_its_clauses(folder):
    out = run(folder, str(folder / "first.txt"), str(folder / "second.txt"), "--issue", "railway").stdout
    assert "firmly support the northern railway" in out and "About wheat" not in out.partition("▲ strengthened")[2]


def test_the_page_is_written_where_it_is_asked_for(folder):
    result = run(folder, str(folder / "first.txt"), str(folder / "second.txt"), "--html", str(folder / "matrix.html"))
    assert result.exit_code == 0 and result.stdout == ""
    assert "<!doctype html>" in (folder / "matrix.html").read_text("utf-8")


def test_a_page_that_is_not_understood_is_told_and_the_others_are_compared(folder):
    (folder / "empty.txt").write_text("", "utf-8")
    result = run(folder, str(folder / "first.txt"), str(folder / "empty.txt"), str(folder / "second.txt"), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 4
    assert [failure["page"] for failure in told["failed"]] == [str(folder / "empty.txt")] and told["failed"][0]["error"]
    assert len(told["statements"]) == 2 and told["shifts"]


def test_the_one_page_asked_for_that_is_not_understood_is_an_error_object_and_status_3(folder):
    (folder / "empty.txt").write_text("", "utf-8")
    result = run(folder, str(folder / "empty.txt"), "--json")
    assert result.exit_code == 3 and set(json.loads(result.stdout)) == {"error", "message", "url", "selector"}


@pytest.mark.parametrize("arguments", [[], ["first.txt", "--series", "talks"]])
def test_pages_and_a_series_exclude_each_other_and_one_is_needed(folder, arguments):
    assert run(folder, *[str(folder / a) if a.endswith(".txt") else a for a in arguments]).exit_code == 2


def test_an_unknown_series_and_a_broken_issue_file_are_wrong_use_told_in_a_sentence(folder):
    result = run(folder, "--series", "talks", "--series-dir", str(folder))
    assert result.exit_code == 2 and "No series is called 'talks'" in result.stderr
    (folder / "issues" / "barley.yml").write_text("title: Barley\n", "utf-8")
    result = run(folder, str(folder / "first.txt"), "--json")
    assert result.exit_code == 2 and "barley.yml:1" in result.stderr and result.stdout == ""
