"""The bytes of an XLSX workbook → its sheets: streamed, bounded, and without following anything out of the file.

Read here rather than by a library: one that fills the rectangle between two cells asks for
hundreds of gigabytes where somebody left a blank in the last cell of a sheet, and ends the program
(decision 0026). A cell that is not there costs nothing here.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from duban.documents.sheet_name import sheet_names
from duban.importing.grid import Book, Cell, Grid, Place, Span, place_of
from duban.importing.number_format import number_cell, shows_days
from duban.importing.plain_text import plain
from duban.importing.refusal import RefusedError

LARGEST = 512 << 20
"""Bytes of all parts that are read, unpacked."""
MOST_CELLS = 3_000_000
_MOST_SPANS = 200_000
_BLOCK = 1 << 18
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATIONS = "_rels/{}.rels"
_SHEET_TYPE = "/worksheet"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,
    OSError,
    LookupError,
    ValueError,
)
Start = Callable[[str, dict[str, str]], None]
Advance = Callable[[int, int], None]


def read_workbook(content: bytes, advance: Advance | None = None) -> Book:
    """The sheets in order. Raises RefusedError for what is no workbook or is larger than any ledger.

    Macros, links to other files and pictures are never looked at; of a formula only the result that was saved.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _Package(package, advance).book()
    except _BROKEN as error:
        raise RefusedError("import.refused.broken", problem=str(error) or type(error).__name__) from error


@dataclass
class _Rules:
    """What the cells of a workbook are read by."""

    texts: list[str] = field(default_factory=list)
    days: list[bool] = field(default_factory=list)
    of_1904: bool = False


