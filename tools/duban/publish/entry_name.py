"""A pointer into an item or report → what stands there is called, and where it stands on the site."""

from __future__ import annotations

from typing import NamedTuple

from duban.publish.edition import Edition, once
from duban.publish.life import anchor_of
from duban.publish.place import Place, entry_around
from duban.publish.shown import Shower
from duban.rules.amendments import pointer_of
from duban.rules.case import value_at


class Called(NamedTuple):
    """What a pointer leads to: its name, and the pointer of the entry that it stands in."""

    name: str
    entry: str


def called(item: str, pointer: str, edition: Edition, shower: Shower) -> Called:
    """An entry by its name, with its number in a list; what was added to one, by its field."""
    is_report = "/" in item
    known = _names(edition)
    found = known.get((is_report, pointer))
    if found is None:
        entry = "" if is_report else entry_around(edition.item_field, pointer)
        found = known[is_report, pointer] = Called(_name(pointer, is_report, edition, shower), entry)
    return found


def page_of(item: str, edition: Edition) -> str:
    """The page of an item or report below the edition's root, "" where the edition has none."""
    if "/" in item:
        return f"reports/{item.replace('/', '-')}.html" if item in edition.ledger.reports else ""
    return f"items/{item}.html" if item in edition.ledger.items else ""


def title_of(item: str, edition: Edition) -> str:
    """The title of an item or report, "" where the edition has none."""
    if "/" in item:
        report = edition.ledger.reports.get(item)
        return report["title"] if report else ""
    known = edition.ledger.items.get(item)
    return known.record["title"] if known else ""


def address_of(item: str, entry: str, edition: Edition) -> str:
    """An item's entry on its page; the page alone where the record no longer holds it."""
    page = page_of(item, edition)
    if not page or "/" in item:
        return page
    try:
        value_at(edition.ledger.items[item].record, pointer_of(entry))
    except (KeyError, IndexError, TypeError):
        return page
    return f"{page}#{anchor_of(Place(item, entry), papers=not edition.public)}"


@once
def _names(_edition: Edition) -> dict[tuple[bool, str], Called]:
    """What was named already: a ledger has few pointers, and many entries at each."""
    return {}


def _name(pointer: str, is_report: bool, edition: Edition, shower: Shower) -> str:
    root = edition.schemas.field("report" if is_report else "item")
    parts = pointer_of(pointer) if pointer else ()
    names = [shower.entry_label(root)] if root.entry else []
    for length, part in enumerate(parts, 1):
        here = root.at(parts[:length])
        if here is not None and (here.entry or length == len(parts)):
            name = shower.entry_label(here) if here.entry else here.label(edition.text.code)
            names.append(f"{name} {part + 1}" if isinstance(part, int) else name)
    return " › ".join(names)
