"""A report of a period: every figure counted again from the files; the document as an office would print it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from browsing import pdf_pages
from conftest import AS_OF, ROOT, Outcome
from duban.calendar import WorkCalendar
from duban.documents.docx_paper import STAND_INS
from duban.language import language
from duban.load import Readings
from duban.numbering import next_report
from duban.office import NoOfficeError, pdf
from duban.period import Account, Period, account
from duban.report_draft import LIMIT, Draft, period_name, titles_of
from duban.status import statuses
from site_fixtures import Site

START, END = "2019-10-01", "2019-10-31"
BEFORE = ("2019-09-01", "2019-09-30")
SIGNED = {"role": "director", "by": "director", "on": AS_OF}


@pytest.fixture(scope="session")
def october(readings: Readings, calendar: WorkCalendar) -> Account:
    period = Period.named("2019-10")
    return account(period, readings.ledger(END), readings.ledger(BEFORE[1]), calendar)


@pytest.fixture(scope="session")
def drafted(readings: Readings, calendar: WorkCalendar, october: Account) -> Any:
    ledger = readings.ledger(END)
    titles = titles_of(statuses(ledger, END, calendar).values())
    return Draft(october, ledger.registry, language("zh"), titles).record(
        "2019/088", "special", AS_OF, ["市长"], SIGNED
    )


@pytest.fixture(scope="session")
def files() -> list[Any]:
    """The item files as any program reads them, every value as it is written."""
    found = [
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts alone
        for path in sorted(ROOT.glob("items/*/*.yml"))
    ]
    return [one for one in found if "not_filed" not in one]


def within(day: Any, period: tuple[str, str] = (START, END)) -> bool:
    return period[0] <= str(day) <= period[1]


def closed_on(item: Any, until: str) -> Any:
    """The close-out notice that was granted by a day."""
    for notice in item.get("closure_notices", ()):
        decision = notice.get("decision")
        if decision and decision["result"] == "同意" and str(decision["on"]) <= until:
            return notice
    return None


def deadline(item: Any, until: str) -> str:
    due = item["task_notice"]["deadline"]
    for one in item.get("extensions", ()):
        decision = one.get("decision")
        in_time = str(one["applied_on"]) <= str(one["old_deadline"])
        if decision and decision["result"] == "同意" and in_time and str(decision["on"]) <= until:
            due = one["new_deadline"]
    return str(due)


def overdue(items: list[Any], day: str) -> set[str]:
    return {
        item["id"]
        for item in items
        if "task_notice" in item
        and str(item["task_notice"]["issued_on"]) <= day
        and closed_on(item, day) is None
        and not any(end in item and str(item[end]["on"]) <= day for end in ("withdrawn", "superseded"))
        and deadline(item, day) < day
    }


def counted(items: list[Any], period: tuple[str, str]) -> dict[str, int]:
    """The figures of a period, counted as a clerk would with the files on the desk."""
    entries = {
        name: sum(within(one[dated], period) for item in items for one in item.get(name, ()))
        for name, dated in (("tracking_notices", "issued_on"), ("coordination_notices", "issued_on"))
    }
    visits = [one for item in items for one in item.get("visits", ()) if within(one["on"], period)]
    return {
        "opened": sum(within(item["intake"]["received_on"], period) for item in items),
        "closed": sum(
            (notice := closed_on(item, period[1])) is not None and within(notice["decision"]["on"], period)
            for item in items
        ),
        "task_notices": sum(within(item.get("task_notice", {}).get("issued_on", ""), period) for item in items),
        **entries,
        "all_visits": len(visits),
        "visits": sum(one["method"] == "四不两直" for one in visits),
        "interviewed_persons": sum(
            len(one.get("persons", ()))
            for item in items
            for one in item.get("measures", ())
            if one["kind"] == "约谈" and within(one["on"], period)
        ),
    }


def test_every_figure_of_the_report_is_what_the_files_say(drafted: Any, files: list[Any]) -> None:
    now, then = counted(files, (START, END)), counted(files, BEFORE)
    text, whole = language("zh"), drafted["body"][0]["text"]
    flow = whole.splitlines()[1]
    for name, count in now.items():
        said = re.search(
            text(f"report.figure.{name}", count=r"(\d+)").replace("项", "项") + r"[项份次人]+（([^）]*)）", flow
        )
        if not count and not then[name]:
            continue
        assert said, name
        assert int(said[1]) == count, name
        change = count - then[name]
        assert said[2].startswith(
            "与9月持平" if not change else f"比9月{'增加' if change > 0 else '减少'}{abs(change)}"
        ), name
    first = [int(number) for number in re.findall(r"\d+", whole.splitlines()[0].partition("，")[2])]
    received = [item for item in files if str(item["intake"]["received_on"]) <= END]
    sources = [{source["type"] for source in item["intake"]["sources"]} for item in received]
    late = [
        (notice := closed_on(item, END)) and str(notice.get("finished_on", notice["applied_on"])) > deadline(item, END)
        for item in received
        if closed_on(item, END)
    ]
    assert first[:3] == [
        len(received),
        sum("领导批示" in one for one in sources),
        sum("网民留言" in one for one in sources),
    ]
    assert first[3:6] == [len(late), late.count(False), late.count(True)]
    assert first[-1] == len(overdue(received, END))
    assert sum(first[7:10]) == first[6]
    stood = [int(number) for number in re.findall(r"\d+", whole.splitlines()[2].replace("9月", ""))]
    assert stood == [len(overdue(files, END)), abs(len(overdue(files, END)) - len(overdue(files, BEFORE[1])))]


def test_what_is_closed_and_what_is_stuck_is_named(drafted: Any, files: list[Any]) -> None:
    closed = {item["id"] for item in files if (one := closed_on(item, END)) and within(one["decision"]["on"])}
    named = set(re.findall(r"（(\d{4}-\d{4})，", drafted["body"][1]["text"]))
    assert named == closed
    stuck = drafted["body"][2]["text"]
    late = {item: int(days) for item, days in re.findall(r"（(\d{4}-\d{4})，[^）]*）应于[^，]*，已逾期(\d+)天", stuck)}
    by_id = {item["id"]: item for item in files}
    end = date.fromisoformat(END)
    assert late == {one: (end - date.fromisoformat(deadline(by_id[one], END))).days for one in overdue(files, END)}
    assert set(drafted["items"]) == closed | set(re.findall(r"（(\d{4}-\d{4})，", stuck))


def test_the_draft_keeps_the_limit_and_has_a_number_of_its_own(drafted: Any) -> None:
    assert len(drafted["summary"]) + sum(len(one["heading"]) + len(one["text"]) for one in drafted["body"]) <= LIMIT
    assert drafted["id"] == "2019/088"


def test_a_long_period_is_cut_to_the_limit(readings: Readings, calendar: WorkCalendar) -> None:
    """The whole half-year as of a day on which nearly all was open and late."""
    ledger = readings.ledger("2019-10-20")
    late = WorkCalendar({})
    made = account(Period("2019-07-01", "2019-12-31", "half"), ledger, readings.ledger("2019-06-30"), late)
    titles = titles_of(statuses(ledger, "2019-12-31", late).values())
    draft = Draft(made, ledger.registry, language("zh"), titles)
    record = draft.record("2019/088", "bulletin", "2019-12-31", ["各单位"], SIGNED)
    assert len(record["summary"]) + sum(len(one["heading"]) + len(one["text"]) for one in record["body"]) <= LIMIT
    assert "另有" in record["body"][2]["text"]
    assert record["kind"] == "督查通报"


def test_a_campaigns_report_counts_its_items_only(readings: Readings, calendar: WorkCalendar, files: list[Any]) -> None:
    campaign = (
        "toilet-revolution"
        if "toilet-revolution" in readings.registry.campaigns
        else next(iter(readings.registry.campaigns))
    )
    period = Period.named("2019-10")
    made = account(
        period,
        readings.ledger(END),
        readings.ledger(BEFORE[1]),
        calendar,
        lambda item: item.record.get("campaign") == campaign,
    )
    assert made.whole["items"] == sum(
        item.get("campaign") == campaign and str(item["intake"]["received_on"]) <= END for item in files
    )


@pytest.mark.parametrize(
    ("name", "start", "end", "before", "said"),
    [
        ("2019-10", "2019-10-01", "2019-10-31", ("2019-09-01", "2019-09-30"), "2019年10月"),
        ("2020-03", "2020-03-01", "2020-03-31", ("2020-02-01", "2020-02-29"), "2020年3月"),
        ("2019-01", "2019-01-01", "2019-01-31", ("2018-12-01", "2018-12-31"), "2019年1月"),
        ("2019-Q1", "2019-01-01", "2019-03-31", ("2018-10-01", "2018-12-31"), "2019年第1季度"),
        ("2019-H2", "2019-07-01", "2019-12-31", ("2019-01-01", "2019-06-30"), "2019年下半年"),
        ("2019", "2019-01-01", "2019-12-31", ("2018-01-01", "2018-12-31"), "2019年"),
    ],
)
def test_periods(name: str, start: str, end: str, before: tuple[str, str], said: str) -> None:
    period = Period.named(name)
    assert (period.start, period.end) == (start, end)
    assert (period.before.start, period.before.end) == before
    assert period_name(period, language("zh")) == said


@pytest.mark.parametrize("name", ["x", "2019-13", "2019-Q5", "2019-H3", "19-10", "2019-10-31", "2019-10 "])
def test_what_is_no_period(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)):
        Period.named(name)


DAYS = st.dates(date(2018, 1, 1), date(2024, 12, 31)).map(date.isoformat)


@given(DAYS, DAYS)
def test_the_period_before_ends_the_day_before_and_is_as_long(one: str, other: str) -> None:
    period = Period(min(one, other), max(one, other))
    before = period.before
    length = date.fromisoformat(period.end) - date.fromisoformat(period.start)
    assert date.fromisoformat(before.end) - date.fromisoformat(before.start) == length
    assert (date.fromisoformat(period.start) - date.fromisoformat(before.end)).days == 1


def test_numbers_follow_their_own_series() -> None:
    taken = ["2019/001", "2019/087", "2019/T001", "2018/300"]
    assert next_report(taken, "2019") == "2019/088"
    assert next_report(taken, "2019", bulletin=True) == "2019/T002"
    assert next_report(taken, "2020") == "2020/001"


def test_the_command_drafts_a_report_that_the_check_accepts(
    copy_of: Callable[..., Path], run: Callable[..., Outcome]
) -> None:
    folder = copy_of()
    asked = ("-C", str(folder), "report", "--period", "2019-10", "--as-of", AS_OF)
    shown = run(*asked, "--print")
    assert shown.out.startswith("id: 2019/088\nkind: 督查专报\n")
    assert not (folder / "reports/2019/088.yml").exists()
    assert run(*asked).out == "reports/2019/088.yml\n"
    assert (folder / "reports/2019/088.yml").read_text(encoding="utf-8") == shown.out
    assert run("-C", str(folder), "check").code == 0
    assert "督查工作情况的报告" in run("--lang", "en", *asked, "--print").out
    bulletin = run(*asked, "--bulletin")
    assert bulletin.out == "reports/2019/T005.yml\n"
    assert run("-C", str(folder), "check").code == 0


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("--period", "October"),
        ("--period", "2021-01"),
        ("--period", "2019-10", "--campaign", "nosuch"),
        ("2019/087",),
        ("2019/087", "--out", "x.txt"),
        ("2019/999", "--out", "x.docx"),
        ("2019-0011/visits/0", "--out", "x.docx"),
        ("2019-0011", "--out", "x.docx"),
    ],
)
def test_what_can_not_be_made_is_said(
    asked: tuple[str, ...], root: Path, run: Callable[..., Outcome], tmp_path: Path
) -> None:
    given = [str(tmp_path / one) if one.startswith("x.") else one for one in asked]
    done = run("-C", str(root), "report", "--as-of", AS_OF, *given)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert [*tmp_path.iterdir()] == []


PAPERS = {
    "2019/087": "督查专报",
    "2019-0011/task_notice": "任务通知单",
    "2019-0011/tracking_notices/0": "跟踪督查单",
    "2019-0011/coordination_notices/0": "协调督办单",
    "2019-0045/closure_notices/0": "任务销号单",
}


@pytest.fixture(scope="session")
def documents(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The special report and the four forms as DOCX."""
    from duban.cli import main

    made = {}
    for paper in PAPERS:
        file = tmp_path_factory.mktemp("papers") / "paper.docx"
        assert main(["-C", str(root), "report", paper, "--as-of", AS_OF, "--out", str(file)]) == 0
        made[paper] = file.read_bytes()
    return made


