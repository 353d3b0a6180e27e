"""An item's record and schema → its forms (四单) as they look on paper: head, ruled lines, signatures, receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from duban.publish import changes
from duban.publish.changes import Correction, Marks
from duban.publish.fragments import escaped
from duban.publish.place import Place
from duban.publish.shown import Row, Shower, Shown
from duban.publish.signature import SIGNED
from duban.record import ItemRecord
from duban.schema import Field

FORMS = ("task_notice", "tracking_notices", "coordination_notices", "closure_notices")
# Fields that share a line of the form; every other field has a line of its own, in the schema's order.
PAIRS: Mapping[str, str] = {
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
TRACKING_PAIRS: Mapping[str, str] = {**PAIRS, "deadline": "days_overdue", "to_unit": "cause"}
# What stands outside the ruled table.
FRAME = frozenset(
    {"form_no", "issued_on", "issuer", "signer", "recipients", "cc", "contact", "contact_phone", "ack", "countersigns"}
)
# The field whose units sign a form in the block below it.
UNITS_BELOW: Mapping[str, str] = {
    "task_notice": "lead_unit",
    "tracking_notice": "to_unit",
    "coordination_notice": "recipients",
    "closure_notice": "applicant_unit",
}
# How many lines of the usual size a sheet holds, and how wide a cell is by how many share the line.
_FULL = 28
_WIDTH = {1: 38, 2: 15}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of the block that a unit signs: who signed on which day, "" where the line is still empty.

    ``proof`` is how that is proven, where the line was signed by itself.
    """

    unit: str
    by: str = ""
    on: str = ""
    long_on: str = ""
    note: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One form on its sheet. ``lines`` is the body of the ruled table; a ``dense`` one needs the small size.

    ``rows`` are the same before they are HTML, line by line. ``corrections`` are the amendments to what
    it says. ``proof`` is how the form's own signature is proven, "" where nothing was audited.
    """

    anchor: str
    kind: str
    name: str
    office: str
    number: str
    urgency: str
    recipients: str
    rows: tuple[tuple[Row, ...], ...]
    lines: Markup
    dense: bool
    signer: Row | None
    on: str
    long_on: Markup
    receipt_label: str
    receipts: tuple[Receipt, ...]
    contact: tuple[Row, ...]
    copies: Row | None
    short_office: str
    corrections: tuple[Correction, ...]
    proof: str


def papers(record: ItemRecord, root: Field, shower: Shower, marks: Marks) -> Iterator[Paper]:
    """All forms of an item, kind by kind, each kind in order of time; ``marks`` are those of its amendments."""
    for name in FORMS:
        field, node = root.properties[name], record.get(name)
        if isinstance(node, list) and field.items is not None:
            for index, one in enumerate(node):
                yield _paper(record, root, one, field.items, Place(record["id"], f"/{name}/{index}"), shower, marks)
        elif isinstance(node, dict):
            yield _paper(record, root, node, field, Place(record["id"], f"/{name}"), shower, marks)


def _paper(
    record: ItemRecord, root: Field, node: Mapping[str, Any], field: Field, place: Place, shower: Shower, marks: Marks
) -> Paper:
    rows = {row.label.name: row for row in shower.rows(node, field)}
    for name, mark in changes.of_entry(marks, place).items():
        if name in rows:
            rows[name] = Row(rows[name].label.marked(mark), rows[name].value)
    lines = tuple(_lines(_matter(record, root, shower), rows, field.entry))
    receipts = tuple(_receipts(node, field.entry, place, shower))
    # A close-out bears the signature of the unit that applies, in the block below.
    proof = "" if field.entry == "closure_notice" else shower.signatures.below(node, place)
    height = sum(max([_height(row.value, _WIDTH[len(line)]) for row in line]) for line in lines)
    height += len(receipts) + bool(proof)
    return Paper(
        anchor=f"paper-{place.anchor}",
        kind=field.entry,
        name=shower.entry_label(field),
        office=shower.names.office(node["issuer"]),
        short_office=shower.names.unit(node["issuer"]),
        corrections=changes.corrections(record, place, root, shower) if marks else (),
        number=node["form_no"],
        urgency=root.properties["urgency"].value_label(record["urgency"], shower.text.code),
        recipients=rows["recipients"].value.text if "recipients" in rows else _addressee(node, shower),
        rows=lines,
        lines=Markup("".join([_ruled(line, shower) for line in lines])),  # noqa: S704 - made of escaped parts
        dense=height > _FULL,
        signer=rows.get("signer"),
        on=node["issued_on"],
        long_on=shower.long_day(node["issued_on"]),
        receipt_label=shower.text(f"paper.receipt.{field.entry}"),
        receipts=receipts,
        contact=tuple([rows[name] for name in ("contact", "contact_phone") if name in rows]),
        copies=rows.get("cc"),
        proof=proof,
    )


def _ruled(line: tuple[Row, ...], shower: Shower) -> str:
    """One line of the ruled table; a value that has it to itself spans it."""
    span = ' colspan="3"' if len(line) == 1 else ""
    cells = "".join(
        [f'{row.label.ruled}<td{span} class="is-{row.value.kind}">{_on_paper(row.value, shower)}</td>' for row in line]
    )
    return f'<tr class="line--{line[0].label.name}">{cells}</tr>'


def _on_paper(value: Shown, shower: Shower) -> str:
    if value.kind == "prose":
        return f'<p class="prose">{value.html}</p>'
    return shower.long_day(value.text) if value.kind == "date" else value.html


def _matter(record: ItemRecord, root: Field, shower: Shower) -> tuple[Row, Row]:
    """What every form says of its item: the title with the id, and where the matter came from."""
    title = shower.row(record, "title", root)
    sources = root.properties["intake"].properties["sources"]
    kind = sources.items.properties["type"] if sources.items else sources
    came = []
    for source in record["intake"]["sources"]:
        ref = source.get("ref", "")
        label = kind.value_label(source["type"], shower.text.code)
        came.append(shower.text("paper.source", kind=label, ref=ref) if ref else label)
    said = shower.text("shown.comma").join(came)
    return title, Row(shower.label(sources), Shown("text", said, escaped(said)))


def _lines(matter: tuple[Row, Row], rows: Mapping[str, Row], kind: str) -> Iterator[tuple[Row, ...]]:
    yield from ((row,) for row in matter)
    pairs = TRACKING_PAIRS if kind == "tracking_notice" else PAIRS
    taken: set[str] = set(FRAME)
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


def _height(value: Shown, width: int) -> int:
    """About how many lines a value takes in a cell that is ``width`` Chinese signs wide."""
    if value.cells:
        # Columns share the width, so the longest cell of a row sets its height.
        narrow = max(3, width // len(value.cells[0]) - 1)
        return 1 + sum(max([_wrapped(cell.text, narrow) for cell in cells]) for cells in value.cells)
    if value.parts and value.kind in ("lines", "group", "entry"):
        return sum([_height(part, width) for part in value.parts])
    return _wrapped(value.text, width)


def _wrapped(text: str, width: int) -> int:
    """Lines of a text; a sign of three bytes is as wide as two of one."""
    half_widths = (len(text) + len(text.encode())) // 2
    return 1 + half_widths // (2 * width)


def _addressee(node: Mapping[str, Any], shower: Shower) -> str:
    """Whom a form without a list of recipients is for: the unit it tracks; a close-out goes to the office."""
    return shower.names.unit(node.get("to_unit") or node["issuer"])


def _receipts(node: Mapping[str, Any], kind: str, place: Place, shower: Shower) -> Iterator[Receipt]:
    names, proven = shower.names, shower.signatures.beside
    units = node[UNITS_BELOW[kind]]
    if kind == "task_notice":
        ack = node.get("ack", {})
        by = names.position(ack["by"]) if ack else ""
        on = ack.get("on", "")
        note = ack.get("objection", "")
        yield Receipt(names.unit(units), by, on, _long(on, shower), note, proven(place.under("ack")))
    elif kind == "tracking_notice":
        yield Receipt(names.unit(units))
    elif kind == "coordination_notice":
        signs = place.under("countersigns")
        given = {one["unit"]: (one, signs.at(index)) for index, one in enumerate(node.get("countersigns", ()))}
        for unit in units:
            if unit in given:
                one, here = given[unit]
                by, on = one["by"], one["on"]
                proof = proven(here, signs, place, by=by)
                yield Receipt(names.unit(unit), names.position(by), on, _long(on, shower), proof=proof)
            else:
                yield Receipt(names.unit(unit))
    else:
        for index, one in enumerate(node[SIGNED]):
            by, on = one["by"], one["on"]
            proof = proven(place.under(SIGNED).at(index)) or Markup(shower.signatures.mark(place))  # noqa: S704 - escaped there
            yield Receipt(names.unit(units), names.position(by), on, _long(on, shower), proof=proof)


def _long(on: str, shower: Shower) -> str:
    return shower.long_day(on) if on else ""
