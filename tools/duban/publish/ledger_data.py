"""An edition → the ledger's rows as columns of numbers and two of text, for the table that sorts and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Any

import orjson

from duban.publish.edition import Edition
from duban.publish.item_row import ItemRow, counted_rows
from duban.publish.ledger_filters import FILTERS, choices
from duban.publish.reader_day import working_days

NO_CODE = -1


def ledger_data(edition: Edition) -> bytes:
    """The file that the ledger's page loads (site/browser/columns.js reads it).

    ``names`` are the codes that occur with what the reader calls them; a column of codes holds their
    places there, ``NO_CODE`` for none, and ``source`` places in ``sources``, the combinations that
    occur. ``id`` has the serials of each year, ``title`` a line for each row. ``received`` counts days
    since the row before, of the first row since ``first``; ``due`` days from then on, null for none.
    ``moved`` and ``soon`` count days back from ``due`` to the first deadline and to the day from which
    the light is yellow, 0 where it was not moved or no day turns it. ``denied`` are the rows, from 0, in which an
    extension was asked for in vain.
    """
    rows = counted_rows(edition)
    names = {name: choices(edition, rows, name) for name in FILTERS}
    places = {name: {code: place for place, (code, _) in enumerate(named)} for name, named in names.items()}
    sources = list(dict.fromkeys(row.sources for row in rows))
    source_places = {combination: place for place, combination in enumerate(sources)}

    def coded(name: str, code: Callable[[ItemRow], str]) -> list[int]:
        known = places[name]
        return [known.get(code(row), NO_CODE) for row in rows]

    data: dict[str, Any] = {
        "day": edition.day,
        "pinned": edition.pinned,
        "calendar": working_days(edition),
        "names": names,
        "sources": [[places["source"][one] for one in combination] for combination in sources],
        "first": rows[0].received_on if rows else edition.day,
        "columns": {
            "id": list(_serials(rows)),
            "title": "\n".join([row.title for row in rows]),
            "source": [source_places[row.sources] for row in rows],
            "unit": coded("unit", lambda row: row.lead_unit),
            "category": coded("category", lambda row: row.category),
            "campaign": coded("campaign", lambda row: row.campaign),
            "step": coded("step", lambda row: row.step),
            "light": coded("light", lambda row: row.light),
            "received": _steps([row.received_on for row in rows]),
            "due": [_days(row.received_on, row.due) if row.due else None for row in rows],
            "moved": [_days(row.moved, row.due) if row.moved else 0 for row in rows],
            "denied": [place for place, row in enumerate(rows) if row.denied],
            "soon": [_days(row.soon_on, row.due) if row.may_turn else 0 for row in rows],
        },
    }
    return orjson.dumps(data)


def _serials(rows: Iterable[ItemRow]) -> Iterator[tuple[str, str]]:
    """``2019`` and ``0001 0002 0004``, for every year in turn."""
    for year, group in groupby((row.id.partition("-") for row in rows), lambda parts: parts[0]):
        yield year, " ".join([serial for _, _, serial in group])


def _steps(days: Sequence[str]) -> list[int]:
    return [0, *(_days(before, day) for before, day in pairwise(days))] if days else []


def _days(start: str, end: str) -> int:
    return date.fromisoformat(end).toordinal() - date.fromisoformat(start).toordinal()
