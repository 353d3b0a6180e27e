"""The fill-in page's modules agree with the ledger's: texts to the byte, openings, what is filled in, what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser

from conftest import AS_OF, ROOT
from duban.adding import NoPlaceError, with_part
from duban.calendar import WorkCalendar
from duban.finding import Pointer
from duban.load import Readings
from duban.openings import openings
from duban.parse import parse
from duban.personal import found_in, readable
from duban.prefill import Known, prefilled
from duban.reader import Reader
from duban.schema import Field, Schemas
from duban.timeline import Timeline
from duban.writing import file_text
from site_fixtures import Site, built_browser
from test_adding import FILES, OddHand, last_places, without
from test_personal import harmless, planted

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not built_browser(), reason="the browser parts are not built: make build/browser/.done"),
]
ESBUILD = ROOT / "site/browser/node_modules/.bin/esbuild"
Ask = Callable[..., Any]

NOT_IN_THE_PAGE = frozenset({
    "D107",  # text that YAML readers differ on: the page writes it quoted
    "D214", "D301", "D302", "D310", "D311", "D312", "D313", "D314", "D315", "D316",  # where another entry stands
    "D213", "D511", "D515", "D516", "D702",  # what other files, later days or levels of approval ask for
})  # fmt: skip
"""What a check finds within an item and the form leaves to it."""
_DATES = {"D105": "D104", "D106": "D104"}
_SHAPES = {"D109": "D103", "D118": "D103", "D117": "D102"}


@pytest.fixture(scope="module")
def ask(browser: Browser, sites: dict[str, Site], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Asks the page's modules, bundled as the site's are, with the data that the internal edition gives its forms."""
    made = tmp_path_factory.mktemp("bundle") / "agreement.js"
    source = ROOT / "tests/fill_in_agreement.js"
    options = ["--bundle", "--format=iife", "--target=es2022", "--log-level=error", f"--outfile={made}"]
    # Node is the machine's, or PyPI's beside this Python.
    path = os.pathsep.join((os.environ["PATH"], str(Path(sys.executable).parent)))
    known = {**os.environ, "NODE_PATH": str(ROOT / "site/browser/node_modules"), "PATH": path}
    subprocess.run([ESBUILD, source, *options], check=True, env=known, cwd=ROOT / "site/browser")
    page = browser.new_page()
    page.add_script_tag(content=made.read_text(encoding="utf-8"))
    data = json.loads((sites["internal"].folder / "data/fill-in.json").read_bytes())
    page.evaluate("data => fillIn.load(data)", data)
    # As one text: the browser's driver takes values apart one by one.
    yield lambda name, *given: json.loads(
        page.evaluate(f"given => JSON.stringify(fillIn.{name}(...JSON.parse(given)))", json.dumps(given))
    )
    page.close()


def records(schemas: Schemas) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every item of the shipped ledger as it stood on the day of each of its entries."""
    timeline = Timeline(schemas.field("item"))
    for file in FILES:
        whole, _ = parse("", file.read_bytes())
        days = sorted(set(_days(whole)))
        for day in days:
            past = timeline.until(whole, day)
            if past is not None:
                yield day, past


def _days(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("on", "issued_on", "received_on", "drafted_on", "approved_on", "confirmed_on", "applied_on"):
                yield value
            yield from _days(value)
    elif isinstance(node, list):
        for one in node:
            yield from _days(one)


def test_texts_are_the_same_to_the_byte(ask: Ask, schemas: Schemas) -> None:
    root = schemas.field("item")
    whole = [parse("", file.read_bytes())[0] for file in FILES]
    assert ask("texts", whole) == [file_text(one, root) for one in whole]


def test_what_is_added_is_the_same_to_the_byte(ask: Ask, schemas: Schemas) -> None:
    """Over a thousand files that an odd hand wrote: notes, brackets, blocks, quotes, indents."""
    root = schemas.field("item")
    asked, expected = [], []
    for seed in range(1000):
        chance = Random(seed)
        whole, _ = parse("", chance.choice(FILES).read_bytes())
        pointer = chance.choice([*last_places(whole)])
        less, value = without(whole, pointer)
        text = OddHand(chance).text(less)
        asked.append([text, list(pointer), value])
        try:
            expected.append(with_part(text.encode(), pointer, value, root).decode())
        except NoPlaceError:
            expected.append(None)
    assert ask("withPart", asked) == expected


def test_the_same_may_be_added_now(ask: Ask, schemas: Schemas) -> None:
    root = schemas.field("item")
    found = [record for _, record in records(schemas)]
    expected = [[[list(one.pointer), one.kind] for one in openings(record, root)] for record in found]
    assert ask("openings", found) == expected
    assert sum(map(len, expected)) > 1000


def test_the_same_is_filled_in(ask: Ask, schemas: Schemas, readings: Readings, calendar: WorkCalendar) -> None:
    root = schemas.field("item")
    taken = readings.form_numbers()
    asked, expected = [], []
    for day, record in records(schemas):
        known = Known(record, readings.registry, calendar, day, taken)
        open_now = openings(record, root)
        asked.append([record, day, [list(one.pointer) for one in open_now]])
        expected.append([prefilled(known, one.pointer, one.field) for one in open_now])
    made = ask("prefilled", asked)
    different = [(one, got, want) for one, got, want in zip(asked, made, expected, strict=True) if got != want]
    assert not different, different[0]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_is_wrong(ask: Ask, schemas: Schemas, readings: Readings, seed: int) -> None:
    """Records of every day of the ledger's life with one to three slips, or none: a thousand for each seed."""
    root, reader = schemas.field("item"), Reader(schemas, readings.tree)
    chance = Random(seed)
    everything = [record for _, record in records(schemas)]
    slipped = [Slip(chance, root).of(chance.choice(everything)) for _ in range(1000)]
    made = ask("problems", slipped, AS_OF)
    different = []
    for record, got in zip(slipped, made, strict=True):
        path = f"items/{str(record.get('id', '2019'))[:4]}/{record.get('id', '2019-0001')}.yml"
        reading = reader.item(path, file_text(record, root).encode())
        wanted = {_told(one.code, one.pointer, one.details) for one in reading.problems if one.holds_on(AS_OF)}
        wanted = {one for one in wanted if one[0] not in NOT_IN_THE_PAGE}
        found = {_told(code, tuple(pointer), {}) for code, pointer in got}
        found, wanted = _comparable(found), _comparable(wanted)
        if found != wanted:
            different.append((record["id"], sorted(found - wanted), sorted(wanted - found)))
    assert different == []


