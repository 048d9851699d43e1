"""Set-up's decisions: which Python, whether anything is to be done, what is said when it cannot go on."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def setup():
    spec = importlib.util.spec_from_file_location("project_setup", ROOT / "tools" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine with no other interpreter than those that a test adds."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    return tmp_path


def name(line):
    """The package that a line of requirements is about, as PyPI normalises it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", line).group()).lower()


def program(folder, name, words):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)
    return path


def test_a_shim_that_exists_and_fails_is_passed_over(setup, nowhere, monkeypatch):
    program(nowhere, "python3.12", "echo 'command not found' >&2; exit 127")
    good = program(nowhere, "python3.11", f'exec {sys.executable} "$@"')
    monkeypatch.setattr(sys, "executable", str(program(nowhere, "python3.9", "exit 1")))
    assert setup.find_python() == str(good)


def test_the_python_that_called_us_is_taken_where_it_will_do(setup, nowhere):
    assert setup.find_python() == sys.executable


def test_only_another_python_and_no_uv_is_one_sentence(setup, nowhere, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(program(nowhere, "python3", "exit 1")))
    with pytest.raises(setup.SetupError, match=r"Python 3\.11, 3\.12 or 3\.13 is needed"):
        setup.make_environment(nowhere / "env", uv=None)


def test_only_another_python_is_enough_where_uv_brings_its_own(setup, nowhere, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(program(nowhere, "python3", "exit 1")))
    asked = []
    monkeypatch.setattr(setup, "run", lambda command, *_: asked.append(command))
    setup.make_environment(nowhere / "env", uv="/bin/uv")
    assert asked == [["/bin/uv", "venv", "--clear", "--python", "3.12", str(nowhere / "env")]]


def test_an_environment_is_done_only_for_the_pins_it_was_made_with(setup, tmp_path, monkeypatch):
    pins = tmp_path / "requirements"
    pins.mkdir()
    (pins / "base.txt").write_text("one==1\n")
    monkeypatch.setattr(setup, "REQUIREMENTS", pins)
    monkeypatch.setattr(setup, "works", lambda python: True)
    setup.stamp(tmp_path).write_text(json.dumps({"done": [["base", setup.fingerprint("base")]]}))
    assert setup.is_done(tmp_path, "base")
    (pins / "base.txt").write_text("one==2\n")
    assert not setup.is_done(tmp_path, "base")


def test_a_failed_step_tells_its_error_and_where_all_of_it_is(setup, tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    command = [sys.executable, "-c", "print('Collecting one'); print('ERROR: no such package'); raise SystemExit(1)"]
    with pytest.raises(setup.SetupError, match=r"ERROR: no such package .*set-up\.log"):
        setup.run(command, tmp_path)


def test_clean_names_what_it_deletes_and_keeps_the_stores(setup, tmp_path, monkeypatch, capsys):
    (tmp_path / ".venv").mkdir()
    (tmp_path / "var").mkdir()
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.delenv("STORE", raising=False)
    setup.clean()
    assert not (tmp_path / ".venv").exists()
    assert (tmp_path / "var").exists()
    said = capsys.readouterr().out
    assert f"deleting {tmp_path / '.venv'}" in said
    assert f"kept: {tmp_path / 'var'}" in said


def test_with_store_clean_deletes_the_database_that_lies_apart_too(setup, tmp_path, monkeypatch):
    apart = tmp_path / "apart"
    apart.mkdir()
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "postgres").symlink_to(apart)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setenv("STORE", "1")
    setup.clean()
    assert not apart.exists()
    assert not (tmp_path / "var").exists()


def test_the_verbs_of_make_help_are_those_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    told = {line.split("make ")[1].split()[0] for line in makefile.splitlines() if line.lstrip().startswith('@echo "make ')}
    phony = set(makefile.split(".PHONY:")[1].splitlines()[0].split())
    assert told == phony - {"help", "set-up", "set-up-test"}


@pytest.mark.parametrize("what", ["base", "test", "pywb"])
def test_everything_that_is_asked_for_is_pinned(what):
    """Or a fresh clone lacks what the machine of whoever added it has."""
    folder = ROOT / "requirements"
    asked = {name(line) for line in (folder / f"{what}.in").read_text("utf-8").splitlines() if line[:1].isalnum()}
    pinned = {name(line) for line in (folder / f"{what}.txt").read_text("utf-8").splitlines() if line[:1].isalnum()}
    assert asked <= pinned, "run `make lock`"


def test_the_requirements_name_no_place_to_fetch_from():
    for pins in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in pins.read_text("utf-8"), pins


def test_the_set_up_script_is_plain_enough_for_an_old_python():
    """It must live to say that another Python is needed."""
    ran = subprocess.run([sys.executable, "-I", str(ROOT / "tools" / "setup.py"), "help"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "python3 tools/setup.py base" in ran.stdout
