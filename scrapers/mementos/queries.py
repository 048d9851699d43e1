"""What to ask a web archive's index for, so that it names a source's pages and little else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from scrapers.source import Source


@dataclass(frozen=True, slots=True)
class Query:
    """One question to a CDX server."""

    url: str  # without scheme: host and, for a prefix, the beginning of the path
    match: Literal["exact", "prefix", "host", "domain"] = "exact"


def queries_of(source: Source) -> tuple[Query, ...]:
    """The fewest questions that cover a source: its hosts, narrowed to the literal beginnings of its `paths`.

    Archives index www.example.org and example.org as one; so do these.
    """
    beginnings = sorted({literal_beginning(pattern) for pattern in source.paths}) or ["/"]
    covering = [path for path in beginnings if not any(path != other and path.startswith(other) for other in beginnings)]
    found: dict[Query, None] = {}
    for host in source.hosts:
        if host.startswith("*."):
            found[Query(host[2:], "domain")] = None
            continue
        bare = host.removeprefix("www.")
        for path in covering:
            found[Query(bare, "host") if path in {"", "/"} else Query(bare + path, "prefix")] = None
    return tuple(found)


def literal_beginning(pattern: str) -> str:
    r"""What every match of a regular expression begins with, as far as it is plain characters.

    >>> literal_beginning("/mfa_eng/"), literal_beginning(r"/eng/\d+"), literal_beginning("/a?b"), literal_beginning("/a|/b")
    ('/mfa_eng/', '/eng/', '/', '')
    """
    if "|" in pattern:
        return ""
    literal = re.match(r"\^?((?:[\w/~%=&,;:@!'-]|\\[.\-/_])*)", pattern)
    found = literal.group(1) if literal else ""
    if literal and pattern[literal.end() :].startswith(("?", "*", "{")):
        found = re.sub(r"\\?.$", "", found)
    return found.replace("\\", "")
