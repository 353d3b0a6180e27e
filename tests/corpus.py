"""A folder of tests/cases → the files that it makes of tests/base, and the exact findings they must give.

A case holds the files that differ and ``expected.txt``: the day, the findings, and before them what is better
said than shown, one a line. Texts are JSON, so that what nobody sees stands there as an escape; a byte that is
no UTF-8 is written ``\\udc80`` to ``\\udcff``; ``"…" * 9`` is the text nine times.

    delete: PATH                       the file is not there
    edit: PATH "old" => "new"          the one place in it is written otherwise
    write: PATH "content"              the file is this
    encode: PATH gb18030               the file in another encoding
    link: PATH "target"                a symbolic link
    program: PATH "content"            a file that may be run
    submodule: PATH                    another repository
    proposed                           judged as a pull request onto the base, by git; without it, as a folder
    family: NAME                       counted there, where the code of its name would put it elsewhere
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from duban.finding import Finding

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FOLDERS = sorted(folder for folder in (TESTS / "cases").iterdir() if folder.is_dir())
FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
_MODES = {"link": LINK, "program": PROGRAM, "submodule": SUBMODULE}
_LINE = re.compile(r"(delete|edit|write|encode|link|program|submodule|family): (.*)\Z")
_JSON = json.JSONDecoder()

Tree = dict[str, bytes]
FAMILIES: Mapping[str, str] = {
    "yaml": r"D00[1-59]|D01[0-4]",
    "typing": r"D00[678]|D10[1-37-9]|D11[0-8]",
    "calendar": r"D10[456]|D30[356]|D316|D40[67]|D50[679]|D51[146]|D803|D81[458]|D82[34]|D30[78]",
    "references": r"D2..|D40[1239]|D41.|D80[12578]|D81[127]|D82[0257]",
    "order": r"D30[4]|D31[0345]|D404|D405|D50[1-58]|D51[0-35]|D81[3679]|D821",
    "paths": r"D015|D30[12]|D806|D810|G10[678]",
    "changes": r"D9..|G105|D311|D312|D809",
    "rules": r"D309|D317|D318|D319|D320|D408|D70.",
    "privacy": r"D60.",
}
"""Each family of bad input and the codes that a case of it is named after, unless it says otherwise."""


@dataclass(frozen=True)
class Case:
    """One folder: the files after it, which of them are its own, and the lines it must give.

    ``special`` are the modes of what is no plain file. ``proposed`` are the files as a pull request brings them.
    """

    name: str
    tree: Tree
    own: frozenset[str]
    today: str
    expected: tuple[str, ...]
    family: str
    special: Mapping[str, str] = field(default_factory=dict)
    proposed: bool = False

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(line.rpartition(" ")[2] for line in self.expected)

    @property
    def plain(self) -> bool:
        """Whether it is files by name and nothing else, so that no folder on a disk is needed to read it."""
        return not self.special and all(name.isascii() for name in self.own)

    @property
    def shares_schemas(self) -> bool:
        """Whether its schemas are those of the base."""
        return not any(path.startswith("schemas") for path in self.own)

    def lay(self, folder: Path) -> None:
        """Write it into a folder, as far as this machine's disk can hold it."""
        for path, content in self.tree.items():
            place = os.fsencode(folder) + b"/" + os.fsencode(path)
            os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120 - names that are no UTF-8
            if self.special.get(path) == LINK:
                os.symlink(content, place)  # noqa: PTH211
            elif self.special.get(path) == SUBMODULE:
                os.mkdir(place)  # noqa: PTH102
            else:
                with open(place, "wb") as stream:  # noqa: PTH123
                    stream.write(content)


def files(folder: Path) -> Tree:
    """Every file below a folder by its path from there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@cache
def _base() -> Tree:
    return {f"schemas/{name}": content for name, content in files(ROOT / "schemas").items()} | files(TESTS / "base")


def base() -> Tree:
    """The ledger without a slip that every case starts from."""
    return dict(_base())


@cache
def case(folder: Path) -> Case:
    """What a folder of tests/cases describes. Raises AssertionError for an edit that has not the one place."""
    own = files(folder)
    first, *lines = own.pop("expected.txt").decode().splitlines()
    tree, special, touched = base() | own, {}, set(own)
    family = next(name for name, codes in FAMILIES.items() if re.fullmatch(codes, folder.name[:4]))
    said = [found for line in lines if (found := _LINE.match(line))]
    for what, rest in (found.groups() for found in said):
        if what == "family":
            assert rest in FAMILIES, rest
            family = rest
            continue
        path, _, given = rest.partition(" ") if rest[0] != '"' else _quoted(rest)
        touched.add(path)
        if what == "delete":
            del tree[path]
        elif what == "encode":
            tree[path] = tree[path].decode().encode(given)
        elif what == "edit":
            old, new = _texts(given)
            assert tree[path].count(old) == 1, f"{folder.name}: {tree[path].count(old)} times {old!r}"
            tree[path] = tree[path].replace(old, new)
        else:
            (tree[path],) = _texts(given) or [b""]
        if what in _MODES:
            special[path] = _MODES[what]
    expected = tuple(line for line in lines if line != "proposed" and not _LINE.match(line))
    today = first.removeprefix("today: ")
    return Case(folder.name, tree, frozenset(touched), today, expected, family, special, "proposed" in lines)


def shown(finding: Finding) -> str:
    """A finding as a line of ``expected.txt``."""
    path = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in finding.path)
    return f"{path}:{finding.line}:{finding.column} {finding.code}"


def counted() -> dict[str, int]:
    """How many cases each family has."""
    families = [case(folder).family for folder in FOLDERS]
    return {name: families.count(name) for name in FAMILIES}


def _quoted(rest: str) -> tuple[str, str, str]:
    """A path that is written as JSON, and what comes after it."""
    path, end = _JSON.raw_decode(rest)
    return path, "", rest[end:].removeprefix(" ")


def _texts(given: str) -> list[bytes]:
    """The texts of a line as bytes, each as often as it says."""
    found = []
    while given:
        text, end = _JSON.raw_decode(given)
        times = re.match(r" \* (\d+)", given[end:])
        found.append(text.encode("utf-8", "surrogateescape") * int(times[1] if times else 1))
        given = given[end + (times.end() if times else 0) :].removeprefix(" => ")
    return found
