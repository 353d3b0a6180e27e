"""An edition → one page for each item: its head, steps, obligations, life, forms and entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from duban.deadline import closing, ending, granted
from duban.language import Language
from duban.model import STEPS
from duban.obligation import Obligation
from duban.publish import changes, fragments
from duban.publish.agenda import current_obligations
from duban.publish.bearings import bearings_of, linked_items, linked_titles, passages
from duban.publish.changes import Marks
from duban.publish.edition import Edition
from duban.publish.entry import Section, sections
from duban.publish.forge_pages import history_page
from duban.publish.fragments import escaped
from duban.publish.history import history
from duban.publish.life import found_entries, life
from duban.publish.next_step import expected
from duban.publish.page import Page
from duban.publish.paper import papers
from duban.publish.place import Place
from duban.publish.shown import Row, Shower
from duban.publish.standing import by_item, key_of_proofs
from duban.publish.transcription import transcription
from duban.record import ItemRecord, ReportRecord
from duban.status import Status

_HEAD = ("urgency", "category", "openness", "openness_reason", "importance", "campaign", "plan_refs")
# Other kinds carry a day in place of a name; the page has it anyway.
_NAMED = frozenset({"milestone", "subtask", "reply", "recheck"})


@dataclass(frozen=True, slots=True)
class Step:
    """One of the seven steps: ``done``, ``current``, ``coming``, or ``dropped`` where the item ended before."""

    name: str
    state: str
    on: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the item ended before its time: ``by`` where no signature says it, ``followed`` the item that goes on."""

    kind: str
    on: str
    reason: str
    by: str
    followed: Markup
    signed: Markup


