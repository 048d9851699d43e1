"""What is made ready before tasks are forked."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

CODE = """
import sys
from statements.warming import warm
warm()
from statements.alerts import events
from statements.positions import lexicon
before, compiled = set(sys.modules), lexicon._compiled.cache_info().misses
import great_expectations, statements.pipeline, statements.alerts.sending
lexicon.load()
assert set(sys.modules) == before and lexicon._compiled.cache_info().misses == compiled == 1
"""


def test_a_forked_task_finds_its_modules_and_the_lexicon_ready(tmp_path):
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, env={"STATEMENTS_HOME": str(tmp_path), "PATH": ""}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_mistake_in_a_declaration_keeps_nobody_from_being_started(tmp_path, monkeypatch):
    from statements import warming

    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "broken.yml").write_text("title: [unclosed\n", "utf-8")
    monkeypatch.setenv("STATEMENTS_CONFIG", str(tmp_path))
    monkeypatch.setattr(warming.expectations, "prepare", lambda: None)
    warming.warm()
