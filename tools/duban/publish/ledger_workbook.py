"""An edition → its ledger as a workbook: the 台账 itself, what is owed, what was not filed, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from duban.documents.sheet_name import sheet_names
from duban.documents.workbook import Column, Formula, Sheet, cell_in, cells_of, workbook
from duban.figures import HEADLINES
from duban.language import Language, language
from duban.model import STEPS
from duban.publish.edition import Edition, once
from duban.publish.item_row import UNCOUNTED, counted_rows
from duban.publish.ledger_lines import LedgerColumn, ledger_columns, ledger_lines
from duban.publish.ledger_years import not_filed
from duban.publish.owed import all_pending, listed
from duban.publish.tally import tally
from duban.record import INSTRUCTION, MESSAGE
from duban.record_lines import HEADS
from duban.status import LIGHTS, Light

Colours = Mapping[str, tuple[str, str]]
# Fill and ink of each light on paper; the word stands in the cell, so that no one has to tell them apart.
_LIGHTS: Mapping[Light, tuple[str, str]] = {
    "on_track": ("#DDF0E3", "#1F6B3E"),
    "due_soon": ("#FBEBC8", "#7A5000"),
    "overdue": ("#F8D7D4", "#A3211A"),
    "done_on_time": ("#E1E9F1", "#3B5A7A"),
    "done_late": ("#F0E2E7", "#7D4457"),
}
_PLAIN = ("#ECEEF0", "#4A5560")


def ledger_workbook(edition: Edition) -> bytes:
    """The workbook, in Chinese with English under the heads."""
    return _workbook(edition, [])


def units_workbook(edition: Edition) -> bytes:
    """The same with a sheet for each unit that leads or supports an item, in the order of the registry."""
    return _workbook(edition, [unit for unit in edition.ledger.registry.units if unit in _parts(edition)])


def record_workbook(edition: Edition, lines: Sequence[tuple[str, str, str]]) -> bytes:
    """The same with a sheet that holds every item whole, as ``duban import`` reads it back."""
    zh = language("zh")
    columns = [Column("\n".join(heads), width) for heads, width in zip(HEADS, (12, 24, 90), strict=True)]
    name = zh("workbook.record")
    return _workbook(edition, [], [Sheet(name, name, zh("workbook.record_note"), columns, lines)])


def _workbook(edition: Edition, units: Sequence[str], more: Sequence[Sheet] = ()) -> bytes:
    zh, en = language("zh"), language("en")
    ledger = _ledger(edition, zh)
    sheets = [ledger, _owed(edition, zh, en), *_not_filed(edition, zh, en), _figures(edition, ledger, zh, en)]
    names = sheet_names(map(edition.ledger.registry.unit_name, units), [sheet.name for sheet in sheets])
    sheets += [_of_unit(edition, unit, name, ledger, zh) for unit, name in zip(units, names, strict=True)]
    sheets += more
    policy = edition.ledger.registry.policy
    office = edition.ledger.registry.units.get(policy["office"])
    author = office.name if office else policy["name"]
    return workbook(sheets, title=policy["name"], author=author, day=edition.day, page=zh("workbook.page"))


def _ledger(edition: Edition, zh: Language) -> Sheet:
    lights = {zh(f"light.{light}"): _LIGHTS.get(light, _PLAIN) for light in LIGHTS}
    columns = [_column(one, lights if one.name == "light" else {}) for one in ledger_columns(edition)]
    name = zh("nav.ledger")
    lines = list(ledger_lines(edition))
    return Sheet(name, _title(edition), _note(edition, zh), columns, lines, paper="A3", frozen=2)


def _column(one: LedgerColumn, colours: Colours) -> Column:
    return Column("\n".join(one.heads), one.width, one.kind, colours)


def _title(edition: Edition) -> str:
    return str(edition.ledger.registry.policy["name"])


def _note(edition: Edition, zh: Language) -> str:
    """As of when, which edition, and how many items show each light."""
    counted = tally(counted_rows(edition))
    return zh(
        "workbook.note",
        date=zh.day(edition.day),
        edition=zh("edition.public") if edition.public else zh("edition.internal"),
        items=counted.items,
        open=counted.open,
        overdue=counted.overdue,
        on_time=counted.on_time,
        late=counted.late,
        ended=counted.ended,
    )


@once
def _parts(edition: Edition) -> Mapping[str, Sequence[int]]:
    """By unit, the lines of the ledger in which it leads, then those in which it supports."""
    leads: dict[str, list[int]] = {}
    supports: dict[str, list[int]] = {}
    for place, row in enumerate(counted_rows(edition)):
        if row.lead_unit:
            leads.setdefault(row.lead_unit, []).append(place)
        for unit in dict.fromkeys(row.co_units):
            if unit != row.lead_unit:
                supports.setdefault(unit, []).append(place)
    return {unit: [*leads.get(unit, ()), *supports.get(unit, ())] for unit in {**leads, **supports}}


def _of_unit(edition: Edition, unit: str, name: str, ledger: Sheet, zh: Language) -> Sheet:
    """The ledger's lines that a unit has a part in."""
    counted, places = counted_rows(edition), _parts(edition)[unit]
    led = [counted[place] for place in places if counted[place].lead_unit == unit]
    told = tally(led)
    note = zh(
        "workbook.unit_note",
        day=edition.day,
        led=told.items,
        open=told.open,
        overdue=told.overdue,
        joined=len(places) - len(led),
    )
    title = zh("workbook.unit_title", ledger=ledger.title, unit=edition.ledger.registry.units[unit].name)
    return replace(ledger, name=name, title=title, note=note, rows=[ledger.rows[place] for place in places])


