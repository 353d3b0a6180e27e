"""Sheets as values → the bytes of an XLSX workbook, printed on paper of its own size; the same sheets, the same bytes.

XlsxWriter writes the workbook around one pattern row a sheet, in which each cell has its style; our
own rows then take the place of the pattern. It needs 11 µs for a cell, most of it to find out what
a value is; here the column says that, and a cell takes a tenth.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from duban.documents.csv_file import FORMULA
from duban.documents.stamped import STAMP
from duban.documents.xml_text import xml_text

Kind = Literal["text", "wrapped", "code", "day", "number", "word", "formula"]
Paper = Literal["A3", "A4"]
_PAPERS: Mapping[Paper, int] = {"A3": 8, "A4": 9}
_PATTERN = 3
"""The row of the pattern, counted from 0: below the title, the note and the heads."""
_EPOCH = date(1899, 12, 30)
_LONGEST = 32_767
_LINE_HEIGHT, _MARGIN = 13, 5
"""Of a row, in points: programs differ in whether they make room for a text of several lines by themselves."""
_OFTEN = 1_000
"""How many texts of a column are kept as they are written: most columns have few."""
_CELL = re.compile(rb'<c r="([A-Z]+)\d+"(?: s="(\d+)")?')
_ESCAPE = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
_FONT = "宋体"
_HEAD_FILL, _LINE = "#E9EEF2", "#B8C2CC"
_KINDS: Mapping[Kind, Mapping[str, Any]] = {
    "text": {},
    "wrapped": {"text_wrap": True},
    "code": {"align": "center"},
    "day": {"num_format": "yyyy-mm-dd", "align": "center"},
    "number": {"num_format": "0", "align": "center"},
    "word": {"align": "center"},
    "formula": {"num_format": "0", "align": "center"},
}


class Formula(NamedTuple):
    """A formula without its equals sign, never made of a ledger's text, and what it gives as the book is written."""

    text: str
    value: int


Cell = str | int | Formula | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, one line for each language, and its width in characters.

    ``kind`` says what its cells are: texts; ``day`` takes ISO days, ``number`` whole numbers, ``word``
    one of a few words, ``formula`` formulas and whole numbers. A word in ``colours`` gets that fill and
    ink, ``#RRGGBB`` each.
    """

    head: str
    width: float
    kind: Kind = "text"
    colours: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a title over it, a note below the title, columns, and rows of as many cells.

    ``frozen`` counts the first columns that stay when the sheet is moved sideways. It prints across,
    unless ``upright``.
    """

    name: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    paper: Paper = "A4"
    upright: bool = False
    frozen: int = 0


def cells_of(sheet: Sheet, column: int) -> str:
    """The cells below a column's head, as a formula names them from any sheet."""
    name, letters = sheet.name.replace("'", "''"), _letters(column)
    return f"'{name}'!${letters}${_PATTERN + 1}:${letters}${_PATTERN + max(len(sheet.rows), 1)}"


def cell_in(row: int, column: int) -> str:
    """A cell of the same sheet, rows of it counted from 0; it stays that of its row however the rows are sorted."""
    return f"${_letters(column)}{_PATTERN + 1 + row}"


def workbook(sheets: Sequence[Sheet], *, title: str, author: str, day: str, page: str) -> bytes:
    """The workbook, as if created on an ISO day. ``page`` stands below every printed page, ``&P`` of ``&N``.

    Texts are stored as texts whatever they begin with: none is ever a formula. Sheets bear names as
    ``sheet_names`` gives them.
    """
    import xlsxwriter

    packed = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(packed, options)
    created = datetime.fromisoformat(day)
    book.set_properties({"title": title, "author": author, "created": created})
    book.set_size(28_000, 16_000)
    styles = _Styles(book)
    for sheet in sheets:
        _lay_out(book.add_worksheet(sheet.name), sheet, styles, page)
    book.close()
    return _filled(packed, sheets)


