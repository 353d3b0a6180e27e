"""Reminders, a journal and channels → who was sent what, who was not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from duban.language import Language
from duban.model import Registry
from duban.notify.channels import Channels
from duban.notify.journal import Journal, Post
from duban.reminder import Reminder, channels_of
from duban.reminder_text import Message, message

Outcome = Literal["sent", "to_send", "failed", "not_set_up", "unreachable", "tomorrow"]
"""``to_send`` is what a rehearsal would send; ``tomorrow`` what has to wait, since the day's message went out."""
BAD: frozenset[Outcome] = frozenset({"failed", "not_set_up", "unreachable"})


class Delivery(NamedTuple):
    """What became of one message. ``channel`` is "" for a person who has none."""

    reminder: Reminder
    channel: str
    outcome: Outcome
    message: Message | None = None
    problem: str = ""


def deliver(
    given: Mapping[str, Reminder],
    registry: Registry,
    journal: Journal,
    channels: Channels,
    text: Language,
    address: str,
    *,
    rehearsal: bool = False,
) -> Iterator[Delivery]:
    """Send to everybody what they were not told yet, on each of their channels one message a day.

    What fails on one channel is reported and tried again by the next run; nothing else waits for it.
    """
    for person, reminder in given.items():
        posts = channels_of(registry.people[person], registry.policy)
        if not posts and reminder.untold(journal.told(Post(person, ""))) is not None:
            yield Delivery(reminder, "", "unreachable")
        for channel in posts:
            post = Post(person, channel.name)
            untold = reminder.untold(journal.told(post))
            if untold is None:
                continue
            if journal.has_written(post, reminder.day):
                yield Delivery(untold, channel.name, "tomorrow")
                continue
            written = message(untold, registry, text, address, journal.unsure(post))
            if missing := channels.missing(channel.name):
                yield Delivery(untold, channel.name, "not_set_up", written, missing)
            elif rehearsal:
                yield Delivery(untold, channel.name, "to_send", written)
            else:
                with journal.sending(post, untold) as ended:
                    problem = channels.send(channel.name, channel.to, written)
                    ended(problem)
                yield Delivery(untold, channel.name, "failed" if problem else "sent", written, problem)
    if not rehearsal:
        journal.tidy(given)
