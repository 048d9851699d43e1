"""The word lists by which positions are read: issues, stance vocabulary and parties, from YAML, under one hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from schemas import declarations
from schemas.errors import DeclarationError
from schemas.records import Ladder, digest
from statements.positions.phrases import PhraseError, Phrases
from statements.positions.shading import Shades

RULES_VERSION = 2  # raise by hand when the code of this package reads an old text differently

_HERE = Path(__file__).parent
_NAMES = Path(str(files("scrapers") / "parties.yml"))

Kind = Literal["stance", "promise", "action", "deed", "judgement", "report", "booster", "hedge", "scope", "negation", "ignored"]
Sign = Literal["support", "oppose", "neutral", "open"]
NamingKind = Literal["mention", "echo", "claim", "unless", "place", "style"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase of the stance vocabulary. `rule` is what a cue shows a reviewer: its list and the phrase as written."""

    kind: Kind
    rule: str
    ladder: Ladder = "position"
    level: int = 0
    polarity: Sign = "open"
    caps: bool = False


@dataclass(frozen=True, slots=True)
class Naming:
    """What a phrase of an issue file stands for: the issue, or a facet, which counts only where its parent is spoken of."""

    issue: str
    kind: NamingKind
    parent: str | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """A subject that a desk follows. A facet's id is `parent.facet`."""

    id: str
    title: str
    parent: str | None
    valence: Literal["support", "oppose"]
    examples: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()  # its phrases in plain words, for suggestions


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whom a phrase names: a party, a body, all or both of the parties, the one who spoke last, or a bystander."""

    kind: Literal["party", "body", "both", "everyone", "last", "bystander"]
    name: str = ""
    adjective: bool = False


@dataclass(frozen=True, slots=True)
class Stance:
    """The stance vocabulary of one language, compiled."""

    language: str
    cues: Phrases[Entry]
    counters: Phrases[str]
    anaphors: Phrases[str]
    speakers: Phrases[Speaker]
    roles: frozenset[str]
    prepositions: frozenset[str]
    auxiliaries: frozenset[str]
    coordinators: frozenset[str]
    shades: Shades


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """All word lists of one run, frozen. Two lexicons with the same `sha256` read every text alike."""

    sha256: str
    issues: Mapping[str, Issue]
    namings: Mapping[str, Phrases[Naming]]  # by language
    stances: Mapping[str, Stance]  # by language
    names: Mapping[str, str]  # a party's other names, folded to lower case, to the name it is listed under
    adjectives: Mapping[str, str]  # "chinese" to China
    bodies: Mapping[str, frozenset[str]]  # with their members, where they are listed


def load(folder: Path | None = None, config: Path | None = None) -> Lexicon:
    """Read issues, stance vocabulary and parties.

    Issues are those of the package and of `config/issues` (the same id replaces); `folder` stands in place of both.
    `config/stances` and `config/parties.yml` replace the package's files of the same name. Unchanged files are compiled once.

    Raises:
        DeclarationError: a file breaks its schema or a phrase cannot be read; the message holds file, line and key.
    """
    if folder is not None:
        if not folder.is_dir():
            raise DeclarationError(f"{folder}: no folder of issue files (*.yml) is here.")
        issues = {path.stem: path for path in sorted(folder.glob("*.yml"))}
        if not issues:
            raise DeclarationError(f"{folder}: holds no issue file (*.yml).")
    else:
        issues = declarations.found("issues", _HERE / "issues", config)
    stances = declarations.found("stances", _HERE / "stances", config)
    own = config / "parties.yml" if config else None
    parties = own if own and own.is_file() else _HERE / "parties.yml"
    read = (*(("issue", id_, path) for id_, path in issues.items()), *(("stance", id_, path) for id_, path in stances.items()))
    every = (*read, ("parties", "parties", parties))
    return _compiled(every, tuple(declarations.file_sha256(path) for _, _, path in every))


@lru_cache(maxsize=8)
def _compiled(paths: tuple[tuple[str, str, Path], ...], hashes: tuple[str, ...]) -> Lexicon:
    read = {(schema, id_): (path, declarations.read(path, schema)) for schema, id_, path in paths}
    named: dict[str, list[tuple[str, Naming]]] = {}
    issues: dict[str, Issue] = {}
    for (schema, id_), (path, value) in read.items():
        if schema == "issue":
            issues.update({issue.id: issue for issue in _issues(id_, value)})
            for language, phrase, naming in _namings(id_, value):
                _checked(path, phrase)
                named.setdefault(language, []).append((phrase, naming))
    parties = _parties(read["parties", "parties"][1])
    stances = {id_: _stance(id_, path, value, parties) for (schema, id_), (path, value) in read.items() if schema == "stance"}
    names = {other.casefold(): party.name for party in parties for other in (party.name, *party.names)}
    sha256 = digest(
        "lexicon", RULES_VERSION, declarations.file_sha256(_NAMES), [(schema, id_, sha) for (schema, id_, _), sha in zip(paths, hashes, strict=True)]
    )
    namings = {language: Phrases(phrases) for language, phrases in named.items()}
    adjectives = {adjective.casefold(): party.name for party in parties for adjective in party.adjectives}
    return Lexicon(sha256, issues, namings, stances, names, adjectives, {party.name: party.members for party in parties if party.is_body})


def _issues(id_: str, value: dict[str, Any]) -> Iterator[Issue]:
    yield Issue(id_, value["title"], None, value.get("valence", "support"), tuple(value.get("examples", ())), _wordings(value))
    for facet, entry in value.get("facets", {}).items():
        valence = entry.get("valence", value.get("valence", "support"))
        yield Issue(f"{id_}.{facet}", entry["title"], id_, valence, (), _wordings(entry))


def _wordings(value: dict[str, Any]) -> tuple[str, ...]:
    phrases = [phrase for kind in ("mentions", "claims") for phrase in value.get(kind, {}).get("en", ())]
    return (value["title"], *(" ".join(phrase.translate(str.maketrans("()[]|*~…", "        ")).split()) for phrase in phrases))


def _namings(id_: str, value: dict[str, Any]) -> Iterator[tuple[str, str, Naming]]:
    places = [(id_, None, value), *((f"{id_}.{facet}", id_, entry) for facet, entry in value.get("facets", {}).items())]
    for issue, parent, entry in places:
        for key, kind in _NAMING_KEYS.items():
            for language, phrases in entry.get(key, {}).items():
                for phrase in phrases:
                    yield language, phrase, Naming(issue, kind, parent, f"{'style' if kind == 'style' else issue}: {phrase}")


_NAMING_KEYS: dict[str, NamingKind] = {
    "mentions": "mention",
    "places": "place",
    "styles": "style",
    "echoes": "echo",
    "claims": "claim",
    "unless": "unless",
}
_PLAIN_KINDS: tuple[tuple[str, Kind], ...] = (
    ("ignored", "ignored"),
    ("reports", "report"),
    ("negations", "negation"),
    ("boosters", "booster"),
    ("hedges", "hedge"),
    ("scope", "scope"),
)


def _stance(language: str, path: Path, value: dict[str, Any], parties: list[_Party]) -> Stance:
    irregular = value.get("irregular", {})
    cues: list[tuple[str, Entry]] = []
    for cue in value["cues"]:
        for phrase in cue["phrases"]:
            rule = f"{cue['ladder']} {cue['level']}: {phrase}"
            cues.append((phrase, Entry(cue["kind"], rule, cue["ladder"], cue["level"], cue["polarity"], cue.get("caps", False))))
    for key, kind in _PLAIN_KINDS:
        cues += [(phrase, Entry(kind, f"{kind}: {phrase}")) for phrase in value.get(key, ())]
    for phrase, _ in cues:
        _checked(path, phrase, irregular)
    speakers: list[tuple[str, Speaker]] = []
    for party in parties:
        speakers += [(name, Speaker("body" if party.is_body else "party", party.name)) for name in party.names]
        speakers += [(adjective, Speaker("party", party.name, adjective=True)) for adjective in party.adjectives]
    words = value.get("speakers", {})
    speakers += [(phrase, Speaker("both")) for phrase in words.get("both", ())]
    speakers += [(phrase, Speaker("everyone")) for phrase in words.get("everyone", ())]
    speakers += [(phrase, Speaker("last")) for phrase in words.get("last", ())]
    speakers += [(phrase, Speaker("bystander")) for phrase in words.get("bystanders", ())]
    return Stance(
        language=language,
        cues=Phrases(cues, irregular),
        counters=Phrases([(phrase, phrase) for phrase in value.get("counters", ())], irregular),
        anaphors=Phrases([(phrase, phrase) for phrase in value.get("anaphors", ())], irregular),
        speakers=Phrases(speakers, irregular),
        roles=frozenset(value.get("roles", ())),
        prepositions=frozenset(value.get("prepositions", ())),
        auxiliaries=frozenset(value.get("auxiliaries", ())),
        coordinators=frozenset(value.get("coordinators", ())),
        shades=_shades(value),
    )


def _shades(value: dict[str, Any]) -> Shades:
    negations = {word for phrase in value.get("negations", ()) if "'" not in phrase for word in phrase.strip("()").split("|")}
    degrees, auxiliaries, fillers = (frozenset(value.get(key, ())) for key in ("degrees", "auxiliaries", "fillers"))
    return Shades(value.get("modals", {}), degrees, frozenset(negations), auxiliaries, fillers)


@dataclass(frozen=True, slots=True)
class _Party:
    name: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    is_body: bool
    members: frozenset[str] = frozenset()


def _parties(said: dict[str, Any]) -> list[_Party]:
    """The parties as pages name them, with what this package adds: adjectives told apart, capitals and long forms."""
    known: dict[str, list[str]] = yaml.safe_load(_NAMES.read_text("utf-8"))
    parties = []
    for is_body, group in ((False, said["parties"]), (True, said["bodies"])):
        for name, entry in group.items():
            adjectives = tuple(entry.get("adjectives", ()))
            written = [word for word in (name, *known.get(name, ()), *entry.get("also", ())) if not word.endswith("-") and len(word) > 1]
            parties.append(
                _Party(
                    name,
                    tuple(dict.fromkeys(word for word in written if word not in adjectives)),
                    adjectives,
                    is_body,
                    frozenset(entry.get("members", ())),
                )
            )
    return parties


def _checked(path: Path, phrase: str, irregular: Mapping[str, list[str]] | None = None) -> None:
    try:
        Phrases([(phrase, None)], irregular)
    except PhraseError as error:
        line = next((n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if phrase in text), 1)
        raise DeclarationError(f"{path}:{line}: {error}.") from error
