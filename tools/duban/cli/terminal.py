"""Questions on a terminal → answers: names completed, choices numbered, each checked before the next question."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import create_output
from prompt_toolkit.validation import ValidationError, Validator

from duban.answer import Choice, UnclearError, choices, meant, wrong
from duban.calendar import WorkCalendar
from duban.finding import Finding, Problem
from duban.language import Language
from duban.model import Registry
from duban.prefill import Question
from duban.schema import Field, Schemas

_NOTHING = "-"
_LINE = 120
_NUMBERED = 12
"""So many choices and no more are listed with numbers; the others are found by typing."""
_MENU = 5
_BETWEEN = " ,，、;；"


class Terminal:
    """A clerk at a terminal. ``items`` are the ids that an item may be referred to by."""

    def __init__(
        self, text: Language, schemas: Schemas, registry: Registry, calendar: WorkCalendar, items: Collection[str]
    ) -> None:
        self._text, self._schemas, self._registry, self._calendar = text, schemas, registry, calendar
        self._items = items
        self._session: PromptSession[str] = PromptSession(output=create_output(sys.stderr), key_bindings=_keys())

    def answer(self, question: Question) -> Any:
        """What is typed; an empty answer takes what stands in brackets, ``-`` leaves the field out."""
        here, among = question.field, self._among(question)
        self._say(self._heading(question, among))
        default = question.default
        # A text that is only a start is put there to be changed; what is known for certain takes one key.
        start = str(default) if _is_long(here) and isinstance(default, str) else ""

        def value_of(typed: str) -> Any:
            if not typed.strip():
                return None if start else default
            return None if typed.strip() == _NOTHING else meant(here, typed, among)

        typed = self._session.prompt(
            "> " if default is None or start else f"[{self._shown(default, among)}] > ",
            default=start,
            completer=_Names(among, several=here.type == "array"),
            complete_while_typing=True,
            reserve_space_for_menu=_MENU,
            validator=_Checked(lambda typed: self._problem(question, value_of, typed)),
            validate_while_typing=False,
            bottom_toolbar=(lambda: self._kind_of_day(get_app().current_buffer.text)) if here.is_date else None,
        )
        value = value_of(typed)
        if here.is_date and isinstance(value, str) and not self._calendar.is_workday(value):
            self._say(f"  {self._kind_of_day(value)}")
        return value

    def begins(self, question: Question) -> bool:
        """Whether it is wanted; the first row that there must be is never asked about."""
        if question.required:
            self._say(f"— {self._label(question)} —")
            return True
        again = isinstance(question.pointer[-1], int) and question.pointer[-1] > 0
        asked = self._text("enter.another" if again else "enter.begin", what=question.field.label(self._text.code))
        return self.agrees(asked, default=question.default is not None)

    def agrees(self, asked: str, *, default: bool) -> bool:
        """Yes or no."""
        yes_or_no = choices(Field("", "", "", "", "", {}, "boolean"), self._registry, "", self._text.code)
        hint = "Y/n" if default else "y/N"
        typed = self._session.prompt(
            f"{asked} [{hint}] ", validator=_Checked(lambda typed: "" if _is_one(typed, yes_or_no) else hint)
        )
        return bool(meant(_YES_OR_NO, typed, yes_or_no)) if typed.strip() else default

    def chosen(self, asked: str, among: Iterable[str]) -> int:
        """The place of one of several, counted from 0."""
        options = tuple(Choice(one, one) for one in among)
        self._say(asked)
        for number, one in enumerate(options, 1):
            self._say(f"  {number} {one.label}")
        typed = self._session.prompt(
            "> ", validator=_Checked(lambda typed: "" if _is_one(typed, options) and typed.strip() else asked)
        )
        return [one.value for one in options].index(meant(_LINE_FIELD, typed, options))

    def _say(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def _among(self, question: Question) -> tuple[Choice, ...]:
        found = choices(question.field, self._registry, question.day, self._text.code)
        return tuple(one for one in found if one.value in question.among) if question.among else found

    def _label(self, question: Question) -> str:
        label = question.field.label(self._text.code)
        return f"{label} {question.pointer[-1] + 1}" if isinstance(question.pointer[-1], int) else label

    def _heading(self, question: Question, among: tuple[Choice, ...]) -> str:
        here, text = question.field, self._text
        must = "" if question.required else text("enter.optional")
        lines = [f"{self._label(question)}{must} - {here.help(text.code)}"]
        if _is_long(here):
            lines.append(f"  {text('enter.lines')}")
        if 0 < len(among) <= _NUMBERED:
            lines += [
                f"  {number} {one.label}"
                + ("" if one.label == one.value or one.value in (True, False) else f" ({one.value})")
                for number, one in enumerate(among, 1)
            ]
        elif among:
            lines.append(f"  {text('enter.names')}")
        return "\n".join(lines)

    def _shown(self, value: Any, among: tuple[Choice, ...]) -> str:
        if isinstance(value, list):
            return self._text("shown.comma").join(self._shown(one, among) for one in value)
        label = next((one.label for one in among if one.value == value), str(value))
        return label if label == str(value) or value in (True, False) else f"{value} {label}"

    def _problem(self, question: Question, value_of: Callable[[str], Any], typed: str) -> str:
        """What is wrong with what was typed, in one sentence; "" for nothing."""
        try:
            value = value_of(typed)
        except UnclearError as error:
            names = self._text("shown.comma").join(one.label for one in error.candidates[:_NUMBERED])
            which = "enter.which" if names else "enter.unknown"
            return self._text(which, typed=error.typed, names=names)
        if value in (None, []):
            return self._text("enter.needed") if question.required else ""
        one = question.field.items or question.field
        unknown = [each for each in _each(value) if one.ref == "item" and each not in self._items]
        if unknown:
            return self._text("enter.unknown", typed=str(unknown[0]))
        problem = wrong(self._schemas, self._schemas.field("item"), question.pointer, value)
        return self._message(problem) if problem else ""

    def _message(self, problem: Problem) -> str:
        return self._text.message(Finding("", 1, 1, problem.code, problem.details))

    def _kind_of_day(self, typed: str) -> str:
        """``周六，休息日``, as soon as a day is written; "" before."""
        try:
            day = date.fromisoformat(meant(_DATE, typed, ()))
        except ValueError:
            return ""
        name = self._text("fill_in.weekdays").split()[day.isoweekday() % 7]
        if not self._calendar.has_data(day.year):
            return self._text("fill_in.day.unknown", name=name)
        works = self._calendar.is_workday(day.isoformat())
        return self._text("fill_in.day.works" if works else "fill_in.day.off", name=name)


_YES_OR_NO = Field("", "", "", "", "", {}, "boolean")
_LINE_FIELD = Field("", "", "", "", "", {}, "string")
_DATE = Field("", "", "", "", "", {"format": "date"}, "string")


class _Names(Completer):
    """Ids and names that have the letters which were typed in them, those that begin with them first."""

    def __init__(self, among: tuple[Choice, ...], *, several: bool) -> None:
        self._among, self._several = among, several

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
        typed = document.text_before_cursor
        if self._several:
            typed = typed[max(typed.rfind(mark) for mark in _BETWEEN) + 1 :]
        found = [one for one in self._among if one.contains(typed)] if typed else []
        found.sort(key=lambda one: not one.begins_with(typed))
        for one in found:
            yield Completion(str(one.value), -len(typed), display_meta=one.label)


class _Checked(Validator):
    """What was typed is held against a check that says what is wrong with it."""

    def __init__(self, problem: Callable[[str], str]) -> None:
        self._problem = problem

    def validate(self, document: Document) -> None:
        problem = self._problem(document.text)
        if problem:
            raise ValidationError(len(document.text), problem)


def _is_one(typed: str, among: tuple[Choice, ...]) -> bool:
    try:
        return not typed.strip() or meant(_LINE_FIELD, typed, among) is not None
    except UnclearError:
        return False


def _is_long(here: Field) -> bool:
    """Whether people write more than a line there: a text, or a list of texts."""
    one = here.items or here
    return one.type == "string" and int(one.schema.get("maxLength", 0)) > _LINE


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _keys() -> KeyBindings:
    """Alt and Enter begin a new line: Enter alone gives the answer."""
    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
