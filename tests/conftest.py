"""Fixtures that every folder of tests shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real material; a test that needs it is marked `corpus` and skipped where it is missing."""
    folder = Path(os.environ.get("STATEMENTS_CORPUS") or ROOT.parent / "shared")
    if not (folder / "pages").is_dir():
        pytest.skip(f"no corpus at {folder}; set STATEMENTS_CORPUS to the folder that holds pages/, versions/, gold/")
    return folder
