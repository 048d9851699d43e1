"""`statements diff` says which changes bear on a position."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from statements.commands.diff import command

TEXT = """Joint Statement of China and Norway

(May 4, 2001)

The two sides held talks on matters of common interest and agreed to continue them in the coming year.

The two sides expressed serious concern over the situation on the Korean Peninsula. Dinner was served in the garden.
"""


@pytest.mark.parametrize(
    ("old", "new", "directions"),
    [("expressed serious concern over", "took note of", ["weakened"]), ("in the garden", "on the terrace", [])],
)
def test_a_change_of_stance_has_a_direction_and_its_issue_and_other_words_have_none(tmp_path, old, new, directions):
    (tmp_path / "before.txt").write_text(TEXT, "utf-8")
    (tmp_path / "after.txt").write_text(TEXT.replace(old, new), "utf-8")
    told = json.loads(CliRunner().invoke(command, [str(tmp_path / "before.txt"), str(tmp_path / "after.txt"), "--json"]).stdout)
    assert told["directions"] == directions and told["position_bearing"] is bool(directions)
    assert told["issues"] == (["korea"] if directions else [])
    assert (told["significance"] >= 0.8) is bool(directions)
