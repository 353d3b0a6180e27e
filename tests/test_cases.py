"""Every folder of tests/cases is a ledger with one slip in it, and names the exact findings it must give."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from corpus import FOLDERS, ROOT, TABLE, Case, base, case, shown, tabled
from duban.assessed import frozen_otherwise, points_unknown
from duban.finding import CODES, Finding, ordered
from duban.gate import gate
from duban.gatekeeper import opened
from duban.language import language
from duban.load import Readings, collected, in_place, in_turn, read
from duban.model import Tree
from duban.pull import Account, Pull
from duban.reader import Reader
from duban.repository import tree_of
from duban.schema import Schemas
from duban.signoff import Submission
from raw_git import RawGit

TODAY = "2019-10-31"
COVERED_ELSEWHERE = frozenset({"D804", "D820"} | {code for code in CODES if code.startswith(("D9", "P", "G", "A"))})
"""Codes raised above the reading layer: D804 by whoever counts working days, D820 by asking git, D9 by comparing two
trees, P by the leak test of a public edition, G by judging a pull request, A by auditing history."""
MESSAGES = ROOT / "tests/case_messages.json"
"""The words of every case's findings: a change of them is seen, and one is read whenever it changes."""
ZH = language("zh")
PARTS = ("title", "message", "fix", "why")
UNSIGNED = frozenset({"G101", "G102", "G103", "G111", "G112"})
"""What is wrong with any pull request onto the base, whose policy says nothing of signing."""


def invalid_items(readings: Readings, own: frozenset[str]) -> list[str]:
    """Items of the base that a case left alone and that were not read all the same."""
    items = [path for path in base() if path.startswith("items/") and path not in own]
    return [path for path in items if path not in readings.items or not readings.items[path].valid]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def catalogue(code: str) -> Catalog:
    path = ROOT / "tools" / "duban" / "locale" / code / "LC_MESSAGES" / "findings.po"
    with path.open("rb") as po:
        return read_po(po)


def texts(lang: str) -> Iterator[tuple[str, str, str]]:
    """Every code with each of its parts and its text in one language, "" where there is none."""
    messages = catalogue(lang)
    for code in CODES:
        for part in PARTS:
            message = messages.get(f"{code}.{part}")
            yield code, part, str(message.string) if message else ""


Proposing = Callable[[Case], Sequence[Finding]]


@pytest.fixture(scope="session")
def proposing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proposing]:
    """Judges the files of a case as a pull request onto the base: one repository for all of them."""
    raw = RawGit.begin(tmp_path_factory.mktemp("proposed"))
    before = raw.commit(base())
    with opened(raw.folder) as (history, _):
        root = history.objects.commit(before).tree

        def found(it: Case) -> Sequence[Finding]:
            head = raw.commit(it.tree, it.special, before)
            made = history.merged(before, head)
            pull = Pull(1, "city/ledger", "main", "", "", head, Account(1, "staff"))
            submission = Submission(pull, (), (), frozenset())
            return gate(
                history.proposed(root, made.tree, made), submission, history.registry(root), head, it.today
            ).findings

        yield found


def read_by(schemas: Schemas, tree: Tree) -> Readings:
    """What ``load.read`` does, by schemas that need not be made anew for every case."""
    reader = Reader(schemas, tree)
    paths, misplaced = in_place(tree)
    return collected(tree, reader, dict(in_turn(reader, tree, paths)), misplaced)


def findings_of(
    it: Case, schemas: Schemas, proposing: Proposing, folder: Path
) -> tuple[Sequence[Finding], Readings | None]:
    """What a case gives: as a pull request, as a folder on the disk, or as the files that it is."""
    if it.proposed:
        return [one for one in proposing(it) if one.code not in UNSIGNED], None
    tree: Tree = it.tree
    if not it.plain:
        try:
            it.lay(folder)
        except OSError as error:
            pytest.skip(f"this disk cannot hold it: {error}")
        tree = tree_of(folder)
    readings = read_by(schemas, tree) if it.shares_schemas else read(tree)
    found = [*readings.findings(it.today), *points_unknown(readings), *frozen_otherwise(readings)]
    return ordered(found), readings


@pytest.fixture(scope="session")
def messages(request: pytest.FixtureRequest) -> Iterator[dict[str, list[str]]]:
    """What each case tells people, in Chinese; with ``--write-messages`` what it tells now is kept."""
    if not request.config.getoption("--write-messages"):
        yield json.loads(MESSAGES.read_text(encoding="utf-8"))
        return
    found: dict[str, list[str]] = {}
    yield found
    MESSAGES.write_text(
        json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8", "backslashreplace"
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case(
    folder: Path,
    schemas: Schemas,
    proposing: Proposing,
    messages: dict[str, list[str]],
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    it = case(folder)
    findings, readings = findings_of(it, schemas, proposing, tmp_path)
    assert tuple(shown(finding) for finding in findings) == it.expected
    told = [f"{one.code} {ZH.message(one)} {ZH.fix(one)}" for one in findings]
    if pytestconfig.getoption("--write-messages"):
        messages[folder.name] = told
    assert told == messages.get(folder.name), "look at what is told now; `make corpus` keeps it"
    for finding in findings:
        assert set(CODES[finding.code].details) <= set(finding.details), "the message cannot be filled in"
    if readings and not {"D809", "D826"} & it.codes:  # without its schemas no file of a ledger can be read
        assert invalid_items(readings, it.own) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case_is_named_after_what_it_shows(folder: Path) -> None:
    code = folder.name.partition("-")[0]
    assert code in CODES
    assert code in case(folder).codes or "-is-fine" in folder.name


def test_the_table_in_the_guide_counts_them() -> None:
    page = TABLE.read_text(encoding="utf-8")
    assert page == tabled(page), "run `make corpus`"


def test_base_is_clean() -> None:
    assert [shown(finding) for finding in read(base()).findings(TODAY)] == []


def test_every_code_has_a_case() -> None:
    named = frozenset().union(*(case(folder).codes for folder in FOLDERS))
    assert frozenset(CODES) - named - COVERED_ELSEWHERE == frozenset()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_has_its_texts(lang: str) -> None:
    assert [f"{code}.{part}" for code, part, text in texts(lang) if not text.strip()] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_texts_use_only_what_their_code_fills_in(lang: str) -> None:
    for code, part, text in texts(lang):
        filled_in = set(CODES[code].details) if part in ("message", "fix") else set()
        assert placeholders(text) <= filled_in, f"{code}.{part}"


def test_languages_have_the_same_texts() -> None:
    zh, en = ({message.id for message in catalogue(lang)} for lang in ("zh", "en"))
    assert zh == en
