"""An edition → its calendars: of each unit, campaign and item that owes something, and inside of each person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from duban.assignment import Part, assigned
from duban.documents.calendar_file import calendar_file
from duban.model import Person
from duban.obligation import Obligation
from duban.publish.agenda import current_items, events_of
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, once
from duban.publish.feeds import item_keys, items_by_campaign
from duban.publish.page import key_of
from duban.publish.unit_pages import unit_views

_OF_UNIT = ("unit_head", "liaison")
"""Whoever holds one of these roles answers for what the unit owes."""
_PARTS: frozenset[Part] = frozenset({"supervisor", "contact"})
_TEAMS = frozenset({"专业督查员", "特聘督查专员"})
Chosen = Callable[[Obligation], bool]


def calendar_files(edition: Edition) -> Iterator[DataFile]:
    """Every calendar. A unit's and a person's stands also while nothing is owed, so that a subscription holds."""
    owing = items_by_owner(edition)
    for view in unit_views(edition):
        unit = view.unit
        yield _calendar(
            edition, f"units/{unit.id}", unit.short_name, owing.get(unit.id, ()), partial(_is_owed_by, unit.id)
        )
    campaigns = edition.ledger.registry.campaigns
    for campaign, items in items_by_campaign(edition).items():
        yield _calendar(edition, f"campaigns/{campaign}", campaigns[campaign].name, items)
    for item in current_items(edition):
        yield _calendar(edition, f"items/{item}", f"{item} {edition.states[item].title}", (item,))
    for person, items in items_by_person(edition).items():
        known = edition.ledger.registry.people[person]
        answers_for = known.unit if _answers_for_unit(known, edition.day) else ""
        mine = items_in_hand(edition).get(person, frozenset())
        chosen = partial(_is_of_person, answers_for, mine)
        yield _calendar(edition, f"people/{person}", known.position, items, chosen)


@once
def items_by_owner(edition: Edition) -> Mapping[str, tuple[str, ...]]:
    """The items in which each unit owes something, or met it not long ago."""
    found: dict[str, dict[str, None]] = {}
    for item, obligations in current_items(edition).items():
        for one in obligations:
            found.setdefault(one.owner, {})[item] = None
    return {unit: tuple(items) for unit, items in found.items()}


@once
def items_by_person(edition: Edition) -> Mapping[str, tuple[str, ...]]:
    """The items in each person's calendar: where a unit that the person answers for owes something, and those in hand.

    Whoever answers for a unit or belongs to the supervisors has a calendar, others while they have
    something in hand. The public edition knows no people.
    """
    owing, hands = items_by_owner(edition), items_in_hand(edition)
    found = {}
    for identity, person in edition.ledger.registry.people.items():
        answers = _answers_for_unit(person, edition.day)
        if answers or identity in hands or person.team in _TEAMS:
            of_unit = owing.get(person.unit, ()) if answers else ()
            found[identity] = tuple(sorted({*of_unit, *hands.get(identity, ())}))
    return found


@once
def items_in_hand(edition: Edition) -> Mapping[str, frozenset[str]]:
    """The items of the calendars that name each person as supervisor, or as contact on a form."""
    found: dict[str, set[str]] = {}
    for item in () if edition.public else current_items(edition):
        for person, parts in assigned(edition.ledger.items[item].record).items():
            if not _PARTS.isdisjoint(parts):
                found.setdefault(person, set()).add(item)
    return {person: frozenset(items) for person, items in found.items()}


def _answers_for_unit(person: Person, day: str) -> bool:
    return any(person.holds(role, day) for role in _OF_UNIT)


def _is_owed_by(unit: str, one: Obligation) -> bool:
    return one.owner == unit


def _is_of_person(unit: str, mine: frozenset[str], one: Obligation) -> bool:
    return one.owner == unit or one.item in mine


def _any(_: Obligation) -> bool:
    return True


def _calendar(edition: Edition, name: str, title: str, items: Iterable[str], chosen: Chosen = _any) -> DataFile:
    given, keys = tuple(items), item_keys(edition)
    key = key_of([keys[item] for item in given])
    return DataFile(f"calendars/{name}.ics", partial(_made, edition, title, given, chosen), key)


def _made(edition: Edition, title: str, items: Iterable[str], chosen: Chosen) -> bytes:
    """The calendar, soonest first."""
    found = [(one, text) for item in items for one, text in events_of(edition, item) if chosen(one)]
    found.sort(key=lambda pair: (pair[0].due, pair[0].item))
    policy = edition.ledger.registry.policy
    name = edition.text("calendar.name", title=title)
    told = edition.text(
        "calendar.description_public" if edition.public else "calendar.description", ledger=policy["name"]
    )
    return calendar_file(name, told, [text for _, text in found])
