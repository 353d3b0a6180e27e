"""An edition → the assessment of units, a page for each year, every point with the entry that cost it, and workbooks.

Only the internal edition has it: it goes to the organisation department, not to the public.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from duban.assess import RULES, Point, Score
from duban.assessed import Assessed, assessed, last_day_of
from duban.documents.score_workbook import Words, score_workbook
from duban.language import Language
from duban.model import Item, Ledger
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, once
from duban.publish.entry_name import assessment_path
from duban.publish.life import anchor_of
from duban.publish.page import Page, key_of
from duban.publish.place import Place
from duban.publish.recent import items_since
from duban.publish.shown import Shower
from duban.publish.standing import key_of_proofs
from duban.record import ItemRecord, Objection

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
    """One point as the page lists it, with the link to its entry, and what was objected to it and ruled ("" if not)."""

    point: Point
    title: str
    entry: str
    link: str
    objection: str
    objection_link: str


@dataclass(frozen=True, slots=True)
class UnitScore:
    """A unit's line, and what stands behind it."""

    score: Score
    lost: tuple[Lost, ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """An objection, its points by their words with whether each was waived, and what was ruled ("" if nothing yet)."""

    anchor: str
    objection: Objection
    points: tuple[tuple[str, bool], ...]
    evidence: str
    result: str
    signed: Markup
    ruling_signed: Markup


@once
def years(edition: Edition) -> Mapping[int, Assessed]:
    """The scores of the edition's year so far, and of every other year that has a file; the latest year first."""
    own = int(edition.day[:4])
    told = {year for year, record in edition.ledger.assessments.items() if "objections" in record or "freeze" in record}
    wanted = {own, *(year for year in told if year < own)}
    return {year: _counted(edition, year) for year in sorted(wanted, reverse=True)}


def _counted(edition: Edition, year: int) -> Assessed:
    ledger, policy = edition.ledger, edition.ledger.registry.policy
    record = ledger.assessments.get(year)
    day = last_day_of(year, edition.day, record)
    if day == edition.day:
        # What falls due in a year was set, or met, not long before it.
        items: Iterable[Item] = (ledger.items[identity] for identity in items_since(edition, f"{year - 1}-01-01"))
    else:
        items = ledger.items_on(day).values()
    return assessed(items, policy, year, day, edition.calendar, record)


def workbook_path(edition: Edition, year: int) -> str:
    """Where the workbook of a year lies, below the site's root."""
    return "downloads/assessment.xlsx" if str(year) == edition.day[:4] else f"downloads/assessment-{year}.xlsx"


def site_pages(edition: Edition) -> Iterator[Page]:
    """The page of the edition's own year."""
    if not edition.public:
        year = int(edition.day[:4])
        context = _context(edition, years(edition)[year], root="")
        yield Page("assessment.html", edition.text("nav.assessment"), "assessment.html", context, group="results")


def loose_pages(edition: Edition) -> Iterator[Page]:
    """A page for every other year that has a file."""
    for year, found in years(edition).items() if not edition.public else ():
        if str(year) != edition.day[:4]:
            context = _context(edition, found, root="../")
            key = _key(found) + key_of_proofs(edition, str(year))
            title = edition.text("assess.heading", year=year)
            yield Page(assessment_path(edition, year), title, "assessment.html", context, key)


def workbook_files(edition: Edition) -> Iterator[DataFile]:
    """The workbooks, beside the other downloads."""
    for year, found in years(edition).items() if not edition.public else ():
        made = partial(workbook, found, edition.ledger, edition.text)
        yield DataFile(workbook_path(edition, year), made, key_of(_key(found)))


def _key(found: Assessed) -> str:
    return found.digest + repr(found.record)


def workbook(found: Assessed, ledger: Ledger, text: Language) -> bytes:
    """The sheet for the organisation department."""
    registry, year = ledger.registry, found.year
    points = [point for one in found.scores for point in one.points]
    heads = (
        *("unit", "led", "joined", "base", "total", "rank", "remark", "few", "tied", "rule", "item", "title", "entry"),
        *("on", "share", "waived", "points", "weight", "source", "points_note", "weights_note", *_NUMBERS[1:]),
        *("objection", "key"),
    )
    frozen = frozen_words(found, text)
    words = Words(
        title=text("assess.title", name=registry.policy["name"], year=year),
        note=text("assess.note", day=found.day) + (f"\n{frozen}" if frozen else ""),
        author=registry.unit_name(registry.policy["office"]),
        sheets={name: text(f"assess.sheet.{name}") for name in ("scores", "points", "weights")},
        heads={name: text(f"assess.head.{name}") for name in heads},
        rules={rule: text(f"assess.rule.{rule}") for rule in RULES},
        sources={name: text(f"assess.source.{name}") for name in (*RULES, *_NUMBERS)},
        yes=text("assess.yes"),
        units={one.unit: registry.unit_name(one.unit) for one in found.scores},
        titles={point.item: ledger.items[point.item].record["title"] for point in points},
        entries={
            (point.item, point.entry): entry_name(ledger.items[point.item].record, point.entry, text)
            for point in points
        },
        objections={
            point.key: objection_words(found.about[point.key], point, text)
            for point in points
            if point.key in found.about
        },
    )
    return score_workbook(found.scores, found.weights, words, found.day)


def frozen_words(found: Assessed, text: Language) -> str:
    """By what the year is frozen, and whether counting still gives that; "" where it is not frozen."""
    freeze = found.freeze
    if freeze is None:
        return ""
    said = "assess.frozen" if found.stands else "assess.frozen_otherwise"
    told = {name: freeze[name] for name in ("on", "as_of", "commit", "digest")}
    return text(said, year=found.year, **told)


def objection_words(objection: Objection | None, point: Point, text: Language) -> str:
    """What became of a unit's objection to a point, and why; "" where there was none."""
    if objection is None:
        return ""
    ruling = objection.get("ruling")
    if ruling is None:
        return text("assess.objection.waiting", on=objection["on"])
    return text("assess.objection.waived" if point.waived else "assess.objection.stands", reason=ruling["reason"])


def entry_name(record: ItemRecord, entry: str, text: Language) -> str:
    """An entry as people call it: the form with its number, anything else with its day."""
    name, _, index = entry.strip("/").partition("/")
    node = record[name][int(index)] if index else record[name]  # type: ignore[literal-required]
    said = node.get("form_no") or node.get("on", "")
    return text("assess.entry", kind=text(f"kind.{_LISTS.get(name, name)}"), said=said)


def _context(edition: Edition, found: Assessed, root: str) -> dict[str, Any]:
    text, weight = edition.text, found.weights
    others = [year for year in years(edition) if year != found.year]
    shower, freeze = Shower(edition, found.year, root=root), found.freeze
    return {
        "year": found.year,
        "found": found,
        "units": [UnitScore(one, tuple(_lost(edition, found, one))) for one in found.scores],
        "objections": tuple(_raised(edition, found, shower)),
        "frozen": frozen_words(found, text),
        "frozen_signed": shower.signed(freeze, Place(str(found.year), "/freeze")) if freeze else "",
        "rules": [(rule, f"{weight[rule]:f}", text(f"assess.source.{rule}")) for rule in RULES],
        "few": int(weight["few_items"]),
        "share": weight["co_unit_share"],
        "workbook": workbook_path(edition, found.year),
        "others": [(year, assessment_path(edition, year)) for year in others],
    }


def _lost(edition: Edition, found: Assessed, score: Score) -> Iterator[Lost]:
    for point in score.points:
        record = edition.ledger.items[point.item].record
        link = f"items/{point.item}.html#{anchor_of(Place(point.item, point.entry), papers=True)}"
        objection = found.about.get(point.key)
        yield Lost(
            point,
            record["title"],
            entry_name(record, point.entry, edition.text),
            link,
            objection_words(objection, point, edition.text),
            _place(found, found.objections.index(objection)).anchor if objection else "",
        )


def _raised(edition: Edition, found: Assessed, shower: Shower) -> Iterator[Raised]:
    """The objections in their order, with their signatures and how those are proven."""
    by_key = {point.key: point for one in found.scores for point in one.points}
    result = edition.schemas.field("assessment").at(("objections", 0, "ruling", "result"))
    for index, objection in enumerate(found.objections):
        place, ruling = _place(found, index), objection.get("ruling")
        waived = ruling.get("waived", []) if ruling else []
        points = [(_point_words(key, by_key.get(key), edition), key in waived) for key in objection["points"]]
        evidence: Any = objection.get("evidence", ())
        yield Raised(
            place.anchor,
            objection,
            tuple(points),
            edition.text("shown.comma").join(one["name"] for one in evidence),
            result.value_label(ruling["result"], edition.text.code) if ruling and result else "",
            shower.signed(objection, place),
            shower.signed(ruling, place.under("ruling")) if ruling else Markup(),
        )


def _point_words(key: str, point: Point | None, edition: Edition) -> str:
    """A point by its rule, its entry and its day; one that the ledger does not count by its key."""
    if point is None:
        return key
    record = edition.ledger.items[point.item].record
    entry = entry_name(record, point.entry, edition.text)
    return edition.text("assess.point", rule=edition.text(f"assess.rule.{point.rule}"), entry=entry, on=point.on)


def _place(found: Assessed, index: int) -> Place:
    return Place(str(found.year), "/objections").at(index)
