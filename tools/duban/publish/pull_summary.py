"""How a pull request was judged, and the trees it lies between → Markdown that says what it adds and who must sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from duban.calendar import WorkCalendar
from duban.filing import kind_at
from duban.gate import Judgement, Proposed
from duban.language import Language
from duban.model import Data, Item, Ledger, Registry
from duban.parse import parse
from duban.publish.edition import Edition
from duban.publish.markdown import code, heading, paragraph, table, unbroken
from duban.publish.pull_entries import pieces, place_words
from duban.publish.shown import Shower
from duban.publish.sign_words import asked_role, form_words, kind_words, role_words, seat_words, signer, status_words
from duban.record import AssessmentRecord, ItemRecord, ReportRecord
from duban.rules.amendments import effective
from duban.schema import Field, SchemaError, Schemas
from duban.signoff import State
from duban.status import statuses

_LARGEST = 900_000
"""Bytes; GitHub takes no summary of more than a mebibyte, and would show nothing of it."""
_ROWS = 200
_NAMED = 20
_LONGEST = 600
_MARKS: Mapping[State, str] = {"signed": "✓", "missing": "○"}


def summary(judgement: Judgement, proposed: Proposed, registry: Registry, text: Language, day: str) -> str:
    """Everything that somebody who approves should have read, the forms last; ``day`` is what lights are told by."""
    written, left, omitted = [], _LARGEST, []
    for title, markdown in _Summary(judgement, proposed, registry, text, day).sections():
        size = len(markdown.encode())
        if size <= left:
            left -= size
            written.append(markdown)
        else:
            omitted.append(title)
    if omitted:
        titles = text("shown.comma").join(_cut(title) for title in omitted[:_NAMED])
        written.append(paragraph(text("pull.too_long", count=len(omitted), titles=titles)))
    return "".join([*written, paragraph(text("pull.foot"))])


class _Summary:
    """One summary in the making."""

    def __init__(self, judgement: Judgement, proposed: Proposed, registry: Registry, text: Language, day: str) -> None:
        self.judgement, self.registry, self.text, self.day = judgement, registry, text, day
        self.before = proposed.before
        self.files = {one.item: one.path for one in judgement.change.added}
        self.showers: dict[int, Shower] = {}
        self.records: dict[str, Data] = {}
        for one in judgement.change.added:
            if one.item not in self.records:
                path = self.files[one.item]
                self.records[one.item] = parse(path, proposed.after[path])[0]
        # What is judged by forms of its own making is refused; to show it by them would only mislead.
        schemas = _schemas(proposed) if self.records and "schemas" not in judgement.parts else None
        self.edition = self._edition(schemas) if schemas is not None and registry.policy else None

    def sections(self) -> Iterator[tuple[str, str]]:
        """The parts of the summary, each with its title."""
        text, verdict = self.text, self.judgement.verdict
        yield "", heading(2, text(f"pull.verdict.{verdict}"))
        yield "", paragraph(status_words(self.judgement, self.registry, text))
        yield from self._titled("pull.findings", self._findings())
        yield from self._titled("pull.adds", self._adds())
        yield from self._titled("pull.rules", self._rules())
        yield from self._titled("pull.sign", self._seats())
        yield from self._titled("pull.codes", self._codes())
        yield from self._titled("pull.next", self._next())
        yield from self._forms()

    def _titled(self, message: str, markdown: str) -> Iterator[tuple[str, str]]:
        if markdown:
            title = self.text(message)
            yield title, heading(3, title) + markdown

    def _findings(self) -> str:
        rows = []
        for one in self.judgement.findings:
            place = f"{one.path}:{one.line}" if one.path else "—"
            severity = self.text(f"severity.{one.severity}")
            said = [_cut(words) for words in (self.text.message(one), self.text.fix(one))]
            rows.append((place, f"{severity} {one.code}", *said))
        return self._table(("place", "code", "problem", "fix"), rows)

    def _adds(self) -> str:
        if not self.judgement.change.added:
            return paragraph(self.text("pull.adds_none"))
        rows = []
        for one in self.judgement.change.added:
            entry = self._entry_words(one.item, one.entry)
            rows.append((self._item_words(one.item), entry, kind_words(one.kind, self.text)))
        return self._table(("item", "entry", "kind"), rows)

    def _rules(self) -> str:
        listed = [
            (self.text(f"part.{part}"), path)
            for part, paths in self.judgement.parts.items()
            if part != "record"
            for path in paths
        ]
        return self._table(("part", "file"), listed)

    def _seats(self) -> str:
        text, rows = self.text, []
        for one in self.judgement.standing:
            called = self._entry_words(one.seat.item, one.seat.entry) if one.seat.item else ""
            form = form_words(one, self.registry, text, called)
            state = unbroken(f"{_MARKS.get(one.state, '✗')} {text(f'seat.state.{one.state}')}")
            who = signer(one, self.registry, text, in_role=False)
            todo = seat_words(one, self.registry, text).fix
            rows.append((f"{one.seat.item} {form}", role_words(asked_role(one), text), who, state, todo))
        note = paragraph(text("pull.sign_note")) if rows else paragraph(text("pull.sign_none"))
        return note + self._table(("entry", "role", "who", "state", "note"), rows)

    def _codes(self) -> str:
        rows = [(role_words(role, self.text), code(digits)) for role, digits in self.judgement.codes.items()]
        return paragraph(self.text("pull.codes_note")) + self._table(("role", "code_to_paste"), rows) if rows else ""

    def _next(self) -> str:
        edition, text = self.edition, self.text
        if edition is None:
            return ""
        rows = []
        for identity, item in edition.ledger.items.items():
            state = edition.states[item.id]
            step = text(f"step.{state.step}") if state.step else ""
            following = state.next
            if following is None:
                told = (text("item.next_none"), "", "")
            else:
                what = text(f"next.{following.kind}", name=following.name)
                told = (what, edition.unit_name(following.who), following.due)
            rows.append((self._item_words(identity), step, *told))
        return self._table(("item", "step", "next", "owner", "due"), rows)

    def _forms(self) -> Iterator[tuple[str, str]]:
        edition, text = self.edition, self.text
        if edition is None:
            return
        yield "", heading(2, text("pull.forms")) + paragraph(text("pull.forms_note"))
        for identity, record in self.records.items():
            path = self.files[identity]
            title = self._item_words(identity)
            yield title, heading(3, title)
            pointers = [one.entry for one in self.judgement.change.added if one.item == identity]
            root, shower = self._root(identity, edition), self._shower(identity, edition)
            for piece in pieces(record, root, pointers, shower, is_new=path not in self.before):
                yield f"{title} {piece.title}", piece.markdown

    def _item_words(self, identity: str) -> str:
        if kind_at(self.files[identity]) == "assessment":
            return self.text("assess.heading", year=identity)
        return f"{identity} {self.records[identity].get('title', '')}".rstrip()

    def _entry_words(self, identity: str, pointer: str) -> str:
        if self.edition is None:
            return pointer
        return place_words(self._root(identity, self.edition), pointer, self._shower(identity, self.edition))

    def _root(self, identity: str, edition: Edition) -> Field:
        return edition.schemas.field(kind_at(self.files[identity]))

    def _shower(self, identity: str, edition: Edition) -> Shower:
        """What shows the values of an item's year; it remembers what it learns of a field."""
        year = int(identity[:4] if identity[:4].isdecimal() else self.day[:4])
        if year not in self.showers:
            self.showers[year] = Shower(edition, year)
        return self.showers[year]

    def _table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """A table with its columns' names; of a very long one only the beginning."""
        if not rows:
            return ""
        text, more = self.text, len(rows) - _ROWS
        head = [text(f"pull.column.{name}") for name in columns]
        return table(head, rows[:_ROWS]) + (paragraph(text("pull.more", count=more)) if more > 0 else "")

    def _edition(self, schemas: Schemas) -> Edition:
        """Only what the pull request brings, as the internal edition shows it."""
        items, reports, assessments = {}, {}, {}
        for identity, record in self.records.items():
            path = self.files[identity]
            match kind_at(path):
                case "item":
                    items[identity] = Item(path, cast(ItemRecord, effective(record)))
                case "report":
                    reports[identity] = cast(ReportRecord, record)
                case "assessment":
                    assessments[record["year"]] = cast(AssessmentRecord, record)
        ledger = Ledger(items, (), reports, self.registry, (), assessments)
        calendar = WorkCalendar.of(self.registry)
        states = statuses(ledger, self.day, calendar)
        return Edition(
            "internal",
            self.text,
            ledger,
            states,
            {},
            self.day,
            self.day,
            pinned=True,
            schemas=schemas,
            calendar=calendar,
        )


def _schemas(proposed: Proposed) -> Schemas | None:
    try:
        return proposed.schemas or Schemas.of(proposed.after)
    except SchemaError:
        return None


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
