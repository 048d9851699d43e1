"""What the docstrings of the scrapers show is so."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import scrapers

MODULES = [module.name for module in pkgutil.walk_packages(scrapers.__path__, "scrapers.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
