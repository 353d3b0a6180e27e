"""Rows of text → a table on a terminal with colour, aligned plain text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_STYLES = {
    "on_track": "green",
    "due_soon": "yellow",
    "overdue": "bold red",
    "done_on_time": "bright_black",
    "done_late": "magenta",
    "broken": "bold red reverse",
    "met": "green",
    "met_late": "magenta",
    "open": "",
}


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], styles: Sequence[str] = ()) -> None:
    """Print rows under headings; ``styles`` names a light or state for each row, for its colour."""
    rows = [[on_one_line(cell) for cell in row] for row in rows]
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if sys.stdout.isatty():
        table = Table(*headings, box=None, header_style="bold", pad_edge=False)
        for index, row in enumerate(rows):
            style = _STYLES.get(styles[index], "") if styles else ""
            table.add_row(*(Text(cell) for cell in row), style=style)
        Console(highlight=False).print(table)
        return
    widths = [max(cell_len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def on_one_line(text: str) -> str:
    """Ledger text made safe for a terminal and an annotation: one line, no control characters.

    GitHub's runner takes what stands in ``##[`` for a command, wherever in a line it finds it.
    """
    return "".join(character if character.isprintable() else " " for character in text).replace("##[", "## [")
