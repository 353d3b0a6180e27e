"""The leak test: what it looks for, how it reads files, and that it finds every canary however it got out."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from conftest import AS_OF, ROOT, Outcome
from duban import leak_test as leak_tests
from duban import site
from duban.leak.decoding import ClosedFileError, meanings, stretches, texts_of
from duban.leak.folding import SHORTEST_CLAUSE, folded, glued, parts
from duban.leak.fresh import Fresh
from duban.leak.needles import Index, needles
from duban.leak.withheld import Value, opened, stated
from duban.leak_test import leak_test
from duban.load import Readings, read
from duban.model import Ledger
from duban.publish import edition as editions
from duban.publish import pages
from duban.publish.data_file import DataFile
from duban.publish.examination import Examination
from duban.repository import tree_of
from duban.schema import Field, Schemas
from site_fixtures import Site, contents, dress, planted, public_words

OPEN = "2019-0009"
FEW = (OPEN, "2019-0037", "2019-0040")
RUMOUR = "督办组认为该单位虚报进度应当从严处理"
"""A sentence that stands nowhere in the shipped ledger."""
ROSTER = "registry/people.yml"


@dataclass(frozen=True)
class Seeded:
    """The shipped ledger with a canary in every internal field of every record and in the roster."""

    readings: Readings
    canaries: Mapping[str, str]
    """Each canary with the name of the field that it sits in."""

    @property
    def ledger(self) -> Ledger:
        return self.readings.ledger(AS_OF)

    @property
    def one_of_each(self) -> list[str]:
        """A canary of every field."""
        return list({field: canary for canary, field in self.canaries.items()}.values())

    def found(self, out: Path) -> dict[str, str]:
        """The canaries that the leak test finds in a folder, each with its code; findings show them whole for once."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(leak_tests, "_TOLD", 1000)
            found = leak_test(out, self.readings, AS_OF, Examination())
        shown = {str(one.details["shown"]): one.code for one in found.findings}
        return {canary: code for canary, code in shown.items() if canary in self.canaries}


@pytest.fixture(scope="session")
def seeded(readings: Readings, ledger: Ledger, schemas: Schemas) -> Seeded:
    """Canaries of Chinese and Latin letters, so that width, case and escapes matter; ids where persons are named."""
    canaries: dict[str, str] = {}
    persons = {name for root in ("item", "report", "assessment") for name in person_fields(schemas.field(root))}

    def canary(where: str) -> str:
        number = 100_000 + len(canaries)
        made = f"canary-{number}" if where in persons else f"金丝雀{number}号藏于Field“{where}”内"
        canaries[made] = where
        return made

    def sown(name: str, reading: Any, *, hidden: bool) -> Any:
        data = planted(reading.data(), schemas.field(name), canary, hidden=hidden) | {"id": reading.facts.id}
        return replace(reading, data=lambda: data)

    shut = {key for key, one in ledger.items.items() if not editions.is_open_to_the_public(one)}
    items = {
        path: sown("item", one, hidden=one.facts.id in shut) if one.data else one
        for path, one in readings.items.items()
    }
    reports = {
        path: sown("report", one, hidden=not shut.isdisjoint(one.data().get("items", ())))
        for path, one in readings.reports.items()
        if one.data
    }
    years = {}
    for path, one in readings.assessments.items():
        data = planted(one.data() if one.data else {}, schemas.field("assessment"), canary, hidden=True)
        years[path] = replace(one, data=partial(dict, data))
    roster = re.sub(
        r"(position\w*: ).*", lambda match: f"{match[1]}{canary('position')}", readings.tree[ROSTER].decode()
    )
    tree = {**readings.tree, ROSTER: roster.encode()}
    made = replace(readings, tree=tree, items=items, reports=reports, assessments=years, registry=read(tree).registry)
    # An id of the record itself stays what it was.
    told = {one.text for one in stated(made, made.ledger(AS_OF))}
    return Seeded(made, {canary: field for canary, field in canaries.items() if canary in told})


def person_fields(here: Field) -> Iterator[str]:
    """The names of the properties that name a person."""
    for name, child in here.properties.items():
        if "person" in (child.ref, child.items.ref if child.items else ""):
            yield name
        yield from person_fields(child)
    if here.items:
        yield from person_fields(here.items)


