"""Read YAML declarations against a JSON Schema, so that a mistake is told with file, line and key."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from schemas.errors import DeclarationError


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2's booleans: `country: NO` is Norway, and `yes` a word."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_HERE = Path(__file__).parent


def read(path: Path, schema: str) -> dict[str, Any]:
    """Return the declaration in `path`, valid against `schemas/<schema>.schema.json`.

    Dates stay `datetime.date` for the caller and are ISO strings for the schema.

    Raises:
        DeclarationError: the file is missing, is not YAML, repeats a key, or breaks the schema.
            The message is "file:line: key: what is wrong", one line for each mistake.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path}: cannot be read ({error}).") from error
    try:
        root = yaml.compose(text, Loader=_Loader)
        value = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise DeclarationError(f"{path}:{line}: not YAML: {getattr(error, 'problem', None) or error}.") from error
    if not isinstance(value, dict) or root is None:
        raise DeclarationError(f"{path}:1: a declaration is a mapping of keys to values; this file holds {type(value).__name__}.")
    repeated = _repeated_keys(root)
    mistakes = [f"{path}:{line}: {key}: this key stands twice." for line, key in repeated]
    broken = sorted(_validator(schema).iter_errors(json.loads(json.dumps(value, default=str))), key=lambda e: list(map(str, e.absolute_path)))
    for breach in broken:
        where = list(breach.absolute_path)
        if breach.validator == "additionalProperties" and isinstance(breach.instance, dict):
            known = set(breach.schema.get("properties", {}))
            for extra in (key for key in breach.instance if key not in known):
                there = [*where, extra]
                mistakes.append(f"{path}:{_line(root, there)}: {_dotted(there)}: unknown key; known are {', '.join(sorted(known))}.")
        else:
            mistakes.append(f"{path}:{_line(root, where)}: {_dotted(where) or 'the file'}: {breach.message}.")
    if mistakes:
        raise DeclarationError("\n".join(mistakes))
    return value


def mistake(path: Path, where: Sequence[object], what: str) -> DeclarationError:
    """The error for a mistake that no schema can tell, at the key `where` leads to: "file:line: key: what"."""
    root = yaml.compose(path.read_text("utf-8"), Loader=_Loader)
    return DeclarationError(f"{path}:{_line(root, where) if root else 1}: {_dotted(where)}: {what}.")


def file_sha256(path: Path) -> str:
    """Hash of a declaration's bytes, recorded with each batch that used it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def found(folder: str, packaged: Path, config: Path | None, suffix: str = ".yml") -> dict[str, Path]:
    """Declarations by id (the file's stem): those in `config/folder` first, then those in the package."""
    paths: dict[str, Path] = {}
    for place in [packaged, *([config / folder] if config else [])]:
        if place.is_dir():
            paths.update({path.stem: path for path in sorted(place.glob(f"*{suffix}"))})
    return dict(sorted(paths.items()))


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((_HERE / f"{schema}.schema.json").read_text("utf-8")))


def _dotted(where: Sequence[object]) -> str:
    return ".".join(map(str, where))


def _line(node: yaml.Node, where: Sequence[object]) -> int:
    """The line (from 1) of the node at `where`, or of its nearest ancestor."""
    line = node.start_mark.line
    for step in where:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, node = key.start_mark.line, value
                    break
            else:
                break
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return int(line) + 1


def _repeated_keys(node: yaml.Node) -> list[tuple[int, str]]:
    repeated: list[tuple[int, str]] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                repeated.append((key.start_mark.line + 1, str(key.value)))
            seen.add(key.value)
            repeated += _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            repeated += _repeated_keys(value)
    return repeated
