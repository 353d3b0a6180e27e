"""An internal edition → the pages on which entries are filled in: where to begin, and one for each kind of entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from duban.finding import CODES
from duban.language import Language
from duban.obligation import MET_BY
from duban.publish.api_documents import FILES
from duban.publish.edition import Edition, once
from duban.publish.field_table import field_anchor
from duban.publish.fill_in_data import DATA
from duban.publish.ledger_table import DATA as LEDGER_DATA
from duban.publish.page import Page, key_of
from duban.publish.paper import FORMS, FRAME, PAIRS, TRACKING_PAIRS, UNITS_BELOW
from duban.publish.policy_words import signed_by
from duban.schema import Field, entries
from duban.status import Next, Status

START = "fill-in.html"
NEW_ITEM = "new-item"
_FOLDER = "fill-in/"
LATER = "later"
"""Not a kind of entry: whatever comes later to one that stands, such as a rating or a countersignature."""
_HEAD = "intake"
_MOST_WAITING = 40
_FOUND = tuple(code for code in CODES if code[1] in "123456")
"""What a form may find wrong: everything that a check finds within one item."""
_SCRIPT_TEXTS = (
    "add", "attachments.choose", "attachments.help", "attachments.insecure", "base.broken", "base.used", "choose",
    "colon", "comma", "copied", "copy_by_hand", "day.away", "day.off", "day.unknown", "day.works", "doubts", "failed",
    "how.commit", "how.copy", "how.open.edit", "how.open.filled", "how.open.new", "how.paste.edit", "how.paste.new",
    "how.request", "how.save", "how.sign", "item.instead", "item.not_now", "item.others", "item.unknown",
    "item.withheld", "more", "no", "no_problems", "optional", "paper", "paper.help", "paper.path", "paper.registrar",
    "paper.scan", "picker.more", "picker.none", "place", "problems", "remove", "search.campaign", "search.cause",
    "search.field", "search.item", "search.person", "search.plan", "search.unit", "semicolon", "sent.done", "signed",
    "signed.add", "signed.by", "signed.help", "signed.on", "signed.role", "to", "weekdays", "yes",
)  # fmt: skip


def site_pages(edition: Edition) -> Iterator[Page]:
    """Where filling in begins: a new item, what waits for somebody, every kind of entry."""
    if edition.files:
        yield Page(START, edition.text("fill_in.title"), "fill_in_start.html", _start(edition), group="fill_in")


def loose_pages(edition: Edition) -> Iterator[Page]:
    """One page for a new item and one for each kind of entry; nothing in them is taken from items."""
    if not edition.files:
        return
    for path, field in entries(edition.item_field):
        context = _form(edition, path, field)
        yield Page(form_page(field.entry), context["title"], "fill_in.html", context, key_of(context))
    context = _later(edition)
    yield Page(form_page(LATER), context["title"], "fill_in.html", context, key_of(context))


def form_page(kind: str, item: str = "") -> str:
    """Where a kind of entry is filled in, for one item or any."""
    slug = NEW_ITEM if kind == _HEAD else kind.replace("_", "-")
    return f"{_FOLDER}{slug}.html{f'?item={item}' if item else ''}"


@once
def kinds(edition: Edition) -> frozenset[str]:
    """The kinds of entry that have a page of their own."""
    return frozenset(field.entry for _, field in entries(edition.item_field)) if edition.files else frozenset()


def _start(edition: Edition) -> dict[str, Any]:
    waiting = [(state.next, state) for state in edition.states.values() if state.next]
    waiting = [one for one in waiting if _entry_for(one[0].kind) in kinds(edition)]
    waiting.sort(key=lambda one: (one[0].due or "9999", one[1].id))
    return {
        "new_item": form_page(_HEAD),
        "new_item_signers": _signers(edition, edition.item_field.properties[_HEAD]),
        "waiting": [_waits(edition, *one) for one in waiting[:_MOST_WAITING]],
        "more": max(len(waiting) - _MOST_WAITING, 0),
        "groups": _groups(edition),
    }


def _entry_for(obligation: str) -> str:
    """The kind of entry that meets an obligation."""
    return MET_BY.get(obligation, obligation)


def _groups(edition: Edition) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Every kind but a new item by the step that it belongs to: its page, what it is called, who signs it."""
    grouped: dict[str, list[tuple[str, str, str]]] = {}
    for path, field in entries(edition.item_field):
        if field.entry == _HEAD:
            continue
        around = edition.item_field.properties[path[0]]
        step = (around.items or around).step
        name = edition.text("fill_in.other" if step == _HEAD else f"step.{step}")
        row = form_page(field.entry), _label(edition, path, field), _signers(edition, field)
        grouped.setdefault(name, []).append(row)
    later = form_page(LATER), edition.text("fill_in.later"), ""
    grouped.setdefault(edition.text("fill_in.other"), []).append(later)
    return list(grouped.items())


