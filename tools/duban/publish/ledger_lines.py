"""An edition → the whole ledger as lines of a table that leaves the site: what the page has, and every date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from sys import intern
from typing import Any, Literal, NamedTuple

from duban.deadline import closing
from duban.language import Language, language
from duban.model import STEPS, Item
from duban.publish.edition import Edition, once
from duban.publish.examination import is_open_at
from duban.publish.item_row import ItemRow, counted_rows
from duban.record import ItemRecord
from duban.status import LIGHTS, Status

Cell = str | int | None
Kind = Literal["text", "wrapped", "code", "day", "number", "word"]
COMMA = "、"
"""Between several values in one cell, whatever language the heads are in: the record itself is Chinese."""


class OtherFacts(NamedTuple):
    """What the whole ledger has of an item beside its row. Days are ISO days, "" where there is none."""

    path: str
    urgency: str
    plan_refs: tuple[str, ...]
    approved: str
    issued: str
    acknowledged: str
    closed: str
    archived: str


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """A column: its name, its heads in Chinese and English, what its cells are, and how wide it wants to be."""

    name: str
    heads: tuple[str, str]
    kind: Kind
    width: float
    cell: Callable[[ItemRow, OtherFacts], Cell]


def other_facts(item: Item, _status: Status) -> OtherFacts:
    """Taken from every item in the one pass over all of them."""
    record = item.record
    close = closing(record)
    return OtherFacts(
        item.path,
        intern(record["urgency"]),
        tuple([intern(entry) for entry in record.get("plan_refs", ())]),
        _day_at(record, "approval", "approved_on"),
        _day_at(record, "task_notice", "issued_on"),
        _day_at(record, "task_notice", "ack", "on"),
        intern(close["decision"]["on"]) if close else "",
        _day_at(record, "archive", "on"),
    )


def _day_at(record: ItemRecord, *names: str) -> str:
    here: Any = record
    for name in names:
        here = here.get(name)
        if here is None:
            return ""
    # The same days stand in many items: each is kept once.
    return intern(here)


@once
def ledger_columns(edition: Edition) -> tuple[LedgerColumn, ...]:
    """The columns of an edition; what its record never has is no column."""
    return tuple(_columns(edition, language("zh"), language("en")))


def ledger_lines(edition: Edition) -> Iterator[tuple[Cell, ...]]:
    """A line for every item that counts, in order of id; Chinese throughout, days as ISO days."""
    cells = [column.cell for column in ledger_columns(edition)]
    others = edition.taken(other_facts)
    return (tuple([cell(row, others[row.id]) for cell in cells]) for row in counted_rows(edition))


def _columns(edition: Edition, zh: Language, en: Language) -> Iterator[LedgerColumn]:
    registry, campaigns = edition.ledger.registry, edition.ledger.registry.campaigns
    unit = registry.unit_name
    steps = {name: zh(f"step.{name}") for name in STEPS}
    lights = {name: zh(f"light.{name}") for name in LIGHTS}
    causes = registry.causes

    def both(message: str) -> tuple[str, str]:
        return zh(message), en(message)

    def titled(name: str) -> tuple[str, str]:
        return both(f"ledger.column.{name}")

    def of(*pointer: str | int) -> tuple[str, str]:
        field = edition.item_field.at(pointer)
        return field.labels if field else (str(pointer[-1]), str(pointer[-1]))

    def day(name: str, heads: tuple[str, str], cell: Callable[[ItemRow, OtherFacts], Cell]) -> LedgerColumn:
        return LedgerColumn(name, heads, "day", 10.5, cell)

    def campaign(row: ItemRow, _: OtherFacts) -> str:
        return campaigns[row.campaign].name if row.campaign in campaigns else row.campaign

    def lead_unit(row: ItemRow, _: OtherFacts) -> str:
        return unit(row.lead_unit) if row.lead_unit else ""

    def co_units(row: ItemRow, _: OtherFacts) -> str:
        return COMMA.join([unit(one) for one in row.co_units])

    yield LedgerColumn("id", titled("id"), "code", 10.5, lambda row, _: row.id)
    yield LedgerColumn("title", titled("title"), "wrapped", 33, lambda row, _: row.title)
    yield LedgerColumn("source", titled("source"), "wrapped", 18, lambda row, _: COMMA.join(row.sources))
    yield LedgerColumn("category", titled("category"), "word", 8, lambda row, _: row.category)
    yield LedgerColumn("urgency", of("urgency"), "word", 8, lambda _, other: other.urgency)
    yield LedgerColumn("campaign", titled("campaign"), "wrapped", 12, campaign)
    yield LedgerColumn("plan", of("plan_refs"), "wrapped", 10, lambda _, other: COMMA.join(other.plan_refs))
    yield LedgerColumn(
        "unit", titled("unit"), "wrapped", 12, lambda row, _: unit(row.lead_unit) if row.lead_unit else ""
    )
    yield LedgerColumn("co_units", of("task_notice", "co_units"), "wrapped", 24, co_units)
    yield LedgerColumn("step", titled("step"), "word", 10, lambda row, _: steps[row.step])
    yield LedgerColumn("light", titled("light"), "word", 10, lambda row, _: lights[row.light])
    yield day("received", of("intake", "received_on"), lambda row, _: row.received_on)
    yield day("approved", of("approval", "approved_on"), lambda _, other: other.approved)
    yield day("issued", both("ledger.issued_on"), lambda _, other: other.issued)
    yield day("acknowledged", of("task_notice", "ack", "on"), lambda _, other: other.acknowledged)
    yield day("original", both("ledger.csv_original"), lambda row, _: row.moved or row.due)
    yield day("due", titled("due"), lambda row, _: row.due)
    yield LedgerColumn("left", both("ledger.csv_left"), "number", 8, lambda row, _: row.left)
    yield day("finished", both("list.finished_on"), lambda row, _: row.finished_on)
    yield day("closed", both("ledger.closed_on"), lambda _, other: other.closed)
    yield day("archived", both("ledger.archived_on"), lambda _, other: other.archived)
    cause = ("progress", 0, "cause")
    if not edition.public or is_open_at(edition.item_field, cause):
        yield LedgerColumn("cause", of(*cause), "wrapped", 13, lambda row, _: causes.get(row.cause, row.cause))
