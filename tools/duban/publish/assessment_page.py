"""An edition → the year's assessment of units, every point with the entry that cost it, and the same as a workbook.

Only the internal edition has it: it goes to the organisation department, not to the public.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from duban.assess import RULES, Point, Score, assess, weights
from duban.documents.score_workbook import Words, score_workbook
from duban.language import Language
from duban.model import Ledger
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, once
from duban.publish.life import anchor_of
from duban.publish.page import Page, key_of
from duban.publish.place import Place
from duban.publish.recent import items_since
from duban.record import ItemRecord

PATH = "downloads/assessment.xlsx"
_NUMBERS = ("base", "few_items", "co_unit_share")
_LISTS: Mapping[str, str] = {
    "tracking_notices": "tracking_notice",
    "coordination_notices": "coordination_notice",
    "closure_notices": "closure_notice",
    "measures": "measure",
    "look_backs": "look_back",
}


@dataclass(frozen=True, slots=True)
class Lost:
    """One point as the page lists it, with the link to its entry."""

    point: Point
    title: str
    entry: str
    link: str


@dataclass(frozen=True, slots=True)
class UnitScore:
    """A unit's line, and what stands behind it."""

    score: Score
    lost: tuple[Lost, ...]


@once
def scores(edition: Edition) -> list[Score]:
    """The scores of the edition's year so far."""
    year = int(edition.day[:4])
    # What falls due in a year was set, or met, not long before it.
    items = (edition.ledger.items[identity] for identity in items_since(edition, f"{year - 1}-01-01"))
    return assess(items, edition.ledger.registry.policy, year, edition.day, edition.calendar)


def site_pages(edition: Edition) -> Iterator[Page]:
    """The page of the year."""
    if edition.public:
        return
    text, weight = edition.text, weights(edition.ledger.registry.policy)
    context = {
        "year": edition.day[:4],
        "units": [UnitScore(one, tuple(_lost(edition, one))) for one in scores(edition)],
        "rules": [(rule, f"{weight[rule]:f}", text(f"assess.source.{rule}")) for rule in RULES],
        "few": int(weight["few_items"]),
        "share": weight["co_unit_share"],
        "workbook": PATH,
    }
    yield Page("assessment.html", text("nav.assessment"), "assessment.html", context, group="results")


def workbook_file(edition: Edition) -> Iterator[DataFile]:
    """The workbook, beside the other downloads."""
    if not edition.public:
        found = scores(edition)
        yield DataFile(PATH, lambda: workbook(found, edition.ledger, edition.day, edition.text), key_of(repr(found)))


def workbook(found: list[Score], ledger: Ledger, day: str, text: Language) -> bytes:
    """The sheet for the organisation department."""
    registry, year = ledger.registry, day[:4]
    points = [point for one in found for point in one.points]
    heads = (
        *("unit", "led", "joined", "base", "total", "rank", "remark", "few", "tied", "rule", "item", "title", "entry"),
        *("on", "share", "waived", "points", "weight", "source", "points_note", "weights_note", *_NUMBERS[1:]),
    )
    words = Words(
        title=text("assess.title", name=registry.policy["name"], year=year),
        note=text("assess.note", day=day),
        author=registry.unit_name(registry.policy["office"]),
        sheets={name: text(f"assess.sheet.{name}") for name in ("scores", "points", "weights")},
        heads={name: text(f"assess.head.{name}") for name in heads},
        rules={rule: text(f"assess.rule.{rule}") for rule in RULES},
        sources={name: text(f"assess.source.{name}") for name in (*RULES, *_NUMBERS)},
        yes=text("assess.yes"),
        units={one.unit: registry.unit_name(one.unit) for one in found},
        titles={point.item: ledger.items[point.item].record["title"] for point in points},
        entries={
            (point.item, point.entry): entry_name(ledger.items[point.item].record, point.entry, text)
            for point in points
        },
    )
    return score_workbook(found, weights(registry.policy), words, day)


def entry_name(record: ItemRecord, entry: str, text: Language) -> str:
    """An entry as people call it: the form with its number, anything else with its day."""
    name, _, index = entry.strip("/").partition("/")
    node = record[name][int(index)] if index else record[name]  # type: ignore[literal-required]
    said = node.get("form_no") or node.get("on", "")
    return text("assess.entry", kind=text(f"kind.{_LISTS.get(name, name)}"), said=said)


def _lost(edition: Edition, score: Score) -> Iterator[Lost]:
    for point in score.points:
        record = edition.ledger.items[point.item].record
        link = f"items/{point.item}.html#{anchor_of(Place(point.item, point.entry), papers=True)}"
        yield Lost(point, record["title"], entry_name(record, point.entry, edition.text), link)
