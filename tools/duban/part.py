"""A path → the part of the house it belongs to: the record, or one of the parts that the record is judged by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from duban.filing import FOLDERS as RECORDS

Part = Literal["record", "scans", "registry", "policy", "schemas", "tools", "workflows"]
"""A part of the house: the record itself, the scans of what was signed on paper, or what it is judged by."""
PARTS: tuple[Part, ...] = get_args(Part)
RULES: tuple[Part, ...] = PARTS[2:]
"""The parts that say how the record is judged: they never change together with it."""
SCANS = "scans/"
FOLDERS: tuple[tuple[str, Part], ...] = (
    *((folder, "record") for folder in RECORDS),
    (SCANS, "scans"),
    ("registry/policy.yml", "policy"),
    ("registry/", "registry"),
    ("schemas/", "schemas"),
    (".github/", "workflows"),
    (".gitea/", "workflows"),
    (".forgejo/", "workflows"),
    (".gitlab-ci.yml", "workflows"),
    (".gitlab/", "workflows"),
    (".ci/", "workflows"),
)
"""What a path starts with and the part that makes it, in the order they are asked."""


def part_of(path: str) -> Part:
    """The part of the house that a file belongs to; what is nowhere else is a tool."""
    return next((part for start, part in FOLDERS if path.startswith(start)), "tools")


def parts_of(paths: Iterable[str]) -> dict[Part, tuple[str, ...]]:
    """The parts in which files moved, each with its paths, in the order of PARTS."""
    found: dict[Part, list[str]] = {}
    for path in sorted(paths):
        found.setdefault(part_of(path), []).append(path)
    return {part: tuple(found[part]) for part in PARTS if part in found}
