"""The recorded pages of the corpus as a site can serve them again, each under its own URL."""

from __future__ import annotations

import json
import os
from pathlib import Path

from statements.demo.site import Page

ROOT = Path(__file__).resolve().parent.parent


def replayed() -> dict[str, Page]:
    """Every recorded page of pages/cn_mfa_2020 by its URL, a folder's default page by the folder's too; empty where there is no corpus."""
    folder = Path(os.environ.get("STATEMENTS_CORPUS") or ROOT.parent / "shared") / "pages" / "cn_mfa_2020"
    if not folder.is_dir():
        return {}
    pages = {}
    for line in (folder / "index.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        headers = dict(header.split(": ", 1) for header in entry["response_headers"] if ": " in header)
        page = Page((folder / entry["file"]).read_bytes(), headers.get("Content-Type", "text/html"))
        pages |= {entry["url"]: page, entry["url"].removesuffix("default.shtml"): page}
    return pages
