"""An import → what people and programs are told of it: lines of tables, and one JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from duban.documents.workbook import Column as BookColumn
from duban.documents.workbook import Sheet, workbook
from duban.importing.columns import Column
from duban.importing.fate import KINDS, Doubt, Fate, Spot
from duban.importing.grid import address, letters
from duban.importing.importer import Import, cell_name
from duban.importing.known import rows_text
from duban.importing.making import STATES, Made
from duban.importing.plain_text import on_one_line
from duban.importing.saved_mapping import pointer_to
from duban.importing.words import COMPUTED, NOTES, NOWHERE
from duban.language import Language
from duban.model import Registry
from duban.schema import Field

Line = tuple[str, ...]
_OF_A_ROW = frozenset({"lacks", "not_valid"})


class Teller:
    """Says what an import came to in one language."""

    def __init__(self, made: Import, root: Field, registry: Registry, text: Language) -> None:
        self.made, self._root, self._registry, self._text = made, root, registry, text

    def columns(self) -> list[Line]:
        """Sheet, column, head, what it is understood as, how sure and why; of each column."""
        return [self._column(one) for one in self.made.columns]

    def _column(self, one: Column) -> Line:
        text = self._text
        reason = text(f"import.reason.{one.reason}")
        fields = text("shown.semicolon").join(self.field(name) for name in one.fields) or text("import.field.none")
        return one.sheet, letters(one.column), one.head, fields, text(f"import.sure.{one.sure}"), reason

    def field(self, name: str) -> str:
        """What a field is called, from the outside in."""
        text = self._text
        if name in (NOTES, COMPUTED, NOWHERE):
            return text({NOTES: "import.field.notes", COMPUTED: "import.field.computed"}.get(name, "import.field.none"))
        words, pointer = [], pointer_to(name)
        for end, part in enumerate(pointer, 1):
            here = self._root.at(pointer[:end])
            if isinstance(part, str) and here is not None:
                words.append(here.label(text.code))
        return " › ".join(words)

    def doubts(self) -> list[Line]:
        """The cell, what it holds, how it was understood, and why that might be wrong; of each doubt."""
        return [
            (self._cell(one.spot), on_one_line(one.text), self.understood(one), self.why(one))
            for one in self.made.doubts
        ]

    def understood(self, one: Doubt) -> str:
        """The value that a text was taken for, by its name."""
        kind = one.details.get("ref", "")
        if kind == "unit":
            return self._registry.unit_name(one.understood)
        if kind == "person":
            return self._registry.position(one.understood)
        return one.understood

    def why(self, one: Doubt) -> str:
        """Why it is doubtful, in one sentence."""
        text = self._text
        details = {name: text.pick(value) for name, value in one.details.items()}
        if one.code == "year_inferred":
            details["by"] = text(f"import.year_by.{details['by']}")
        if one.code == "warned":
            details["problem"] = text(f"{one.understood}.title")
        return text(f"import.doubt.{one.code}", **details)

    def leftovers(self, *, of_rows: bool = True) -> list[Line]:
        """The cell, what it holds, and why it found no place; without ``of_rows`` not those of refused rows."""
        return [
            (self._cell(spot), on_one_line(self.made.texts[spot]), self.left(fate))
            for spot, fate in self.made.leftovers
            if of_rows or fate.why not in _OF_A_ROW
        ]

    def left(self, fate: Fate) -> str:
        """Why a cell found no place."""
        return self._text(f"import.left.{fate.why}", detail=fate.detail)

    def refused(self) -> list[Line]:
        """The row, its title and what is wrong with it; of each that is not fit to be an item."""
        return [
            (self._row(one), one.draft.title, self._text("shown.semicolon").join(self.wrong(one)))
            for one in self.made.of("refused")
            if one.findings
        ]

    def wrong(self, one: Made) -> Iterator[str]:
        """What the check has against an item: the fields it lacks together, every other finding once."""
        if one.lacks:
            labels = self._text("shown.comma").join(self._label(name) for name in one.lacks)
            yield self._text("import.lacks", labels=labels)
        others = (finding for finding in one.findings if finding.code != "D101")
        yield from dict.fromkeys(f"{one.code} {self._text.message(one)}" for one in others)

    def _label(self, name: str) -> str:
        here = self._root.at(pointer_to(name))
        return here.label(self._text.code) if here else name

    def counts(self) -> dict[str, int]:
        """How many rows came to which end, and how many cells."""
        states = Counter(one.state for one in self.made.items)
        cells = Counter(fate.kind for fate in self.made.fates.values())
        return {
            **{state: states[state] for state in STATES},
            "doubts": len(self.made.doubts),
            "cells": len(self.made.fates),
            **{f"cells_{kind}": cells[kind] for kind in KINDS},
        }

    def missing(self) -> list[tuple[str, str, int]]:
        """The fields that rows lack: as a setting names them, as people call them, and how many rows."""
        found = []
        for pointer, count in self.made.missing.items():
            name = pointer.strip("/")
            found.append((name.replace("/", "."), self.field(name), count))
        return found

    def document(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        made = self.made
        return {
            "file": made.source.file,
            "sha256": made.source.sha256,
            "counts": self.counts(),
            "mapping": [
                {
                    "sheet": one.sheet,
                    "column": letters(one.column),
                    "head": one.head,
                    "fields": list(one.fields),
                    "sure": one.sure,
                    "reason": one.reason,
                }
                for one in made.columns
            ],
            "missing": [{"field": name, "label": label, "rows": count} for name, label, count in self.missing()],
            "doubts": [
                {
                    "sheet": one.spot.sheet,
                    "cell": address(one.spot.place),
                    "text": one.text,
                    "understood": one.understood,
                    "code": one.code,
                    "why": self.why(one),
                }
                for one in made.doubts
            ],
            "leftovers": [
                {
                    "sheet": spot.sheet,
                    "cell": address(spot.place),
                    "text": made.texts[spot],
                    "code": fate.why,
                    "why": self.left(fate),
                }
                for spot, fate in made.leftovers
            ],
            "items": [self._item(one) for one in made.items],
        }

    def _item(self, one: Made) -> dict[str, Any]:
        return {
            "id": one.id or None,
            "path": one.path if one.id else None,
            "title": one.draft.title,
            "sheet": one.draft.sheet,
            "rows": rows_text(one.draft.rows),
            "state": one.state,
            "findings": [
                {"code": finding.code, "message": self._text.message(finding), "fix": self._text.fix(finding)}
                for finding in one.findings
            ],
        }

    def workbook(self, day: str, author: str) -> bytes:
        """Leftovers, doubts and what is wrong with rows as a workbook, for the office to go through."""
        text = self._text
        sheets = [
            self._sheet("import.sheet.leftovers", ("cell", "text", "why"), (16, 60, 70), self.leftovers()),
            self._sheet("import.sheet.refused", ("rows", "title", "wrong"), (16, 50, 90), self.refused()),
            self._sheet("import.sheet.doubts", ("cell", "text", "understood", "why"), (16, 50, 30, 60), self.doubts()),
            self._sheet(
                "import.sheet.mapping",
                ("sheet", "column", "head", "field", "sure", "reason"),
                (16, 8, 30, 36, 10, 44),
                self.columns(),
            ),
        ]
        return workbook(
            sheets, title=text("import.sheet.leftovers"), author=author, day=day, page=text("workbook.page")
        )

    def _sheet(self, name: str, heads: Sequence[str], widths: Sequence[float], rows: Sequence[Line]) -> Sheet:
        title = self._text(name)
        columns = [
            BookColumn(self._text(f"import.head.{head}"), width, "wrapped")
            for head, width in zip(heads, widths, strict=True)
        ]
        note = self._text("import.sheet.note", file=self.made.source.file, count=len(rows))
        return Sheet(title, title, note, columns, rows)

    def _cell(self, spot: Spot) -> str:
        return cell_name(spot.sheet, spot.place)

    def _row(self, one: Made) -> str:
        return f"{one.draft.sheet}!{rows_text(one.draft.rows)}"
