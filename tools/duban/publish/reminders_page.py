"""An edition → a preview of the reminders of its day: who is told what, and how many of the next days there are.

The page cannot know what was sent; it tells what a run tells whose last run was that of the working day before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.publish.edition import Edition
from duban.publish.page import Page
from duban.reminder import Line, Reminder, channels_of, reminders, told_by, workday_before

DAYS_AHEAD = 5
MOST_PEOPLE, MOST_LINES = 200, 20


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told: lines past due and lines to come, and how many the week's digest adds."""

    person: str
    unit: str
    channels: tuple[str, ...]
    lines: tuple[Line, ...]
    unlisted: int
    digest: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """An ISO day to come: how many people are told how many lines, if nothing more is done until then."""

    day: str
    people: int
    lines: int


def site_pages(edition: Edition) -> Iterator[Page]:
    """The preview, inside only: it names people."""
    if edition.public:
        return
    today = _fresh(edition, edition.day)
    context = {
        "told": [_told(edition, one) for one in today[:MOST_PEOPLE]],
        "people": len(today),
        "lines": sum(len(one.lines) for one in today),
        "unreachable": sum(not _channels(edition, one.person) for one in today),
        "working": edition.calendar.is_workday(edition.day),
        "ahead": list(_ahead(edition)),
    }
    yield Page("reminders.html", edition.text("nav.reminders"), "reminders.html", context, group="team")


def _fresh(edition: Edition, day: str) -> list[Reminder]:
    """What is told on a day and was not on the working day before; most lines first."""
    ledger, states, calendar = edition.ledger, edition.states, edition.calendar
    known = told_by(reminders(ledger, states, workday_before(day, calendar), calendar))
    given = reminders(ledger, states, day, calendar)
    fresh = [untold for who, one in given.items() if (untold := one.untold(known.get(who, {}))) is not None]
    return sorted(fresh, key=lambda one: (-sum(line.left < 0 for line in one.lines), -len(one.lines), one.person))


def _told(edition: Edition, reminder: Reminder) -> Told:
    return Told(
        person=reminder.person,
        unit=edition.ledger.registry.people[reminder.person].unit,
        channels=_channels(edition, reminder.person),
        lines=reminder.lines[:MOST_LINES],
        unlisted=max(len(reminder.lines) - MOST_LINES, 0),
        digest=len(reminder.digest),
    )


def _channels(edition: Edition, person: str) -> tuple[str, ...]:
    registry = edition.ledger.registry
    return tuple(channel.name for channel in channels_of(registry.people[person], registry.policy))


def _ahead(edition: Edition) -> Iterator[Ahead]:
    day = edition.day
    for _ in range(DAYS_AHEAD):
        day = edition.calendar.add_workdays(day, 1)
        fresh = _fresh(edition, day)
        yield Ahead(day, len(fresh), sum(len(one.lines) for one in fresh))
