"""Every text of tests/hostile, wherever an item lets people write: it arrives as text and starts nothing.

The law is one for every format: what is read back has the same bones as with harmless texts of the same length and
lines in the same places. No element, attribute, formula, property, entry, line or command may be there for a text.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from icalendar import Calendar
from markdown_it import MarkdownIt

from conftest import AS_OF, ROOT, Outcome
from corpus import hostile_texts
from duban.documents.csv_file import FORMULA
from duban.language import language
from duban.model import Item, Ledger
from duban.output import TEMPLATES
from duban.publish.edition import Edition, EditionName, edition
from duban.publish.markdown import table
from duban.publish.official_files import form_document
from duban.publish.pages import data_files, shared_files, site_pages
from duban.publish.place import Place
from duban.publish.render import Renderer
from duban.publish.search_records import search_groups
from duban.schema import Schemas
from duban.writing import file_text, scalar
from site_fixtures import EDITIONS, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TEXTS = [text for texts in hostile_texts().values() for text in texts]
MODEL = "2019-0001"
"""An item that is public and has gone through its whole life."""
_KEPT = "\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
# What a document cannot hold comes through as nothing or as a blank; lines may be told from each other otherwise.
_LOST = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufffe\uffff\ufeff]+")
BONES_OF_A_PAGE = """(sources) => sources.map((source) => {
  const page = new DOMParser().parseFromString(source, "text/html");
  const bones = [...page.querySelectorAll("*")].map((one) => {
    const names = one.getAttributeNames().sort();
    const schemes = names.filter((name) => ["href", "src", "action", "formaction", "data"].includes(name))
      .map((name) => URL.parse?.(one.getAttribute(name), "https://x.invalid/")?.protocol ?? "");
    return [one.localName, ...names, ...schemes].join(" ");
  });
  return [bones, page.documentElement.textContent];
})"""

Files = Mapping[str, bytes]


def harmless(text: str) -> str:
    """A text of the same length, with its lines in the same places."""
    return "".join(one if one in _KEPT else "甲" for one in text)


def bare(text: str) -> str:
    """A text without what some format cannot hold, for comparing."""
    return _LOST.sub("", text)


def planted(ledger: Ledger, schemas: Schemas, spoil: Callable[[str], str]) -> Ledger:
    """Items with three of the texts each, by turns in every place that people write in."""
    root, model = schemas.field("item"), ledger.items[MODEL]
    items = {}
    for number in range(0, len(TEXTS), 3):
        name, given = f"2019-{1001 + number}", [spoil(text) for text in TEXTS[number : number + 3]]
        record: Any = hostile(model.record, root, cycle(given))
        title = "".join(one for one in "；".join(given) if one not in _KEPT)
        record |= {"id": name, "title": title, "related": []}
        items[name] = Item(f"items/2019/{name}.yml", record)
    return replace(ledger, items=items, reports={}, assessments={})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(ledger: Ledger, schemas: Schemas) -> Mapping[tuple[EditionName, bool], Edition]:
    """Both editions, each with the hostile texts and with harmless ones."""
    spoils: dict[bool, Callable[[str], str]] = {True: str, False: harmless}
    return {
        (name, bad): edition(
            name, language("zh"), planted(ledger, schemas, spoil), schemas, AS_OF, AS_OF, pinned=True, digests={}
        )
        for name in EDITIONS
        for bad, spoil in spoils.items()
    }


def files_of(here: Edition, ending: str) -> Files:
    """The data files of an edition that end with something, each path once."""
    return {one.path: one.make() for one in (*data_files(here), *shared_files(here)) if one.path.endswith(ending)}


def bones_of_json(content: bytes) -> tuple[Any, str]:
    said: list[str] = []

    def bones(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: bones(value) for name, value in node.items()}
        if isinstance(node, list):
            return [bones(value) for value in node]
        said.extend([node] if isinstance(node, str) else [])
        return type(node).__name__

    return bones(json.loads(content)), "\n".join(said)


def bones_of_xml(content: bytes) -> tuple[Any, str]:
    root = ET.fromstring(content)  # noqa: S314 - expat of today expands no entity without end, and none is declared
    return [(one.tag, sorted(one.attrib)) for one in root.iter()], "\n".join(root.itertext())


def bones_of_calendar(content: bytes) -> tuple[Any, str]:
    parts = Calendar.from_ical(content).walk()
    assert all(not part.errors for part in parts)
    said = "\n".join(str(value) for part in parts for _, value in part.property_items())
    return [(part.name, sorted(part.keys())) for part in parts], said


def bones_of_csv(content: bytes) -> tuple[Any, str]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [cell for row in rows for cell in row if FORMULA.match(cell)] == []
    return [len(row) for row in rows], "\n".join(cell for row in rows for cell in row)


def bones_of_workbook(content: bytes) -> tuple[Any, str]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet for cell in row]
    kinds = [(cell.coordinate, cell.data_type, cell.hyperlink and cell.hyperlink.target) for cell in cells]
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = sorted(parts.namelist())
    return (names, kinds, formulas), "\n".join(str(cell.value) for cell in cells)


def bones_of_document(content: bytes) -> tuple[Any, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        body, text = bones_of_xml(parts.read("word/document.xml"))
        # A text of which nothing is left has no element to stand in.
        return (sorted(parts.namelist()), [one for one in body if not one[0].endswith("}t")]), text


READERS: Mapping[str, Callable[[bytes], tuple[Any, str]]] = {
    ".json": bones_of_json,
    ".atom": bones_of_xml,
    ".ics": bones_of_calendar,
    ".csv": bones_of_csv,
    ".xlsx": bones_of_workbook,
}


def missing(said: str, texts: list[str] = TEXTS) -> list[str]:
    """The texts that have not arrived."""
    bared = bare(said)
    return [text for text in texts if bare(text) not in bared]


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("name", EDITIONS)
def test_data_files(made: Mapping[tuple[EditionName, bool], Edition], name: EditionName, ending: str) -> None:
    bad, good = (files_of(made[name, spoilt], ending) for spoilt in (True, False))
    assert bad
    assert bad.keys() == good.keys()
    heard = []
    for path, content in bad.items():
        bones, said = READERS[ending](content)
        assert bones == READERS[ending](good[path])[0], path
        heard.append(said)
    # No event of the public calendar is of an item that is closed.
    assert (name, ending) == ("public", ".ics") or missing("\n".join(heard)) == []


@pytest.mark.browser
@pytest.mark.parametrize("name", EDITIONS)
def test_pages(made: Mapping[tuple[EditionName, bool], Edition], browser: Browser, name: EditionName) -> None:
    bad, good = (dict(contents_of(made[name, spoilt])) for spoilt in (True, False))
    assert bad.keys() == good.keys()
    page = browser.new_page()
    heard = []
    for path in bad:
        (bones, said), (twin, _) = page.evaluate(BONES_OF_A_PAGE, [bad[path], good[path]])
        assert bones == twin, path
        heard.append(said)
    page.close()
    assert missing("\n".join(heard)) == []


def contents_of(here: Edition) -> Iterator[tuple[str, str]]:
    renderer = Renderer(ROOT / TEMPLATES, here)
    for one in site_pages(here):
        yield one.path, renderer.content(one)


def test_search_records(made: Mapping[tuple[EditionName, bool], Edition]) -> None:
    bad, good = (
        [one for group in search_groups(made["internal", spoilt], {}) for one in group.records()]
        for spoilt in (True, False)
    )
    assert [(one.address, one.kind) for one in bad] == [(one.address, one.kind) for one in good]
    assert missing("\n".join(f"{one.titles}{one.text}" for one in bad), [t for t in TEXTS if "\\" not in t]) == []


def test_documents(made: Mapping[tuple[EditionName, bool], Edition]) -> None:
    heard = []
    for name in made["internal", True].ledger.items:
        place = Place(name, "/task_notice")
        bones, said = bones_of_document(form_document(made["internal", True], place))
        assert bones == bones_of_document(form_document(made["internal", False], place))[0], name
        heard.append(said)
    assert missing("\n".join(heard)) == []


def test_a_job_summary() -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    shapes = []
    for spoil in (str, harmless):
        tokens = reader.parse(table(["一", "二"], [[spoil(text), "好"] for text in TEXTS]))
        shapes.append([token.type for token in tokens])
        inner = [child for token in tokens if token.type == "inline" for child in token.children or ()]
        assert {child.content for child in inner if child.type != "text"} <= {"<br>", "<span>", "</span>"}
    assert shapes[0] == shapes[1]


@pytest.fixture
def folder(copy_of: Callable[..., Path], ledger: Ledger, schemas: Schemas) -> Callable[[Callable[[str], str]], Path]:
    """Writes a ledger with an item for each text, in its title and where only a choice may stand."""

    def written(spoil: Callable[[str], str]) -> Path:
        place = copy_of(spoil.__name__, [])
        root = schemas.field("item")
        for number, text in enumerate(TEXTS):
            record: Any = {**ledger.items[MODEL].record, "id": f"2019-{1001 + number}", "related": []}
            lines = file_text(record, root).split("\n")
            keys = {"urgency": spoil(text), "title": " ".join(spoil(text).split()) or "甲"}
            done = [
                f"{key}: {scalar(keys[key])}" if (key := line.partition(":")[0]) in keys else line for line in lines
            ]
            file = place / f"items/2019/2019-{1001 + number}.yml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(done), encoding="utf-8")
        return place

    return written


@pytest.mark.parametrize("form", ["text", "github"])
def test_what_the_check_prints(
    folder: Callable[[Callable[[str], str]], Path], run: Callable[..., Outcome], form: str
) -> None:
    found = run("-C", folder(str), "check", "--format", form)
    assert found.code == 1
    assert speaks_to_nobody(found.out)
    lines = found.out.splitlines()
    if form == "github":
        assert [
            line for line in lines if not re.match(r"::(error|warning) file=[^,]*,line=\d+,col=\d+,title=", line)
        ] == []
    if form == "text":
        assert {line.partition(":")[0][:11] for line in lines[:-1] if not line.startswith("    ")} <= {
            "items/2019/",
            "reports/201",
            "assessments",
            "registry/in",
        }


@pytest.mark.parametrize("command", ["status", "obligations", "figures", "burden", "remind"])
def test_what_other_commands_print(
    made: Mapping[tuple[EditionName, bool], Edition],
    copy_of: Callable[..., Path],
    schemas: Schemas,
    run: Callable[..., Outcome],
    command: str,
) -> None:
    place, root = copy_of("ledger", []), schemas.field("item")
    for name, item in made["internal", True].ledger.items.items():
        file = place / item.path
        file.parent.mkdir(parents=True, exist_ok=True)
        title = "".join(one for one in item.record["title"] if one.isprintable()).strip() or "甲"
        file.write_text(file_text({**made["internal", False].ledger.items[name].record, "title": title}, root), "utf-8")
    found = run("-C", place, command, *(["--dry-run"] if command == "remind" else []))
    assert found.code in (0, 1), found.err
    assert speaks_to_nobody(found.out + found.err)


def speaks_to_nobody(text: str) -> bool:
    """Whether no line is a command to a runner but an annotation of ours, and no character one to a terminal."""
    assert [one for one in set(text) if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") and one != "\n"] == []
    assert "##[" not in text
    commands = [line for line in text.split("\n") if line.lstrip().startswith("::")]
    return all(line.startswith(("::error file=", "::warning file=")) for line in commands)
