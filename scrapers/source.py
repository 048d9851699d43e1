"""Sources: one ministry's site in one language, declared in one YAML file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from schemas import declarations
from schemas.errors import DeclarationError, UnknownSource
from scrapers.mistakes import refuse_mistakes, strings

PACKAGED = Path(__file__).parent / "sources"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "/~!$&'()*+,;=:@-._"  # RFC 3986: what a path may hold unescaped


@dataclass(frozen=True, slots=True)
class Paging:
    """How the further pages of a listing are addressed."""

    url: str  # relative to the listing, with {page}
    first: int = 1  # the number of the second page
    count: str | None = None  # searched in the listing's source; group 1 is the number of pages
    most: int = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """An index page, feed or sitemap that names statements."""

    url: str
    select: str = "a"
    kind: Literal["html", "feed", "sitemap"] = "html"
    match: str | None = None  # only links whose absolute URL matches
    title: str | None = None  # the link's attribute that holds the title; None: its text
    published: str | None = None  # searched in the text around the link; group 1 is the date
    paging: Paging | None = None
    verified: bool = True


@dataclass(frozen=True, slots=True)
class LayoutRule:
    """How a source arranged a statement up to a date: selectors, and a class only where they do not suffice."""

    name: str
    select: tuple[str, ...]
    title: tuple[str, ...]
    published: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    trim_title: str | None = None
    until: date | None = None  # the last day of captures in this layout
    code: str | None = None  # "module.Class" under scrapers.layouts
    verified: bool = True


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What makes two URLs of a source the same address."""

    scheme: Literal["https", "http"] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False)
    keep_query: tuple[str, ...] = ()
    keep_anchor: bool = False


@dataclass(frozen=True)
class Source:
    """One ministry's site in one language, as its YAML file declares it."""

    id: str
    title: str
    country: str
    language: str
    hosts: tuple[str, ...]
    watched_since: date
    layouts: tuple[LayoutRule, ...]
    short_title: str = ""  # of the ministry, for the subject of a mail; the title where the file has none
    timezone: str = "UTC"
    schedule: str = "*/30 * * * *"
    poll_seconds: float = 60.0  # between two looks of the listing watcher
    alert_from: date | None = None
    owner: str = "operator"
    paths: tuple[str, ...] = ()
    host_group: str = ""
    delay_seconds: float = 2.0
    listings: tuple[Listing, ...] = ()
    address: AddressRules = field(default_factory=AddressRules)
    identity: str | None = None
    same_as: tuple[tuple[str, ...], ...] = ()
    expect: Mapping[str, Any] = field(default_factory=dict, hash=False)
    revisit: Mapping[str, Any] = field(default_factory=dict, hash=False)
    runbook: str = ""
    sha256: str = ""  # of the declaration's bytes; recorded with each batch that used it
    path: Path | None = None

    def __hash__(self) -> int:
        return hash((self.id, self.sha256))

    @property
    def verified(self) -> bool:
        """Whether somebody has seen every selector of this source work on real pages."""
        return all(rule.verified for rule in self.layouts) and all(listing.verified for listing in self.listings)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the ministry dates its pages."""
        return ZoneInfo(self.timezone)

    @cached_property
    def _path_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.paths)

    def owns_host(self, netloc: str) -> bool:
        """Whether `netloc` (a host, with a port where it is not the scheme's own) is one of the source's hosts."""
        netloc = netloc.lower()
        return any(netloc.endswith(host[1:]) if host.startswith("*.") else netloc == host for host in self.hosts)

    def takes(self, url: str) -> bool:
        """Whether `url` lies on the source's hosts and under its paths."""
        try:
            _, netloc, path = _parts(url)
        except ValueError:
            return False
        return self.owns_host(netloc) and (not self.paths or any(pattern.match(path) for pattern in self._path_patterns))


def load_source(path: Path) -> Source:
    """The source declared in `path`; its id is the file's stem.

    Raises:
        DeclarationError: with file, line and key of every mistake.
    """
    raw = declarations.read(path, "source")
    layouts = tuple(_layout(rule) for rule in raw["layouts"])
    refuse_mistakes(path, raw)
    address = raw.get("address", {})
    return Source(
        id=path.stem,
        title=raw["title"],
        country=raw["country"],
        language=raw["language"],
        hosts=tuple(raw["hosts"]),
        watched_since=_day(raw["watched_since"]),
        layouts=layouts,
        short_title=raw.get("short_title", raw["title"]),
        timezone=raw.get("timezone", Source.timezone),
        schedule=raw.get("schedule", Source.schedule),
        poll_seconds=float(raw.get("poll_seconds", Source.poll_seconds)),
        alert_from=_day(raw["alert_from"]) if "alert_from" in raw else None,
        owner=raw.get("owner", Source.owner),
        paths=tuple(raw.get("paths", ())),
        host_group=raw.get("host_group", path.stem),
        delay_seconds=float(raw.get("delay_seconds", Source.delay_seconds)),
        listings=tuple(_listing(entry) for entry in raw.get("listings", [])),
        address=AddressRules(
            scheme=address.get("scheme"),
            aliases={found.lower(): ours.lower() for found, ours in address.get("aliases", {}).items()},
            keep_query=tuple(address.get("keep_query", ())),
            keep_anchor=address.get("keep_anchor", False),
        ),
        identity=raw.get("identity"),
        same_as=tuple(tuple(group) for group in raw.get("same_as", [])),
        expect=raw.get("expect", {}),
        revisit=raw.get("revisit", {}),
        runbook=raw.get("runbook", ""),
        sha256=declarations.file_sha256(path),
        path=path,
    )


def load_sources(config: Path | None = None, on_error: Callable[[str, DeclarationError], None] | None = None) -> tuple[Source, ...]:
    """Every declared source, by id: those of `config/sources` stand for packaged ones of the same name.

    Args:
        config: the folder of declarations looked at first (STATEMENTS_CONFIG).
        on_error: called with the id of each source that cannot be read, which is then missing; None raises instead.
    """
    sources = []
    for name, path in declarations.found("sources", PACKAGED, config).items():
        try:
            sources.append(load_source(path))
        except DeclarationError as error:
            if on_error is None:
                raise
            on_error(name, error)
    return tuple(sources)


def source_named(name: str, config: Path | None = None) -> Source:
    """The source with this id; no other declaration is read.

    Raises:
        UnknownSource: no file declares it.
        DeclarationError: its file has a mistake.
    """
    paths = declarations.found("sources", PACKAGED, config)
    if name not in paths:
        raise UnknownSource(f"No source is called {name!r}; declared are {', '.join(paths)}. Add {name}.yml to sources/ of STATEMENTS_CONFIG.")
    return load_source(paths[name])


def source_for(url: str, sources: Iterable[Source]) -> Source | None:
    """The source that takes `url`: of several, the one that says more about its paths and names the host outright."""
    taking = [source for source in sources if source.takes(url)]
    return max(taking, key=lambda s: (bool(s.paths), not any(host.startswith("*.") for host in s.hosts)), default=None)


def normalise(source: Source | None, url: str) -> str:
    """The address of `url`: what its captures are folded under. Normalising an address gives the address.

    Raises:
        ValueError: `url` is not absolute, or not http(s).
    """
    rules = source.address if source else AddressRules(keep_anchor=False)
    scheme, netloc, path = _parts(url)
    parts = urlsplit(url.strip())
    pairs = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if source is None or key in rules.keep_query]
    if rules.scheme:
        scheme = rules.scheme
    return urlunsplit((scheme, rules.aliases.get(netloc, netloc), path, urlencode(sorted(pairs)), parts.fragment if rules.keep_anchor else ""))


