"""The demo's folder of declarations: the packaged sources on the specimen hosts, each in one of its layouts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from scrapers.source import PACKAGED, Source, load_source
from statements.demo.specimens import HERE, SpecimenSource

# What a demo of minutes changes in a source that is watched for years: everything is due at once, and nobody waits between requests.
HURRIED = {"delay_seconds": 0, "revisit": {"soonest_minutes": 0, "latest_days": 0}, "poll_seconds": 86400}
NEW_YEAR = "0 0 1 1 *"  # and, but for the listing watcher's first look, the rounds alone start the watching DAGs


def write(folder: Path, sources: Sequence[SpecimenSource], today: date) -> dict[str, Source]:
    """Write a folder of declarations (a STATEMENTS_CONFIG); return its sources by id as the watcher reads them, watched since today."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    declared = {}
    for source in sources:
        path = folder / "sources" / f"{source.id}.yml"
        path.write_text(yaml.safe_dump(_declaration(source, today), allow_unicode=True, sort_keys=False), "utf-8")
        declared[source.id] = load_source(path)
    for kind in ("series", "subscriptions"):
        (folder / kind).mkdir(exist_ok=True)
        for path in (HERE / kind).glob("*.yml"):
            (folder / kind / path.name).write_bytes(path.read_bytes())
    return declared


def _declaration(source: SpecimenSource, today: date) -> dict[str, Any]:
    packaged = (PACKAGED / f"{source.like}.yml").read_text("utf-8")
    raw = {**yaml.safe_load(packaged.replace(".gov.cn", ".example")), **source.declare}
    there = urlsplit(source.listing)
    layout = next(rule for rule in raw["layouts"] if rule["name"] == source.layout)
    layout.pop("until", None)  # the site is in this layout today
    listing = next(entry for entry in raw["listings"] if entry["url"] == source.listing)
    site = {"title": source.title, "hosts": [there.netloc], "paths": [f"/{there.path.split('/')[1]}/"], "host_group": source.id}
    when = {"watched_since": today, "schedule": NEW_YEAR}
    hurried = {key: value for key, value in HURRIED.items() if key not in source.declare}
    return {**raw, **hurried, **when, **site, "layouts": [layout], "listings": [listing]}
