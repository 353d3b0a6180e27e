"""One of the four forms as values → the form on its sheet, as DOCX: head, ruled lines, signature, receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from duban.documents.docx_paper import RED, WIDTH, Paper

_SIZE, _SMALL = 12, 10.5
_PITCH = 380
_LABEL = 26
"""Millimetres that a label takes of the width."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A label and the lines of its value."""

    label: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Form:
    """A form. ``rows`` are one or two cells a line; ``receipts`` are unit, signer and day, its head first."""

    office: str
    name: str
    number: str
    urgency: str
    signer: str
    to: str
    rows: Sequence[Sequence[Cell]]
    unit: str
    seal: str
    long_day: str
    day: str
    receipt_label: str
    receipts: Sequence[tuple[str, str, str]]
    notes: Sequence[str]


def form(given: Form) -> bytes:
    """The form's file."""
    paper = Paper(title=f"{given.name} {given.number}", author=given.office, day=given.day)
    paper.paragraph(given.urgency, face="黑体", size=_SIZE, align="left", pitch=_PITCH)
    size = min(28, 430 / max(len(given.office), 1))
    paper.paragraph(given.office, face="小标宋", size=size, align="center", colour=RED, pitch=620)
    paper.paragraph(given.name, face="小标宋", size=22, align="center", pitch=620)
    line = paper.paragraph(
        "\t".join(filter(None, (given.number, given.signer))), size=_SIZE, align="left", pitch=_PITCH
    )
    paper.right_tab(line)
    paper.rule(line, below=12)
    paper.paragraph(given.to, face="黑体", size=_SIZE, align="left", pitch=_PITCH, before=120)
    _body(paper, given)
    paper.paragraph(
        f"{given.unit}{given.seal}", size=_SIZE, align="right", right=2, pitch=_PITCH, before=160, keep=True
    )
    paper.paragraph(given.long_day, size=_SIZE, align="right", right=2, pitch=_PITCH, keep=True)
    _receipts(paper, given)
    for note in given.notes:
        paper.paragraph(note, size=_SMALL, align="left", pitch=320, before=60)
    return paper.bytes()


def _body(paper: Paper, given: Form) -> None:
    half = WIDTH / 2
    table = _table(paper, len(given.rows), [_LABEL, half - _LABEL, _LABEL, half - _LABEL])
    for row, cells in zip(table.rows, given.rows, strict=True):
        if len(cells) == 1:
            row.cells[1].merge(row.cells[3])
        for index, cell in enumerate(cells):
            _write(paper, row.cells[2 * index], [cell.label], face="黑体", align="center")
            _write(paper, row.cells[2 * index + 1], cell.lines)


def _receipts(paper: Paper, given: Form) -> None:
    if not given.receipts:
        return
    paper.paragraph("", pitch=160)
    table = _table(paper, len(given.receipts), [_LABEL, 50, 40, WIDTH - _LABEL - 90])
    table.columns[0].cells[0].merge(table.columns[0].cells[-1])
    _write(paper, table.cell(0, 0), [given.receipt_label], face="黑体", align="center")
    for number, texts in enumerate(given.receipts):
        for index, text in enumerate(texts, 1):
            face = "黑体" if number == 0 else "仿宋"
            _write(paper, table.cell(number, index), [text], face=face, align="center", size=_SMALL)


def _write(paper: Paper, cell: Any, lines: Sequence[str], **style: Any) -> None:
    size = style.pop("size", _SIZE)
    for text in lines or [""]:
        paper.paragraph(
            text, size=size, align=style.get("align", "left"), face=style.get("face", "仿宋"), pitch=340, within=cell
        )
    # A cell comes with an empty paragraph of its own, which would be a blank line.
    first = cell.paragraphs[0]
    if len(cell.paragraphs) > 1 and not first.text:
        first._p.getparent().remove(first._p)


def _table(paper: Paper, rows: int, widths: Sequence[float]) -> Any:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.shared import Mm

    table = paper.document.add_table(rows, len(widths))
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return table
