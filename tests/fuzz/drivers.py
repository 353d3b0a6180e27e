"""Drivers for fuzzing: bytes that anybody might send → one surface of duban, which may refuse them in its own way.

Whatever a driver lets out is a bug. ``tests/test_fuzz.py`` runs each for a moment, ``make fuzz`` for as long as
wanted, guided by the coverage of ``duban``. What once found something lies in ``kept/``, a folder for each driver.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from corpus import FOLDERS, base, case  # noqa: E402
from duban.change import change  # noqa: E402
from duban.events import locate  # noqa: E402
from duban.finding import CODES, Finding  # noqa: E402
from duban.forge import ForgeError, gitea_answers, github_answers, gitlab_answers  # noqa: E402
from duban.importing.file_reader import read_file  # noqa: E402
from duban.importing.importer import import_book  # noqa: E402
from duban.importing.known import Source  # noqa: E402
from duban.importing.making import Office  # noqa: E402
from duban.importing.refusal import RefusedError  # noqa: E402
from duban.importing.saved_mapping import SavedMapping  # noqa: E402
from duban.language import LANGUAGES, language  # noqa: E402
from duban.load import Readings, collected, in_turn, read  # noqa: E402
from duban.parse import parse  # noqa: E402
from duban.pull import Account  # noqa: E402
from duban.reader import Reader, Reading  # noqa: E402
from duban.receipt import ReceiptError, read_receipt  # noqa: E402
from duban.schema import Schemas  # noqa: E402

TODAY = "2019-10-31"
PARTED = b"\n#%#\n"
"""What lies between the parts of an input that has two."""
_ITEM, _REPORT, _YEAR = "items/2019/2019-0002.yml", "reports/2019/001.yml", "assessments/2019.yml"
_RECORDS = (_ITEM, _REPORT, _YEAR)
_REGISTRY = tuple(sorted(path for path in base() if path.startswith("registry/")))
_FOLDERS = ("items/", "reports/", "assessments/")
_ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1 << 70, 1.5, "", "x", "督", "0" * 40, "2019-10-31T00:00:00.000Z", "0000-00-00", [], [None], {},
    {"id": 1},
)  # fmt: skip
"""Values of every kind, to stand where another is expected."""
_OF_GITHUB = (github_answers.pull, github_answers.reviews, github_answers.pushes, github_answers.standing)
_OF_GITEA = (gitea_answers.pull, gitea_answers.reviews, gitea_answers.pushes, gitea_answers.opening)


@dataclass(frozen=True)
class Driver:
    """One surface: what is done with bytes, and inputs that are a good beginning."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]

    @property
    def kept(self) -> list[Path]:
        return sorted((HERE / "kept" / self.name).iterdir())


@cache
def _schemas() -> Schemas:
    return Schemas.of(base())


@cache
def _reader() -> Reader:
    return Reader(_schemas(), base())


@cache
def _read() -> Mapping[str, Reading]:
    tree = base()
    return dict(in_turn(_reader(), tree, [path for path in tree if path.startswith(_FOLDERS)]))


def reading(content: bytes) -> None:
    """A file of the record, of the kind that its first byte chooses: parsed, judged, every finding told."""
    path, content = _RECORDS[content[0] % len(_RECORDS)] if content else _ITEM, content[1:]
    data, slips = parse(path, content)
    assert (data is None) == bool(slips)
    if data is not None:
        locate(content)
    tree = {**base(), path: content}
    readings = collected(tree, _reader(), {**_read(), path: _reader().read(path, content)})
    _told(readings.findings(TODAY))
    readings.ledger(TODAY)


def registry(content: bytes) -> None:
    """A file of the registry, and the record as it is judged by it."""
    path, content = _REGISTRY[content[0] % len(_REGISTRY)] if content else _REGISTRY[0], content[1:]
    tree = {**base(), path: content}
    reader = Reader(_schemas(), tree)
    readings = collected(tree, reader, dict(in_turn(reader, tree, list(_read()))))
    _told(readings.findings(TODAY))
    readings.ledger(TODAY)


def comparing(content: bytes) -> None:
    """A file before and after: what was added, and what may not be done."""
    path, content = _RECORDS[content[0] % len(_RECORDS)] if content else _ITEM, content[1:]
    before, _, after = content.partition(PARTED)
    found = change({path: before}, {path: after} if after else {}, _schemas())
    _told([*found.findings, *found.unreadable])


