"""An edition's obligations → the events of its calendars: what is still owed, and what was met not long ago.

How a reader's program tells that an event has changed:

- UID: item, kind and name (a form's number, a milestone's name, a period's day), never the due day:
  an extension moves the event and does not make a second one.
- SEQUENCE: how many granted extensions moved the deadline; 0 for everything else, whose day never moves.
- LAST-MODIFIED and DTSTAMP: the day of the item's newest entry, or the day after the due day where
  that passed without anything being recorded: then what the event says of itself has changed, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from duban.deadline import granted
from duban.documents.calendar_file import Event, event_text
from duban.model import Item
from duban.obligation import Kind, Obligation
from duban.publish.edition import Edition, once
from duban.publish.identity import uid
from duban.publish.ledger_lines import other_facts
from duban.publish.news import latest_day
from duban.record import ItemRecord

KEPT_DAYS = 60
"""How long an event stays after it was met."""
_REMIND_AT = 9
"""The hour of the day on which a reader is reminded."""
_ONCE: frozenset[Kind] = frozenset({"ack", "coordination", "deadline", "reopening", "feedback", "look_back"})
_NAMED: frozenset[Kind] = frozenset({"milestone", "subtask", "reply", "recheck"})
_LONGEST = 40


def current_obligations(obligations: Iterable[Obligation], day: str) -> tuple[Obligation, ...]:
    """What the calendar of an item tells of on an ISO day, of its obligations in their order."""
    since = _since(day)
    return tuple(one for one in obligations if one.is_pending(day) or since <= one.done_on <= day)


@once
def current_items(edition: Edition) -> Mapping[str, tuple[Obligation, ...]]:
    """The items whose calendar tells of anything, in their order. Those with nothing lately are not read."""
    since, latest = _since(edition.day), edition.latest
    found = {}
    for item, other in edition.taken(other_facts).items():
        status = edition.states[item]
        if status.pending or latest.get(other.path, edition.day) >= since:
            current = current_obligations(status.obligations, edition.day)
            if current:
                found[item] = current
    return found


def events_of(edition: Edition, item: str) -> Sequence[tuple[Obligation, str]]:
    """What an item's calendar tells of, each with the lines of its event; made when they are first asked for."""
    made = _made(edition)
    if item not in made:
        made[item] = _events(edition, edition.ledger.items[item])
    return made[item]


def uids(obligations: Iterable[Obligation]) -> list[str]:
    """A name for each obligation of one item, given in order; the same on any day, and wherever it is moved."""
    taken: dict[str, int] = {}
    names = []
    for one in obligations:
        stem = f"{one.item}-{one.kind.replace('_', '-')}"
        if one.kind not in _ONCE:
            told = f"{one.owner}\0{one.name}" if one.kind == "subtask" else one.name
            stem += f"-{hashlib.blake2b(told.encode(), digest_size=6).hexdigest()}"
        taken[stem] = count = taken.get(stem, 0) + 1
        names.append(stem if count == 1 else f"{stem}-{count}")
    return names


@once
def _made(_: Edition) -> dict[str, Sequence[tuple[Obligation, str]]]:
    return {}


def _events(edition: Edition, item: Item) -> Sequence[tuple[Obligation, str]]:
    current = set(current_items(edition).get(item.id, ()))
    everything = edition.states[item.id].obligations
    return [
        (one, event_text(_event(edition, item, one, uid(edition, name))))
        for one, name in zip(everything, uids(everything), strict=True)
        if one in current
    ]


def _event(edition: Edition, item: Item, one: Obligation, name: str) -> Event:
    text, state = edition.text, one.state(edition.day)
    kind, unit = text(f"obligation.{one.kind}"), edition.unit_name(one.owner)
    what = text("calendar.named", kind=kind, name=_short(one.name)) if one.kind in _NAMED else kind
    summary = text("calendar.summary", what=what, title=item.record["title"])
    if not one.is_pending(edition.day):
        summary = text("calendar.met", summary=summary)
    address = f"{edition.address}items/{item.id}.html" if edition.address else ""
    return Event(
        uid=name,
        on=one.due,
        changed=_changed(edition, item, one),
        sequence=_moves(item.record) if one.kind == "deadline" else 0,
        summary=summary,
        description="\n".join(_description(edition, item, one, unit, state)),
        category=kind,
        url=address,
        hours_before=_hours_before(edition, one),
    )


def _description(edition: Edition, item: Item, one: Obligation, unit: str, state: str) -> list[str]:
    text, status = edition.text, edition.states[item.id]
    lines = [
        text("calendar.item", id=item.id, title=item.record["title"]),
        text("calendar.owner", unit=unit),
        text("calendar.state", state=text(f"state.{state}")),
        text("calendar.step", step=text(f"step.{status.step}")),
    ]
    if one.kind in _NAMED:
        lines.insert(1, text("calendar.what", kind=text(f"obligation.{one.kind}"), name=one.name))
    if one.done_on and not one.is_pending(edition.day):
        lines.append(text("calendar.done", day=one.done_on))
    if one.kind == "deadline" and status.original_due != one.due:
        lines.append(text("calendar.moved", day=status.original_due))
    return lines


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _moves(record: ItemRecord) -> int:
    return sum(granted(extension) for extension in record.get("extensions", ()))


def _changed(edition: Edition, item: Item, one: Obligation) -> str:
    newest = latest_day(edition, item.record)
    if one.is_pending(edition.day) and one.due < edition.day:
        return max(newest, (date.fromisoformat(one.due) + timedelta(days=1)).isoformat())
    return newest


def _hours_before(edition: Edition, one: Obligation) -> int | None:
    """Hours from the last reminder that the policy asks for, on a working day, to the day itself; inside alone."""
    reminders = [count for count in edition.ledger.registry.policy["remind_before_workdays"] if count]
    if edition.public or not reminders or not one.is_pending(edition.day) or one.due < edition.day:
        return None
    return _hours(one.due, min(reminders), edition.calendar.is_workday, edition.calendar.last_workdays)


def _hours(due: str, count: int, works: Callable[[str], bool], back: Callable[[str, int], str]) -> int:
    begin = back(due, count + works(due))
    return (date.fromisoformat(due) - date.fromisoformat(begin)).days * 24 - _REMIND_AT


@cache
def _since(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=KEPT_DAYS)).isoformat()
