"""A path in the ledger → the kind of record that lies there, and the id that its place gives it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

RecordKind = Literal["item", "report", "assessment"]
"""A kind of record, and the name of the schema that describes it."""
FOLDERS: Mapping[str, RecordKind] = {"items/": "item", "reports/": "report", "assessments/": "assessment"}
"""What is signed, entry by entry: wherever one of these folders is read, compared or audited, all of them are."""
NAMES: tuple[str, ...] = tuple(folder.removesuffix("/") for folder in FOLDERS)
EXAMPLES: Mapping[str, str] = {
    "items/": "items/2019/2019-0001.yml",
    "reports/": "reports/2019/001.yml",
    "assessments/": "assessments/2019.yml",
}
_PLACES = re.compile(
    r"(?:items/\d{4}/\d{4}-(?:\d{4}|[1-9]\d{4,5})|reports/\d{4}/[A-Z]?\d{3}|assessments/(?:19|20)\d{2})\.yml\Z",
    re.ASCII,
)

_YEAR = re.compile(r"\d{4}\Z", re.ASCII)


def is_record(path: str) -> bool:
    """Whether a file lies in a folder of records, whatever it is called."""
    return path.startswith(tuple(FOLDERS))


def is_in_place(path: str) -> bool:
    """Whether a record's file lies and is called as it must be to be read."""
    return _PLACES.match(path) is not None


def kind_at(path: str) -> RecordKind:
    """The kind of record that lies at a path in one of the folders."""
    return next(kind for folder, kind in FOLDERS.items() if path.startswith(folder))


def identity_at(path: str) -> str:
    """The id that a file's place gives it: of an item ``2019-0051``, of a report ``2019/087``, of a year ``2019``."""
    name = path.removesuffix(".yml")
    return name.removeprefix("reports/") if path.startswith("reports/") else name.rpartition("/")[2]


def kind_of(identity: str) -> RecordKind:
    """The kind of record that an id is of."""
    if "/" in identity:
        return "report"
    return "assessment" if _YEAR.match(identity) else "item"
