"""What search finds: words of records with no day or secret in them, in an index made again only where it changed."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AS_OF, Outcome
from duban import indexer, search_index
from duban.indexer import indexed
from duban.language import LANGUAGES, language
from duban.load import Readings, read
from duban.manifest import Manifest
from duban.model import Ledger, Tree
from duban.output import prepared
from duban.parse import parse
from duban.publish.edition import Edition, EditionName, edition
from duban.publish.examination import Examination
from duban.publish.search_records import SearchRecord, search_groups, search_years
from duban.publish.search_words import exact_word, search_words, worded_text
from duban.repository import tree_of
from duban.schema import Schemas
from duban.search_index import write_search
from duban.synth import synthesise
from duban.synth.life import LAST_DAY
from duban.writing import file_text
from site_fixtures import contents, dress, long_lines, unpacked, withheld_and_public

LEAST_TOLD = 12
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1)


def shown(readings: Readings, name: EditionName = "internal", day: str = AS_OF, seen: str = AS_OF) -> Edition:
    """The shipped ledger as it stood on a day, looked at on another."""
    return edition(
        name,
        language("zh"),
        readings.ledger(day),
        readings.schemas,  # type: ignore[arg-type]
        seen,
        seen,
        pinned=True,
        digests=readings.digests(),
        languages=LANGUAGES,
    )


def records(made: Edition) -> dict[str, SearchRecord]:
    """All records of an edition by address."""
    found = [one for group in search_groups(made, {}) for one in group.records()]
    assert len({one.address for one in found}) == len(found)
    return {one.address: one for one in found}


def test_chinese_is_cut_into_pairs_and_all_else_into_words() -> None:
    assert search_words("市医院拆迁。9月3日前，PM2.5〔2019〕 and so") == (
        "市医 医院 院拆 拆迁 迁。 9 月 3 日前 前， PM2.5〔 2019〕 and so"
    )
    assert search_words(" \n") == ""
    assert search_words("___PAGEFIND_WEIGHT___9") == "\u2060___PAGEFIND_WEIGHT___9"


@given(st.lists(HAN, min_size=1), st.integers(0, 50), st.integers(2, 9))
def test_every_run_of_chinese_is_found_by_its_pairs(runs: list[str], at: int, length: int) -> None:
    text = "，".join(runs)
    run = max(runs, key=len)
    part = run[at % len(run) :][:length]
    pairs = [part[index : index + 2] for index in range(len(part) - 1)]
    words = [word.rstrip("，") for word in search_words(text).split(" ")]
    assert not pairs or any(words[index : index + len(pairs)] == pairs for index in range(len(words)))


@given(st.text(st.sampled_from("市医院拆迁。，〔〕《》“”—·aB9-_.%&<>\"'々〇𬭎é")))
def test_words_give_the_text_back(text: str) -> None:
    assert worded_text(search_words(text)) == text


def test_a_number_is_one_word_however_its_brackets_are_written() -> None:
    wanted = exact_word("晋督任〔2019〕9号")
    assert wanted == "is晋督任20199号"
    assert {exact_word(one) for one in ("晋督任(2019)9号", "晋督任[2019] 9号", "晋督任（2019）9号")} == {wanted}
    assert exact_word("〔〕") == ""


def test_an_item_is_found_by_its_numbers_and_by_all_that_people_wrote(readings: Readings) -> None:
    found = records(shown(readings))["items/2019-0009.html"]
    assert found.names[0] == "2019-0009"
    assert {"晋督任〔2019〕9号", "晋督跟〔2019〕2号", "批示件〔2019〕第9号"} <= set(found.names)
    assert (found.kind, found.year, found.unit) == ("item", "2019", "chengqu")
    for part in (
        "红线内应拆46户、3家企业",
        "晋督任〔2019〕9号",
        "补偿款、搬迁费兑付汇总表",
        "城区",
        "市医院易址扩建项目",
    ):
        assert part in found.text
    assert "2019-07-10" not in found.text
    assert "0356-" not in found.text


def test_units_reports_and_pages_are_found_in_every_language(readings: Readings) -> None:
    made = shown(readings)
    pages = {
        "rules.html": ({"zh": "规则", "en": "Rules"}, lambda: "<p>一句</p><p>另一句 &amp; more</p>"),
        "x.html": ({"zh": "x"}, lambda: "<p>今天</p>"),
    }
    others = {one.address: one for one in next(search_groups(made, pages)).records()}
    assert others["units/chengqu.html"].titles == {"zh": "城区", "en": "Chengqu District"}
    assert others["units/chengqu.html"].names == ("城区", "晋城市城区人民政府")
    assert others["rules.html"].text.strip(" ·") == "一句 · 另一句 & more"
    assert others["x.html"].text == ""
    report = records(made)["reports/2019-087.html"]
    assert report.names == ("2019/087", "督查专报第87期")
    assert records(shown(readings, "public"))["reports.html#report-2019-025"].titles["zh"] == report_title(
        made, "2019/025"
    )


def report_title(made: Edition, identity: str) -> str:
    return made.ledger.reports[identity]["title"]


@pytest.mark.parametrize("name", ["internal", "public"])
def test_another_day_changes_no_record(readings: Readings, name: EditionName) -> None:
    assert records(shown(readings, name)) == records(shown(readings, name, seen="2020-03-02"))


def test_public_records_tell_nothing_withheld(readings: Readings, ledger: Ledger, schemas: Schemas) -> None:
    made = shown(readings, "public")
    said = "\n".join(f"{one.titles} {one.text} {one.names} {one.unit}" for one in records(made).values())
    withheld, public = withheld_and_public(ledger, schemas)
    values = {line for line in long_lines(withheld, LEAST_TOLD) if line not in public}
    assert len(values) > 1000
    assert [value for value in sorted(values) if value in said] == []
    assert {one.partition("/")[2].removesuffix(".html") for one in records(made) if one.startswith("items/")} == (
        made.ledger.items.keys()
    )
    assert search_years(made) == ("2019",)


def test_the_same_records_give_the_same_index(readings: Readings) -> None:
    groups = list(search_groups(shown(readings), {}))
    assert [group.name for group in groups] == ["", "2019"]
    year = list(groups[1].records())
    first, again = indexed(year), indexed(year)
    assert first == again
    fragments = [json.loads(unpacked(path, first[path]).partition(b"\n")[0]) for path in first if "fragment/" in path]
    assert {one["url"] for one in fragments} == {one.address for one in year}
    assert all(one["meta"].keys() == {"title", "names"} for one in fragments)


class Counted:
    """A stand-in for the indexing program that remembers the groups it was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.years: list[str] = []
        monkeypatch.setattr(search_index, "indexed", self.index)
        monkeypatch.setattr("duban.processes.usable_cores", lambda: 1)

    def index(self, given: Sequence[SearchRecord]) -> dict[str, bytes]:
        self.years.append(given[0].year)
        files = {f"fragment/{one.address.replace('/', '-')}.pf_fragment": one.text.encode() for one in given}
        return {**files, "pagefind.js": b"", "pagefind-ui.js": b"", "pagefind-entry.json": str(len(given)).encode()}

    def asked(self) -> list[str]:
        asked, self.years = sorted(self.years), []
        return asked


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


