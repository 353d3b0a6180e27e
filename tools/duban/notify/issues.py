"""A unit and a message for somebody there → a comment in the one open issue that carries the unit's reminders."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from duban.forge import ForgeError, Writer
from duban.language import Language
from duban.model import Registry
from duban.publish.markdown import bold, paragraph
from duban.reminder_text import Message

CHANNEL = "forge-issue"
"""The name of the channel, in the roster or the policy; its address is the id of a unit."""


class Issues:
    """The issues of the ledger's own repository: whoever watches a unit's issue gets its reminders from the forge.

    ``open_writer`` gives the forge; it raises ForgeError where there is no token for it, or no such forge.
    """

    def __init__(self, open_writer: Callable[[], Writer], registry: Registry, text: Language) -> None:
        self._open_writer, self._registry, self._text = open_writer, registry, text
        self._numbers: dict[str, int] = {}

    @cached_property
    def _opened(self) -> Writer | ForgeError:
        """The forge, asked for once, or why there is none."""
        try:
            return self._open_writer()
        except ForgeError as error:
            return error

    @property
    def missing(self) -> str:
        """What is missing to write there, "" for nothing."""
        return str(self._opened) if isinstance(self._opened, ForgeError) else ""

    def send(self, unit: str, message: Message) -> str:
        """Comment the unit's issue, opening it where there is none; what went wrong, "" where nothing did."""
        writer = self._opened
        if isinstance(writer, ForgeError):
            return str(writer)
        if unit not in self._registry.units:
            return self._text("remind.issue.no_unit", unit=unit)
        about = {"unit": self._registry.unit_name(unit), "id": unit}
        try:
            if unit not in self._numbers:
                title = " ".join(self._text("remind.issue.title", **about).split())
                number = writer.issue(title)
                self._numbers[unit] = number or writer.open_issue(
                    title, paragraph(self._text("remind.issue.about", **about))
                )
            writer.comment(self._numbers[unit], _markdown(message))
        except ForgeError as error:
            return str(error)
        return ""


def _markdown(message: Message) -> str:
    blocks = message.body.strip("\n").split("\n\n")
    return "".join([paragraph(bold(message.subject)), *map(paragraph, blocks)])