class _Package:
    """An open workbook: its parts read one after another, each once."""

    def __init__(self, package: zipfile.ZipFile, advance: Advance | None) -> None:
        self._package = package
        self._names = {name.lower().lstrip("/"): name for name in package.namelist()}
        self._advance = advance
        self._left = LARGEST
        self._cells = MOST_CELLS
        if any(entry.flag_bits & 1 for entry in package.infolist()):
            raise RefusedError("import.refused.password")
        if "xl/workbook.bin" in self._names or "content.xml" in self._names:
            raise RefusedError("import.refused.other_format")
        if "xl/workbook.xml" not in self._names:
            raise RefusedError("import.refused.no_workbook")

    def book(self) -> Book:
        rules, sheets = _Rules(), []
        found: list[tuple[str, str, bool]] = []

        def workbook(name: str, given: dict[str, str]) -> None:
            if name == "sheet":
                identity = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"), "")
                found.append((given.get("name", ""), identity, given.get("state", "visible") != "visible"))
            elif name == "workbookPr":
                rules.of_1904 = given.get("date1904", "0") in ("1", "true")

        self._parse("xl/workbook.xml", workbook)
        targets = self._relations("xl/workbook.xml")
        for kind, part in targets.values():
            if kind.endswith("/sharedStrings"):
                rules.texts = _Texts(self._parts(part)).read()
            elif kind.endswith("/styles"):
                rules.days = self._styles(part)
        worksheets = [(name, *targets.get(identity, ("", "")), hidden) for name, identity, hidden in found]
        worksheets = [one for one in worksheets if one[1].endswith(_SHEET_TYPE)]
        called = list(sheet_names(plain(one[0]) for one in worksheets))
        for done, (_, _, part, hidden) in enumerate(worksheets):
            sheet = _Sheet(rules, self._cells)
            sheet.read(self._parts(part))
            self._cells -= len(sheet.cells)
            sheets.append(Grid(called[done], sheet.cells, tuple(sheet.spans), hidden))
            if self._advance:
                self._advance(done + 1, len(worksheets))
        return Book(tuple(sheets))

    def _relations(self, part: str) -> Mapping[str, tuple[str, str]]:
        """What a part refers to within the workbook: the type and the part, by id; what lies outside is left out."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def relation(element: str, given: dict[str, str]) -> None:
            if element == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/")
                found[given.get("Id", "")] = given.get("Type", ""), target

        self._parse(posixpath.join(folder, _RELATIONS.format(name)), relation)
        return found

    def _styles(self, part: str) -> list[bool]:
        """For each style of a cell, whether it shows days."""
        codes: dict[int, str] = {}
        numbers: list[int] = []
        within: list[str] = []

        def style(name: str, given: dict[str, str]) -> None:
            within[:] = [name] if name in ("cellXfs", "cellStyleXfs", "dxfs") else within
            if name == "numFmt":
                codes[int(given["numFmtId"])] = given.get("formatCode", "")
            elif name == "xf" and within == ["cellXfs"]:
                numbers.append(int(given.get("numFmtId", 0)))

        self._parse(part, style)
        return [shows_days(number, codes) for number in numbers]

    def _parse(self, part: str, start: Start) -> None:
        parser = _parser()
        parser.StartElementHandler = lambda name, given: start(_local(name), given)
        for block in self._parts(part):
            parser.Parse(block)
        parser.Parse(b"", True)

    def _parts(self, part: str) -> Iterator[bytes]:
        """A part in blocks. It cannot be longer than its entry says, and all of them not longer than is allowed."""
        entry = self._package.getinfo(self._names[part.lower()])
        self._left -= entry.file_size
        if self._left < 0:
            raise RefusedError("import.refused.too_large", limit=LARGEST >> 20)
        with self._package.open(entry) as stream:
            while block := stream.read(_BLOCK):
                yield block


def _parser() -> Any:
    """A parser that takes no document type: no workbook has one, and only an attack brings entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16

    def refuse(*_: object) -> None:
        raise RefusedError("import.refused.broken", problem="DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Texts:
    """The texts that cells share, in order."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._found: list[str] = []
        self._text: list[str] = []
        self._depth = self._phonetic = 0

    def read(self) -> list[str]:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        for block in self._blocks:
            parser.Parse(block)
        parser.Parse(b"", True)
        return self._found

    def _start(self, name: str, _: dict[str, str]) -> None:
        local = _local(name)
        if local == "si":
            self._text = []
        elif local == "rPh":
            self._phonetic = 1
        self._depth = int(local == "t")

    def _end(self, name: str) -> None:
        local = _local(name)
        if local == "si":
            self._found.append(unescaped("".join(self._text)))
        elif local == "rPh":
            self._phonetic = 0
        self._depth = 0

    def _data(self, data: str) -> None:
        if self._depth and not self._phonetic:
            self._text.append(data)


def unescaped(text: str) -> str:
    """A text with the escapes of the format (``_x000D_``) undone."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Sheet:
    """One sheet while it is read: its cells and what is merged. What follows the rows is looked at for that alone."""

    def __init__(self, rules: _Rules, room: int) -> None:
        self._rules, self._room = rules, room
        self.cells: dict[Place, Cell] = {}
        self.spans: list[Span] = []
        self._row = self._column = 0
        self._place: Place = (0, 0)
        self._type = self._style = ""
        self._collected: list[str] | None = None
        self._value = self._formula = ""
        self._inline: list[str] = []
        self._phonetic = False

    def read(self, blocks: Iterator[bytes]) -> None:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        for block in blocks:
            parser.Parse(block)
        parser.Parse(b"", True)
        last = max((row for row, _ in self.cells), default=0)
        self.spans = [span for span in self.spans if span.origin in self.cells]
        if sum(max(min(span.bottom, last) - span.top, 0) for span in self.spans) > MOST_CELLS:
            raise RefusedError("import.refused.too_many_cells", limit=MOST_CELLS)

    def _start(self, name: str, given: dict[str, str]) -> None:
        local = name if ":" not in name else _local(name)
        if local == "c":
            self._column += 1
            if "r" in given:
                self._place = place_of(given["r"])
                self._column = self._place[1]
            else:
                self._place = (self._row, self._column)
            self._type, self._style = given.get("t", "n"), given.get("s", "")
            self._value = self._formula = ""
            self._inline = []
        elif local in ("v", "f", "t"):
            self._collected = []
        elif local == "row":
            self._row, self._column = int(given.get("r", self._row + 1)), 0
        elif local == "rPh":
            self._phonetic = True
        elif local == "mergeCell":
            self._span(given.get("ref", ""))

    def _data(self, data: str) -> None:
        if self._collected is not None:
            self._collected.append(data)

    def _end(self, name: str) -> None:
        local = name if ":" not in name else _local(name)
        if local in ("v", "f", "t") and self._collected is not None:
            text, self._collected = "".join(self._collected), None
            if local == "v":
                self._value = text
            elif local == "f":
                self._formula = text
            elif not self._phonetic:
                self._inline.append(text)
        elif local == "rPh":
            self._phonetic = False
        elif local == "c":
            self._keep()

    def _keep(self) -> None:
        cell = self._cell()
        if cell is None:
            return
        text = plain(cell.text)
        if text:
            if len(self.cells) >= self._room:
                raise RefusedError("import.refused.too_many_cells", limit=MOST_CELLS)
            self.cells[self._place] = cell if text == cell.text else cell._replace(text=text)

    def _cell(self) -> Cell | None:
        kind, value, rules = self._type, self._value, self._rules
        if kind == "inlineStr":
            return Cell(unescaped("".join(self._inline)))
        if not value:
            return Cell(f"={self._formula}", "formula") if self._formula else None
        if kind == "s":
            return Cell(rules.texts[int(value)])
        if kind == "str":
            return Cell(unescaped(value))
        if kind == "e":
            return Cell(value, "error")
        if kind == "b":
            return Cell("TRUE" if value == "1" else "FALSE")
        if kind == "d":
            return Cell(value[:10], "day")
        style = int(self._style or 0)
        as_day = style < len(rules.days) and rules.days[style]
        return number_cell(value, as_day=as_day, of_1904=rules.of_1904)

    def _span(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        if last and len(self.spans) < _MOST_SPANS:
            self.spans.append(Span(*place_of(first), *place_of(last)))
