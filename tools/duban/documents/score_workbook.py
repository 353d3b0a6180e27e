"""Scores of a year → the sheet for the organisation department, as XLSX whose sums stay formulas."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from duban.assess import RULES, Rule, Score
from duban.documents.stamped import stamped

_FONT, _HEAD_FILL, _LINE = "宋体", "#E9EEF2", "#B8C2CC"
_FIRST = 3
"""The row of the first unit, counted from 0: below the title, the note and the heads."""


@dataclass(frozen=True, slots=True)
class Words:
    """All that the workbook says. ``heads`` and ``sheets`` by name; ``rules`` and ``sources`` by rule.

    ``objections`` tells by a point's key what became of the objection to it.
    """

    title: str
    note: str
    author: str
    sheets: Mapping[str, str]
    heads: Mapping[str, str]
    rules: Mapping[Rule, str]
    sources: Mapping[str, str]
    yes: str
    units: Mapping[str, str]
    titles: Mapping[str, str]
    entries: Mapping[tuple[str, str], str]
    objections: Mapping[str, str]


def score_workbook(scores: Sequence[Score], weights: Mapping[str, Decimal], words: Words, day: str) -> bytes:
    """Three sheets: the units' scores, the points that each lost, and the weights that both are counted by.

    Whoever changes a weight, or marks a point as waived, sees every sum and rank follow.
    """
    import xlsxwriter

    packed = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(packed, options)
    book.set_properties({"title": words.title, "author": words.author, "created": datetime.fromisoformat(day)})
    made = _Book(book, words)
    made.scores(scores)
    made.points(scores)
    made.weights(weights)
    book.close()
    return stamped(packed)


class _Book:
    def __init__(self, book: Any, words: Words) -> None:
        self._words = words
        sheets = words.sheets
        self._scores, self._points, self._weights = (
            book.add_worksheet(sheets[name]) for name in ("scores", "points", "weights")
        )
        plain = {"font_name": _FONT, "font_size": 10, "valign": "vcenter", "border": 1, "border_color": _LINE}
        self._text = book.add_format({**plain, "text_wrap": True})
        self._word = book.add_format({**plain, "align": "center"})
        self._number = book.add_format({**plain, "align": "center", "num_format": '0.0#;-0.0#;"—"'})
        self._struck = book.add_format({**plain, "text_wrap": True, "font_strikeout": True})
        self._count = book.add_format({**plain, "align": "center", "num_format": "0"})
        self._sum = book.add_format({**plain, "align": "center", "num_format": "0.0#", "bold": True})
        self._head = book.add_format(
            {**plain, "align": "center", "bold": True, "text_wrap": True, "bg_color": _HEAD_FILL}
        )
        self._title = book.add_format({"font_name": _FONT, "font_size": 16, "bold": True, "align": "center"})
        self._note = book.add_format({"font_name": _FONT, "font_size": 9, "text_wrap": True, "valign": "top"})

    def scores(self, scores: Sequence[Score]) -> None:
        """A row for each unit; its points are summed from the sheet of points."""
        sheet, words = self._scores, self._words
        heads = [words.heads[name] for name in ("unit", "led", "joined", "base")]
        heads += [words.rules[rule] for rule in RULES]
        heads += [words.heads[name] for name in ("total", "rank", "remark")]
        self._frame(sheet, heads, [20, 7, 7, 7, *[9] * len(RULES), 9, 7, 18], words.note, landscape=True)
        first_rule, total = 4, 4 + len(RULES)
        points = words.sheets["points"].replace("'", "''")
        last = _FIRST + max(len(scores), 1)
        ranked = f"${_column(total)}${_FIRST + 1}:${_column(total)}${last}"
        few = f"'{words.sheets['weights']}'!$B${_FIRST + len(RULES) + 2}"
        enough = f"$B${_FIRST + 1}:$B${last}"
        joined = f"$C${_FIRST + 1}:$C${last}"
        for row, one in enumerate(scores, _FIRST):
            number = row + 1
            sheet.write_string(row, 0, words.units[one.unit], self._text)
            sheet.write_number(row, 1, one.led, self._count)
            sheet.write_number(row, 2, one.joined, self._count)
            base = f"='{words.sheets['weights']}'!$B${_FIRST + len(RULES) + 1}"
            sheet.write_formula(row, 3, base, self._number, float(one.base))
            for index, rule in enumerate(RULES):
                lost = sum(
                    (point.points for point in one.points if point.rule == rule and not point.waived), Decimal(0)
                )
                column, sheet_name = _column(first_rule + index), f"'{points}'"
                of_rule = f"{sheet_name}!$A:$A,$A{number},{sheet_name}!$B:$B,{column}$3"
                sums = f"=SUMIFS({sheet_name}!$I:$I,{of_rule})"
                sheet.write_formula(row, first_rule + index, sums, self._number, float(lost))
            lost_cells = f"{_column(first_rule)}{number}:{_column(total - 1)}{number}"
            sheet.write_formula(row, total, f"=MAX(0,D{number}+SUM({lost_cells}))", self._sum, float(one.total))
            better = f"SUMPRODUCT(({enough}+{joined}>={few})*({ranked}>{_column(total)}{number}))+1"
            rank = f'=IF(B{number}+C{number}<{few},"—",{better})'
            sheet.write_formula(row, total + 1, rank, self._count, one.rank or "—")
            remark = "" if one.rank else words.heads["few"]
            sheet.write_string(row, total + 2, words.heads["tied"] if one.tied else remark, self._word)
        sheet.freeze_panes(_FIRST, 1)

    def points(self, scores: Sequence[Score]) -> None:
        """A row for each point lost: which entry of which item cost it."""
        sheet, words = self._points, self._words
        names = ("unit", "rule", "item", "title", "entry", "on", "share", "waived", "points", "objection", "key")
        note = words.heads["points_note"]
        self._frame(
            sheet,
            [words.heads[name] for name in names],
            [18, 12, 12, 36, 26, 12, 8, 8, 9, 36, 40],
            note,
            landscape=True,
        )
        row = _FIRST
        for one in scores:
            for point in one.points:
                number = row + 1
                weight = f"'{words.sheets['weights']}'!$B${_FIRST + RULES.index(point.rule) + 1}"
                cells = (
                    words.units[point.unit],
                    words.rules[point.rule],
                    point.item,
                    words.titles[point.item],
                    words.entries[point.item, point.entry],
                    point.on,
                )
                for index, text in enumerate(cells):
                    plain = self._text if index in (3, 4) else self._word
                    sheet.write_string(row, index, text, self._struck if point.waived else plain)
                sheet.write_number(row, 6, float(point.share), self._number)
                sheet.write_string(row, 7, words.yes if point.waived else "", self._word)
                counts = f'=IF(H{number}="{words.yes}",0,{weight}*G{number})'
                sheet.write_formula(row, 8, counts, self._number, 0.0 if point.waived else float(point.points))
                sheet.write_string(row, 9, words.objections.get(point.key, ""), self._text)
                sheet.write_string(row, 10, point.key, self._text)
                row += 1
        sheet.data_validation(
            _FIRST, 7, max(row - 1, _FIRST), 7, {"validate": "list", "source": [words.yes], "ignore_blank": True}
        )
        sheet.autofilter(_FIRST - 1, 0, max(row - 1, _FIRST - 1), len(names) - 1)
        sheet.freeze_panes(_FIRST, 1)

    def weights(self, weights: Mapping[str, Decimal]) -> None:
        """What each rule costs, and where that comes from."""
        sheet, words = self._weights, self._words
        heads = [words.heads[name] for name in ("rule", "weight", "source")]
        self._frame(sheet, heads, [22, 9, 70], words.heads["weights_note"], landscape=False)
        for row, name in enumerate((*RULES, "base", "few_items", "co_unit_share"), _FIRST):
            sheet.write_string(row, 0, words.rules.get(name) or words.heads[name], self._text)  # type: ignore[call-overload]
            sheet.write_number(row, 1, float(weights[name]), self._number)
            sheet.write_string(row, 2, words.sources[name], self._text)

    def _frame(self, sheet: Any, heads: Sequence[str], widths: Sequence[float], note: str, *, landscape: bool) -> None:
        last = len(heads) - 1
        sheet.merge_range(0, 0, 0, last, self._words.title, self._title)
        sheet.merge_range(1, 0, 1, last, note, self._note)
        sheet.set_row(0, 30)
        sheet.set_row(1, 40 + 26 * note.count("\n"))
        sheet.set_row(2, 32)
        for index, (head, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(index, index, width)
            sheet.write_string(2, index, head, self._head)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C&P / &N")


def _column(index: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(index))
