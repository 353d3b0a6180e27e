"""An edition → the whole ledger as lines of a table that leaves the site: what the page has, and every date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from duban.deadline import closing
from duban.language import Language, language
from duban.publish.edition import Edition, once
from duban.publish.examination import is_open_at
from duban.publish.item_row import ItemRow, counted_rows
from duban.record import ItemRecord

Cell = str | int | None
Kind = Literal["text", "wrapped", "code", "day", "number", "word"]
COMMA = "、"
"""Between several values in one cell, whatever language the heads are in: the record itself is Chinese."""


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """A column: its name, its heads in Chinese and English, what its cells are, and how wide it wants to be."""

    name: str
    heads: tuple[str, str]
    kind: Kind
    width: float
    cell: Callable[[ItemRow, ItemRecord], Cell]


@once
def ledger_columns(edition: Edition) -> tuple[LedgerColumn, ...]:
    """The columns of an edition; what its record never has is no column."""
    return tuple(_columns(edition, language("zh"), language("en")))


@once
def ledger_lines(edition: Edition) -> tuple[tuple[Cell, ...], ...]:
    """A line for every item that counts, in order of id; Chinese throughout, days as ISO days."""
    cells = [column.cell for column in ledger_columns(edition)]
    items = edition.ledger.items
    return tuple(
        [tuple([cell(row, items[row.id].record) for cell in cells]) for row in counted_rows(edition)],
    )


def _columns(edition: Edition, zh: Language, en: Language) -> Iterator[LedgerColumn]:
    registry, campaigns = edition.ledger.registry, edition.ledger.registry.campaigns
    unit = registry.unit_name
    steps = {name: zh(f"step.{name}") for name in _codes(edition, "step")}
    lights = {name: zh(f"light.{name}") for name in _codes(edition, "light")}
    causes = registry.causes

    def both(message: str) -> tuple[str, str]:
        return zh(message), en(message)

    def titled(name: str) -> tuple[str, str]:
        return both(f"ledger.column.{name}")

    def of(*pointer: str | int) -> tuple[str, str]:
        field = edition.item_field.at(pointer)
        return field.labels if field else (str(pointer[-1]), str(pointer[-1]))

    def joined(values: Sequence[str]) -> str:
        return COMMA.join(values)

    def open_to(*pointer: str | int) -> bool:
        return not edition.public or is_open_at(edition.item_field, pointer)

    yield LedgerColumn("id", titled("id"), "code", 10.5, lambda row, _: row.id)
    yield LedgerColumn("title", titled("title"), "wrapped", 33, lambda row, _: row.title)
    yield LedgerColumn("source", titled("source"), "wrapped", 18, lambda row, _: joined(row.sources))
    yield LedgerColumn("category", titled("category"), "word", 8, lambda row, _: row.category)
    yield LedgerColumn("urgency", of("urgency"), "word", 8, lambda _, record: record["urgency"])
    yield LedgerColumn(
        "campaign",
        titled("campaign"),
        "wrapped",
        12,
        lambda row, _: campaigns[row.campaign].name if row.campaign in campaigns else row.campaign,
    )
    yield LedgerColumn("plan", of("plan_refs"), "code", 10, lambda _, record: joined(record.get("plan_refs", ())))
    yield LedgerColumn(
        "unit", titled("unit"), "wrapped", 12, lambda row, _: unit(row.lead_unit) if row.lead_unit else ""
    )
    yield LedgerColumn(
        "co_units",
        of("task_notice", "co_units"),
        "wrapped",
        26,
        lambda row, _: joined([unit(one) for one in row.co_units]),
    )
    yield LedgerColumn("step", titled("step"), "word", 10, lambda row, _: steps[row.step])
    yield LedgerColumn("light", titled("light"), "word", 10, lambda row, _: lights[row.light])
    yield LedgerColumn("received", of("intake", "received_on"), "day", 10.5, _day_at("intake", "received_on"))
    yield LedgerColumn("approved", of("approval", "approved_on"), "day", 10.5, _day_at("approval", "approved_on"))
    yield LedgerColumn("issued", both("ledger.issued_on"), "day", 10.5, _day_at("task_notice", "issued_on"))
    yield LedgerColumn("acknowledged", of("task_notice", "ack", "on"), "day", 10.5, _day_at("task_notice", "ack", "on"))
    yield LedgerColumn(
        "original",
        both("ledger.csv_original"),
        "day",
        10.5,
        lambda row, _: row.moved or row.due,
    )
    yield LedgerColumn("due", titled("due"), "day", 10.5, lambda row, _: row.due)
    yield LedgerColumn("left", both("ledger.csv_left"), "number", 8, lambda row, _: row.left)
    yield LedgerColumn("finished", both("list.finished_on"), "day", 10.5, lambda row, _: row.finished_on)
    yield LedgerColumn("closed", both("ledger.closed_on"), "day", 10.5, _closed)
    yield LedgerColumn("archived", both("ledger.archived_on"), "day", 10.5, _day_at("archive", "on"))
    if open_to("progress", 0, "cause"):
        yield LedgerColumn(
            "cause", of("progress", 0, "cause"), "wrapped", 13, lambda row, _: causes.get(row.cause, row.cause)
        )


def _codes(edition: Edition, name: str) -> set[str]:
    return set(map(attrgetter(name), counted_rows(edition)))


def _day_at(*pointer: str) -> Callable[[ItemRow, ItemRecord], str]:
    def day(_: ItemRow, record: ItemRecord) -> str:
        here: Any = record
        for part in pointer:
            here = here.get(part)
            if here is None:
                return ""
        return str(here)

    return day


def _closed(_: ItemRow, record: ItemRecord) -> str:
    notice = closing(record)
    return notice["decision"]["on"] if notice else ""