@pytest.fixture
def years(tmp_path: Path, tree: Tree) -> Path:
    """A synthetic ledger of eight years."""
    folder = tmp_path / "years"
    for path, content in synthesise(tree, 16, 1):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return dress(folder)


def built(folder: Path, out: Path, day: str = LAST_DAY.isoformat(), name: EditionName = "internal") -> dict[str, bytes]:
    """The search index of a ledger's site by path, the rest of the site left out."""
    made = prepared(folder, name, language("zh"), day, read(tree_of(folder)), Examination(), ["zh"])
    out.mkdir(exist_ok=True)
    manifest = Manifest(out)
    assert write_search([made], folder, manifest, out)
    manifest.finish()
    return contents(out)


def of_years(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if re.match(r"search/\d{4}/", path)}


def change(folder: Path, schemas: Schemas, year: str, summary: str) -> str:
    """Give the first item of a year another summary; its id."""
    path = sorted(folder.glob(f"items/{year}/*.yml"))[0]
    record, _ = parse(path.name, path.read_bytes())
    record["intake"]["summary"] = summary
    path.write_text(file_text(record, schemas.field("item")), encoding="utf-8")
    return path.stem


def test_only_the_year_that_changed_is_indexed_again(
    years: Path, schemas: Schemas, counted: Counted, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = built(years, out)
    assert counted.asked() == ["", *(str(year) for year in range(2018, 2026))]
    assert built(years, out) == first
    assert counted.asked() == []
    changed = change(years, schemas, "2020", "换一句摘要。")
    again = built(years, out)
    assert counted.asked() == ["2020"]
    assert {path for path in again if first.get(path) != again[path]} == {
        f"search/2020/fragment/items-{changed}.html.pf_fragment"
    }
    assert first.keys() == again.keys()


def test_neither_an_empty_folder_nor_another_day_costs_the_index_again(
    years: Path, counted: Counted, tmp_path: Path
) -> None:
    first = built(years, tmp_path / "out")
    counted.asked()
    assert built(years, tmp_path / "other") == first
    assert counted.asked() == []
    assert of_years(built(years, tmp_path / "other", "2026-02-02")) == of_years(first)
    # The rules are read as of the day.
    assert set(counted.asked()) <= {""}
    assert built(years, tmp_path / "public", name="public") != first
    assert "" in counted.asked()


def test_a_cache_that_was_cut_short_is_made_again(years: Path, counted: Counted, tmp_path: Path) -> None:
    first = built(years, tmp_path / "out")
    counted.asked()
    [archive] = Path(os.environ["XDG_CACHE_HOME"]).glob("duban/*/search/internal/2021.zip")
    archive.write_bytes(archive.read_bytes()[:-9])
    assert built(years, tmp_path / "other") == first
    assert counted.asked() == ["2021"]


def test_a_cache_that_cannot_be_written_is_done_without(
    years: Path, counted: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = built(years, tmp_path / "out")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the cache would be", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert built(years, tmp_path / "other") == first


@pytest.mark.parametrize("broken", ["missing", "fails", "refuses"])
def test_without_the_program_there_is_a_warning_in_both_languages(
    copy_of: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    broken: str,
) -> None:
    folder = dress(copy_of(items=["2019-0009"]))
    program = tmp_path / "program"
    answer = base64.b64encode(b'{"payload":{"type":"Error","message":"no room"}}').decode()
    program.write_text(
        f"#!/bin/sh\n{'echo no luck >&2' if broken == 'fails' else f'printf {answer},; cat >/dev/null'}\n"
    )
    program.chmod(0o755)
    if broken == "missing":
        monkeypatch.setitem(sys.modules, "pagefind_bin_extended", None)
    else:
        monkeypatch.setattr(indexer, "_program", lambda: program)
    made = prepared(folder, "internal", language("zh"), AS_OF, read(tree_of(folder)), Examination())
    assert not write_search([made], folder, Manifest(tmp_path / "out"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    told = capsys.readouterr().err
    reason = {"missing": "pagefind-bin-extended", "fails": "no luck", "refuses": "no room"}[broken]
    assert [reason in line for line in told.splitlines()] == [True, True]
    assert "全文搜索没有做成" in told
    assert "Full-text search" in told


def test_a_site_without_search_has_no_trace_of_it(run: Callable[..., Outcome], copy_of: Callable[..., Path]) -> None:
    folder = dress(copy_of(items=["2019-0009"]))
    done = run("-C", folder, "site", "--no-search", "--language", "zh", "--out", folder / "out")
    files = contents(folder / "out")
    assert done.code == 0
    assert [path for path in files if path.startswith(("search", "assets/find"))] == ["assets/find.js"]
    assert b'role="search"' not in files["index.html"]
    assert b"assets/find.js" not in files["index.html"]
