"""A pointer into a record → what stands there is called, and where it stands on the site."""

from __future__ import annotations

from typing import Any, NamedTuple

from duban.filing import RecordKind, kind_of
from duban.publish.edition import Edition, once
from duban.publish.life import anchor_of
from duban.publish.place import Place, entry_around
from duban.publish.shown import Shower
from duban.rules.amendments import pointer_of
from duban.rules.case import value_at
from duban.schema import Field


class Called(NamedTuple):
    """What a pointer leads to: its name, and the pointer of the entry that it stands in."""

    name: str
    entry: str


def called(item: str, pointer: str, edition: Edition, shower: Shower) -> Called:
    """An entry by its name, with its number in a list; what was added to one, by its field."""
    kind, known = kind_of(item), _names(edition)
    found = known.get((kind, pointer))
    if found is None:
        root = edition.schemas.field(kind)
        found = known[kind, pointer] = Called(_name(pointer, root, edition, shower), entry_around(root, pointer))
    return found


def page_of(item: str, edition: Edition) -> str:
    """The page of a record below the edition's root, "" where the edition has none."""
    match kind_of(item):
        case "report":
            return f"reports/{item.replace('/', '-')}.html" if item in edition.ledger.reports else ""
        case "assessment":
            return assessment_path(edition, int(item)) if _is_assessed(item, edition) else ""
    return f"items/{item}.html" if item in edition.ledger.items else ""


def assessment_path(edition: Edition, year: int) -> str:
    """Where the assessment of a year stands: the edition's own year has the page of the navigation."""
    return "assessment.html" if str(year) == edition.day[:4] else f"assessments/{year}.html"


def title_of(item: str, edition: Edition) -> str:
    """The title of a record, "" where the edition has none."""
    match kind_of(item):
        case "report":
            report = edition.ledger.reports.get(item)
            return report["title"] if report else ""
        case "assessment":
            return edition.text("assess.heading", year=item) if _is_assessed(item, edition) else ""
    known = edition.ledger.items.get(item)
    return known.record["title"] if known else ""


def address_of(item: str, entry: str, edition: Edition) -> str:
    """A record's entry on its page; the page alone where the record no longer holds it."""
    page, kind = page_of(item, edition), kind_of(item)
    if not page or kind == "report" or not entry:
        return page
    ledger = edition.ledger
    record: Any = ledger.items[item].record if kind == "item" else ledger.assessments[int(item)]
    try:
        value_at(record, pointer_of(entry))
    except (KeyError, IndexError, TypeError):
        return page
    return f"{page}#{anchor_of(Place(item, entry), papers=not edition.public)}"


@once
def _names(_edition: Edition) -> dict[tuple[RecordKind, str], Called]:
    """What was named already: a ledger has few pointers, and many entries at each."""
    return {}


def _is_assessed(year: str, edition: Edition) -> bool:
    return year.isdecimal() and int(year) in edition.ledger.assessments


def _name(pointer: str, root: Field, edition: Edition, shower: Shower) -> str:
    parts = pointer_of(pointer) if pointer else ()
    names = [shower.entry_label(root)] if root.entry or not parts else []
    for length, part in enumerate(parts, 1):
        here = root.at(parts[:length])
        if here is not None and (here.entry or length == len(parts)):
            name = shower.entry_label(here) if here.entry else here.label(edition.text.code)
            names.append(f"{name} {part + 1}" if isinstance(part, int) else name)
    return " › ".join(names)
