"""A reminder → the subject and the plain text of the one message that carries it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from duban.language import Language
from duban.model import Registry
from duban.reminder import Line, Reminder

MOST_LINES = 40
"""Lines of one message: what is more is counted, for a message that nobody reads to its end reminds nobody."""


class Message(NamedTuple):
    """What a channel sends: text on one line, and plain text."""

    subject: str
    body: str


def message(
    reminder: Reminder, registry: Registry, text: Language, address: str, unsure: Container[str] = ()
) -> Message:
    """The message for one person, in the ledger's language.

    ``address`` is where the internal site stands, "" where nothing tells; ``unsure`` holds the keys of
    lines whose last sending broke off, so that they may be known already.
    """
    late = [line for line in reminder.lines if line.left < 0]
    soon = [line for line in reminder.lines if line.left >= 0]
    name = registry.policy["name_en"] if text.code == "en" and "name_en" in registry.policy else registry.policy["name"]
    person = registry.people[reminder.person]
    position = person.position_en if text.code == "en" and person.position_en else person.position
    said = {line.key for line in reminder.lines}
    rest = [line for line in reminder.digest if line.key not in said]
    parts = [text("reminder.greeting", position=position, day=reminder.day)]
    for heading, lines in (("late", late), ("soon", soon), ("digest", rest)):
        if lines:
            parts.append("\n".join([text(f"reminder.{heading}", count=len(lines)), *_rows(lines, text, unsure)]))
    parts.append("\n".join(filter(None, (text("reminder.closing", name=name), address))))
    return Message(_subject(name, late, soon, reminder, text), "\n\n".join(parts) + "\n")


def line_text(line: Line, text: Language) -> str:
    """One line without its number: which item, what is owed, by when, and how long that is."""
    one = line.obligation
    what = text(f"obligation.{one.kind}")
    if one.kind in ("milestone", "subtask") and one.name:
        what = text("reminder.named", what=what, name=" ".join(one.name.split()))
    when = "reminder.past" if line.left < 0 else "reminder.today" if line.left == 0 else "reminder.left"
    left = text(when, count=abs(line.left))
    return text("reminder.line", item=one.item, title=" ".join(line.title.split()), what=what, due=one.due, left=left)


def _rows(lines: Iterable[Line], text: Language, unsure: Container[str]) -> Iterator[str]:
    listed = [*lines]
    for number, line in enumerate(listed[:MOST_LINES], 1):
        again = text("reminder.again") if line.key in unsure else ""
        yield f"{number}. {line_text(line, text)}{again}"
    if len(listed) > MOST_LINES:
        yield text("reminder.more", count=len(listed) - MOST_LINES)


def _subject(name: str, late: list[Line], soon: list[Line], reminder: Reminder, text: Language) -> str:
    if late and soon:
        what = text("reminder.subject.both", late=len(late), soon=len(soon))
    elif late or soon:
        what = text("reminder.subject.late" if late else "reminder.subject.soon", count=len(late or soon))
    else:
        what = text("reminder.subject.digest", count=len(reminder.digest))
    return text("reminder.subject", name=name, what=what)
