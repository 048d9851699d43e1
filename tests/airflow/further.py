"""Further sources for the running Airflow: one whose listing is watched closely, one that only a web archive remembers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import yaml

from scrapers.source import PACKAGED
from statements.demo.specimens import SpecimenSource


def on_host_of_its_own(source: SpecimenSource, name: str, **declare: Any) -> SpecimenSource:
    """The specimen source as `name`: every address on www.<name>.example, every statement's id begins with the name."""
    host = urlsplit(source.listing).netloc

    def moved(url: str) -> str:
        return url.replace(host, f"www.{name}.example")

    packaged = yaml.safe_load((PACKAGED / f"{source.like}.yml").read_text("utf-8"))
    listings = [entry for entry in packaged["listings"] if entry["url"].replace(".gov.cn", ".example") == source.listing]
    return replace(
        source,
        id=name,
        listing=moved(source.listing),
        statements=tuple(replace(each, id=f"{name}_{each.id}", address=moved(each.address)) for each in source.statements),
        declare={**declare, "listings": [{**entry, "url": moved(source.listing)} for entry in listings]},
    )
