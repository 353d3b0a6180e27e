"""A folder of tests/cases → the files that it makes of tests/base, and the exact findings they must give.

Run by itself it writes how many there are of each family into docs/hard-to-break.md.

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
from typing import NamedTuple

from duban.finding import Finding

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FOLDERS = sorted(folder for folder in (TESTS / "cases").iterdir() if folder.is_dir())
FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
_MODES = {"link": LINK, "program": PROGRAM, "submodule": SUBMODULE}
_LINE = re.compile(r"(delete|edit|write|encode|link|program|submodule|family): (.*)\Z")
_JSON = json.JSONDecoder()

Tree = dict[str, bytes]
TABLE = ROOT / "docs/hard-to-break.md"
_MARKS = "<!-- {} begins -->\n", "<!-- {} ends -->\n"


class Family(NamedTuple):
    """A family of bad input: the codes that its cases are named after unless they say otherwise, and its row."""

    codes: str
    zh: str
    en: str


FAMILIES: Mapping[str, Family] = {
    "yaml": Family(
        r"D00[1-59]|D01[0-4]",
        "YAML 花招：展开炸弹、嵌套、巨大文本和键、合并键、标签、多份文档、空字符、编码、看不见的字符、形近字、双向文字",
        "YAML tricks: bombs, nesting, huge texts and keys, merge keys, tags, several documents, NUL, encodings, "
        "what nobody sees, look-alikes, direction of text",
    ),
    "typing": Family(
        r"D00[678]|D10[1-37-9]|D11[0-8]",
        "打字失误：全角符号、缩进、引号、缺项、错项、没填完的模板、粘贴来的别种文件",
        "typing slips: full-width signs, indentation, quotes, what is missing or unknown, templates, other files",
    ),
    "calendar": Family(
        r"D10[456]|D30[3568]|D316|D40[67]|D50[679]|D51[146]|D803|D81[458]|D82[34]|D307",
        "日期错误：不存在的日子、各种写法、早于或晚于应在的日子、节假日安排",
        "wrong calendar: days that are none, other spellings, too early, too late, holidays",
    ),
    "references": Family(
        r"D2..|D321|D40[1239]|D41.|D80[12578]|D81[127]|D82[0257]",
        "引用错误：单位、人员、行动、计划、事项、专报、文号",
        "wrong references: units, people, campaigns, plans, items, reports, numbers",
    ),
    "order": Family(
        r"D304|D31[0345]|D40[45]|D50[1-58]|D51[0-35]|D81[369]|D821",
        "次序错误：缺前一步、已了结还在办、销号条件不足",
        "wrong order: a step before its time, more after the end, closing that was not earned",
    ),
    "paths": Family(
        r"D015|D30[12]|D806|D810|G10[678]",
        "路径花招：大小写相撞、越级、链接、子模块、不同编码的同一名称、极长、Windows 设备名、不是 UTF-8",
        "path tricks: case collisions, ways upwards, links, submodules, one name spelled twice, very long, devices of "
        "Windows, no UTF-8",
    ),
    "changes": Family(
        r"D9..|G105|D311|D312|D809|D826",
        "改动已签内容和规则：改写、删除、改名、夹带、坏的表单定义",
        "what was signed and the rules: rewritten, deleted, renamed, smuggled in, schemas that cannot be used",
    ),
    "rules": Family(r"D309|D31[7-9]|D320|D408|D70.", "其他督查规则", "other rules of supervision"),
    "privacy": Family(
        r"D60.",
        "涉密和个人信息：密级标志、身份证号、手机号、座机、银行卡号、车牌、住址",
        "secrecy and personal data: classification marks, identity numbers, telephones, bank cards, plates, homes",
    ),
}
HOSTILE = Family(
    "",
    "标记注入：HTML、SVG、Markdown、模板、公式、日历、订阅、终端、流水线命令、日志、检索，逐一种在每个能写字的地方",
    "markup injection: HTML, SVG, Markdown, templates, formulas, calendars, feeds, terminals, workflow commands, logs, "
    "search, each planted wherever people write",
)


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
        """Write it into a folder. Raises OSError where this machine's disk cannot hold a name."""
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
    family = next((name for name, one in FAMILIES.items() if re.fullmatch(one.codes, folder.name[:4])), "")
    assert family, f"no family of FAMILIES has {folder.name}"
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


def hostile_texts() -> dict[str, list[str]]:
    """The texts that must come out harmless, by their kind."""
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in sorted((TESTS / "hostile").glob("*.txt"))
    }


def tabled(page: str) -> str:
    """The page with its tables as they must be today, in both languages."""
    texts = sum(map(len, hostile_texts().values()))
    rows = [*((FAMILIES[name], count) for name, count in counted().items()), (HOSTILE, texts)]
    for lang, head, total in (("zh", "| 类别 | 例数 |", "合计"), ("en", "| family | cases |", "in all")):
        lines = [f"| {getattr(family, lang)} | {count} |" for family, count in rows]
        table = "\n".join([head, "|---|--:|", *lines, f"| **{total}** | **{sum(count for _, count in rows)}** |\n"])
        begins, ends = (mark.format(lang) for mark in _MARKS)
        before, _, rest = page.partition(begins)
        page = f"{before}{begins}{table}{ends}{rest.partition(ends)[2]}"
    return page


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


if __name__ == "__main__":
    TABLE.write_text(tabled(TABLE.read_text(encoding="utf-8")), encoding="utf-8")
