"""An edition → the documents of its static interface for programs (``api/v1``), each as JSON bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from duban.figures import HEADLINES
from duban.proof import Proof
from duban.publish.edition import Edition, Files, once
from duban.publish.item_row import UNCOUNTED, ItemRow, counted_row, counted_rows, item_row
from duban.publish.ledger_lines import OtherFacts, other_facts
from duban.publish.standing import by_item
from duban.publish.tally import tally
from duban.status import Status
from duban.told import obligation_told, status_told

VERSION = "1.0"
"""The interface is of its first version: within it, documents only gain properties."""
FOLDER = "api/v1/"
DOCUMENTS = ("index", "items", "item", "figures")
FILES: Mapping[str, str] = {
    "index": f"{FOLDER}index.json",
    "items": f"{FOLDER}items.json",
    "item": f"{FOLDER}items/{{id}}.json",
    "figures": f"{FOLDER}figures.json",
    "schema": f"{FOLDER}schema.json",
    "item_page": "items/{id}.html",
    "item_feed": "feeds/items/{id}.atom",
    "item_calendar": "calendars/items/{id}.ics",
    "unit_feed": "feeds/units/{id}.atom",
    "unit_calendar": "calendars/units/{id}.ics",
    "campaign_feed": "feeds/campaigns/{id}.atom",
    "campaign_calendar": "calendars/campaigns/{id}.ics",
    "feed": "feeds/ledger.atom",
    "csv": "downloads/ledger.csv",
    "xlsx": "downloads/ledger.xlsx",
}
"""Where everything is below the site's root; ``{id}`` is the id of an item, a unit or a campaign."""
_ANY_INDENT = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def index_document(edition: Edition) -> bytes:
    """What there is, where, and as of when; the units and campaigns that ids stand for."""
    registry = edition.ledger.registry
    counted = tally(counted_rows(edition))
    document = {
        **_head(edition),
        "built_on": None if edition.pinned else edition.built_on,
        "name": registry.policy["name"],
        "name_en": registry.policy.get("name_en"),
        "counts": {
            "items": counted.items,
            "open": counted.open,
            "overdue": counted.overdue,
            "done_on_time": counted.on_time,
            "done_late": counted.late,
            "ended": counted.ended,
        },
        "files": FILES,
        "units": [
            {"id": unit.id, "name": unit.name, "short_name": unit.short_name, "name_en": unit.name_en or None}
            for unit in registry.units.values()
        ],
        "campaigns": [
            {"id": one.id, "name": one.name, "name_en": one.name_en or None, "lead_unit": one.lead_unit}
            for one in registry.campaigns.values()
        ],
    }
    return orjson.dumps(document, option=_ANY_INDENT)


def items_document(edition: Edition) -> bytes:
    """One row for each item, in order of id; those that are not counted and broken files too, marked as such."""
    document = bytearray(orjson.dumps({**_head(edition), "items": []})[:-2] + b"\n")
    before = b""
    # Each row goes in at once: kept by itself, it would keep the four kilobytes of room that it was written in.
    for row in _rows(edition):
        document += before + orjson.dumps(row)
        before = b",\n"
    document += b"\n]}\n"
    return bytes(document)


def item_document(edition: Edition, identity: str) -> bytes:
    """One item: its effective record, where it stands, what is owed, and how each entry is proven."""
    status = edition.states[identity]
    held = edition.examination.held
    document = {
        **_head(edition),
        "record": edition.ledger.items[identity].record,
        "status": status_told(status, edition.ledger.registry),
        "obligations": [obligation_told(one, edition.day) for one in status.obligations],
        "proofs": [_proof(one, edition) for one in by_item(edition).get(identity, ())] if held else None,
    }
    if edition.files:
        document["file"] = _file(edition, edition.files, edition.ledger.items[identity].path)
    return orjson.dumps(document)


def figures_document(edition: Edition) -> bytes:
    """The figures that reports quote, over the whole ledger; in public those of the home page alone."""
    figures = edition.figures
    told = {name: figures[name] for name in HEADLINES} if edition.public else figures
    document = {**_head(edition), "figures": {name: told[name] for name in told if name not in ("as_of", "from")}}
    return orjson.dumps(document, option=_ANY_INDENT)


@once
def _head(edition: Edition) -> dict[str, str]:
    """What every document begins with."""
    return {"version": VERSION, "edition": edition.name, "as_of": edition.day}


def _rows(edition: Edition) -> Iterator[dict[str, Any]]:
    items, counted, others = edition.ledger.items, edition.taken(counted_row), edition.taken(other_facts)
    for identity, status in edition.states.items():
        if identity in items:
            row = counted.get(identity) or item_row(items[identity], status)
            yield _row(row, others[identity], status)
        else:
            yield _broken(status)


def _row(row: ItemRow, other: OtherFacts, status: Status) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "counted": row.light not in UNCOUNTED,
        "sources": row.sources,
        "category": row.category,
        "urgency": other.urgency,
        "campaign": row.campaign or None,
        "lead_unit": row.lead_unit or None,
        "co_units": row.co_units,
        "step": row.step,
        "light": row.light,
        "received_on": row.received_on,
        "due": row.due or None,
        "original_due": status.original_due or None,
        "workdays_left": row.left,
        "finished_on": row.finished_on or None,
    }


def _broken(status: Status) -> dict[str, Any]:
    """A file that cannot be read: what is known of it, everything else open."""
    nothing = dict.fromkeys(("category", "urgency", "campaign", "lead_unit", "step", "received_on"))
    dates = dict.fromkeys(("due", "original_due", "workdays_left", "finished_on"))
    known = {"id": status.id, "title": status.title, "counted": False, "light": status.light}
    return {**known, "sources": (), "co_units": (), **nothing, **dates}


def _file(edition: Edition, files: Files, path: str) -> dict[str, str | None]:
    """The item's file for whoever adds to it; its text is withheld where it tells of what lies ahead of the day."""
    told = edition.latest.get(path, "") <= edition.day
    return {"path": path, "text": files.tree[path].decode() if told else None}


def _proof(one: Proof, edition: Edition) -> dict[str, Any]:
    """How one entry is proven; in public nobody is named."""
    told: dict[str, Any] = {
        "entry": one.entry,
        "kind": one.kind,
        "proof": one.state,
        "pull": one.pull or None,
        "signed_at": max((signer.at for signer in one.signers), default="") or None,
    }
    if not edition.public:
        told["signers"] = [{"person": signer.person, "role": signer.role, "at": signer.at} for signer in one.signers]
        told["commit"] = one.commit or None
    return told
