"""Files of a ledger and its schemas → every value that stands in them, and all that the public may read.

The public edition is made elsewhere by the same rules. They are written here a second time on
purpose: a test that asked the allow-list what it lets through would find nothing wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from duban.finding import Detail
from duban.language import LANGUAGES, language, texts
from duban.load import Readings
from duban.model import Data, Ledger
from duban.parse import parse
from duban.record import OPEN
from duban.registry import schema_names
from duban.schema import Field, Schemas

Kind = Literal["text", "word"]
_COMMENT = re.compile(r"(?:^|[ \t])#+[ \t]*(\S.*)$", re.MULTILINE)
_CODE_PATTERN = "^[a-z]["
_CODE = re.compile(r"[A-Za-z0-9/_-]*")
_LONGEST_NUMBER = 8
_NAMED_ELSEWHERE = frozenset({"unit", "campaign", "plan", "cause", "item", "report"})
"""References whose values are ids that the registry opens, or ids of records, which are values themselves."""
_OPEN_BY_DECISION = ("signing", "repository")
"""A place in the policy without a mark that the public edition shows: it links to the pull requests there."""


@dataclass(frozen=True, slots=True)
class Value:
    """One text of the ledger's files.

    ``source`` is the item, the report or the registry's file that it stands in, ``field`` what
    people call its place, ``pointer`` the place itself without the numbers of lists. A ``word`` is
    an id: it is looked for with nothing beside it that would make it another.
    """

    source: str
    pointer: str
    field: Detail
    text: str
    kind: Kind = "text"


def stated(readings: Readings, ledger: Ledger) -> Iterator[Value]:
    """Every text in the files of a ledger, of items and reports with their original values.

    What an amendment put right still stands in its file, and so do comments and what cannot be
    read as an item. Ids of items and reports that are not open are values too: each reveals that
    there is one. Choices, dates, yes and no, codes and numbers tell nothing by themselves.
    """
    schemas = cast(Schemas, readings.schemas)
    items = _open_items(ledger)
    shown = {*items, *(report["id"] for report in _open_reports(ledger, items))}
    for name, read in (("item", readings.items), ("report", readings.reports), ("assessment", readings.assessments)):
        if not read:
            continue
        root = schemas.field(name)
        plan = _Plan(root)
        for path, reading in read.items():
            identity = reading.facts.id
            # That a year is assessed is no secret, and every page names the year.
            if identity not in shown and name != "assessment":
                yield from _identity(identity, root)
            data = reading.data() if reading.data else parse(path, readings.tree[path])[0]
            if isinstance(data, dict):
                yield from plan.values(identity, data)
            else:
                yield from _lines(identity, readings.tree[path])
            yield from _comments(identity, readings.tree[path])
    for path, name in _registry(readings):
        data, _ = parse(path, readings.tree[path])
        if isinstance(data, dict):
            yield from _Plan(schemas.field(name), people=name == "people").values(path, data)
        yield from _comments(path, readings.tree[path])


def opened(readings: Readings, ledger: Ledger, day: str) -> Iterator[str]:
    """Every text that the public may read: of open items and reports on an ISO day, and of the registry."""
    schemas = cast(Schemas, readings.schemas)
    items = _open_items(ledger)
    # One item after another: together they are all that a large ledger is.
    records = (one.record for one in ledger.items.values() if one.id in items)
    for record in records:
        yield from _public_texts(record, schemas.field("item"), items)
    for report in _open_reports(ledger, items):
        yield from _public_texts(report, schemas.field("report"), items)
    for path, name in _registry(readings):
        data, _ = parse(path, readings.tree[path])
        if isinstance(data, dict):
            yield from _public_texts(data, schemas.field(name), frozenset())
    policy: Any = readings.registry.policy
    for name in _OPEN_BY_DECISION:
        policy = policy.get(name, {})
    if isinstance(policy, str):
        yield policy
    yield from programme(schemas, day)


def programme(schemas: Schemas, day: str) -> Iterator[str]:
    """The program's own words, with the edition's day in them too, and the schemas': they say nothing of any record."""
    for code in LANGUAGES:
        for text in texts(code):
            yield text
            if "{date}" in text:
                yield text.replace("{date}", language(code).day(day))
    for name in schemas.names:
        yield from _strings(schemas.bundled(name)["$defs"][name])


