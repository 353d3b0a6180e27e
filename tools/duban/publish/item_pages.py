"""An edition → one page for each item: its head, steps, obligations, life, forms and entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from duban.deadline import closing, ending
from duban.model import STEPS, Item, ItemRecord, ReportRecord
from duban.publish.edition import Edition
from duban.publish.entry import Entry, Section, ending_entry, sections
from duban.publish.life import life
from duban.publish.page import Page
from duban.publish.paper import papers
from duban.publish.shown import Row, Shower, Shown
from duban.status import OPEN_LIGHTS, Status

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
class Owed:
    """One obligation as its row shows it."""

    kind: str
    name: str
    owner: str
    due: str
    done_on: str
    state: str


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
    for item in edition.ledger.items.values():
        status = edition.states[item.id]
        context = _context(edition, item, status, mentions.get(item.id, ()))
        key = "\0".join(
            (
                edition.digests.get(item.path, ""),
                repr(status),
                repr(mentions.get(item.id, ())),
                repr([row.value for row in context["links"]]),
            )
        )
        yield Page(f"items/{item.id}.html", f"{item.id} {item.record['title']}", "item.html", context, key)


def steps(record: ItemRecord, status: Status, edition: Edition) -> tuple[Step, ...]:
    """The seven steps with the day of each that the record has."""
    reached = STEPS.index(status.step)
    over = status.light not in OPEN_LIGHTS
    closed = closing(record)

    def state(index: int) -> str:
        if index < reached or (index == reached and (over and status.step == "archive" or ending(record) is not None)):
            return "done"
        if index == reached:
            return "current"
        return "dropped" if ending(record) else "coming"

    def day(name: str) -> str:
        on = str(record.get(name, {}).get(edition.item_field.properties[name].dated_by, ""))  # type: ignore[attr-defined]
        return on or (closed["decision"]["on"] if closed and name == "report" else "")

    return tuple(Step(name, state(index), day(name)) for index, name in enumerate(STEPS))


def _context(edition: Edition, item: Item, status: Status, mentions: tuple[Mention, ...]) -> dict[str, object]:
    record, root = item.record, edition.item_field
    shower = Shower(edition, int(item.id[:4]))
    over = ending(record)
    parts = tuple(sections(record, root, shower, papers=not edition.public))
    forms = () if edition.public else tuple(papers(record, root, shower))
    return {
        "item": record,
        "path": item.path,
        "status": status,
        "lead": shower.names.unit(status.lead_unit) if status.lead_unit else "",
        "head": _head(record, edition, shower),
        "ended": _ended(over, edition, shower),
        "steps": steps(record, status, edition),
        "owed": tuple(_owed(status, edition, shower)),
        "next_name": _next_name(status),
        "next_owner": shower.names.unit(status.next.who) if status.next else "",
        "events": life(record, root, shower),
        "papers": forms,
        "sections": parts,
        "links": tuple(_links(record, edition, shower)),
        "mentions": mentions,
        "jumps": tuple(_jumps(parts, edition, forms=bool(forms), owed=bool(status.obligations), linked=bool(mentions))),
    }


def _head(record: ItemRecord, edition: Edition, shower: Shower) -> tuple[Row, ...]:
    rows = {row.label.name: row for row in shower.rows(record, edition.item_field, without=_entries(edition))}
    return tuple(rows[name] for name in _HEAD if name in rows)


def _entries(edition: Edition) -> frozenset[str]:
    return frozenset(edition.item_field.properties) - frozenset(_HEAD)


def _ended(over: tuple[str, Mapping[str, object]] | None, edition: Edition, shower: Shower) -> Entry | None:  # type: ignore[type-arg]
    return ending_entry(over[0], over[1], edition.item_field, shower) if over else None


def _owed(status: Status, edition: Edition, shower: Shower) -> Iterator[Owed]:
    for one in status.obligations:
        name = one.name if one.kind in _NAMED else ""
        yield Owed(one.kind, name, shower.names.unit(one.owner), one.due, one.done_on, one.state(edition.day))


def _next_name(status: Status) -> str:
    return status.next.name if status.next and status.next.kind in _NAMED else ""


def _links(record: ItemRecord, edition: Edition, shower: Shower) -> Iterator[Row]:
    """Linked items, both the ways they are linked: named here, or taken over from here."""
    field = edition.item_field.properties["related"]
    named = [*record.get("related", ())]
    after = record.get("superseded", {}).get("by_item")
    new = record.get("feedback", {}).get("new_item")
    for identity in dict.fromkeys([*named, *([after] if after else []), *([new] if new else [])]):
        yield Row(shower.label(field), shower.names.reference("item", str(identity), int(str(identity)[:4])))


def _jumps(
    parts: tuple[Section, ...], edition: Edition, *, forms: bool, owed: bool, linked: bool
) -> Iterator[tuple[str, Shown]]:
    text = edition.text
    if owed:
        yield "owed", Shown("text", text("item.owed"))
    yield "life", Shown("text", text("item.life"))
    if forms:
        yield "papers", Shown("text", text("item.papers"))
    for part in parts:
        count = f" {len(part.entries)}" if len(part.entries) > 1 and part.anchor != "filing" else ""
        yield part.anchor, Shown("text", f"{part.title}{count}")
    if linked:
        yield "links", Shown("text", text("item.links"))


def _mentions(edition: Edition) -> dict[str, tuple[Mention, ...]]:
    found: dict[str, list[Mention]] = {}
    kinds = edition.schemas.field("report").properties["kind"]
    for report in sorted(edition.ledger.reports.values(), key=lambda one: (one["issued_on"], one["id"])):
        for item in report.get("items", ()):
            found.setdefault(item, []).append(_mention(report, kinds.value_label(report["kind"], edition.text.code)))
    return {item: tuple(reports) for item, reports in found.items()}


def _mention(report: ReportRecord, kind: str) -> Mention:
    return Mention(report["id"].replace("/", "-"), kind, report["title"], report["issued_on"])
