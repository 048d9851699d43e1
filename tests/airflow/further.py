"""Further sources for the running Airflow: one whose listing is watched closely, one that only a web archive remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.source import PACKAGED
from statements.demo.site import Page
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


def write_warc(path: Path, captures: Mapping[date, Mapping[str, Page]]) -> Path:
    """A WARC file with a capture, at noon of each day, of all pages that are no redirect."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for day, pages in sorted(captures.items()):
            stamp = f"{day}T12:00:00Z"
            for url, page in sorted(pages.items()):
                if page.redirect is None:
                    head = StatusAndHeaders("200 OK", [("Content-Type", page.content_type)], protocol="HTTP/1.1")
                    body = BytesIO(page.body)
                    fields = {"WARC-Date": stamp}
                    writer.write_record(writer.create_warc_record(url, "response", body, len(page.body), http_headers=head, warc_headers_dict=fields))
    return path