@pytest.mark.parametrize("paper", PAPERS)
def test_the_paper_is_a4_with_the_margins_of_the_standard(documents: dict[str, bytes], paper: str) -> None:
    document = docx.Document(io.BytesIO(documents[paper]))
    section = document.sections[0]
    millimetres = [
        round(one.mm) if one else 0
        for one in (section.page_width, section.page_height, section.top_margin, section.left_margin)
    ]
    assert millimetres == [210, 297, 37, 28]
    assert document.settings.odd_and_even_pages_header_footer
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert PAPERS[paper] in text
    assert "中共晋城市委、晋城市人民政府督查办公室" in text


@pytest.mark.parametrize("paper", PAPERS)
def test_every_font_is_named_with_what_stands_in_for_it(documents: dict[str, bytes], paper: str) -> None:
    with zipfile.ZipFile(io.BytesIO(documents[paper])) as parts:
        used = set(re.findall(r'w:eastAsia="([^"]+)"', parts.read("word/document.xml").decode()))
        table = parts.read("word/fontTable.xml").decode()
    # Languages are told by the same attribute.
    assert {name for name in used if not re.fullmatch("[a-z]{2}-[A-Z]{2}", name)} <= STAND_INS.keys()
    for name, others in STAND_INS.items():
        assert f'w:name="{name}"><w:altName w:val="{",".join(others)}"/>' in table


