"""Drafts and whole records → files of items, judged as the check would, alone and then with the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from duban.filing import is_in_place
from duban.finding import Finding
from duban.importing.draft import Draft
from duban.importing.known import Source, rows_text
from duban.load import Readings, place
from duban.model import Data
from duban.numbering import free_ids, path_of
from duban.reader import Reader, Reading
from duban.record import UNCLASSIFIED
from duban.required import required_roles
from duban.schema import Field
from duban.writing import file_text

State = Literal["new", "known", "changed", "refused"]
"""Of a matter: written as an item, in the ledger already as it is or otherwise, or not fit to be an item."""
STATES: tuple[State, ...] = ("new", "known", "changed", "refused")


@dataclass(frozen=True)
class Office:
    """Who imports, on which ISO day, into what. ``lines`` are the cells that an export of the ledger has now.

    They go by item id and by a head as ``head_key`` has it; ``exported`` are the fields by such a head.
    """

    readings: Readings
    day: str
    by: str
    exported: Mapping[str, str] = field(default_factory=dict)
    lines: Callable[[], Mapping[str, Mapping[str, str]]] = dict


@dataclass
class Made:
    """One matter of the file: what became of it, and the file it is to be, as the check reads that."""

    state: State
    draft: Draft
    id: str = ""
    content: bytes = b""
    findings: tuple[Finding, ...] = ()
    reading: Reading | None = None

    @property
    def path(self) -> str:
        """Where its file stands in the ledger."""
        return path_of(self.id)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The required fields that it has not, by their place: ``intake/received_on``."""
        problems = self.reading.problems if self.reading else ()
        missing = (one for one in problems if one.code == "D101")
        return tuple("/".join(str(part) for part in (*one.pointer, one.details["field"])) for one in missing)


class Maker:
    """Makes items for one office's ledger of what one file says."""

    def __init__(self, office: Office, source: Source, reader: Reader, root: Field) -> None:
        self._office, self._source, self._reader, self._root = office, source, reader, root
        self._taken = {reading.facts.id for reading in office.readings.items.values()}
        self._free: dict[str, Iterator[str]] = {}
        self._next: dict[str, str] = {}

    def item(self, draft: Draft) -> Made:
        """The draft as an item with a number of its own; refused, it leaves the number to the next."""
        return self._judged(draft, self._complete(draft))

    def whole(self, draft: Draft) -> Made:
        """A whole record as it is; what has no id of an item's is refused."""
        identity = str(draft.data.get("id", ""))
        if not is_in_place(path_of(identity)):
            return Made("refused", draft)
        return self._judged(draft, draft.data)

    def judge_together(self, items: Sequence[Made]) -> None:
        """What is wrong between new files and the ledger; whoever breaks a rule is not written, until none does."""
        readings = self._office.readings
        while new := {made.path: made for made in items if made.state == "new"}:
            read = {path: made.reading for path, made in new.items() if made.reading}
            tree = {**readings.tree, **{path: made.content for path, made in new.items()}}
            if not self._refused(replace(readings, tree=tree, items={**readings.items, **read}), new):
                return

    def _refused(self, together: Readings, new: Mapping[str, Made]) -> bool:
        broken = False
        for finding in together.findings(self._office.day):
            made = new.get(finding.path)
            if made is not None and finding not in made.findings:
                made.findings = (*made.findings, finding)
                if finding.severity == "error":
                    made.state, broken = "refused", True
        return broken

    def _judged(self, draft: Draft, data: Data) -> Made:
        identity = str(data["id"])
        path, content = path_of(identity), file_text(data, self._root).encode()
        reading = self._reader.item(path, content)
        problems = [one for one in reading.problems if one.holds_on(self._office.day)]
        findings = (*reading.syntax, *(place(path, content, problems) if problems else ()))
        if any(one.severity == "error" for one in findings):
            return Made("refused", draft, identity, content, findings, reading)
        self._taken.add(identity)
        return Made("new", draft, identity, content, findings, reading)

    def _complete(self, draft: Draft) -> Data:
        """The draft's data with its id, its source, who transcribed it and who must sign that."""
        office, data = self._office, draft.data
        intake = data.setdefault("intake", {})
        intake.setdefault("received_by", office.by)
        intake.setdefault("signed", self._signed(data))
        data.setdefault("secrecy", UNCLASSIFIED)
        before = data.get("transcribed", {})
        data["transcribed"] = {
            "file": self._source.file,
            "sha256": self._source.sha256,
            "sheet": draft.sheet,
            "rows": rows_text(draft.rows),
            "on": office.day,
            "by": office.by,
            **before,
            "cells": draft.cells,
        }
        year = str(intake.get("received_on", ""))[:4] or office.day[:4]
        asked = str(data.get("id", ""))
        is_free = is_in_place(path_of(asked)) and asked not in self._taken and asked[:4] == year
        data["id"] = asked if is_free else self._number(year)
        return data

    def _signed(self, data: Data) -> list[dict[str, str]]:
        """The seats of the intake: the transcriber answers for it on the day of the transcription, not of old."""
        registry, day, by = self._office.readings.registry, self._office.day, self._office.by
        signed = []
        for role in required_roles(registry.policy, "intake", data, day):
            name = role.partition("@")[0]
            person = registry.people.get(by)
            holder = by if person is not None and person.holds(name, day) else registry.holder(name, day)
            signed.append({"role": name, "by": holder or by, "on": day})
        return signed

    def _number(self, year: str) -> str:
        """The first free id of a year; the same again until it is taken."""
        if year not in self._free:
            self._free[year] = free_ids(self._taken, year)
            self._next[year] = next(self._free[year])
        while self._next[year] in self._taken:
            self._next[year] = next(self._free[year])
        return self._next[year]


def codes_of(findings: Collection[Finding]) -> str:
    """The codes of findings, each once."""
    return "、".join(dict.fromkeys(one.code for one in findings))
