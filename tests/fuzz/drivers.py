"""Drivers for fuzzing: bytes that anybody might send → one surface of duban, which may refuse them in its own way.

Whatever a driver lets out is a bug. ``tests/test_fuzz.py`` runs each for a moment, ``make fuzz`` for as long as
wanted, guided by the coverage of ``duban``. What once found something lies in ``kept/``, a folder for each driver.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

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
from duban.reader import Reader  # noqa: E402
from duban.receipt import ReceiptError, read_receipt  # noqa: E402
from duban.schema import Schemas  # noqa: E402

TODAY = "2019-10-31"
PARTED = b"\n#%#\n"
"""What lies between the parts of an input that has two."""
_ITEM, _REPORT, _YEAR = "items/2019/2019-0002.yml", "reports/2019/001.yml", "assessments/2019.yml"
_PLACES = (_ITEM, _REPORT, _YEAR, *(path for path in base() if path.startswith("registry/")))
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


def reading(content: bytes) -> None:
    """A file of the record or of the registry, whichever its first byte chooses: parsed, judged, every finding told."""
    path, content = _PLACES[content[0] % len(_PLACES)] if content else _ITEM, content[1:]
    data, slips = parse(path, content)
    assert (data is None) == bool(slips)
    if data is not None:
        locate(content)
    tree = {**base(), path: content}
    reader = Reader(_schemas(), tree)
    readings = collected(tree, reader, dict(in_turn(reader, tree, [one for one in tree if one.startswith(_FOLDERS)])))
    _told(readings.findings(TODAY))
    readings.ledger(TODAY)


_FOLDERS = ("items/", "reports/", "assessments/")


def comparing(content: bytes) -> None:
    """A file before and after: what was added, and what may not be done."""
    path, content = _PLACES[content[0] % 3] if content else _ITEM, content[1:]
    before, _, after = content.partition(PARTED)
    found = change({path: before}, {path: after} if after else {}, _schemas())
    _told([*found.findings, *found.unreadable])


def answers(content: bytes) -> None:
    """What a forge answers, whichever it is taken for."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return

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


def _files() -> Iterator[bytes]:
    for number, path in enumerate(_PLACES):
        if path in base():
            yield bytes([number]) + base()[path]
    for folder in FOLDERS:
        it = case(folder)
        for path in sorted(it.own & set(_PLACES) & set(it.tree)):
            if len(it.tree[path]) < 1 << 14:
                yield bytes([_PLACES.index(path)]) + it.tree[path]


def _pairs() -> Iterator[bytes]:
    for one in _files():
        if one[0] < 3 and _PLACES[one[0]] in base():
            before = base()[_PLACES[one[0]]]
            yield one[:1] + before + PARTED + one[1:]
            yield one + PARTED + before


def _documents() -> Iterator[bytes]:
    told = json.loads((HERE.parent / "forge/rest.json").read_bytes())
    for one in told.values() if isinstance(told, dict) else told:
        yield json.dumps(one).encode()


def _books() -> Iterator[bytes]:
    from test_import_books import described, file_of

    for folder in sorted((HERE.parent / "imports").iterdir()):
        yield file_of(described(folder))


DRIVERS: Mapping[str, Driver] = {
    one.name: one
    for one in (
        Driver("reading", reading, _files),
        Driver("change", comparing, _pairs),
        Driver("answers", answers, _documents),
        Driver("receipts", receipts, lambda: iter(())),
        Driver("importing", importing, _books),
    )
}