def test_the_same_paper_has_the_same_bytes(
    documents: dict[str, bytes], root: Path, run: Callable[..., Outcome], tmp_path: Path
) -> None:
    for paper, content in documents.items():
        run("-C", str(root), "report", paper, "--as-of", AS_OF, "--out", str(tmp_path / "again.docx"))
        assert (tmp_path / "again.docx").read_bytes() == content


def test_every_report_lies_beside_its_page_as_the_same_document(
    documents: dict[str, bytes], sites: Mapping[str, Site]
) -> None:
    internal, public = sites["internal"], sites["public"]
    (paper,) = (paper for paper in PAPERS if "/" in paper and not paper.startswith("2019-"))
    assert internal.files[f"reports/{paper.replace('/', '-')}.docx"] == documents[paper]
    found = [path for path in internal.files if path.endswith(".docx")]
    assert len(found) == len([*ROOT.glob("reports/*/*.yml")])
    for path in found:
        assert f'href="../{path}"' in internal.files[path.replace(".docx", ".html")].decode()
    assert not [path for path in public.files if path.endswith(".docx")]


@pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice on this machine")
@pytest.mark.parametrize("paper", PAPERS)
def test_libreoffice_prints_it_on_a4(documents: dict[str, bytes], paper: str, tmp_path: Path) -> None:
    try:
        content = pdf(documents[paper], "docx", STAND_INS)
    except NoOfficeError as error:
        pytest.skip(f"this LibreOffice prints no documents: {error}")
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    pages = pdf_pages(file)
    assert 1 <= len(pages) <= 2
    assert {(round(width * 25.4 / 72), round(height * 25.4 / 72)) for width, height in pages} == {(210, 297)}
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True).stdout.decode()
        assert PAPERS[paper] in text
        assert re.search(r"—\s*1\s*—", text)


