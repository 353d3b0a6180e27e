"""An item's record and schema → its forms (四单) as they look on paper: head, ruled lines, signatures, receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from duban.model import ItemRecord
from duban.publish.shown import SIGNED, Row, Shower, Shown, Signed
from duban.schema import Field

FORMS = ("task_notice", "tracking_notices", "coordination_notices", "closure_notices")
# Fields that share a line of the form; every other field has a line of its own, in the schema's order.
_PAIRS: Mapping[str, str] = {
    "deadline": "feedback_mode",
    "lead_leader": "co_leaders",
    "lead_unit": "co_units",
    "seq": "colour",
    "to_unit": "deadline",
    "days_overdue": "cause",
    "level": "convener",
    "applied_on": "finished_on",
    "applicant_unit": "applicant",
    "satisfaction": "publicity",
}
_TRACKING_PAIRS: Mapping[str, str] = {**_PAIRS, "deadline": "days_overdue", "to_unit": "cause"}
# What stands outside the ruled table.
_FRAME = frozenset(
    {"form_no", "issued_on", "issuer", "signer", "recipients", "cc", "contact", "contact_phone", "ack", "countersigns"}
)
# Lines of the usual size that a sheet holds, and signs on one of them.
_FULL = 33
_SIGNS = 40


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of the block that a unit signs: who signed on which day, "" where the line is still empty."""

    unit: str
    by: str = ""
    on: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One form on its sheet. ``lines`` are the lines of the ruled table, each with one or two values."""

    anchor: str
    kind: str
    name: str
    office: str
    number: str
    urgency: str
    recipients: str
    lines: tuple[tuple[Row, ...], ...]
    signer: Row | None
    on: str
    signed: tuple[Signed, ...]
    receipt_label: str
    receipts: tuple[Receipt, ...]
    receipt_signed: tuple[Signed, ...]
    contact: tuple[Row, ...]
    copies: Row | None
    short_office: str

    @property
    def dense(self) -> bool:
        """Whether so much stands on it that it needs the small size to stay on one sheet."""
        return sum(_height(row.value) for line in self.lines for row in line) + 2 * len(self.receipts) > _FULL


def papers(record: ItemRecord, root: Field, shower: Shower) -> Iterator[Paper]:
    """All forms of an item, kind by kind, each kind in order of time."""
    for name in FORMS:
        field, node = root.properties[name], record.get(name)
        if isinstance(node, list) and field.items is not None:
            for index, one in enumerate(node, 1):
                yield _paper(record, root, one, field.items, f"paper-{name}-{index}", shower)
        elif isinstance(node, dict):
            yield _paper(record, root, node, field, f"paper-{name}", shower)


def _paper(
    record: ItemRecord, root: Field, node: Mapping[str, Any], field: Field, anchor: str, shower: Shower
) -> Paper:
    rows = {row.label.name: row for row in shower.rows(node, field)}
    return Paper(
        anchor=anchor,
        kind=field.entry,
        name=field.label(shower.text.code),
        office=shower.names.office(node["issuer"]),
        short_office=shower.names.unit(node["issuer"]),
        number=node["form_no"],
        urgency=root.properties["urgency"].value_label(record["urgency"], shower.text.code),
        recipients=rows["recipients"].value.text if "recipients" in rows else _addressee(node, shower),
        lines=tuple(_lines(_matter(record, root, shower), rows, field.entry)),
        signer=rows.get("signer"),
        on=node["issued_on"],
        signed=shower.signatures(node),
        receipt_label=shower.text(f"paper.receipt.{field.entry}"),
        receipts=tuple(_receipts(node, field.entry, shower)),
        receipt_signed=shower.signatures(node.get("ack", {})),
        contact=tuple(rows[name] for name in ("contact", "contact_phone") if name in rows),
        copies=rows.get("cc"),
    )


def _matter(record: ItemRecord, root: Field, shower: Shower) -> tuple[Row, Row]:
    """What every form says of its item: the title with the id, and where the matter came from."""
    title = Row(shower.label(root.properties["title"]), Shown("text", record["title"]))
    sources = root.properties["intake"].properties["sources"]
    kind = sources.items.properties["type"] if sources.items else sources
    came = []
    for source in record["intake"]["sources"]:
        ref = source.get("ref", "")
        label = kind.value_label(source["type"], shower.text.code)
        came.append(shower.text("paper.source", kind=label, ref=ref) if ref else label)
    return title, Row(shower.label(sources), Shown("text", shower.text("shown.comma").join(came)))


def _lines(matter: tuple[Row, Row], rows: Mapping[str, Row], kind: str) -> Iterator[tuple[Row, ...]]:
    yield from ((row,) for row in matter)
    pairs = _TRACKING_PAIRS if kind == "tracking_notice" else _PAIRS
    taken: set[str] = set(_FRAME)
    for name, row in rows.items():
        if name in taken:
            continue
        taken.add(name)
        other = rows.get(pairs.get(name, ""))
        if other is not None and other.label.name not in taken:
            taken.add(other.label.name)
            yield row, other
        else:
            yield (row,)


def _height(value: Shown) -> int:
    """About how many lines a value takes."""
    if value.kind == "table":
        # Columns share the width, so the longest cell of a row sets its height.
        narrow = max(1, _SIGNS // len(value.heads))
        return 1 + sum(max(1 + len(cell.text) // narrow for cell in cells) for cells in value.cells)
    if value.rows:
        return sum(_height(row.value) for row in value.rows) + len(value.signed)
    if value.kind == "lines":
        return sum(_height(part) for part in value.parts)
    return 1 + len(value.text) // _SIGNS


def _addressee(node: Mapping[str, Any], shower: Shower) -> str:
    """Whom a form without a list of recipients is for: the unit it tracks; a close-out goes to the office."""
    return shower.names.unit(node.get("to_unit") or node["issuer"])


def _receipts(node: Mapping[str, Any], kind: str, shower: Shower) -> Iterator[Receipt]:
    names = shower.names
    if kind == "task_notice":
        ack = node.get("ack", {})
        by = names.position(ack["by"]) if ack else ""
        yield Receipt(names.unit(node["lead_unit"]), by, ack.get("on", ""), ack.get("objection", ""))
    elif kind == "tracking_notice":
        yield Receipt(names.unit(node["to_unit"]))
    elif kind == "coordination_notice":
        given = {one["unit"]: one for one in node.get("countersigns", ())}
        for unit in node["recipients"]:
            one = given.get(unit)
            yield Receipt(names.unit(unit), names.position(one["by"]), one["on"]) if one else Receipt(names.unit(unit))
    else:
        for one in node[SIGNED]:
            yield Receipt(names.unit(node["applicant_unit"]), names.position(one["by"]), one["on"])