def _owed(edition: Edition, zh: Language, en: Language) -> Sheet:
    """What is still to be done, soonest first."""
    unit = edition.ledger.registry.unit_name
    states = {zh("state.open"): _LIGHTS["on_track"], zh("state.overdue"): _LIGHTS["overdue"]}
    columns = [
        Column(_heads("owed.due", zh, en), 12, "day"),
        Column(_heads("ledger.csv_left", zh, en), 9, "number"),
        Column(_heads("item.owed.state", zh, en), 10, "word", states),
        Column(_heads("owed.what", zh, en), 11, "word"),
        Column(_heads("workbook.content", zh, en), 42, "wrapped"),
        Column(_heads("owed.owner", zh, en), 18, "wrapped"),
        Column(_heads("ledger.column.id", zh, en), 11, "code"),
        Column(_heads("ledger.column.title", zh, en), 46, "wrapped"),
    ]
    rows = [
        (
            one.due,
            one.left,
            zh("state.overdue") if one.due < edition.day else zh("state.open"),
            zh(f"obligation.{one.kind}"),
            one.name,
            unit(one.owner),
            one.item,
            one.title,
        )
        for one in listed(edition, all_pending(edition))
    ]
    note = zh("workbook.owed_note", count=len(rows))
    return Sheet(zh("workbook.owed"), zh("workbook.owed"), note, columns, rows, frozen=1)


def _not_filed(edition: Edition, zh: Language, en: Language) -> Iterator[Sheet]:
    found = not_filed(edition)
    if found:
        field = edition.item_field.properties["not_filed"]
        columns = [
            Column(_heads("ledger.column.id", zh, en), 11, "code"),
            Column(_heads("ledger.column.title", zh, en), 46, "wrapped"),
            Column("\n".join(field.properties["on"].labels), 12, "day"),
            Column("\n".join(field.properties["reason"].labels), 70, "wrapped"),
        ]
        rows = [(one.id, one.title, one.entry["on"], one.entry["reason"]) for one in found]
        name = zh("light.not_filed")
        yield Sheet(name, name, zh("ledger.not_filed_note"), columns, rows, frozen=1)


def _figures(edition: Edition, ledger: Sheet, zh: Language, en: Language) -> Sheet:
    """The figures of the home page over the whole ledger, and counts of the items that the edition lists.

    What the ledger's own sheet tells is counted there by formulas, so that it follows whoever edits that; the
    rest (visits, reports, the plan) was counted from the files. In public the headlines count more than is listed.
    """
    columns = [
        Column(_heads("workbook.group", zh, en), 22, "wrapped"),
        Column(_heads("workbook.figure", zh, en), 40, "wrapped"),
        Column(_heads("workbook.value", zh, en), 14, "formula"),
    ]
    live = {} if edition.public else _live(ledger, edition)
    rows: list[tuple[str, str, int | Formula]] = [
        (zh("home.figures"), zh(f"figure.{name}"), _figure(edition.figures[name], live.get(name))) for name in HEADLINES
    ]
    counted, registry = counted_rows(edition), edition.ledger.registry
    lights, steps = Counter(row.light for row in counted), Counter(row.step for row in counted)
    leading = Counter(registry.unit_name(row.lead_unit) for row in counted if row.lead_unit)
    units = dict.fromkeys(map(registry.unit_name, registry.units))
    groups = (
        ("light", "home.lights", [(zh(f"light.{light}"), lights[light]) for light in LIGHTS if light not in UNCOUNTED]),
        ("step", "home.steps", [(zh(f"step.{step}"), steps[step]) for step in STEPS]),
        ("unit", "ledger.column.unit", [(unit, leading[unit]) for unit in units if leading[unit]]),
    )
    for name, heading, found in groups:
        cells = cells_of(ledger, _place(edition, name))
        for label, count in found:
            # Compared as a whole: in COUNTIF a name that begins with an operator or holds an asterisk means more.
            same = f"SUMPRODUCT(--({cells}={cell_in(len(rows), 1)}))"
            rows.append((zh(heading), label, Formula(same, count)))
    note = zh("home.figures_whole") if edition.public else zh("workbook.figures_note")
    return Sheet(zh("workbook.figures"), zh("workbook.figures"), note, columns, rows, upright=True)


def _live(ledger: Sheet, edition: Edition) -> Mapping[str, str]:
    """The headlines that the ledger's own sheet tells, as formulas."""
    sources = cells_of(ledger, _place(edition, "source"))
    return {
        "items": f"COUNTA({cells_of(ledger, _place(edition, 'id'))})",
        "from_instructions": f'SUMPRODUCT(--ISNUMBER(FIND("{INSTRUCTION}",{sources})))',
        "from_messages": f'SUMPRODUCT(--ISNUMBER(FIND("{MESSAGE}",{sources})))',
    }


def _figure(value: int, formula: str | None) -> int | Formula:
    return Formula(formula, value) if formula else value


def _place(edition: Edition, name: str) -> int:
    return [column.name for column in ledger_columns(edition)].index(name)


def _heads(message: str, zh: Language, en: Language) -> str:
    return f"{zh(message)}\n{en(message)}"
