"""The specimen statements: invented texts, one YAML file for each source of the specimen site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from schemas.records import Passage, PassageKind

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Specimen:
    """One invented statement, and how its page dresses it."""

    id: str
    address: str
    title: str
    passages: tuple[Passage, ...]
    from_round: int = 0  # the round that publishes it
    published: str = ""  # as the page prints it
    section: tuple[str, ...] = ()  # the breadcrumb; empty: the source's
    languages: tuple[str, ...] = ()  # the language line above the text
    contact: bool = False  # "Contact Us" above the breadcrumb
    wrap: int = 0  # columns at which lines are broken; 0: not at all
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class SpecimenSource:
    """One source of the specimen site: a packaged source's layout on a host of its own."""

    id: str
    title: str
    like: str  # id of the packaged source whose declaration it shares
    template: str
    layout: str  # the one of its layouts that the site is in
    listing: str  # URL
    section: tuple[str, ...]
    related: tuple[str, ...]
    statements: tuple[Specimen, ...]
    declare: Mapping[str, Any] = field(default_factory=dict)  # what its declaration says otherwise
    robots: bool = True  # False: robots.txt is an HTML page, as on some ministries' servers


def load(today: date) -> tuple[SpecimenSource, ...]:
    """All specimen sources; what is "yesterday" in a file is the day before `today`."""
    return tuple(_source(path, today - timedelta(days=1)) for path in sorted((HERE / "specimens").glob("*.yml")))


def _source(path: Path, yesterday: date) -> SpecimenSource:
    raw = yaml.safe_load(path.read_text("utf-8"))
    return SpecimenSource(
        id=path.stem,
        title=raw["title"],
        like=raw["like"],
        template=raw["template"],
        layout=raw["layout"],
        listing=raw["listing"],
        section=tuple(raw["section"]),
        related=tuple(raw["related"]),
        statements=tuple(_specimen(entry, yesterday) for entry in raw["statements"]),
        declare=raw.get("declare", {}),
        robots=raw.get("robots", True),
    )


def _specimen(raw: Mapping[str, Any], yesterday: date) -> Specimen:
    given = {
        **raw,
        "passages": tuple(_passage(entry) for entry in raw["passages"]),
        "address": raw["address"].format(yyyymm=f"{yesterday:%Y%m}", yyyymmdd=f"{yesterday:%Y%m%d}"),
        "published": raw.get("published", "").replace("yesterday", yesterday.isoformat()),
        "section": tuple(raw.get("section", ())),
        "languages": tuple(raw.get("languages", ())),
    }
    return Specimen(**given)


def _passage(entry: str | Mapping[str, str]) -> Passage:
    if isinstance(entry, str):
        return Passage(entry)
    kinds: dict[str, PassageKind] = {"heading": "heading", "item": "list_item"}
    ((key, text),) = entry.items()
    return Passage(text, kinds[key])