class _Plan:
    """Walks data by its schema's fields, each judged once."""

    def __init__(self, root: Field, *, people: bool = False) -> None:
        self._root = root
        self._people = people
        self._known: dict[str, tuple[Kind | None, Detail]] = {}

    def values(self, source: str, data: Data) -> Iterator[Value]:
        yield from self._walk(source, "", data, self._root)

    def _walk(self, source: str, pointer: str, node: Any, here: Field | None) -> Iterator[Value]:
        if isinstance(node, dict):
            for name, value in node.items():
                child = here.properties.get(name) if here is not None else None
                yield from self._walk(source, f"{pointer}/{name}", value, child)
        elif isinstance(node, list):
            for value in node:
                yield from self._walk(source, pointer, value, (here.items or here) if here is not None else None)
        elif isinstance(node, str):
            kind, field = self._judged(pointer, here)
            # What does not look like a code stands in a code's place by mistake: it may be anything.
            if kind or not (_CODE.fullmatch(node) or (here is not None and node in here.enum)):
                yield Value(source, pointer, field, node, kind or "text")
        elif isinstance(node, int) and len(str(node)) >= _LONGEST_NUMBER:
            yield Value(source, pointer, self._judged(pointer, here)[1], str(node), "word")

    def _judged(self, pointer: str, here: Field | None) -> tuple[Kind | None, Detail]:
        known = self._known.get(pointer)
        if known is None:
            known = self._known[pointer] = self._kind(pointer, here), here.labels if here is not None else pointer
        return known

    def _kind(self, pointer: str, here: Field | None) -> Kind | None:
        if here is None:
            return "text"
        if here.ref in ("person", "point") or (self._people and pointer == "/people/id"):
            return "word"
        if here.personal == "phone":
            return "word"
        is_code = str(here.schema.get("pattern", "")).startswith(_CODE_PATTERN)
        is_dull = here.enum or here.is_date or here.ref in _NAMED_ELSEWHERE or is_code
        return None if is_dull or pointer == "/id" else "text"


def _identity(identity: str, root: Field) -> Iterator[Value]:
    """An id, and as addresses have it."""
    for text in dict.fromkeys((identity, identity.replace("/", "-"))):
        yield Value(identity, "/id", root.properties["id"].labels, text, "word")


def _lines(source: str, content: bytes) -> Iterator[Value]:
    """What stands in a file that cannot be read: each line, without its key."""
    for line in content.decode("utf-8", "replace").splitlines():
        yield Value(source, "", "line", re.sub(r"^[\s-]*(?:[a-z_]+:)?", "", line).strip(" \"'"))


def _comments(source: str, content: bytes) -> Iterator[Value]:
    if b"#" in content:
        for text in _COMMENT.findall(content.decode("utf-8", "replace")):
            yield Value(source, "#", "comment", text)


def _registry(readings: Readings) -> Iterator[tuple[str, str]]:
    for path, name in schema_names(readings.tree).items():
        if path in readings.tree:
            yield path, name


def _open_items(ledger: Ledger) -> frozenset[str]:
    """Items declared open, filed, and past their secrecy review."""
    records = (cast(Data, one.record) for one in ledger.items.values())
    return frozenset(
        record["id"]
        for record in records
        if record.get("openness") == OPEN
        and "not_filed" not in record
        and "secrecy_review" in record.get("approval", {})
    )


def _open_reports(ledger: Ledger, items: frozenset[str]) -> Iterator[Data]:
    """Reports about open items alone, or about a campaign."""
    for report in ledger.reports.values():
        about = report.get("items", ())
        if items.issuperset(about) and (about or report.get("campaign")):
            yield cast(Data, report)


def _public_texts(node: Any, here: Field, items: frozenset[str]) -> Iterator[str]:
    """Texts that are marked as public, and everything around them; of other items only the open ones."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            child = here.properties.get(name)
            if child is not None and child.public:
                yield from _public_texts(value, child, items)
    elif isinstance(node, list):
        for value in node:
            yield from _public_texts(value, here.items or here, items)
    elif isinstance(node, str) and (here.ref != "item" or node in items):
        yield node


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)
    elif isinstance(node, str):
        yield node
