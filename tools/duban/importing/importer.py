"""A file's sheets, a saved mapping and a ledger → what would be written, and what becomes of every cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from duban.importing.columns import Column, columns_of, field_names
from duban.importing.days import year_in
from duban.importing.draft import Draft
from duban.importing.fate import Doubt, Fate, LeftoverCode, Spot
from duban.importing.grid import Book, Grid, Place, address
from duban.importing.known import Known, Source, changes, content_of
from duban.importing.making import STATES, Made, Maker, Office, State, codes_of
from duban.importing.rows import Drafter
from duban.importing.saved_mapping import SavedMapping
from duban.importing.table import Layout, Table, head_key, layout
from duban.importing.terms import Terms
from duban.importing.whole_records import KNOWN, holds_records, whole_records
from duban.importing.words import COMPUTED, TITLE
from duban.reader import Reader
from duban.schema import Field, Schemas

Advance = Callable[[int, int], None]
_STEP = 50


@dataclass
class Import:
    """Everything that an import has to tell."""

    source: Source
    columns: list[Column] = field(default_factory=list)
    items: list[Made] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    fates: dict[Spot, Fate] = field(default_factory=dict)
    texts: dict[Spot, str] = field(default_factory=dict)

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


class _Part(NamedTuple):
    """One matter of a table while nothing is decided; without columns a whole record."""

    columns: tuple[Column, ...]
    draft: Draft
    broken: tuple[Place, ...] = ()


def import_book(
    book: Book, source: Source, office: Office, saved: SavedMapping, sheet: str = "", advance: Advance | None = None
) -> Import:
    """What a file would bring to a ledger, of one sheet or of all. Nothing is written, and every cell has an end."""
    return _Importer(source, office, saved).run(book, sheet, advance)


class _Importer:
    """One import under way."""

    def __init__(self, source: Source, office: Office, saved: SavedMapping) -> None:
        self._source, self._office, self._saved = source, office, saved
        schemas = office.readings.schemas or Schemas({})
        self._root: Field = schemas.field("item")
        self._terms = Terms(office.readings.registry, saved.values)
        self._names = field_names(self._root)
        self._maker = Maker(office, source, Reader(schemas, office.readings.tree), self._root)
        self._known = Known(reading.data() for reading in office.readings.items.values() if reading.data)
        self._made = Import(source)
        self._said: dict[str, str] = {}

    def run(self, book: Book, sheet: str, advance: Advance | None) -> Import:
        saved = (head_key(part) for head in self._saved.columns for part in (head, *head.split("/")))
        known = frozenset({*self._names, *self._office.exported, *KNOWN, *saved})
        layouts = [layout(one, known) for one in book.sheets]
        own = next((one for one in layouts if _is_record(one)), None)
        own = own or next((one for one in layouts if self._is_export(one)), None)
        taken = []
        for one in layouts:
            self._rows(one)
            left = self._left_out(one, own, sheet)
            if left is None:
                taken.append(one)
            else:
                self._made.fates.update({Spot(one.grid.name, at): left for at in one.grid.cells})
        total = sum(len(table.rows) for one in taken for table in one.tables)
        for done, part in enumerate(part for one in taken for part in self._parts(one)):
            if advance and done % _STEP == 0:
                advance(done, total)
            self._made.items.append(self._end(part))
        self._maker.judge_together(self._made.items)
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
                has_end = kind != "body" and (kind != "title" or bool(one.tables))
                self._made.fates[spot] = Fate(kind) if has_end and kind != "body" else Fate("leftover", empty)

    def _parts(self, one: Layout) -> Iterator[_Part]:
        for table in one.tables:
            if holds_records(table):
                for whole in whole_records(table, one.grid):
                    yield _Part((), Draft(table.sheet, whole.rows, whole.data, used=whole.used), tuple(whole.broken))
                continue
            exported = self._office.exported
            columns = columns_of(table, one.grid, self._saved, self._names, exported, self._terms, self._root)
            self._made.columns += columns
            titled = any(TITLE in column.fields for column in columns)
            self._placeless(table, one.grid, titled=titled)
            if titled:
                year, day = year_in(self._source.file), self._office.day
                drafter = Drafter(table, one.grid, columns, self._saved, self._terms, self._root, day, year)
                yield from (_Part(columns, draft) for draft in drafter.drafts())

    def _placeless(self, table: Table, grid: Grid, *, titled: bool) -> None:
        """Cells of a table that nobody can tell what they are about, or that stand below no head."""
        headed = {head.column for head in table.heads}
        for row in table.rows:
            for column in grid.by_row[row]:
                if not titled or column not in headed:
                    why: LeftoverCode = "no_head" if titled else "no_title"
                    self._made.fates[Spot(grid.name, (row, column))] = Fate("leftover", why)

    def _end(self, part: _Part) -> Made:
        """One matter known, repeated, or made an item of and judged by itself."""
        draft = part.draft
        for at in part.broken:
            self._made.fates[Spot(draft.sheet, at)] = Fate("leftover", "not_record")
        if not part.columns:
            identity = str(draft.data.get("id", ""))
            if identity in self._known.records:
                return self._compared(part, identity)
            return self._maker.whole(draft)
        identity = self._known.found(draft, self._source)
        if identity:
            return self._compared(part, identity)
        content = content_of(draft.data)
        if content in self._said and draft.title:
            self._fate(draft, Fate("leftover", "repeated", self._said[content]))
            return Made("refused", draft)
        self._said[content] = f"{draft.sheet}!{draft.rows[0]}"
        return self._maker.item(draft)

    def _compared(self, part: _Part, identity: str) -> Made:
        """What is in the ledger already: what is said otherwise is a doubt, for entries are never written over."""
        draft = part.draft
        draft.doubts = (
            [] if self._known.is_same_row(identity, draft, self._source) else [*self._changed(part, identity)]
        )
        return Made("changed" if draft.doubts else "known", draft, identity)

    def _changed(self, part: _Part, identity: str) -> Iterator[Doubt]:
        draft, record = part.draft, self._known.records[identity]
        if not part.columns:
            if draft.data != record:
                yield Doubt(Spot(draft.sheet, draft.used[0]), identity, "changed", "", {"id": identity})
        elif all(column.reason == "export" for column in part.columns):
            yield from self._cells_changed(part, identity)
        else:
            places = dict(reversed(draft.sources))
            for pointer, new, old in changes(draft, record):
                spot = Spot(draft.sheet, places[pointer])
                yield Doubt(spot, str(new), "changed", str(old or ""), {"id": identity})

    def _cells_changed(self, part: _Part, identity: str) -> Iterator[Doubt]:
        """The cells of an export's line that the ledger's own line has otherwise; what it counts is no change."""
        line = self._office.lines().get(identity, {})
        for column in part.columns:
            spot = Spot(part.draft.sheet, (part.draft.rows[0], column.column))
            stands, found = line.get(head_key(column.head), ""), self._made.texts.get(spot, "")
            if column.fields != (COMPUTED,) and found != stands:
                yield Doubt(spot, found, "changed", stands, {"id": identity})

    def _cells(self) -> None:
        """The end of every cell of a body, by what became of the matter it is of; a value before all others."""
        doubted = set()
        for made in sorted(self._made.items, key=lambda one: STATES.index(one.state), reverse=True):
            draft = made.draft
            if made.state == "new":
                self._fate(draft, Fate("value", "", made.id))
                warned = ((Spot(draft.sheet, draft.used[0]), one) for one in made.findings)
                draft.doubts += [Doubt(at, draft.title, "warned", one.code, {"id": made.id}) for at, one in warned]
            elif made.state != "refused":
                self._fate(draft, Fate("known", "", made.id))
            elif made.findings or not made.id:
                lacks = bool(made.lacks) and all(one.code == "D101" for one in made.findings)
                self._fate(draft, Fate("leftover", "lacks" if lacks else "not_valid", codes_of(made.findings)))
            for at in draft.computed:
                self._made.fates[Spot(draft.sheet, at)] = Fate("computed")
            for at in draft.formulas:
                self._made.fates[Spot(draft.sheet, at)] = Fate("leftover", "formula")
            # A cell that several matters share is doubted once.
            for doubt in draft.doubts:
                if (doubt.spot, doubt.code) not in doubted:
                    doubted.add((doubt.spot, doubt.code))
                    self._made.doubts.append(doubt)
        order = {name: place for place, name in enumerate(dict.fromkeys(spot.sheet for spot in self._made.fates))}
        self._made.doubts.sort(key=lambda one: (order[one.spot.sheet], one.spot.place))

    def _fate(self, draft: Draft, fate: Fate) -> None:
        for at in draft.used:
            stands = self._made.fates[Spot(draft.sheet, at)]
            if (stands.kind == "leftover" and stands.why != "repeated") or (stands.kind, fate.kind) == (
                "known",
                "value",
            ):
                self._made.fates[Spot(draft.sheet, at)] = fate


def _is_record(one: Layout) -> bool:
    return any(holds_records(table) for table in one.tables)


def cell_name(sheet: str, at: Place) -> str:
    """A cell as a person names it from any sheet: ``台账!C5``."""
    return f"{sheet}!{address(at)}"