def test_without_libreoffice_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.office.shutil.which", lambda _name: None)
    with pytest.raises(NoOfficeError):
        pdf(b"", "docx", STAND_INS)


def test_hostile_text_stays_text_in_a_document(
    copy_of: Callable[..., Path], run: Callable[..., Outcome], tmp_path: Path
) -> None:
    folder = copy_of()
    file = folder / "reports/2019/087.yml"
    text = file.read_text(encoding="utf-8")
    hostile = "<w:p>&amp; ]]> {{ 1 }} \\x"
    file.write_text(re.sub(r"summary: .*", lambda _: f"summary: '{hostile}'", text), encoding="utf-8")
    assert run("-C", str(folder), "report", "2019/087", "--as-of", AS_OF, "--out", str(tmp_path / "x.docx")).code == 0
    document = docx.Document(str(tmp_path / "x.docx"))
    assert hostile in [paragraph.text for paragraph in document.paragraphs]


def test_figures_by_month_are_counted_from_the_files(run: Callable[..., Outcome], files: list[Any]) -> None:
    told = run("-C", ROOT, "figures", "--as-of", AS_OF, "--by-month", "--format", "json").json
    assert [one["month"] for one in told["months"]] == ["2019-07", "2019-08", "2019-09", "2019-10"]
    for one in told["months"]:
        period = (f"{one['month']}-01", one["end"])
        found = counted(files, period)
        assert (one["received"], one["closed"]) == (found["opened"], found["closed"])
        assert one["overdue"] == len(overdue(files, one["end"]))
    assert "2019-09" in run("-C", ROOT, "figures", "--as-of", AS_OF, "--by-month", "--from", "2019-09-01").out