def laid(out: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files written into a folder."""
    for path, content in files.items():
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return out


def test_the_shipped_public_edition_is_clean_in_both_languages(sites: Mapping[str, Site], readings: Readings) -> None:
    here = sites["public"]
    found = leak_test(here.folder, readings, AS_OF, Examination())
    assert found.findings == ()
    assert (found.files, found.size) == (len(here.files), sum(map(len, here.files.values())))
    assert found.values > 5000
    assert 0 < found.short < 1000


def test_the_internal_edition_is_found_to_tell_nearly_everything(sites: Mapping[str, Site], readings: Readings) -> None:
    found = leak_test(sites["internal"].folder / "items", readings, AS_OF, Examination())
    assert {one.code for one in found.findings} == {"P101", "P102"}
    told = {one.details["source"] for one in found.findings}
    assert told >= readings.ledger(AS_OF).items.keys()
    fields = {(one.details["source"], str(one.details["place"])) for one in found.findings}
    assert len(fields) > 10 * len(told & readings.ledger(AS_OF).items.keys())


# The ten ways. First those in which the allow-list itself is broken: pages made as ever, by a rule that fails.


def everything_passes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editions, "public_part", lambda node, *_: node)


def every_item_is_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editions, "is_open_to_the_public", lambda _: True)


def every_report_is_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editions, "_is_about_the_open", lambda *_: True)


def the_roster_stays(patch: pytest.MonkeyPatch) -> None:
    """And a feature prints it, which it could not if it were empty."""

    def roster(edition: editions.Edition) -> Iterator[DataFile]:
        positions = [one.position for one in edition.ledger.registry.people.values()]
        yield DataFile("data/people.json", lambda: json.dumps(positions, ensure_ascii=False).encode())

    cut = editions._public
    patch.setattr(editions, "_public", lambda whole, *rest: replace(cut(whole, *rest), registry=whole.registry))
    patch.setattr(pages, "_SHARED", (roster,))


RULES = (everything_passes, every_item_is_open, every_report_is_open, the_roster_stays)


@pytest.mark.parametrize("broken", RULES, ids=lambda one: one.__name__)
def test_a_broken_rule_is_found_by_every_canary_that_it_lets_out(
    seeded: Seeded, schemas: Schemas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[..., None]
) -> None:
    broken(monkeypatch)
    said = public_words(seeded.ledger, schemas)
    out = laid(tmp_path, said)
    whole = html.unescape("\n".join(said.values()))
    let_out = {one for one in seeded.canaries if one in whole}
    assert len(let_out) > 20
    assert seeded.found(out).keys() == let_out


def test_with_every_rule_in_place_no_canary_gets_out(seeded: Seeded, schemas: Schemas, tmp_path: Path) -> None:
    out = laid(tmp_path, public_words(seeded.ledger, schemas))
    assert leak_test(out, seeded.readings, AS_OF, Examination()).findings == ()
    assert len(seeded.canaries) > 2000


# Then those in which something goes round it: a feature that reads the ledger by itself, in any form of file.


def in_a_comment(texts: Sequence[str]) -> dict[str, bytes]:
    return {"index.html": "".join(f"<p>…</p><!-- {text} -->\n" for text in texts).encode()}


def broken_by_tags(texts: Sequence[str]) -> dict[str, bytes]:
    """As a search page marks what was looked for, and lines are broken: within words, with entities."""
    rows = [
        f'<p>：{text[:3]}<mark class="hit">{text[3:6]}</mark><wbr>{text[6:9]}&shy;'
        + ("" if text.isascii() else "\n   ")
        + "".join(f"&#{ord(sign)};" for sign in text[9:12])
        + f"<!-- -->&ZeroWidthSpace;{text[12:]}</p>"
        for text in texts
    ]
    return {"search.html": "\n".join(rows).encode()}


def in_an_attribute(texts: Sequence[str]) -> dict[str, bytes]:
    return {"units/a.html": "".join(f'<td data-x="{quote(text)}">1</td>' for text in texts).encode()}


def as_file_names(texts: Sequence[str]) -> dict[str, bytes]:
    return {f"files/{text}/{number}.txt": b"" for number, text in enumerate(texts)}


def in_json_escapes(texts: Sequence[str]) -> dict[str, bytes]:
    return {"data/items.json": json.dumps([{"field": text} for text in texts]).encode()}


def in_a_sitemap(texts: Sequence[str]) -> dict[str, bytes]:
    urls = "".join(f"<url><loc>https://x.example/{quote(text)}.html</loc></url>" for text in texts)
    return {"sitemap.xml.gz": gzip.compress(f"<urlset>{urls}</urlset>".encode())}


def in_a_search_index(texts: Sequence[str]) -> dict[str, bytes]:
    """As Pagefind packs a record: Chinese cut into words by blanks that nobody sees."""
    records = {
        f"pagefind/fragment/zh_{number}.pf_fragment": json.dumps({"content": "\u200b".join(text)}, ensure_ascii=False)
        for number, text in enumerate(texts)
    }
    return {path: gzip.compress(b"pagefind_dcd" + record.encode()) for path, record in records.items()}


def in_a_calendar(texts: Sequence[str]) -> dict[str, bytes]:
    """Lines folded after 75 bytes, within a character where it falls so."""
    lines = []
    for text in texts:
        line = f"DESCRIPTION:{'x' * 50}\\n{text}".encode()
        lines.append(b"\r\n ".join(line[start : start + 75] for start in range(0, len(line), 75)))
    return {"calendar.ics": b"BEGIN:VCALENDAR\r\n" + b"\r\n".join(lines) + b"\r\nEND:VCALENDAR"}


def in_a_workbook(texts: Sequence[str]) -> dict[str, bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("docProps/core.xml", f"<dc:creator>{'|'.join(texts)}</dc:creator>")
    return {"ledger.xlsx": packed.getvalue()}


def in_a_picture(texts: Sequence[str]) -> dict[str, bytes]:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    body = b"".join(
        chunk(b"iTXt", b"Comment\0\1\0zh\0\0" + zlib.compress(text.encode()))
        if number % 2
        else chunk(b"iTXt", b"Comment\0\0\0zh\0\0" + text.encode())
        for number, text in enumerate(texts)
    )
    return {"chart.png": b"\x89PNG\r\n\x1a\n" + body}


def in_a_drawing(texts: Sequence[str]) -> dict[str, bytes]:
    picture = "<svg><desc>" + "\n".join(texts) + "</desc></svg>"
    encoded = base64.b64encode(picture.encode()).decode()
    return {"assets/style.css": f".x {{ background: url(data:image/svg+xml;base64,{encoded}) }}".encode()}


def in_another_encoding(texts: Sequence[str]) -> dict[str, bytes]:
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
    return {
        "a.csv": "\n".join(texts[::2]).translate(wide).encode("utf-16"),
        "b.bin": b"\0\1\2" + "\n".join(texts[1::2]).upper().encode("utf-16-le"),
    }


ROUND = (
    in_a_comment,
    broken_by_tags,
    in_an_attribute,
    as_file_names,
    in_json_escapes,
    in_a_sitemap,
    in_a_search_index,
    in_a_calendar,
    in_a_workbook,
    in_a_picture,
    in_a_drawing,
    in_another_encoding,
)


@pytest.mark.parametrize("way", ROUND, ids=lambda one: one.__name__)
def test_a_canary_of_every_field_is_found_in_whatever_form_it_gets_out(
    seeded: Seeded, tmp_path: Path, way: Callable[[Sequence[str]], dict[str, bytes]]
) -> None:
    code = "P102" if way is as_file_names else "P101"
    assert len(seeded.one_of_each) > 50
    assert seeded.found(laid(tmp_path, way(seeded.one_of_each))) == dict.fromkeys(seeded.one_of_each, code)


def test_ids_of_withheld_items_are_found_as_they_are_and_not_within_longer_numbers(
    readings: Readings, tmp_path: Path
) -> None:
    items = readings.ledger(AS_OF).items
    shut = next(key for key, one in sorted(items.items()) if not editions.is_open_to_the_public(one))
    told = leak_test(
        laid(
            tmp_path,
            {
                "a.html": f'<a href="x">1</a>{shut}9 9{shut}',
                "b.html": f'<a href="items/{shut}.html">1</a>',
                f"items/{shut}.html": "",
                "c.json": f'["{OPEN}"]',
            },
        ),
        readings,
        AS_OF,
        Examination(),
    )
    assert [(one.path, one.code, one.details["source"]) for one in told.findings] == [
        ("b.html", "P101", shut),
        (f"items/{shut}.html", "P102", shut),
    ]


def test_an_open_item_does_not_name_the_closed_one_that_goes_on_with_it(
    ledger: Ledger, readings: Readings, schemas: Schemas, tmp_path: Path
) -> None:
    before, after = "2019-0024", "2019-0055"
    assert ledger.items[before].record["superseded"]["by_item"] == after
    assert after in public_words(ledger, schemas)[f"items/{before}.html"]

    def shut(reading: Any) -> Any:
        data = reading.data()
        if reading.facts.id == after:
            data = data | {"openness": "不予公开"}
        if reading.facts.id == before:
            data = data | {"superseded": data["superseded"] | {"reason": "并入秋冬季治理总方案。"}}
        return replace(reading, data=lambda: data)

    items = {path: shut(one) if one.data else one for path, one in readings.items.items()}
    closed = replace(readings, items=items)
    said = public_words(closed.ledger(AS_OF), schemas)
    assert "并入秋冬季治理总方案" in said[f"items/{before}.html"]
    assert [path for path, text in said.items() if after in text or after in path] == []
    record = json.loads(said[f"api/v1/items/{before}.json"])["record"]
    assert record["superseded"].keys() == {"on", "reason"}
    assert leak_test(laid(tmp_path, said), closed, AS_OF, Examination()).findings == ()


def test_what_cannot_be_opened_is_a_finding(readings: Readings, tmp_path: Path) -> None:
    laid(
        tmp_path,
        {
            "a.pdf": b"%PDF-1.7",
            "b.html.br": b"\x0b",
            "c.gz": b"\x1f\x8b\x08\0broken",
            "d.zst": b"\x28\xb5\x2f\xfd",
            "e.zip": b"PK\x03\x04broken",
            "f.txt": "平安",
        },
    )
    (tmp_path / "g.txt").symlink_to("f.txt")
    found = leak_test(tmp_path, readings, AS_OF, Examination())
    assert [(one.path, one.code) for one in found.findings] == [
        (path, "P103") for path in ("a.pdf", "b.html.br", "c.gz", "d.zst", "e.zip", "g.txt")
    ]


def test_a_finding_shows_no_more_of_a_value_than_two_characters(seeded: Seeded, tmp_path: Path) -> None:
    found = leak_test(laid(tmp_path, in_a_comment(seeded.one_of_each)), seeded.readings, AS_OF, Examination())
    assert found.findings
    assert all(len(str(one.details["shown"])) == 2 for one in found.findings)
    assert not any(canary[:3] in repr(one) for one in found.findings for canary in seeded.one_of_each[:1])


# What stands in the files beside the records' own values.


@pytest.fixture
def small(copy_of: Callable[..., Path]) -> Path:
    """A ledger of three items with all that a site is built from."""
    return dress(copy_of(items=FEW))


def leaks_of(folder: Path, out: Path) -> set[tuple[str, str]]:
    found = leak_test(out, read(tree_of(folder)), AS_OF, Examination())
    return {(str(one.details["source"]), str(one.details["place"])) for one in found.findings}


def test_comments_broken_files_and_original_values_are_withheld_too(small: Path, tmp_path: Path) -> None:
    file, broken = (small / f"items/2019/{name}.yml" for name in FEW[:2])
    written = file.read_text(encoding="utf-8")
    title = f"{RUMOUR}三"
    amendment = (
        f"amendments:\n  - on: 2019-09-20\n    field: /title\n    old: {title}\n    new: 市医院改扩建\n"
        "    reason: 名称有误\n    signed: [{role: director, by: director, on: 2019-09-20}]\n"
    )
    renamed = re.sub("^title: .*", f"title: {title}", written, count=1, flags=re.MULTILINE)
    file.write_text(f"# {RUMOUR}一\n{renamed}{amendment}", encoding="utf-8")
    broken.write_text(f"id: {FEW[1]}\ntitle: {RUMOUR}二\nintake: [\n", encoding="utf-8")
    out = laid(tmp_path / "out", {"a.html": f"{RUMOUR}一", "b.html": f"{RUMOUR}二", "c.html": f"<p>{title}</p>"})
    assert leaks_of(small, out) == {(OPEN, "comment"), (FEW[1], "line"), (OPEN, "('督查事项', 'Title')")}


def test_what_was_written_after_the_day_is_withheld_until_then(small: Path, tmp_path: Path) -> None:
    readings = read(tree_of(small))
    out = laid(tmp_path / "out", {"a.html": "包户工作组由4个增至8个，入户做工作160余人次"})
    assert leak_test(out, readings, "2019-07-30", Examination()).findings != ()
    assert leak_test(out, readings, AS_OF, Examination()).findings == ()


def test_the_public_says_are_not_withheld(readings: Readings) -> None:
    said = "\n".join(opened(readings, readings.ledger(AS_OF), AS_OF))
    assert "市医院易址扩建项目拆迁" in said
    assert "四名责任人作出书面说明" not in said
    assert "party-secretary" not in said


def test_a_report_that_says_as_of_when_withholds_not_the_editions_own_day(small: Path, tmp_path: Path) -> None:
    report = (ROOT / "reports/2019/087.yml").read_text(encoding="utf-8")
    summary = "summary: 截至2019年10月31日，累计办理督办事项58项。"
    report = re.sub("^summary: .*", summary, report, count=1, flags=re.MULTILINE).replace("2019/087", "2019/088")
    (small / "reports/2019").mkdir(parents=True)
    (small / "reports/2019/088.yml").write_text(report, encoding="utf-8")
    assert leaks_of(small, laid(tmp_path / "day", {"a.html": "截至2019年10月31日　公开版　共 42 项"})) == set()
    assert leaks_of(small, laid(tmp_path / "sum", {"a.html": "累计办理督办事项58项"})) == {
        ("2019/088", "('摘要', 'Summary')")
    }


# The build: clean, or nothing.


def test_a_build_that_leaks_changes_nothing_and_ends_with_1(
    small: Path, tmp_path: Path, run: Callable[..., Outcome]
) -> None:
    out = tmp_path / "www"
    first = run("-C", small, "site", "--edition", "public", "--language", "zh", "--out", out)
    assert (first.code, first.out) == (0, f"{out}\n")
    assert re.search(r"查找 \d{3,} 个不公开的值", first.err)
    before, stamps = contents(out), [path.stat().st_mtime_ns for path in sorted(out.rglob("*"))]
    item = small / f"items/2019/{OPEN}.yml"
    item.write_text(item.read_text(encoding="utf-8").replace("同意，列为特急件自办。", f"{RUMOUR}。"), encoding="utf-8")
    (small / "site/pages/note.md").write_text(f"# 说明\n\n有人说，**{RUMOUR[:5]}**{RUMOUR[5:]}。\n", encoding="utf-8")
    second = run("-C", small, "site", "--edition", "public", "--language", "zh", "--out", out)
    assert (second.code, second.out) == (1, "")
    assert f"note.html: P101 这个文件里有不公开的内容：{OPEN} 的“批示意见”" in second.err or "P101" in second.err
    assert RUMOUR not in second.err
    assert contents(out) == before
    assert [path.stat().st_mtime_ns for path in sorted(out.rglob("*"))] == stamps
    assert sorted(path.name for path in tmp_path.iterdir() if "www" in path.name) == [
        ".www.lock",
        ".www.manifest.json",
        "www",
    ]
    (small / "site/pages/note.md").unlink()
    third = run("-C", small, "site", "--edition", "public", "--language", "zh", "--out", out)
    assert third.code == 0
    assert contents(out) == before


def test_a_draft_never_writes_into_what_is_served(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "www"
    readings = read(tree_of(small))
    site.build(small, "public", out, AS_OF, readings, ["zh"], Examination())
    kept = tmp_path / "kept"
    shutil.copytree(out, kept, copy_function=lambda source, target: Path(target).hardlink_to(source))
    before = contents(kept)
    (small / "site/templates/home.html").write_text("<h1>{{ edition.title }}</h1>", encoding="utf-8")
    built = site.build(small, "public", out, AS_OF, readings, ["zh"], Examination())
    assert 0 < built.written < built.files
    assert contents(kept) == before != contents(out)


def test_plain_mkdocs_leaves_nothing_of_an_edition_that_leaks(
    small: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "plain"
    text = (small / f"items/2019/{OPEN}.yml").read_text(encoding="utf-8")
    sentence = re.search(r"lessons: (.*)", text)
    assert sentence
    (small / "site/pages/note.md").write_text(f"# 说明\n\n{sentence[1]}\n", encoding="utf-8")
    with pytest.raises(Abort), caplog.at_level("ERROR", "mkdocs"):
        mkdocs_build(load_config(str(small / "mkdocs.public.yml"), site_dir=str(out)))
    assert "note.html: P101" in caplog.text
    assert not out.exists()
    mkdocs_build(load_config(str(small / "mkdocs.yml"), site_dir=str(out)))
    assert (out / "note.html").is_file()


# Laws of the parts.

WORDS = st.text(st.sampled_from("督查公开事项市医院拆迁ab12-,。 \nＡ"), min_size=1, max_size=40)
PROSE = st.lists(st.sampled_from(["no", "exits", "blocked", "when", "inspectors", "of 2019", "came:"]), max_size=9)


@given(
    values=st.lists(WORDS | PROSE.map(" ".join), min_size=1, max_size=8),
    around=st.lists(WORDS, min_size=9, max_size=9),
)
def test_the_index_finds_what_a_search_one_by_one_finds(values: list[str], around: list[str]) -> None:
    wanted = [part for value in values for part in parts(value)]
    text = folded("".join(f"{one}{value}" for one, value in zip(around, values, strict=False)))
    index = Index(wanted)
    assert index.found(text) == {one for one in wanted if one in glued(text) and Index([one]).size}


@given(
    text=st.text(st.sampled_from("ab"), max_size=50).map(lambda text: text * 30_000),
    value=st.text(min_size=1, max_size=20_000),
    place=st.integers(0, 1_500_000),
)
@settings(max_examples=20)
def test_a_value_stands_whole_in_one_stretch_of_a_large_text(text: str, value: str, place: int) -> None:
    whole = text[:place] + value + text[place:]
    pieces = [*stretches(whole, len(value))]
    assert any(value in piece for piece in pieces)
    assert max(map(len, pieces)) < 400_000


@pytest.mark.parametrize("place", [0, 65_500, 65_550, 98_290, 98_310, 600_000])
def test_a_value_is_found_wherever_in_a_large_file_it_stands(small: Path, tmp_path: Path, place: int) -> None:
    sentence = re.search(r"lessons: (.*)", (small / f"items/2019/{OPEN}.yml").read_text(encoding="utf-8"))
    assert sentence
    out = tmp_path / "out"
    out.mkdir()
    written = json.dumps(sentence[1])
    (out / "large.json").write_text(f'"{"z" * place}{written[1:-1]}{"z" * 600_000}"', encoding="utf-8")
    assert [one.code for one in leak_test(out, read(tree_of(small)), AS_OF, Examination()).findings] == ["P101"]


def test_plain_words_are_found_although_they_have_neither_digits_nor_signs() -> None:
    value = Value("2019-0001", "/summary", "summary", "The blocked exits were reported late")
    index = Index(needles(value))
    assert index.size == 1
    assert index.found(folded("On Monday the blocked\nexits were reported late again.")) == {*needles(value)}


@given(text=st.text(min_size=SHORTEST_CLAUSE), before=st.text(max_size=5), after=st.text(max_size=5))
def test_every_part_of_a_text_stands_in_the_text(text: str, before: str, after: str) -> None:
    whole = glued(folded(text))
    assert all(part in whole for part in parts(text))


@given(st.lists(st.lists(st.sampled_from(["p>甲", "p>乙", "b>丙", "i>丁"]), min_size=1, max_size=30), max_size=8))
def test_what_is_left_out_stood_in_a_row_before(pages: list[list[str]]) -> None:
    """Whatever stands within six pieces of a page is in what is kept of it, or of a page before."""
    fresh, kept = Fresh(), ""
    for pieces in pages:
        kept += fresh.of("<".join(pieces)) + "\n"
        assert all("<".join(pieces[start : start + 6]) in kept for start in range(max(1, len(pieces) - 5)))


@given(st.binary(max_size=300), st.sampled_from(["a.html", "a.gz", "a.zip", "a.png", "a"]))
def test_no_file_is_a_bug(content: bytes, name: str) -> None:
    heads = (b"", b"\x1f\x8b\x08", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"BEGIN:VCALENDAR\n", b"\xff\xfe", b"BZh9")
    for head in heads:
        try:
            said = [*texts_of(name, head + content)]
        except ClosedFileError:
            continue
        for one in said:
            assert one in {*meanings(one)}


def test_escapes_within_escapes_are_decoded() -> None:
    for text in (
        "&amp;#x7763;&#26597;",
        "%E7%9D%A3%E6%9F%A5",
        "\\u7763\\u67e5",
        "\\x7763".replace("x", "u") + "&#x67e5;",
        "督&lt;mark&gt;查",
        "督<b\n class='x'>查",
        "%25E7%259D%25A3查",
    ):
        assert any("督查" in meant for meant in meanings(text)), text
