"""Personal data in free text: always found however it is written, and nothing else taken for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AS_OF
from duban.finding import CODES
from duban.load import read
from duban.model import Tree
from duban.parse import parse
from duban.personal import found_in, may_hold, readable
from duban.registry import schema_names
from duban.rules.privacy import privacy
from duban.schema import Schemas
from duban.survey import Surveyor

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SEEDS = st.integers(0, 2**32)
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u0336\ufe0f"
SIGNS = "省市县区街道镇建设工程项目群众反映情况办理督查路灯水管学校，。；：、《》（）"
"""What a text around a number is made of; none of it is a unit of measure or a digit."""


def mobile(chance: Random) -> str:
    return f"1{chance.choice('3456789')}{chance.randrange(10**9):09d}"


def identity(chance: Random) -> str:
    day = f"{chance.randrange(1930, 2019)}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
    head = f"{chance.choice(('140502', '110105', '440106'))}{day}{chance.randrange(1000):03d}"
    return head + "10X98765432"[sum(int(one) * by for one, by in zip(head, WEIGHTS, strict=True)) % 11]


def card(chance: Random) -> str:
    head = f"{chance.choice(('6222', '4367', '5187'))}{chance.randrange(10**14):014d}"[: chance.choice((15, 18))]
    doubled = [int(one) * (2 - place % 2) for place, one in enumerate(reversed(head))]
    return f"{head}{-sum(sum(divmod(one, 10)) for one in doubled) % 10}"


def landline(chance: Random) -> str:
    area = chance.choice(("0356", "0351", "010", "021"))
    return f"{area}-{chance.randrange(2, 9)}{chance.randrange(10**7):07d}"[: 13 if len(area) == 3 else 12]


def plate(chance: Random) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    common = f"{chance.choice(letters + '0123456789')}{chance.randrange(10**4):04d}"
    electric = f"{chance.choice('DF')}{chance.choice(letters)}{chance.randrange(10**4):04d}"
    place = f"{chance.choice('晋京豫粤')}{chance.choice('ABCDEFGH')}{chance.choice(('', '·'))}"
    return place + chance.choice((common, electric))


def home(chance: Random) -> str:
    block, unit, room = chance.randrange(1, 40), chance.randrange(1, 6), chance.randrange(101, 3309)
    return chance.choice(
        (
            f"古书院小区{block}号楼{unit}单元{room}室",
            f"{block}栋{unit}单元{room}号",
            f"凤鸣家属院{block}号楼{room}室",
            f"府城村{unit}组{block}号",
            f"{chance.choice('一二三四五')}号楼{chance.choice('一二三')}单元{chance.choice('二三四')}零{chance.choice('一二三')}室",
        )
    )


MADE: Mapping[str, Callable[[Random], str]] = {
    "D602": identity,
    "D603": mobile,
    "D604": card,
    "D606": landline,
    "D607": plate,
    "D608": home,
}


def grouped(code: str, text: str, chance: Random) -> str:
    """A number in the groups that people write it in, or digit by digit."""
    by = chance.choice((" ", "-", " - ", "\u2013"))
    match code:
        case "D603":
            shape = chance.choice(((3, 4, 4), (3, 8), (3, 3, 5), (4, 3, 4), (1,) * 11))
            prefix = chance.choice(("", "", "+86 ", "86-", "0", "tel:"))
            by = chance.choice((by, ".", "·", "/"))
        case "D602":
            shape, prefix = chance.choice(((6, 8, 4), (6, 4, 2, 2, 4), (3, 3, 4, 4, 4), (1,) * 18)), ""
        case "D604":
            shape, prefix = chance.choice(((4, 4, 4, 4, 3), (6, 13), (1,) * 19)), ""
        case _:
            return text
    parts = []
    for length in shape:
        parts.append(text[:length])
        text = text[length:]
    return prefix + by.join(one for one in parts if one)


def disguised(code: str, text: str, chance: Random) -> str:
    """The same as somebody writes it who wants it past a filter."""
    if code in ("D602", "D603") and chance.randrange(5) == 0:
        text = text.translate(
            str.maketrans("0123456789", chance.choice(("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖")))
        )
    elif chance.randrange(2):
        text = grouped(code, text, chance)
    first = chance.choice((0xFF10, 0x1D7CE, 0x1D7EC))
    match chance.randrange(4):
        case 0:
            text = "".join(chr(first + int(one)) if one in "0123456789" else one for one in text)
        case 1:
            text = "".join(chr(0x245F + int(one)) if one in "123456789" else one for one in text)
    if chance.randrange(2):
        text = "".join(one + chance.choice(UNSEEN) * chance.randrange(3) for one in text)
    return text


def around(chance: Random) -> str:
    return "".join(chance.choice(SIGNS) for _ in range(chance.randrange(12)))


def planted(chance: Random) -> tuple[str, list[str]]:
    """A text with one to three things in it that tell of somebody, and their codes."""
    codes = [chance.choice([*MADE]) for _ in range(chance.randrange(1, 4))]
    parts = [f"{around(chance)}，{disguised(one, MADE[one](chance), chance)}，" for one in codes]
    return "".join([*parts, around(chance)]), codes


def harmless(chance: Random) -> str:
    """A text with numbers of the kinds that a ledger is full of."""

    def up_to(most: int) -> int:
        return chance.randrange(1, most)

    day = f"2019-{up_to(13):02d}-{up_to(29):02d}"
    made = (
        f"晋市督〔2019〕{up_to(2000)}号",
        f"晋政办发〔2019〕{up_to(2000)}号",
        f"{day}至{day}",
        f"{day}-{day}",
        f"2019.{up_to(13)}.{up_to(29)}",
        f"2019年{up_to(13)}月{up_to(29)}日{up_to(24)}:{up_to(60):02d}",
        f"GB/T {up_to(40000)}-20{up_to(20):02d}",
        f"DB14/T {up_to(4000)}-2019",
        f"总投资{up_to(9 * 10**10)}元",
        f"投资{up_to(10**6)}.{up_to(100):02d}万元",
        f"投资1{chance.choice('3456789')}{chance.randrange(10**9):09d}元",
        f"{up_to(9)}00-{up_to(9)}0000元",
        f"1{up_to(9)}000-1{up_to(9)}0000平方米",
        f"2019-140500-47-03-{up_to(10**6):06d}",
        f"91140500MA0K{up_to(10**5):05d}X",
        f"2019-{up_to(10**4):04d}、2019-{up_to(10**4):04d}",
        f"HT-1{chance.choice('3456789')}{chance.randrange(10**9):09d}",
        f"10.{up_to(255)}.{up_to(255)}.{up_to(255)}",
        f"192.168.{up_to(255)}.{up_to(255)}",
        f"{up_to(30)}号楼{up_to(6)}单元{up_to(60)}户居民停水",
        f"{up_to(30)}号楼{up_to(6)}单元{chance.randrange(100, 300)}余户",
        f"凤台西街{up_to(2000)}号",
        f"市政大楼{up_to(4)}号楼{chance.randrange(101, 900)}室",
        f"府城村{up_to(9)}组{up_to(90)}户",
        f"京G{up_to(9999)}次、S{up_to(400)}省道",
        "12345热线",
        f"电话{up_to(9)}000000元",
        f"第一、二、三、四、五、六、七、八、九、十项共{up_to(1000)}件",
        "二〇一九年十月二十八日",
    )
    return "".join(f"{around(chance)}，{chance.choice(made)}，" for _ in range(3))


def codes_of(text: str) -> list[str]:
    return [one.code for one in privacy([((), text)])]


@given(SEEDS)
def test_what_is_planted_is_found(seed: int) -> None:
    """Numbers of persons, plates and homes, in any disguise, in any text: all of them and nothing else."""
    chance = Random(seed)
    for _ in range(20):
        text, codes = planted(chance)
        assert codes_of(text) == codes, (text, found_in(readable(text)))


@given(SEEDS)
def test_what_a_ledger_is_full_of_is_not_taken_for_it(seed: int) -> None:
    chance = Random(seed)
    for _ in range(20):
        text = harmless(chance)
        assert codes_of(text) == [], (text, found_in(readable(text)))


@given(st.text(max_size=60), SEEDS)
def test_no_text_is_passed_over_that_holds_something(text: str, seed: int) -> None:
    """The quick look never misses what the long one finds, and what is found lies in order within the text."""
    text = text + planted(Random(seed))[0] + text
    plain = readable(text)
    found = found_in(plain)
    assert may_hold(text) or not found
    ends = [0, *(place for one in found for place in (one.start, one.end)), len(plain)]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("于2019-10-28 13935612345来电", ["D603"]),
        ("13835612346-13935612345", ["D603", "D603"]),
        ("13835612346/13935612345", ["D603", "D603"]),
        ("（0356）2198000转801", ["D606"]),
        ("0356-2198000-801", ["D606"]),
        ("电话：2198000", ["D606"]),
        ("13935612345vx同号", ["D603"]),
        ("一三九三五六一二三四五一直打不通", ["D603"]),
        ("11010519491231002X13935612345", ["D602"]),
        ("合同晋采招-2019-15001234567", []),
        ("古书院小区3号楼2单元改造", []),
        ("3号楼2单元301户漏水", ["D608"]),
        ("1️⃣3️⃣9️⃣3️⃣5️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣", ["D603"]),
    ],
)
def test_examples(text: str, expected: list[str]) -> None:
    assert codes_of(text) == expected


def test_what_may_have_its_reason_does_not_stop_a_merge() -> None:
    stops = {code for code in CODES if code.startswith("D60") and CODES[code].severity == "error"}
    assert stops == {"D601", "D602", "D603", "D604"}


def test_a_finding_never_repeats_what_must_not_be_there() -> None:
    for chance in map(Random, range(200)):
        text, _ = planted(chance)
        for one in privacy([((), text)]):
            shown = str(one.details["text"])
            assert len(shown) == 6
            assert shown.count("…") == 1


def test_every_text_of_the_shipped_ledger_is_clean(tree: Tree) -> None:
    """Items, reports, assessments and the registry: thousands of texts, none of which tells of a person."""
    schemas = Schemas.of(tree)
    kinds = {"items/": "item", "reports/": "report", "assessments/": "assessment"}
    files = {path: name for path in tree for start, name in kinds.items() if path.startswith(start)}
    texts = [
        ((path,), text)
        for path, name in (files | schema_names(tree)).items()
        for _, text in Surveyor(schemas.field(name)).survey(parse(path, tree[path])[0]).texts
    ]
    assert len(texts) > 5000
    assert [*privacy(texts)] == []


def test_the_registry_is_looked_through(tree: Tree) -> None:
    """A unit's name and a campaign's; the address of a channel for reminders may be a telephone."""
    units = tree["registry/units.yml"].replace("市督查办".encode(), "市督查办13935612345".encode(), 1)
    found = read({**tree, "registry/units.yml": units}).findings(AS_OF)
    assert [(one.path, one.code) for one in found] == [("registry/units.yml", "D603")]
