"""The exit: everything of a ledger as plain files, the same each time, and proofs that verify as its README says."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conftest import AS_OF, ROOT, Outcome
from duban.cli import main
from duban.exit.tables import leaves
from duban.load import Readings
from duban.model import Tree
from duban.parse import parse
from duban.registry import schema_names
from site_fixtures import text_of

Run = Callable[..., Outcome]
BASH = ("bash", "--noprofile", "--norc", "-eu")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exit of the shipped ledger."""
    out = tmp_path_factory.mktemp("exit") / "whole"
    assert main(["-C", str(ROOT), "export", "--all", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped ledger's first days as a repository with receipts."""
    folder = tmp_path_factory.mktemp("replayed") / "city"
    assert main(["-C", str(ROOT), "replay", str(folder), "--as-of", "2019-07-03"]) == 0
    return folder


@pytest.fixture(scope="module")
def proven(replayed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its exit."""
    out = tmp_path_factory.mktemp("exit") / "proven"
    assert main(["-C", str(replayed), "export", "--all", str(out), "--as-of", "2019-07-03"]) == 0
    return out


def files(folder: Path) -> dict[str, bytes]:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def sources(tree: Tree) -> Iterator[tuple[str, Any]]:
    """Every file of the record and of the registry, read by itself."""
    for path in tree:
        if path.startswith(("items/", "reports/", "assessments/")) or path in schema_names(tree):
            yield path, parse(path, tree[path])[0]


def table(folder: Path, name: str) -> list[list[str]]:
    content = (folder / f"csv/{name}.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return [*csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]


def blocks(folder: Path) -> list[str]:
    """The commands of the README, in the Chinese half and again in the English one."""
    found = re.findall(r"```bash\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    half = len(found) // 2
    assert found[:half] == found[half:]
    return found[:half]


def typed(commands: str, folder: Path) -> tuple[str, int]:
    """What the commands print, typed in a folder."""
    done = subprocess.run([*BASH, "-c", commands], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    return done.stdout, done.returncode


def test_every_value_is_in_the_json_and_in_the_table(whole: Path, tree: Tree) -> None:
    rows = {(path, place): value for path, place, _, value in table(whole, "values")[1:]}
    count = 0
    for path, data in sources(tree):
        document = json.loads((whole / f"json/{path.removesuffix('.yml')}.json").read_bytes())
        assert document["data"] == data
        for pointer, _, value in leaves(data, None, ()):
            shown = rows.pop((path, "".join(f"/{part}" for part in pointer)))
            assert shown.removeprefix("'") == str(value).removeprefix("'")
            count += 1
    assert rows == {}
    assert count > 15_000


def test_the_files_themselves_are_there(whole: Path, tree: Tree) -> None:
    assert {path: (whole / "ledger" / path).read_bytes() for path in tree} == dict(tree)


def test_each_item_and_each_entry_has_a_row(whole: Path, readings: Readings) -> None:
    items, entries = table(whole, "items"), table(whole, "entries")
    assert [row[0] for row in items[1:]] == [one.facts.id for _, one in sorted(readings.items.items())]
    assert sum(int(row[12]) for row in items[1:]) == sum("-" in row[0] for row in entries[1:])
    assert len({(row[0], row[2]) for row in entries}) == len(entries)
    assert {row[8] for row in items[1:]} >= {"逾期", "按期办结"}
    book = load_workbook(whole / "xlsx/ledger.xlsx", read_only=True)
    for name, rows in (("事项", items), ("条目", entries), ("专报通报", table(whole, "reports"))):
        sheet = [row for row in book[name].iter_rows(min_row=4, values_only=True) if row[0] is not None]
        assert [str(row[0]) for row in sheet] == [row[0] for row in rows[1:]]


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_each_record_has_a_page_that_needs_nothing_else(whole: Path, tree: Tree) -> None:
    """Every text of the record stands on its page, who signed in words; no script, no other host, no dead link."""
    pages = {path: content.decode() for path, content in files(whole / "html").items()}
    for path, html in pages.items():
        tags = _Tags(html)
        assert not tags.names & {"script", "link", "img", "iframe", "object", "form"}
        for link in tags.links:
            assert (whole / "html" / path).parent.joinpath(link).is_file(), (path, link)
    for path, data in sources(tree):
        said = text_of(pages[f"{path.removesuffix('.yml')}.html"])
        for pointer, _, value in leaves(data, None, ()):
            if isinstance(value, str) and "\n" not in value and "signed" not in pointer:
                assert " ".join(value.split()) in said, (path, pointer)
    assert "市督查办主任（督查办主任）2019-" in text_of(pages["items/2019/2019-0001.html"])


def test_the_same_bytes_twice_and_never_over_another(whole: Path, replayed: Path, proven: Path, run: Run) -> None:
    again = proven.parent / "again"
    assert run("-C", replayed, "export", "--all", again, "--as-of", "2019-07-03").code == 0
    assert files(again) == files(proven)
    refused = run("-C", ROOT, "export", "--all", whole)
    assert (refused.code, refused.out) == (2, "")
    assert run("-C", ROOT, "export", "--all", whole.parent / "x", "--format", "csv").code == 2
    assert sorted(one.name for one in whole.parent.iterdir()) == ["whole"]


def test_a_copy_of_it_elsewhere_packs_the_same_history(replayed: Path, proven: Path, tmp_path: Path) -> None:
    """However a clone happens to hold its objects, and on whatever branch it stands."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--no-local", replayed, clone], check=True)
    subprocess.run(["git", "fetch", "-q", "origin", "evidence:evidence"], cwd=clone, check=True)
    subprocess.run(["git", "repack", "-adfq", "--window=50"], cwd=clone, check=True)
    assert main(["-C", str(clone), "export", "--all", str(tmp_path / "out"), "--as-of", "2019-07-03"]) == 0
    assert files(tmp_path / "out") == files(proven)


def test_proofs_verify_as_the_readme_says(proven: Path, tmp_path: Path) -> None:
    """The commands typed as they stand: sums, receipts, merges; with git and ssh-keygen alone."""
    folder = Path(shutil.copytree(proven, tmp_path / "exit"))
    sums, receipts, merges = blocks(folder)
    assert typed(sums, folder) == ("", 0)
    assert typed(receipts, folder) == ("receipts good\n", 0)
    assert typed(merges, folder) == ("merges good\n", 0)
    filed = sorted((folder / "proofs/receipts").rglob("*.json"))
    assert len(filed) == json.loads((folder / "proofs/audit.json").read_bytes())["receipts"] > 5
    assert json.loads((folder / "proofs/audit.json").read_bytes())["violations"] == []
    assert {row[7] for row in table(folder, "entries")[1:]} == {"已证实"}


@pytest.mark.parametrize("what", ["receipt", "commit", "policy", "order"])
def test_what_was_tampered_with_is_named(proven: Path, tmp_path: Path, what: str) -> None:
    folder = Path(shutil.copytree(proven, tmp_path / "exit"))
    proofs = folder / "proofs"
    second, third = proofs / "receipts/000/000002.json", proofs / "receipts/000/000003.json"
    if what == "receipt":
        second.write_bytes(second.read_bytes().replace(b'"APPROVED"', b'"COMMENTED"', 1))
    elif what == "commit":
        place = proofs / "signatures/000002.commit"
        place.write_bytes(place.read_bytes().replace(b"duban recorder", b"duban Recorder", 1))
    elif what == "policy":
        place = proofs / f"rules/{json.loads(second.read_bytes())['policy']}.yml"
        place.write_bytes(place.read_bytes() + b"# more\n")
    else:
        second.unlink()
    _, receipts, _ = blocks(folder)
    said, code = typed(receipts, folder)
    assert code == 1
    assert ("000003 BAD" if what == "order" else "000002 BAD") in said
    assert third.is_file()
    assert typed(blocks(folder)[0], folder)[1] != 0


def test_what_cannot_be_read_is_kept_and_named(run: Run, copy_of: Callable[..., Path], tmp_path: Path) -> None:
    folder = copy_of(items=["2019-0050", "2019-0051"])
    (folder / "items/2019/2019-0051.yml").write_text("id: 2019-0051\ntitle：破损\n", encoding="utf-8")
    out = run("-C", folder, "export", "--all", tmp_path / "out", "--as-of", AS_OF)
    assert out.code == 1
    readme = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert readme.count("- `ledger/items/2019/2019-0051.yml`") == 2
    assert (tmp_path / "out/ledger/items/2019/2019-0051.yml").is_file()
    assert not (tmp_path / "out/proofs").exists()