class _Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        key = tuple(properties.items())
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": _FONT, "valign": "vcenter", **properties})
        return self._made[key]

    def of_cell(self, kind: Kind, **more: Any) -> Any:
        return self.of(font_size=10, border=1, border_color=_LINE, **_KINDS[kind], **more)


def _lay_out(sheet: Any, given: Sheet, styles: _Styles, page: str) -> None:
    """All of a sheet but its rows: below its heads stands the pattern, one cell for each style."""
    last = len(given.columns) - 1
    sheet.merge_range(0, 0, 0, last, "", styles.of(font_size=18, bold=True, align="center"))
    sheet.write_string(0, 0, given.title, styles.of(font_size=18, bold=True, align="center"))
    sheet.merge_range(1, 0, 1, last, "", styles.of(font_size=10, align="left", text_wrap=True))
    sheet.write_string(1, 0, given.note, styles.of(font_size=10, align="left", text_wrap=True))
    head = styles.of(
        font_size=9, bold=True, align="center", text_wrap=True, border=1, border_color=_LINE, bg_color=_HEAD_FILL
    )
    for index, column in enumerate(given.columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(2, index, column.head, head)
    sheet.set_row(0, 32)
    sheet.set_row(1, 20)
    sheet.set_row(2, 40)
    for index, one in enumerate(_patterns(given.columns)):
        sheet.write_blank(_PATTERN, index, None, styles.of_cell(one.kind, **one.more))
    end = _PATTERN + max(len(given.rows), 1) - 1
    sheet.autofilter(2, 0, end, last)
    sheet.freeze_panes(_PATTERN, given.frozen)
    if not given.upright:
        sheet.set_landscape()
    sheet.set_paper(_PAPERS[given.paper])
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.print_area(0, 0, end, last)
    sheet.set_footer(f"&C{page}")


@dataclass(frozen=True, slots=True)
class _Style:
    """A style that cells of a column may have; ``word`` is the one it is for, "" for any other."""

    column: int
    kind: Kind
    word: str
    guarded: bool
    more: Mapping[str, Any]


def _patterns(columns: Sequence[Column]) -> Iterator[_Style]:
    """Every style of every column. A text that begins like a formula stays one when someone edits its cell."""
    for index, column in enumerate(columns):
        yield _Style(index, column.kind, "", guarded=False, more={})
        if column.kind in ("text", "wrapped", "code"):
            yield _Style(index, column.kind, "", guarded=True, more={"quote_prefix": True})
        for word, (fill, ink) in column.colours.items():
            yield _Style(index, column.kind, word, guarded=False, more={"bg_color": fill, "font_color": ink})


def _filled(packed: io.BytesIO, sheets: Sequence[Sheet]) -> bytes:
    """The workbook with the rows of each sheet in place of its pattern."""
    filled = io.BytesIO()
    with (
        zipfile.ZipFile(packed) as before,
        zipfile.ZipFile(filled, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as after,
    ):
        for part in before.infolist():
            entry = zipfile.ZipInfo(part.filename, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part.filename)
            content = before.read(part)
            with after.open(entry, "w") as stream:
                if number is None:
                    stream.write(content)
                    continue
                sheet = sheets[int(number[1]) - 1]
                start, pattern, end = _cut(content)
                stream.write(start)
                for block in _rows(sheet, [int(style) for _, style in _CELL.findall(pattern)]):
                    stream.write(block)
                stream.write(end)
    return filled.getvalue()


def _cut(content: bytes) -> tuple[bytes, bytes, bytes]:
    """A sheet's XML before its pattern row, that row, and the rest."""
    start = content.index(b'<row r="%d"' % (_PATTERN + 1))
    end = content.index(b"</row>", start) + len(b"</row>")
    # What is no part of the rows says how far the pattern reached; a reader counts for itself.
    before = re.sub(rb'<dimension ref="[^"]*"/>', b"", content[:start])
    return before, content[start:end], content[end:]


def _rows(sheet: Sheet, numbers: Sequence[int]) -> Iterator[bytes]:
    """The rows as XML, some hundred at a time."""
    writers = list(_writers(sheet.columns, numbers))
    wrapped = [(index, column.width) for index, column in enumerate(sheet.columns) if column.kind == "wrapped"]
    block = []
    for number, row in enumerate(sheet.rows, _PATTERN + 1):
        cells = "".join([write(value, number) for write, value in zip(writers, row, strict=True)])
        lines = max([_lines(row[index], width) for index, width in wrapped], default=1)
        height = lines * _LINE_HEIGHT + _MARGIN
        block.append(f'<row r="{number}" ht="{height}" customHeight="1">{cells}</row>')
        if len(block) == 500:
            yield "".join(block).encode()
            block = []
    yield "".join(block).encode()


def _lines(value: Cell, width: float) -> int:
    """On how many lines a text stands in a column: a Chinese character, of three octets, is as wide as two digits."""
    if not value:
        return 1
    text, room = str(value), width - 0.5
    if len(text) * 2 <= room:
        return 1
    wide = len(text) + (len(text.encode("utf-8", "ignore")) - len(text)) // 2
    return int(wide // room) + 1


Write = Callable[[Any, int], str]


def _writers(columns: Sequence[Column], numbers: Sequence[int]) -> Iterator[Write]:
    """What writes the cells of each column; ``numbers`` are its styles, in the order of ``_patterns``."""
    known = list(zip(_patterns(columns), numbers, strict=True))
    for index, column in enumerate(columns):
        mine = [(style, number) for style, number in known if style.column == index]
        plain = next(number for style, number in mine if not style.word and not style.guarded)
        if column.kind == "formula":
            yield _formula_writer(_letters(index), plain)
        elif column.kind in ("day", "number"):
            yield _number_writer(_letters(index), plain, _serial if column.kind == "day" else int)
        else:
            guarded = next((number for style, number in mine if style.guarded), plain)
            words = {style.word: number for style, number in mine if style.word}
            yield _text_writer(_letters(index), plain, guarded, words)


def _number_writer(letters: str, style: int, number_of: Callable[[Any], int]) -> Write:
    def write(value: str | int | None, row: int) -> str:
        if value is None or value == "":
            return f'<c r="{letters}{row}" s="{style}"/>'
        return f'<c r="{letters}{row}" s="{style}"><v>{number_of(value)}</v></c>'

    return write


def _formula_writer(letters: str, style: int) -> Write:
    def write(value: int | Formula | None, row: int) -> str:
        if isinstance(value, Formula):
            return f'<c r="{letters}{row}" s="{style}"><f>{xml_text(value.text)}</f><v>{value.value}</v></c>'
        return (
            f'<c r="{letters}{row}" s="{style}"/>'
            if value is None
            else f'<c r="{letters}{row}" s="{style}"><v>{value}</v></c>'
        )

    return write


def _text_writer(letters: str, plain: int, guarded: int, words: Mapping[str, int]) -> Write:
    formula, known = FORMULA.match, {"": f'" s="{plain}"/>'}

    def after_address(text: str) -> str:
        style = words.get(text, plain) if words else guarded if formula(text) else plain
        return f'" s="{style}" t="inlineStr"><is>{_text(text)}</is></c>'

    def write(value: str | int | None, row: int) -> str:
        text = str(value or "")
        rest = known.get(text)
        if rest is None:
            rest = after_address(text)
            if len(known) < _OFTEN:
                known[text] = rest
        return f'<c r="{letters}{row}{rest}'

    return write


def _text(text: str) -> str:
    """A text as it may stand in a cell; what looks like an escape of the format's own is no escape."""
    if "_x" in text:
        text = _ESCAPE.sub(r"_x005F_\1", text)
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<t{space}>{xml_text(text[:_LONGEST])}</t>"


@cache
def _serial(day: str) -> int:
    """An ISO day as a spreadsheet counts days."""
    return (date.fromisoformat(day) - _EPOCH).days


def _letters(index: int) -> str:
    """A column's name: A for 0, AA for 26."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