@dataclass(frozen=True, slots=True)
class Mention:
    """A report that deals with the item."""

    identity: str
    kind: str
    title: str
    on: str


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The pages of all items."""
    mentions = _mentions(edition)
    showers: dict[int, Shower] = {}
    for identity, bearings in edition.taken(bearings_of).items():
        mentioned = mentions.get(identity, ())
        year = int(identity[:4])
        if year not in showers:
            showers[year] = Shower(edition, year)
        context = partial(_context, edition, identity, mentioned, showers[year])
        # A linked item stands here by its title, a report by its own; both come from other files.
        linked = linked_titles(bearings.linked, edition)
        key = f"{edition.digests.get(bearings.path, '')}{mentioned!r}{linked}{key_of_proofs(edition, identity)}"
        title = f"{identity} {edition.states[identity].title}"
        yield Page(f"items/{identity}.html", title, "item.html", context, key)


def steps(record: ItemRecord, status: Status, edition: Edition) -> tuple[Step, ...]:
    """The seven steps with the day of each that the record has."""
    reached = STEPS.index(status.step)
    closed = closing(record)

    def state(index: int) -> str:
        if index < reached or (index == reached and (status.step == STEPS[-1] or ending(record) is not None)):
            return "done"
        if index == reached:
            return "current"
        return "dropped" if ending(record) else "coming"

    def day(name: str) -> str:
        on = str(record.get(name, {}).get(edition.item_field.properties[name].dated_by, ""))  # type: ignore[attr-defined]
        return on or (closed["decision"]["on"] if closed and name == "report" else "")

    return tuple(Step(name, state(index), day(name)) for index, name in enumerate(STEPS))


def _context(edition: Edition, identity: str, mentions: tuple[Mention, ...], shower: Shower) -> dict[str, object]:
    item, root = edition.ledger.items[identity], edition.item_field
    record, status = item.record, edition.states[identity]
    owed = status.obligations
    marks = changes.marks(record, root, shower)
    parts = (*sections(record, root, shower, marks, papers=not edition.public), *transcription(record, root, shower))
    forms = () if edition.public else tuple(papers(record, root, shower, marks))
    events = found_entries(record, root, shower)
    told = history(identity, events, edition, shower)
    links = [shower.reference("item", one).markup for one in linked_items(record)]
    return {
        "item": record,
        "path": item.path,
        "status": status,
        "lead": shower.names.unit(status.lead_unit) if status.lead_unit else "",
        "head": _head(record, edition, shower, marks),
        "title_mark": Markup(changes.of_head(marks).get("title", "")),  # noqa: S704 - escaped there
        "asked": _asked(record, edition, shower),
        "unsound": sum(proof.state == "broken" for proof in by_item(edition).get(item.id, ())),
        "ended": _ended(record, edition, shower),
        "passages": [(kind, shower.reference("item", other).markup) for kind, other in passages(record)],
        "steps": _steps(steps(record, status, edition), shower),
        "expected": expected(item, status, edition),
        "owed": _owed(owed, edition, shower),
        "has_calendar": bool(current_obligations(owed, edition.day)),
        "life": life(events, shower, papers=bool(forms)),
        "papers": forms,
        "sections": parts,
        "links": links,
        "mentions": mentions,
        "history": told,
        "file_history": "" if edition.public else history_page(edition, item.path),
        "jumps": _jumps(
            parts,
            edition.text,
            forms=bool(forms),
            owed=bool(owed),
            linked=bool(links or mentions),
            told=bool(told),
        ),
    }


def _steps(found: tuple[Step, ...], shower: Shower) -> Markup:
    text = shower.text
    return Markup(  # noqa: S704 - made of escaped parts
        "".join(
            [
                fragments.step(
                    number,
                    text(f"step.{one.name}"),
                    one.state,
                    shower.day(one.on) if one.on else "",
                    text(f"item.step_{one.state}"),
                )
                for number, one in enumerate(found, 1)
            ]
        )
    )


def _head(record: ItemRecord, edition: Edition, shower: Shower, marks: Marks) -> list[Row]:
    rows = [shower.row(record, name, edition.item_field) for name in _HEAD if name in record]
    amended = changes.of_head(marks)
    return [Row(row.label.marked(amended.get(row.label.name, "")), row.value) for row in rows] if amended else rows


def _asked(record: ItemRecord, edition: Edition, shower: Shower) -> str:
    """The last extension that was asked for and did not move the deadline: to which day, and what became of it."""
    last = record.get("extensions", [None])[-1]
    if last is None or granted(last):
        return ""
    field = edition.item_field.properties["extensions"].items
    result = changes.outcome(last, field, shower) if field else ""
    said = shower.text("extension.late") if changes.is_late(last) else result
    return shower.text("item.asked", day=last["new_deadline"], result=said)


def _ended(record: ItemRecord, edition: Edition, shower: Shower) -> Ended | None:
    end = ending(record)
    if end is None:
        return None
    kind, node = end
    said = shower.said_by_signature(node, edition.item_field.properties[kind])
    by = shower.names.position(node["by"]) if "by" in node and "by" not in said else ""
    after = record["superseded"].get("by_item", "") if kind == "superseded" else ""
    followed = shower.reference("item", after).markup if after else Markup()
    signed = shower.signed(node, Place(record["id"]).under(kind))
    return Ended(kind, node["on"], node["reason"], by, followed, signed)


def _owed(owed: Iterable[Obligation], edition: Edition, shower: Shower) -> Markup:
    text = edition.text
    head, due, done = (escaped(text(f"item.owed.{name}")) for name in ("owner", "due", "done"))
    rows = []
    for one in owed:
        state = one.state(edition.day)
        owner = f'<td data-label="{head}">{escaped(shower.names.unit(one.owner))}</td>'
        days = ((due, shower.day(one.due)), (done, shower.day(one.done_on)))
        kind, word = text(f"obligation.{one.kind}"), text(f"state.{state}")
        until = one.due if state == "open" else ""
        rows.append(fragments.owed(kind, one.name if one.kind in _NAMED else "", owner, days, state, word, until))
    return Markup("".join(rows))  # noqa: S704 - made of escaped parts


def _jumps(parts: tuple[Section, ...], text: Language, *, forms: bool, owed: bool, linked: bool, told: bool) -> Markup:
    found = [
        *([("owed", text("item.owed"))] if owed else ()),
        ("life", text("item.life")),
        *([("papers", text("item.papers"))] if forms else ()),
        *[(part.anchor, f"{part.title} {part.count}" if part.count > 1 else part.title) for part in parts],
        *([("links", text("item.links"))] if linked else ()),
        *([("history", text("history.title"))] if told else ()),
    ]
    return Markup("".join([f"<li>{fragments.link(f'#{anchor}', title)}</li>" for anchor, title in found]))  # noqa: S704


def _mentions(edition: Edition) -> dict[str, tuple[Mention, ...]]:
    found: dict[str, list[Mention]] = {}
    kinds = edition.schemas.field("report").properties["kind"]
    for report in sorted(edition.ledger.reports.values(), key=lambda one: (one["issued_on"], one["id"])):
        for item in report.get("items", ()):
            found.setdefault(item, []).append(_mention(report, kinds.value_label(report["kind"], edition.text.code)))
    return {item: tuple(reports) for item, reports in found.items()}


def _mention(report: ReportRecord, kind: str) -> Mention:
    return Mention(report["id"].replace("/", "-"), kind, report["title"], report["issued_on"])
