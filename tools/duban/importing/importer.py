"""A file's sheets, a saved mapping and a ledger → what would be written, and what becomes of every cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from duban.finding import Finding
from duban.importing.columns import Column, columns_of, field_names
from duban.importing.days import year_in
from duban.importing.fate import Doubt, Fate, LeftoverCode, Spot
from duban.importing.grid import Book, Grid, Place, address
from duban.importing.known import Known, Source, changes, content_of, rows_text
from duban.importing.rows import Draft, Drafter
from duban.importing.saved_mapping import SavedMapping
from duban.importing.table import Layout, Table, head_key, layout
from duban.importing.terms import Terms
from duban.importing.words import TITLE
from duban.load import Readings, place
from duban.model import Data
from duban.numbering import free_ids, path_of
from duban.reader import Reader, Reading
from duban.required import required_roles
from duban.schema import Field, Schemas
from duban.writing import file_text

State = Literal["new", "known", "changed", "refused"]
"""Of a row: written as an item, in the ledger already as it is or otherwise, or not fit to be an item."""
_SECRECY = "非涉密"
_FOLDER = "items/"


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
    """One matter of the file: what became of it, the file it is to be, and the fields that it lacks for that."""

    state: State
    draft: Draft
    id: str = ""
    content: bytes = b""
    findings: tuple[Finding, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return path_of(self.id)


@dataclass
class Import:
    """Everything that an import has to tell."""

    source: Source
    columns: list[Column] = field(default_factory=list)
    items: list[Made] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    fates: dict[Spot, Fate] = field(default_factory=dict)
    texts: dict[Spot, str] = field(default_factory=dict)
    tables: int = 0

    def of(self, state: State) -> list[Made]:
        """The matters that came to one end."""
        return [one for one in self.items if one.state == state]

    @property
    def leftovers(self) -> Iterator[tuple[Spot, Fate]]:
        """What found no place, in the order of the file."""
        return ((spot, fate) for spot, fate in self.fates.items() if fate.kind == "leftover")

    @property
    def missing(self) -> dict[str, int]:
        """The fields that rows lack to be items, each with how many."""
        return Counter(name for made in self.of("refused") for name in made.lacks)


def import_book(
    book: Book,
    source: Source,
    office: Office,
    saved: SavedMapping,
    sheet: str = "",
    advance: Callable[[int, int], None] | None = None,
) -> Import:
    """What a file would bring to a ledger. Nothing is written, and every cell has an end."""
    return _Importer(source, office, saved, advance).run(book, sheet)


class _Importer:
    """One import under way."""

    def __init__(
        self, source: Source, office: Office, saved: SavedMapping, advance: Callable[[int, int], None] | None
    ) -> None:
        self._source, self._office, self._saved, self._advance = source, office, saved, advance
        self._schemas = office.readings.schemas or Schemas({})
        self._root: Field = self._schemas.field("item")
        self._terms = Terms(office.readings.registry, saved.values)
        self._names = field_names(self._root)
        self._reader = Reader(self._schemas, office.readings.tree)
        self._made = Import(source)
        self._known = Known(reading.data() for reading in office.readings.items.values() if reading.data)
        self._taken = {reading.facts.id for reading in office.readings.items.values()}
        self._free: dict[str, Iterator[str]] = {}
        self._doubted: set[tuple[Spot, str]] = set()

    def run(self, book: Book, sheet: str) -> Import:
        known = frozenset({*self._names, *self._office.exported})
        layouts = [layout(one, known) for one in book.sheets]
        own = next((one for one in layouts if self._is_export(one)), None)
        drafts: list[tuple[Table, list[Column], Draft]] = []
        for one in layouts:
            self._rows(one)
            reason = self._left_out(one, own, sheet)
            if reason:
                self._leave(one.grid, reason)
            else:
                drafts += self._drafts(one)
        self._ends(drafts)
        self._judged_together()
        self._cells()
        return self._made

    def _is_export(self, one: Layout) -> bool:
        exported = self._office.exported
        return any(all(head_key(head.name) in exported for head in table.heads) for table in one.tables)

    def _left_out(self, one: Layout, own: Layout | None, sheet: str) -> Fate | None:
        """Why nothing is taken from a sheet, None where something is."""
        if sheet:
            return None if one.grid.name == sheet else Fate("leftover", "not_asked")
        if one.grid.hidden:
            return Fate("leftover", "hidden")
        if own is not None and one is not own:
            return Fate("derived", "", own.grid.name)
        return None

    def _rows(self, one: Layout) -> None:
        """Every cell of a sheet by what its row is; what is in a body has no place yet."""
        empty: LeftoverCode = "no_field" if one.tables else "no_table"
        for at, kind in one.kinds.items():
            for column, cell in one.grid.by_row[at].items():
                spot = Spot(one.grid.name, (at, column))
                self._made.texts[spot] = cell.text
                body = kind == "body" or (kind == "title" and not one.tables)
                self._made.fates[spot] = Fate("leftover", empty) if body else Fate(kind)  # type: ignore[arg-type]

    def _leave(self, grid: Grid, fate: Fate) -> None:
        for at in grid.cells:
            self._made.fates[Spot(grid.name, at)] = fate

    def _drafts(self, one: Layout) -> Iterator[tuple[Table, list[Column], Draft]]:
        for table in one.tables:
            columns = [
                *columns_of(table, one.grid, self._saved, self._names, self._office.exported, self._terms, self._root)
            ]
            self._made.columns += columns
            self._made.tables += 1
            if not any(TITLE in column.fields for column in columns):
                self._untitled(table, one.grid)
                continue
            self._unheaded(table, one.grid)
            drafter = Drafter(
                table,
                one.grid,
                columns,
                self._saved,
                self._terms,
                self._root,
                self._office.day,
                year_in(self._source.file),
            )
            for draft in drafter.drafts():
                yield table, columns, draft

    def _untitled(self, table: Table, grid: Grid) -> None:
        """Nobody can tell what the rows are about."""
        for row in table.rows:
            for column in grid.by_row[row]:
                self._made.fates[Spot(grid.name, (row, column))] = Fate("leftover", "no_title")

    def _unheaded(self, table: Table, grid: Grid) -> None:
        headed = {head.column for head in table.heads}
        for row in table.rows:
            for column in grid.by_row[row].keys() - headed:
                self._made.fates[Spot(grid.name, (row, column))] = Fate("leftover", "no_head")

    def _ends(self, drafts: list[tuple[Table, list[Column], Draft]]) -> None:
        """Each draft known, or made an item of and judged by itself."""
        said: dict[str, str] = {}
        for done, (_, columns, draft) in enumerate(drafts):
            if self._advance and done % 100 == 0:
                self._advance(done, len(drafts))
            identity = self._known.found(draft, self._source)
            if identity:
                self._made.items.append(self._compared(columns, draft, identity))
                continue
            content = content_of(draft.data)
            row = f"{draft.sheet}!{draft.rows[0]}"
            if content in said and draft.title:
                self._made.items.append(Made("refused", draft, findings=()))
                self._fate(draft, Fate("leftover", "repeated", said[content]))
                continue
            said[content] = row
            self._made.items.append(self._item(draft))

    def _compared(self, columns: list[Column], draft: Draft, identity: str) -> Made:
        """A row that is in the ledger: what it says otherwise is a doubt, for entries are never written over."""
        before = len(draft.doubts)
        if not self._known.is_same_row(identity, draft, self._source):
            draft.doubts.clear()
            before = 0
            if columns and all(column.reason == "export" for column in columns):
                draft.doubts += self._cells_changed(columns, draft, identity)
            else:
                places = dict(reversed(draft.sources))
                for pointer, new, old in changes(draft, self._known.records[identity]):
                    draft.doubts.append(
                        Doubt(Spot(draft.sheet, places[pointer]), str(new), "changed", str(old or ""), {"id": identity})
                    )
        else:
            draft.doubts.clear()
            before = 0
        return Made("changed" if len(draft.doubts) > before else "known", draft, identity)

    def _cells_changed(self, columns: list[Column], draft: Draft, identity: str) -> Iterator[Doubt]:
        """The cells of an export's line that the ledger's own line has otherwise; what it counts is no change."""
        line = self._office.lines().get(identity, {})
        texts = self._made.texts
        for column in columns:
            spot = Spot(draft.sheet, (draft.rows[0], column.column))
            stands, found = line.get(head_key(column.head), ""), texts.get(spot, "")
            if column.fields != ("computed",) and found != stands:
                yield Doubt(spot, found, "changed", stands, {"id": identity})

    def _item(self, draft: Draft) -> Made:
        """The draft as a file, judged as the check would."""
        data = self._complete(draft)
        path = path_of(data["id"])
        content = file_text(data, self._root).encode()
        reading = self._reader.item(path, content)
        findings = self._findings(path, content, reading)
        if any(one.severity == "error" for one in findings):
            return Made("refused", draft, data["id"], content, findings, _lacking(reading))
        self._taken.add(data["id"])
        return Made("new", draft, data["id"], content, findings)

    def _findings(self, path: str, content: bytes, reading: Reading) -> tuple[Finding, ...]:
        problems = [one for one in reading.problems if one.holds_on(self._office.day)]
        return (*reading.syntax, *place(path, content, problems))

    def _complete(self, draft: Draft) -> Data:
        """The draft's data with its id, its source, who transcribed it and who must sign that."""
        office, data = self._office, draft.data
        intake = data.setdefault("intake", {})
        intake.setdefault("received_by", office.by)
        intake.setdefault("signed", self._signed(data))
        data.setdefault("secrecy", _SECRECY)
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
        data["id"] = asked if asked and asked not in self._taken and asked[:4] == year else self._next(year)
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

    def _next(self, year: str) -> str:
        if year not in self._free:
            self._free[year] = free_ids(self._taken, year)
        return next(one for one in self._free[year] if one not in self._taken)

    def _judged_together(self) -> None:
        """What is wrong between the new files and the ledger; whoever breaks a rule is not written, until none does."""
        readings, day = self._office.readings, self._office.day
        while new := {made.path: made for made in self._made.of("new")}:
            read = {path: self._reader.item(path, made.content) for path, made in new.items()}
            tree = {**readings.tree, **{path: made.content for path, made in new.items()}}
            together = replace(readings, tree=tree, items={**readings.items, **read})
            broken = False
            for finding in together.findings(day):
                made = new.get(finding.path)
                if made is None or finding in made.findings:
                    continue
                made.findings = (*made.findings, finding)
                if finding.severity == "error":
                    made.state, broken = "refused", True
            if not broken:
                return

    def _cells(self) -> None:
        """The end of every cell of a body, by what became of the matter it is of."""
        for made in sorted(self._made.items, key=lambda one: ("refused", "known", "changed", "new").index(one.state)):
            draft = made.draft
            if made.state == "refused":
                self._doubts(draft)
                if made.findings:
                    codes = "、".join(dict.fromkeys(one.code for one in made.findings))
                    lacks = all(one.code == "D101" for one in made.findings)
                    self._fate(draft, Fate("leftover", "lacks" if lacks else "not_valid", codes))
            elif made.state == "new":
                self._doubts(draft)
                self._warned(made)
                self._fate(draft, Fate("value", "", made.id))
            else:
                self._doubts(draft)
                self._fate(draft, Fate("known", "", made.id))
            for at in draft.computed:
                self._made.fates[Spot(draft.sheet, at)] = Fate("computed")
            for at in draft.formulas:
                self._made.fates[Spot(draft.sheet, at)] = Fate("leftover", "formula")
        order = {name: place for place, name in enumerate(dict.fromkeys(spot.sheet for spot in self._made.fates))}
        self._made.doubts.sort(key=lambda one: (order[one.spot.sheet], one.spot.place))

    def _doubts(self, draft: Draft) -> None:
        """A cell that several matters share is doubted once."""
        for one in draft.doubts:
            if (one.spot, one.code) not in self._doubted:
                self._doubted.add((one.spot, one.code))
                self._made.doubts.append(one)

    def _warned(self, made: Made) -> None:
        for finding in made.findings:
            spot = Spot(made.draft.sheet, made.draft.used[0])
            self._made.doubts.append(Doubt(spot, made.draft.title, "warned", finding.code, {"id": made.id}))

    def _fate(self, draft: Draft, fate: Fate) -> None:
        for at in draft.used:
            spot = Spot(draft.sheet, at)
            if self._made.fates[spot].kind == "leftover" or (
                fate.kind == "value" and self._made.fates[spot].kind == "known"
            ):
                self._made.fates[spot] = fate


def _lacking(reading: Reading) -> tuple[str, ...]:
    """The required fields that a file has not, by their place: ``intake/received_on``."""
    return tuple(
        "/".join(str(part) for part in (*problem.pointer, problem.details["field"]))
        for problem in reading.problems
        if problem.code == "D101"
    )


def cell_name(sheet: str, at: Place) -> str:
    """A cell as a person names it from any sheet: ``台账!C5``."""
    return f"{sheet}!{address(at)}"