def answers(content: bytes) -> None:
    """What a forge answers, whichever it is taken for."""
    if not content:
        return
    document = _document(content, _told_by_forges())

    def account(_: object) -> Account:
        return Account(1, "staff")

    gitlab: list[Callable[[Any], object]] = [
        lambda one: gitlab_answers.pull(one, account),
        lambda one: gitlab_answers.reviews(one, one, one, account),
        lambda one: gitlab_answers.with_pushers((), one, "refs/heads/x", account),
        lambda one: gitlab_answers.standing(one, 1),
        gitlab_answers.versions,
        gitlab_answers.numbers,
        gitlab_answers.addresses,
    ]
    for read_by in (*_OF_GITHUB, *_OF_GITEA, *gitlab):
        try:
            read_by(document)
        except ForgeError as error:
            str(error).encode()


def receipts(content: bytes) -> None:
    """A receipt, by the schema of receipts and by one that lets everything pass: both may be the ledger's."""
    if not content:
        return
    document = _document(content, (_sound_receipt(),))
    with suppress(TypeError):  # a number that no reader of ours takes stays as it was written
        content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    validator = _schemas().validator("receipt")
    for is_valid in (validator.is_valid, lambda _: True):
        try:
            found = read_receipt(content, is_valid)
        except ReceiptError as error:
            str(error)
        else:
            assert found.content == content


@cache
def _empty() -> Readings:
    return read({path: content for path, content in base().items() if not path.startswith(_FOLDERS)})


def importing(content: bytes) -> None:
    """An older ledger, whatever kind of file it is: every cell comes to one end, or the file is refused."""
    constants = {"openness": "不予公开", "openness_reason": "原台账转录", "urgency": "平件", "category": "重点"}
    try:
        book = read_file(content, "台账")
        import_book(
            book, Source("台账", "0" * 64), Office(_empty(), TODAY, "registrar"), SavedMapping(constants=constants)
        )
    except RefusedError as error:
        _ = [language(code)(error.message, **error.details) for code in LANGUAGES]


def _told(findings: list[Finding]) -> None:
    for one in findings:
        assert set(CODES[one.code].details) <= set(one.details)
        assert one.line >= 1
        assert one.column >= 1
        one.path.encode()
        assert all(language(code).message(one) and language(code).fix(one) for code in LANGUAGES)


def _files(places: tuple[str, ...]) -> Iterator[bytes]:
    for number, path in enumerate(places):
        if path in base():
            yield bytes([number]) + base()[path]
    for folder in FOLDERS:
        it = case(folder)
        for path in sorted(it.own & set(places) & set(it.tree)):
            if len(it.tree[path]) < 1 << 14:
                yield bytes([places.index(path)]) + it.tree[path]


def _pairs() -> Iterator[bytes]:
    for one in _files(_RECORDS):
        if _RECORDS[one[0]] in base():
            before = base()[_RECORDS[one[0]]]
            yield one[:1] + before + PARTED + one[1:]
            yield one + PARTED + before


@cache
def _told_by_forges() -> tuple[Any, ...]:
    return tuple(json.loads((HERE.parent / "forge/rest.json").read_bytes()).values())


@cache
def _sound_receipt() -> Any:
    return json.loads((HERE / "kept/receipts/sound.json").read_bytes())


def _document(content: bytes, sound: tuple[Any, ...]) -> Any:
    """JSON as it is; of other bytes one of some sound documents, with odd values where the bytes say."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        document = copy.deepcopy(sound[content[0] % len(sound)])
    for place, odd in zip(content[1::2], content[2::2], strict=False):
        here, steps = document, place
        while (keys := list(here) if isinstance(here, dict) else list(range(len(here)))) and steps >= 0:
            key = keys[steps % len(keys)]
            steps = steps // len(keys) - 1
            if steps < 0 or not isinstance(here[key], dict | list):
                here[key] = _ODD[odd % len(_ODD)]
                break
            here = here[key]
    return document


def _programs() -> Iterator[bytes]:
    """Bytes that choose a document and what is odd in it."""
    for number in range(len(_told_by_forges())):
        yield bytes([number, 255, 0, 7, number])


def _books() -> Iterator[bytes]:
    from test_import_books import described, file_of

    for folder in sorted((HERE.parent / "imports").iterdir()):
        yield file_of(described(folder))


DRIVERS: Mapping[str, Driver] = {
    one.name: one
    for one in (
        Driver("reading", reading, lambda: _files(_RECORDS)),
        Driver("registry", registry, lambda: _files(_REGISTRY)),
        Driver("change", comparing, _pairs),
        Driver("answers", answers, _programs),
        Driver("receipts", receipts, _programs),
        Driver("importing", importing, _books),
    )
}