def statement_key(source: Source, address: str) -> str:
    """What the facts of the declaration tie an address to: its `same_as` group, else its identity, else itself."""
    for group in source.same_as:
        members = {normalise(source, url) for url in group}
        if address in members:
            address = min(members)
            break
    found = re.search(source.identity, address) if source.identity else None
    if not found:
        return f"{source.id}:{address}"
    return f"{source.id}:{':'.join(part for part in found.groups() if part) or found.group()}"


@lru_cache(maxsize=16384)  # the same addresses are asked about again and again
def _parts(url: str) -> tuple[str, str, str]:
    """Scheme, host with an unusual port, and path, each in its one spelling."""
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is not an absolute http(s) URL")
    netloc = parts.hostname.rstrip(".")
    if parts.port and parts.port not in _DEFAULT_PORTS.values():
        netloc = f"{netloc}:{parts.port}"
    steps: list[str] = []
    for step in parts.path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(quote(unquote(step, errors="surrogateescape"), safe=_SAFE.replace("/", ""), errors="surrogateescape"))
    trailing = "/" if steps and parts.path.endswith(("/", "/.", "/..")) else ""
    return scheme, netloc, "/" + "/".join(steps) + trailing


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _layout(rule: Mapping[str, Any]) -> LayoutRule:
    many = {key: strings(rule.get(key)) for key in ("select", "title", "published", "remove", "boilerplate")}
    return LayoutRule(
        name=rule["name"],
        **many,
        trim_title=rule.get("trim_title"),
        until=_day(rule["until"]) if "until" in rule else None,
        code=rule.get("code"),
        verified=rule.get("verified", True),
    )


def _listing(entry: Mapping[str, Any]) -> Listing:
    paging = entry.get("paging")
    return Listing(**{**entry, "paging": Paging(**paging) if paging else None})