def _told(code: str, pointer: Pointer, details: Any) -> tuple[str, Pointer]:
    if code == "D101" and "field" in details:
        pointer = (*pointer, str(details["field"]))
    return _SHAPES.get(_DATES.get(code, code), _DATES.get(code, code)), pointer


def _comparable(found: set[tuple[str, Pointer]]) -> set[tuple[str, Pointer]]:
    """A check names the latest day alone of those that have not come."""
    late = {one for one in found if one[0] == "D306"}
    return (found - late) | ({("D306", ())} if late else set())


def test_the_same_tells_of_a_person(ask: Ask) -> None:
    """Over texts with personal data in every disguise, and texts full of numbers that are none."""
    texts = [text for seed in range(3000) for text in (planted(Random(seed))[0], harmless(Random(seed)))]
    expected = [[[*one] for one in found_in(readable(text))] for text in texts]
    assert ask("personal", texts) == expected
    assert sum(map(len, expected)) > 5000


class Slip:
    """Makes mistakes in a record that people make in a form."""

    def __init__(self, chance: Random, root: Field) -> None:
        self.chance, self.root = chance, root

    def of(self, record: dict[str, Any]) -> dict[str, Any]:
        copied: dict[str, Any] = json.loads(json.dumps(record))
        for _ in range(self.chance.choice((0, 1, 1, 1, 2, 3))):
            places = [one for one in _leaves(copied, ()) if one[0] not in ("id", "secrecy")]
            pointer = self.chance.choice(places)
            here = copied
            for part in pointer[:-1]:
                here = here[part]
            field = self.root.at(pointer)
            assert field is not None
            self._spoil(here, pointer[-1], field)
        return copied

    def _spoil(self, here: Any, key: str | int, field: Field) -> None:
        chance, value = self.chance, here[key]
        if chance.randrange(4) == 0 and isinstance(here, dict):
            del here[key]
        elif field.is_date:
            here[key] = chance.choice(
                ["2019-02-30", "2019/7/5", "2019-06-30", "2019-08-01", "2019-12-01", "2018-07-10"]
            )
        elif field.enum:
            here[key] = chance.choice([*field.enum, "别的"])
        elif isinstance(value, bool):
            here[key] = not value
        elif isinstance(value, int):
            here[key] = chance.choice([value + 1, -1, 101, 3])
        elif field.ref:
            here[key] = chance.choice(
                ["nobody", "director", "housing-bureau", "section3-head", "Bad Id", "P01", "2019-0001"]
            )
        elif field.series:
            here[key] = chance.choice(["晋督任〔2018〕1号", "晋督跟〔2019〕1号", "任字1号"])
        elif isinstance(value, str):
            texts = [
                "待定",
                "电话13835612345",
                "电话0356-2198000",
                "住3号楼2单元501室",
                "一辆晋E12345",
                "请见110101199003074518",
                "  ",
                "长" * 130,
                "（机密）附件",
                "【待核】",
                value,
            ]
            here[key] = chance.choice(texts)


def _leaves(node: Any, pointer: Pointer) -> Iterator[Pointer]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, (*pointer, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, (*pointer, index))
    else:
        yield pointer
