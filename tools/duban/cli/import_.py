"""``duban import``: an office's older ledger, a workbook or a CSV, as items that say they were transcribed.

Without ``--write`` nothing is written: what each column is, every doubt and what found no place are shown.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json, progress_bar
from duban.cli.given import given_value
from duban.cli.table import on_one_line, print_table
from duban.importing.file_reader import read_file
from duban.importing.importer import Import, import_book
from duban.importing.known import Source
from duban.importing.making import Office
from duban.importing.plain_text import plain
from duban.importing.refusal import RefusedError
from duban.importing.saved_mapping import SavedMapping, fields_in, mapping_text, read_mapping
from duban.importing.table import head_key
from duban.importing.told import Line, Teller
from duban.importing.words import CO_UNITS, COMPUTED, DEADLINE, FINISHED, LEAD_UNIT, NOTES, RECEIVED, SOURCE_TYPE, TITLE
from duban.language import Language, language
from duban.load import Readings
from duban.repository.whole import create_whole, write_whole
from duban.schema import Field

_SHOWN, _LONGEST, _LONGEST_NAME = 30, 60, 120
_EXPORTED: Mapping[str, str] = {
    "id": "id",
    "title": TITLE,
    "source": SOURCE_TYPE,
    "category": "category",
    "urgency": "urgency",
    "campaign": "campaign",
    "plan": "plan_refs",
    "unit": LEAD_UNIT,
    "co_units": CO_UNITS,
    "step": COMPUTED,
    "light": COMPUTED,
    "received": RECEIVED,
    "due": DEADLINE,
    "left": COMPUTED,
    "finished": FINISHED,
}
"""The columns of the ledger's own export by the fields they are; what else it has is kept as notes."""


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("file", metavar="FILE", help=text("import.help.file"))
    parser.add_argument("--sheet", metavar="NAME", default="", help=text("import.help.sheet"))
    parser.add_argument("--mapping", metavar="FILE", help=text("import.help.mapping"))
    parser.add_argument("--save-mapping", metavar="FILE", help=text("import.help.save_mapping"))
    parser.add_argument("--year", metavar="YEAR", type=int, default=0, help=text("import.help.year"))
    parser.add_argument(
        "--set", dest="given", action="append", default=[], metavar="FIELD=VALUE", help=text("import.help.set")
    )
    parser.add_argument(
        "--column", dest="columns", action="append", default=[], metavar="HEAD=FIELD", help=text("import.help.column")
    )
    parser.add_argument("--by", metavar="PERSON", default="", help=text("import.help.by"))
    parser.add_argument("--leftovers", metavar="FILE", help=text("import.help.leftovers"))
    parser.add_argument("--write", action="store_true", help=text("import.help.write"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    text, day = context.text, context.day()
    readings = context.readings(context.tree())
    if readings.schemas is None or not readings.registry.policy:
        raise UsageError(text("cli.registry_broken"))
    root = readings.schemas.field("item")
    try:
        saved = _saved(options, root, readings, day, text)
        made = _imported(context, options, readings, saved, day)
    except RefusedError as error:
        raise UsageError(text(error.message, **error.details)) from error
    teller = Teller(made, root, readings.registry, text)
    if options.save_mapping:
        _save(options.save_mapping, made, saved, text)
    if options.leftovers:
        author = readings.registry.unit_name(readings.registry.policy["office"])
        write_whole(Path(options.leftovers), teller.workbook(day, author))
    if options.write:
        _write_items(context, made)
    if options.format == "json":
        print_json(teller.document())
    else:
        _print(teller, text, written=options.write)
    return FINDINGS if made.of("refused") or made.of("changed") or any(made.leftovers) else CLEAN


def _imported(
    context: Context, options: argparse.Namespace, readings: Readings, saved: SavedMapping, day: str
) -> Import:
    text, path = context.text, Path(options.file)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(text("import.cannot_read", file=options.file, problem=error.strerror or str(error))) from error
    book = read_file(content, path.stem)
    if options.sheet and all(one.name != options.sheet for one in book.sheets):
        known = "、".join(one.name for one in book.sheets)
        raise UsageError(text("import.no_sheet", sheet=options.sheet, known=known))
    source = Source(plain(path.name)[-_LONGEST_NAME:], hashlib.sha256(content).hexdigest())
    office = _office(readings, day, _transcriber(options.by, readings, day, text))
    with progress_bar(text("import.working"), shown=True) as advance:
        return import_book(book, source, office, saved, options.sheet, advance)


def _transcriber(asked: str, readings: Readings, day: str, text: Language) -> str:
    """Who answers for the transcription: the one asked for, else the registrar of the day."""
    people = readings.registry.people
    if asked and asked not in people:
        raise UsageError(text("import.no_person", person=asked))
    by = asked or readings.registry.holder("registrar", day)
    if not by:
        raise UsageError(text("import.nobody", day=day))
    return by


def _office(readings: Readings, day: str, by: str) -> Office:
    """The ledger with the lines that its own export has, made when a file turns out to be one."""
    from duban.publish.edition import edition
    from duban.publish.ledger_lines import ledger_columns, ledger_lines

    ledger, schemas = readings.ledger(day), readings.schemas
    if schemas is None:
        raise UsageError(day)
    words: Any = {"pinned": True, "digests": {}}
    empty = edition("internal", language("zh"), replace(ledger, items={}), schemas, day, day, **words)
    heads = [head_key("".join(one.heads)) for one in ledger_columns(empty)]
    fields = {head: _EXPORTED.get(one.name, NOTES) for head, one in zip(heads, ledger_columns(empty), strict=True)}

    def lines() -> Mapping[str, Mapping[str, str]]:
        whole = edition("internal", language("zh"), ledger, schemas, day, day, **words)
        told = ([plain("" if cell is None else str(cell)) for cell in line] for line in ledger_lines(whole))
        return {line[0]: dict(zip(heads, line, strict=True)) for line in told}

    return Office(readings, day, by, fields, lines)


def _saved(options: argparse.Namespace, root: Field, readings: Readings, day: str, text: Language) -> SavedMapping:
    """The saved mapping, if one is given, and what the command line sets besides."""
    saved = SavedMapping()
    if options.mapping:
        try:
            content = Path(options.mapping).read_bytes()
        except OSError as error:
            raise UsageError(text("import.cannot_read", file=options.mapping, problem=error.strerror)) from error
        saved = read_mapping(content, options.mapping, root)
    columns, constants = dict(saved.columns), dict(saved.constants)
    for given in options.columns:
        head, equals, names = given.rpartition("=")
        if not equals:
            raise UsageError(text("import.no_column", given=given))
        columns[head] = fields_in([name.strip() for name in names.split(",")], root, "--column")
    for setting in options.given:
        pointer, value = given_value(setting, root, readings.registry, day, text)
        constants["/".join(str(part) for part in pointer)] = value
    return replace(saved, columns=columns, constants=constants, year=options.year or saved.year)


def _save(file: str, made: Import, saved: SavedMapping, text: Language) -> None:
    """The mapping as it was understood, for the next file of the same kind; what is unknown is left to be filled in."""
    columns = {one.head: one.fields or ("",) for one in made.columns}
    missing = list(made.missing)
    known = [(name, written, value) for name, words in saved.values.items() for written, value in words.items()]
    unknown = [
        (field, one.text, "")
        for one in made.doubts
        if one.code == "not_understood"
        for field in (_field_at(made, one.spot.sheet, one.spot.place[1]),)
        if field
    ]
    listed = list(dict.fromkeys([*known, *unknown]))
    notes = {name: text(f"import.mapping.{name}") for name in ("head", "columns", "constants", "values")}
    content = mapping_text(columns.items(), saved.constants, missing, listed, saved.year, notes)
    write_whole(Path(file), content.encode())


def _field_at(made: Import, sheet: str, column: int) -> str:
    """The field of a column whose words a person may explain."""
    found = (one.fields for one in made.columns if (one.sheet, one.column) == (sheet, column))
    return next((fields[0] for fields in found if fields and fields[0] not in (NOTES, COMPUTED)), "")


def _write_items(context: Context, made: Import) -> None:
    """Every new item as a file of its own, whole or not at all; none is ever written over."""
    new = made.of("new")
    with progress_bar(context.text("import.writing"), shown=len(new) > _SHOWN) as advance:
        for done, one in enumerate(new):
            try:
                create_whole(context.folder / one.path, one.content)
            except FileExistsError as error:
                raise UsageError(context.text("new.exists", path=one.path)) from error
            if advance and done % 100 == 0:
                advance(done, len(new))


def _print(teller: Teller, text: Language, *, written: bool) -> None:
    made = teller.made
    sys.stdout.write(f"{text('import.file', file=made.source.file, digest=made.source.sha256[:16])}\n")
    _part(
        text,
        "import.part.mapping",
        ("sheet", "column", "head", "field", "sure", "reason"),
        teller.columns(),
        all_of=True,
    )
    _part(text, "import.part.doubts", ("cell", "text", "understood", "why"), teller.doubts())
    _part(text, "import.part.refused", ("rows", "title", "wrong"), teller.refused())
    _part(text, "import.part.leftovers", ("cell", "text", "why"), teller.leftovers(of_rows=False))
    new = [(one.path, one.draft.title) for one in made.of("new")]
    _part(text, "import.part.written" if written else "import.part.new", ("path", "title"), new)
    missing = teller.missing()
    if missing:
        sys.stdout.write(f"\n{text('import.part.missing', count=len(missing))}\n")
        for name, label, count in missing:
            sys.stdout.write(f"  --set {name}=…  {text('import.lacking', label=label, count=count)}\n")
    if RECEIVED in made.missing:
        sys.stdout.write(f"{text('import.hint.received')}\n")
    counts = teller.counts()
    sys.stdout.write(f"\n{text('import.counts', **counts)}\n")
    sys.stdout.write(f"{text('import.cells', **counts)}\n")
    if not written and made.of("new"):
        sys.stdout.write(f"{text('import.dry_run')}\n")


def _part(text: Language, title: str, heads: Sequence[str], rows: Sequence[Line], *, all_of: bool = False) -> None:
    """One table under its title; of a long one the beginning."""
    if not rows:
        return
    shown = rows if all_of else rows[:_SHOWN]
    sys.stdout.write(f"\n{text(title, count=len(rows))}\n")
    print_table(
        [text(f"import.head.{head}") for head in heads], [[_cut(on_one_line(cell)) for cell in row] for row in shown]
    )
    if len(shown) < len(rows):
        sys.stdout.write(f"{text('import.more', count=len(rows) - len(shown))}\n")


def _cut(words: str) -> str:
    """The beginning of a text, as much as a line of a terminal has room for."""
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
