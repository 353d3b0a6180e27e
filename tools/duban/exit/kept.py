"""What was read of a ledger → every file of it with its data as it was written, the record's and the registry's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.filing import identity_at, kind_at
from duban.load import Readings
from duban.model import Data
from duban.parse import parse
from duban.registry import schema_names
from duban.schema import Field, Schemas


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: its path, what its record is called (its path, for the registry), its field and its data."""

    path: str
    identity: str
    root: Field
    data: Data

    @property
    def page(self) -> str:
        """Where its page lies among the pages, and its JSON among the JSON, without the ending."""
        return self.path.removesuffix(".yml")


def records(readings: Readings, schemas: Schemas) -> Iterator[Kept]:
    """Every file of the record that can be read, by path."""
    for path, reading in sorted(readings.records):
        if reading.data:
            yield Kept(path, identity_at(path), schemas.field(kind_at(path)), reading.data())


def registry(readings: Readings, schemas: Schemas) -> Iterator[Kept]:
    """Every file of the registry that can be read, by path."""
    for path, name in sorted(schema_names(readings.tree).items()):
        data = parse(path, readings.tree[path])[0] if path in readings.tree else None
        if data is not None:
            yield Kept(path, path, schemas.field(name), data)


def unreadable(readings: Readings) -> list[str]:
    """The files of the record that can't be read; they are kept as they are and stand in no table."""
    return sorted(path for path, reading in readings.records if not reading.valid)
