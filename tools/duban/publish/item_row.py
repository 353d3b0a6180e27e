"""An edition's items → the rows that tables, charts and lists show of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Literal

from duban.deadline import asked_in_vain, causes
from duban.model import Item
from duban.publish.edition import Edition, once
from duban.status import LIGHTS, OPEN_LIGHTS, Light, Status

MOST_ENDED = 100
UNCOUNTED: frozenset[Light] = frozenset({"not_filed", "broken"})


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as a table shows it. Ids and codes only: names are the reader's language's business.

    ``moved`` is the first deadline where an extension moved it, "" otherwise; ``left`` counts working
    days, negative when past; ``cause`` is the last cause code given. ``soon_on`` is the day from which
    the light is yellow unless it is red, "" where no day changes it. ``denied`` are the days that extensions
    asked for in vain.
    """

    id: str
    title: str
    sources: tuple[str, ...]
    lead_unit: str
    co_units: tuple[str, ...]
    category: str
    campaign: str
    step: str
    light: Light
    received_on: str
    due: str
    moved: str
    left: int | None
    finished_on: str
    cause: str
    soon_on: str = ""
    denied: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.light in OPEN_LIGHTS

    @property
    def may_turn(self) -> bool:
        """Whether the light will be another as days pass, though nothing happens."""
        return bool(self.soon_on) and self.light != "overdue"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a bar of 100: where it starts and how long it is, in percent."""

    name: str
    count: int
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Rows that a page has room for; ``more`` ended ones are left out."""

    open: tuple[ItemRow, ...]
    ended: tuple[ItemRow, ...]
    more: int

    @property
    def rows(self) -> tuple[ItemRow, ...]:
        """The rows shown."""
        return self.open + self.ended

    @property
    def count(self) -> int:
        """How many there are with those left out."""
        return len(self.rows) + self.more


def item_row(item: Item, status: Status) -> ItemRow:
    """The row of one item; what an edition cuts from the record is empty in the row.

    The same days and codes stand in many rows: each is kept once.
    """
    record = item.record
    # What a notice does not say yet, an older ledger may.
    units = record.get("task_notice", record.get("transcribed", {}))
    given = causes(record)
    return ItemRow(
        id=status.id,
        title=status.title,
        sources=tuple(dict.fromkeys([intern(source["type"]) for source in record["intake"]["sources"]])),
        lead_unit=status.lead_unit,
        co_units=tuple([intern(unit) for unit in units.get("co_units", ())]),
        category=intern(record["category"]),
        campaign=intern(record.get("campaign", "")),
        step=status.step,
        light=status.light,
        received_on=intern(record["intake"]["received_on"]),
        due=status.due,
        moved=status.original_due if status.original_due != status.due else "",
        left=status.workdays_left,
        finished_on=status.finished_on,
        cause=intern(given[-1]) if given else "",
        soon_on=status.soon_on,
        denied=asked_in_vain(record),
    )


def counted_row(item: Item, status: Status) -> ItemRow | None:
    """The row of an item that counts, None for one that was not filed (不予立项不计入)."""
    return None if status.light in UNCOUNTED else item_row(item, status)


def is_sample(item: Item, _status: Status) -> Literal[True] | None:
    """True for an item that is an example."""
    return True if item.record.get("sample") else None


@once
def counted_rows(edition: Edition) -> tuple[ItemRow, ...]:
    """The rows of all items that count."""
    return tuple(edition.taken(counted_row).values())


def by_urgency(rows: Iterable[ItemRow]) -> list[ItemRow]:
    """Overdue first, longest first; then open ones by deadline; then ended ones, latest first."""
    lights = {light: place for place, light in enumerate(("overdue", "due_soon", "on_track"))}
    is_open = sorted(
        (row for row in rows if row.is_open), key=lambda row: (lights[row.light], row.due or "9999", row.id)
    )
    ended = sorted((row for row in rows if not row.is_open), key=lambda row: (row.finished_on, row.id), reverse=True)
    return [*is_open, *ended]


def excerpt(rows: Iterable[ItemRow]) -> Excerpt:
    """All open rows by urgency, and the ``MOST_ENDED`` that ended last."""
    given = by_urgency(rows)
    count = sum(row.is_open for row in given)
    ended = given[count:]
    return Excerpt(tuple(given[:count]), tuple(ended[:MOST_ENDED]), max(len(ended) - MOST_ENDED, 0))


def light_shares(rows: Iterable[ItemRow]) -> list[Share]:
    """How many rows show each light, as parts of one bar, in their order.

    Lights that do not occur are left out, but for yellow and red where some row's light may turn to them.
    """
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.light] = counts.get(row.light, 0) + 1
        if row.may_turn:
            counts.setdefault("overdue", 0)
            counts.setdefault("due_soon", 0)
    return list(shares({name: counts[name] for name in LIGHTS if name in counts}))


def shares(counts: Mapping[str, int], whole: int = 0) -> Iterator[Share]:
    """Counts → the parts of one bar, in their order, empty ones left out; of ``whole`` where they are not all of it."""
    total, before = whole or sum(counts.values()), 0
    for name, count in counts.items():
        yield Share(name, count, percent(before, total), percent(count, total))
        before += count


def percent(part: float, whole: float) -> float:
    """A part of a whole in percent, exact enough for drawing; 0 of nothing."""
    return round(100 * part / whole, 3) if whole else 0.0