def _waits(edition: Edition, coming: Next, state: Status) -> dict[str, str]:
    return {
        "id": state.id,
        "title": state.title,
        "who": edition.unit_name(coming.who),
        "what": edition.text(f"next.{coming.kind}", name=coming.name),
        "due": coming.due,
        "late": "late" if coming.due and coming.due < edition.day else "",
        "page": form_page(_entry_for(coming.kind), state.id),
    }


def _form(edition: Edition, path: tuple[str, ...], field: Field) -> dict[str, Any]:
    kind = field.entry
    title = edition.text("fill_in.new_item") if kind == _HEAD else _label(edition, path, field)
    return {
        "title": title,
        "help": field.help(edition.text.code),
        "signers": _signers(edition, field),
        "fields": f"fields.html#{field_anchor(edition.schemas, kind)}",
        "start": START,
        "script": _script(edition, kind, title, path),
    }


def _later(edition: Edition) -> dict[str, Any]:
    title = edition.text("fill_in.later")
    return {
        "title": title,
        "help": edition.text("fill_in.later.help"),
        "signers": "",
        "fields": "fields.html",
        "start": START,
        "script": _script(edition, LATER, title, ()),
    }


def _script(edition: Edition, kind: str, title: str, path: tuple[str, ...]) -> dict[str, Any]:
    """What the page's script works by; everything that depends on the ledger is in files of its own."""
    text = edition.text
    others = {
        one.entry: _label(edition, place, one) for place, one in entries(edition.item_field) if one.entry != _HEAD
    }
    others[LATER] = text("fill_in.later")
    return {
        "language": text.code,
        "kind": kind,
        "title": title,
        "path": path,
        "paper": _paper(kind, text) if len(path) == 1 and path[0] in FORMS else None,
        "data": f"../{DATA}",
        "ledger": f"../{LEDGER_DATA}",
        "items": f"../{edition.to_shared}{FILES['item']}",
        "page": "../items/{id}.html",
        "pages": {one: [form_page(one).removeprefix(_FOLDER), name] for one, name in others.items()},
        "warnings": [code for code in _FOUND if CODES[code].severity == "warning"],
        "texts": {
            **{name: text(f"fill_in.{name}") for name in _SCRIPT_TEXTS},
            **{f"{code}.message": text(f"{code}.message") for code in _FOUND},
        },
    }


def _paper(kind: str, text: Language) -> Mapping[str, Any]:
    """What the sheet of a form is laid out by."""
    return {
        "pairs": TRACKING_PAIRS if kind == "tracking_notice" else PAIRS,
        "frame": sorted(FRAME - {"ack", "countersigns"}),
        "units": UNITS_BELOW[kind],
        "below": text(f"paper.receipt.{kind}"),
        "heads": [text(f"paper.receipt.{name}") for name in ("unit", "by", "on")],
        "unsigned": text("paper.no_date"),
    }


def _label(edition: Edition, path: tuple[str, ...], field: Field) -> str:
    """What one entry of a kind is called; one that stands within another after that one's name."""
    if len(path) == 1:
        return _name(edition, field)
    around = edition.item_field.properties[path[0]]
    return edition.text("fill_in.within", outer=_name(edition, around.items or around), inner=_name(edition, field))


def _name(edition: Edition, field: Field) -> str:
    """A kind of entry by the name of one, which the policy's signatures have; in a list a field is called as that."""
    kinds = edition.schemas.field("policy").properties["signatures"].properties
    return kinds.get(field.entry, field).label(edition.text.code)


def _signers(edition: Edition, field: Field) -> str:
    return edition.text("shown.comma").join(signed_by(edition).get(field.entry, ()))
