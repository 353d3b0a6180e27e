"""An item's page: what is expected next, how it came into the ledger, what was amended, extensions with both dates."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from conftest import AS_OF
from duban.calendar import WorkCalendar
from duban.language import language
from duban.load import read
from duban.model import Item, Ledger
from duban.proof import Proofs
from duban.publish import item_pages, rules_pages, unit_pages, wall_chart
from duban.publish.edition import edition
from duban.publish.examination import Examination
from duban.publish.fill_in import fill_in
from duban.publish.ledger_data import ledger_data
from duban.publish.next_step import expected
from duban.repository import tree_of
from duban.rules.amendments import effective
from duban.schema import Schemas, entries
from duban.status import statuses
from proof_fixtures import ITEM, PAGE, VISIT, Show, element, examination_of, in_state
from site_fixtures import HOSTILE, Parsed, pages_of, text_of

languages = pytest.mark.parametrize("code", ["zh", "en"])
REFUSED, OVERDUE, WITHDRAWN, NOT_FILED, SUPERSEDED = "2019-0009", "2019-0037", "2019-0054", "2019-0013", "2019-0024"


def item_page(ledger: Ledger, schemas: Schemas, item: str, **more: Any) -> str:
    """The content of one item's page."""
    return pages_of(item_pages.loose_pages, ledger=with_only(ledger, item), schemas=schemas, **more)[
        f"items/{item}.html"
    ]


def with_only(ledger: Ledger, *items: str) -> Ledger:
    return replace(ledger, items={key: ledger.items[key] for key in items})


def changed(ledger: Ledger, item: str, change: Callable[[Any], None]) -> Ledger:
    """The ledger with one record changed, amendments applied as a reader of the file would."""
    record: Any = copy.deepcopy(ledger.items[item].record)
    change(record)
    return replace(ledger, items={**ledger.items, item: Item(ledger.items[item].path, effective(record))})


def signing(ledger: Ledger, **values: str) -> Ledger:
    policy = {**ledger.registry.policy, "signing": values}
    return replace(ledger, registry=replace(ledger.registry, policy=policy))


def next_of(page: str) -> str:
    return element(page, 'class="next', "section")


# ---- what is expected next


@languages
def test_next_says_what_who_by_when_and_who_signs(ledger: Ledger, schemas: Schemas, code: str) -> None:
    text = language(code)
    said = text_of(next_of(item_page(ledger, schemas, OVERDUE, code=code)))
    unit = ledger.registry.units["natural-resources"]
    assert (unit.name_en if code == "en" else unit.short_name) in said
    assert text("next.milestone", name="交付净地412亩") in said
    assert text("next.due", day="2019-10-16") in said
    assert text("role.liaison") in said
    assert text("next.more", count=1) in said


def test_every_open_item_of_the_ledger_has_its_next_step_in_words(
    ledger: Ledger, schemas: Schemas, calendar: WorkCalendar
) -> None:
    made = edition("internal", language("zh"), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={})
    found = {key: expected(item, made.states[key], made) for key, item in ledger.items.items()}
    states = statuses(ledger, AS_OF, calendar)
    assert {key for key, one in found.items() if one} == {key for key, one in states.items() if one.next}
    assert all(one.what and one.who and one.signers for one in found.values() if one)
    assert len({one.what for one in found.values() if one}) > 8


@pytest.mark.parametrize(
    "kind",
    ["extension_decision", "reply", "recheck", "subtask", "ack", "deadline", "look_back", "coordination", "reopening"],
)
def test_every_obligation_leads_to_the_fields_that_meet_it(ledger: Ledger, schemas: Schemas, kind: str) -> None:
    made = edition("internal", language("zh"), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={})
    item = ledger.items[OVERDUE]
    status = made.states[OVERDUE]
    assert status.next
    told = expected(item, replace(status, next=replace(status.next, kind=kind, name="某")), made)
    assert told
    assert told.signers
    fields = pages_of(rules_pages.site_pages, ledger=ledger, schemas=schemas)["fields.html"]
    path, _, anchor = told.fill_in.fields.partition("#")
    assert path == "fields.html"
    assert f'id="{anchor}"' in fields


def test_every_kind_of_entry_has_its_fields_explained_at_one_place(ledger: Ledger, schemas: Schemas) -> None:
    made = edition("internal", language("zh"), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={})
    ids = Parsed(pages_of(rules_pages.site_pages, ledger=ledger, schemas=schemas)["fields.html"]).ids
    kinds = [field.entry for _, field in entries(schemas.field("item"))]
    anchors = [fill_in(made, ledger.items[OVERDUE], kind).fields.partition("#")[2] for kind in kinds]
    assert len(set(anchors)) == len(kinds) > 20
    assert [anchor for anchor in anchors if ids.count(anchor) != 1] == []


@pytest.mark.parametrize(
    ("site", "edit", "history", "pull"),
    [
        (
            {"forge": "github", "repository": "jincheng/duban", "branch": "main"},
            "https://github.com/jincheng/duban/edit/main/items/2019/2019-0037.yml",
            "https://github.com/jincheng/duban/commits/main/items/2019/2019-0037.yml",
            "https://github.com/jincheng/duban/pull/",
        ),
        (
            {"forge": "gitea", "repository": "du/ban", "site": "https://git.example.invalid/", "branch": "trunk"},
            "https://git.example.invalid/du/ban/_edit/trunk/items/2019/2019-0037.yml",
            "https://git.example.invalid/du/ban/commits/branch/trunk/items/2019/2019-0037.yml",
            "https://git.example.invalid/du/ban/pulls/",
        ),
        (
            {"forge": "gitlab", "repository": "a/b/c", "site": "http://git.example.invalid:8080"},
            "http://git.example.invalid:8080/a/b/c/-/edit/main/items/2019/2019-0037.yml",
            "http://git.example.invalid:8080/a/b/c/-/commits/main/items/2019/2019-0037.yml",
            "http://git.example.invalid:8080/a/b/c/-/merge_requests/",
        ),
        ({"forge": "gitea", "repository": "du/ban"}, "", "", ""),
        ({}, "", "", ""),
    ],
)
def test_the_forge_of_the_policy_is_where_an_entry_is_filled_in(
    ledger: Ledger,
    schemas: Schemas,
    proofs: Proofs,
    site: Mapping[str, str],
    edit: str,
    history: str,
    pull: str,
) -> None:
    here = with_only(signing(ledger, **site), OVERDUE)
    audited = examination_of({key: proof for key, proof in proofs.items() if key[0] == OVERDUE})
    page = pages_of(item_pages.loose_pages, ledger=here, schemas=schemas, examination=audited)["items/2019-0037.html"]
    outside = {unescape(one) for one in re.findall(r'href="(https?://[^"]+)"', page)}
    numbers = {str(proof.pull) for key, proof in proofs.items() if key[0] == OVERDUE}
    assert outside == ({edit, history} | {f"{pull}{number}" for number in numbers} if edit else set())
    public = pages_of(item_pages.loose_pages, ledger=ledger, schemas=schemas, name="public")
    assert not [path for path, one in public.items() if re.search(r'href="https?://', one)]


def test_a_unit_that_applied_for_close_out_waits_for_the_office(ledger: Ledger, schemas: Schemas) -> None:
    notice: Any = copy.deepcopy(ledger.items[REFUSED].record["closure_notices"][0])
    notice.pop("decision")

    def apply(record: Any) -> None:
        record["closure_notices"] = [notice]
        record["task_notice"].pop("milestones")

    for has_verification, kind in ((True, "closure_decision"), (False, "verification")):
        if not has_verification:
            notice.pop("verification")
        here = changed(ledger, OVERDUE, apply)
        said = text_of(next_of(item_page(here, schemas, OVERDUE)))
        assert language("zh")(f"next.{kind}", name=notice["form_no"]) in said
        assert ledger.registry.units[ledger.registry.policy["office"]].short_name in said


def test_ended_and_finished_items_ask_for_nothing(ledger: Ledger, schemas: Schemas) -> None:
    for item in (WITHDRAWN, NOT_FILED, SUPERSEDED):
        assert 'class="next' not in item_page(ledger, schemas, item)
    finished = next_of(item_page(ledger, schemas, ITEM))
    assert language("zh")("item.next_none") in finished
    assert "<a" not in finished


@pytest.mark.parametrize("item", [WITHDRAWN, NOT_FILED, SUPERSEDED])
@languages
def test_an_item_that_ended_says_how_and_why(ledger: Ledger, schemas: Schemas, item: str, code: str) -> None:
    page = item_page(ledger, schemas, item, code=code)
    record: Any = ledger.items[item].record
    kind = next(one for one in ("not_filed", "withdrawn", "superseded") if one in record)
    ended = text_of(element(page, f'id="{kind}"', "section"))
    assert language(code)(f"item.ended.{kind}") in ended
    assert record[kind]["reason"] in ended
    assert record[kind]["on"] in ended
    if kind == "superseded":
        assert record[kind]["by_item"] in ended


# ---- how it came into the ledger


def history_rows(page: str) -> list[str]:
    table = element(page, 'aria-labelledby="history"', "section")
    return re.findall(r"<tr>.*?</tr>", table.partition("<tbody>")[2])


def test_history_tells_every_merge_in_its_order(show: Show, proofs: Proofs) -> None:
    page = show()[PAGE]
    mine = sorted((one for one in proofs.values() if one.item == ITEM), key=lambda one: (one.merged_at, one.pull))
    rows = history_rows(page)
    assert [re.findall(r">#(\d+)<", row) for row in rows] == [[str(one.pull)] for one in mine]
    assert [text_of(row)[:10] for row in rows] == [one.merged_at[:10] for one in mine]
    ids = set(Parsed(page).ids)
    links = [link for row in rows for link in re.findall(r'href="#([^"]+)"', row)]
    assert len(links) == len(mine)
    assert set(links) <= ids


def test_what_one_merge_brought_stands_in_one_row(show: Show, proofs: Proofs) -> None:
    first, second = proofs[ITEM, "/intake"], proofs[ITEM, "/proposal"]
    together = replace(second, pull=first.pull, merged_at=first.merged_at)
    rows = history_rows(show({(ITEM, "/proposal"): together})[PAGE])
    said = text_of(rows[0])
    assert language("zh")("shown.comma").join(["督查收件登记", "拟定督办意见"]) in re.sub(r" (?=、)|(?<=、) ", "", said)
    assert len(rows) == sum(key[0] == ITEM for key in proofs) - 1
    broken = show({(ITEM, "/proposal"): replace(together, state="broken")})[PAGE]
    assert len(history_rows(broken)) == len(rows) + 1


@pytest.mark.parametrize("state", ["claimed", "transcribed"])
def test_what_was_never_merged_with_a_receipt_comes_first_and_says_so(show: Show, proofs: Proofs, state: Any) -> None:
    without = {key: replace(proof, merged_at="") for key, proof in in_state(proofs, VISIT, state).items()}
    row = history_rows(show(without)[PAGE])[0]
    assert language("zh")(f"proof.{state}") in row
    assert "#visits-2" in row
    assert language("zh")("shown.none") in text_of(row)


def test_an_entry_that_the_record_no_longer_holds_is_told_without_a_link(show: Show, proofs: Proofs) -> None:
    gone = replace(proofs[ITEM, VISIT], entry="/visits/99", state="broken")
    rows = [row for row in history_rows(show({(ITEM, "/visits/99"): gone})[PAGE]) if "现场督查 100" in text_of(row)]
    assert len(rows) == 1
    assert 'href="#visits-100"' not in rows[0]
    assert language("zh")("proof.broken") in rows[0]


@languages
def test_without_an_audit_history_lists_the_days_that_entries_claim(
    ledger: Ledger, schemas: Schemas, code: str
) -> None:
    page = item_page(ledger, schemas, OVERDUE, code=code)
    rows = history_rows(page)
    days = re.findall(r'<li class="life-event [^"]*"><time datetime="([^"]+)"', page)
    assert [text_of(row)[:10] for row in rows] == list(dict.fromkeys(days))
    assert sum(row.count("href=") for row in rows) == len(days)
    assert language(code)("history.claimed_note") in page
    assert "proof" not in "".join(rows)


def test_the_public_history_names_nobody(show: Show, ledger: Ledger, schemas: Schemas) -> None:
    page = show(name="public")[PAGE]
    rows = history_rows(page)
    assert len(rows) > 5
    assert not re.search(r'href="https?:', "".join(rows))
    told = "".join(rows)
    assert [one.position for one in ledger.registry.people.values() if one.position in told] == []
    unaudited = item_page(ledger, schemas, ITEM, name="public")
    assert 'id="history"' not in unaudited


# ---- amendments


PHONE, TITLE, FINDING = "/task_notice/contact_phone", "/title", "/visits/0/finding"


def amend(field: str, old: Any, new: Any) -> Callable[[Any], None]:
    def change(record: Any) -> None:
        signed = [{"role": "director", "by": "director", "on": "2019-08-21"}]
        entry = {"on": "2019-08-21", "field": field, "old": old, "new": new, "reason": "核对后更正。", "signed": signed}
        record.setdefault("amendments", []).append(entry)

    return change


def amended(ledger: Ledger, field: str, new: Any, item: str = OVERDUE) -> Ledger:
    node: Any = ledger.items[item].record
    for part in field.strip("/").split("/"):
        node = node[int(part) if part.isdigit() else part]
    return changed(ledger, item, amend(field, node, new))


@languages
def test_an_amendment_shows_old_beside_new_with_its_reason_and_signer(
    ledger: Ledger, schemas: Schemas, code: str
) -> None:
    text = language(code)
    old = ledger.items[OVERDUE].record["visits"][0]["finding"]
    page = item_page(amended(ledger, FINDING, "现场复核，净地158亩。"), schemas, OVERDUE, code=code)
    entry = element(page, 'id="amendments-1"', "article")
    assert re.findall(r"<(del|ins)>(.*?)</\1>", entry) == [("del", old), ("ins", "现场复核，净地158亩。")]
    assert "核对后更正。" in entry
    director = ledger.registry.people["director"]
    assert (director.position_en if code == "en" else director.position) in text_of(entry)
    assert text("item.amended", count=1) in page
    visit = element(page, 'id="visits-1"', "article")
    mark = element(visit, "amended-mark", "a")
    assert 'href="#amendments-1"' in mark
    assert text("amended.mark") in mark
    assert unescape(re.findall('title="([^"]+)"', mark)[0]) == text("amended.help", day="2019-08-21", old=old)
    assert "现场复核，净地158亩。" in visit
    assert old not in re.sub('title="[^"]+"', "", visit)


@pytest.mark.parametrize(
    ("field", "new", "where", "tag"),
    [
        (TITLE, "开发区光电项目净地移交", "item-no", "h1"),
        ("/urgency", "加急", 'class="tags"', "dl"),
        ("/approval/opinion", "同意。", 'id="approval"', "article"),
        ("/approval/basis", "年度计划", 'id="approval"', "article"),
        ("/task_notice/content", "限期交付净地。", 'id="paper-task_notice"', "details"),
        ("/task_notice/milestones/0/name", "交付净地二百亩", 'id="paper-task_notice"', "details"),
        ("/tracking_notices/1/finding", "到期未交。", 'id="paper-tracking_notices-2"', "details"),
        ("/tracking_notices/1/reply/progress", "已重排。", 'id="tracking_notices-2-reply"', "div"),
        ("/visits/1/place", "开发区南区", 'id="visits-2"', "article"),
        ("/visits/1/on", "2019-10-19", 'id="visits-2"', "article"),
    ],
)
def test_the_mark_stands_where_the_amended_field_does(
    ledger: Ledger, schemas: Schemas, field: str, new: str, where: str, tag: str
) -> None:
    page = item_page(amended(ledger, field, new), schemas, OVERDUE)
    assert page.count("amended-mark") == 1
    assert "amended-mark" in element(page, where, tag)


def test_a_form_says_at_its_foot_what_was_amended(ledger: Ledger, schemas: Schemas) -> None:
    old = ledger.items[OVERDUE].record["task_notice"]["contact_phone"]
    page = item_page(amended(ledger, PHONE, "0356-2198009"), schemas, OVERDUE)
    form = element(page, 'id="paper-task_notice"', "details")
    said = language("zh")("paper.correction", field="联系电话", old=old, day="2019年8月21日")
    assert said in text_of(form)
    assert "0356-2198009" in form
    assert "sheet-corrections" not in element(page, 'id="paper-tracking_notices-1"', "details")
    assert "sheet-corrections" not in item_page(ledger, schemas, OVERDUE)


def test_a_hostile_amendment_stays_text(ledger: Ledger, schemas: Schemas) -> None:
    here = amended(amended(ledger, "/visits/0/finding", HOSTILE), "/task_notice/content", HOSTILE)
    again = amended(here, "/visits/0/finding", "再更正。")
    page = item_page(again, schemas, OVERDUE)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    parsed = Parsed(page)
    assert not [one for one in parsed.elements if any(key.startswith("on") for key in one.attributes)]
    assert HOSTILE in "".join(parsed.words)


def test_the_public_sees_no_amendment(ledger: Ledger, schemas: Schemas) -> None:
    old = ledger.items[REFUSED].record["visits"][0]["finding"]
    here = amended(ledger, FINDING, "更正后的情况。", REFUSED)
    page = item_page(here, schemas, REFUSED, name="public")
    assert "amended" not in page
    assert "更正" not in page
    assert old not in page


# ---- extensions


def extension_of(page: str) -> str:
    return element(page, 'id="extensions-1"', "article")


def granted(record: Any) -> None:
    record["extensions"][0]["decision"]["result"] = "同意"


def late(record: Any) -> None:
    granted(record)
    record["extensions"][0]["applied_on"] = "2019-10-17"


def pending(record: Any) -> None:
    record["extensions"][0].pop("decision")


@pytest.mark.parametrize("name", ["internal", "public"])
@pytest.mark.parametrize(
    ("change", "chips", "moved", "head"),
    [
        (None, ["不同意"], False, "申请延至 2019-09-30：不同意"),
        (pending, ["待审批"], False, "申请延至 2019-09-30：待审批"),
        (late, ["同意", "逾期才申请"], False, "申请延至 2019-09-30：逾期才申请"),
        (granted, ["同意"], True, ""),
    ],
)
def test_an_extension_shows_both_dates_and_what_became_of_it(
    ledger: Ledger,
    schemas: Schemas,
    name: Any,
    change: Callable[[Any], None] | None,
    chips: list[str],
    moved: bool,
    head: str,
) -> None:
    here = changed(ledger, REFUSED, change) if change else ledger
    page = item_page(here, schemas, REFUSED, name=name)
    entry = extension_of(page)
    assert re.findall(r'<(?:del|ins)><time datetime="([^"]+)"', entry) == ["2019-09-06", "2019-09-30"]
    assert re.findall(r'class="chip chip--[\w-]+"[^>]*>([^<]+)<', entry) == chips
    assert ("turn-of--moved" in entry) == moved
    facts = text_of(element(page, 'class="head-facts"', "dl"))
    assert (head in facts) if head else ("申请延至" not in facts)


def test_the_page_of_a_file_with_everything(copy_of: Callable[..., Path], schemas: Schemas) -> None:
    """The base of the check's cases has every kind of entry, signed on paper too, and an amendment."""
    base = Path(__file__).parent / "base"
    folder = copy_of("base", ())
    for path in (*base.glob("items/*/*.yml"), *base.glob("registry/**/*.yml"), *base.glob("reports/*/*.yml")):
        target = folder / path.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    ledger = read(tree_of(folder)).ledger(AS_OF)
    page = item_page(ledger, schemas, "2019-0001")
    assert len(re.findall('class="sheet-fold"', page)) == 6
    parsed = Parsed(page)
    assert len(set(parsed.ids)) == len(parsed.ids)
    assert {address[1:] for _, address in parsed.addresses if address.startswith("#")} <= set(parsed.ids)
    assert "0356-2198003" in element(page, 'id="paper-task_notice"', "details")


def test_the_audit_and_the_page_tell_the_same_of_an_empty_history(ledger: Ledger, schemas: Schemas) -> None:
    page = pages_of(
        item_pages.loose_pages, ledger=with_only(ledger, ITEM), schemas=schemas, examination=Examination(absent="")
    )[PAGE]
    assert 'id="history"' not in page


# ---- what goes on from an item


@languages
@pytest.mark.parametrize(
    ("old", "forward", "back"),
    [
        ({"feedback": "new_item"}, "followed_by", "follows"),
        ({"reopening": "new_item"}, "reopened_in", "reopened_from"),
    ],
)
def test_items_that_go_on_from_each_other_link_both_ways(
    ledger: Ledger, schemas: Schemas, code: str, old: dict[str, str], forward: str, back: str
) -> None:
    before, after = "2019-0006", "2019-0010"
    signed = [{"role": "director", "by": "director", "on": "2019-10-20"}]
    entry = {"on": "2019-10-20", "reason": "退费仍未到户。", "signed": signed}
    ((name, field),) = old.items()
    made = changed(
        ledger, before, lambda record: record.update({name: {**entry, **record.get(name, {}), field: after}})
    )
    made = changed(made, after, lambda record: record.update({back: before}))
    pages = pages_of(item_pages.loose_pages, ledger=with_only(made, before, after), schemas=schemas, code=code)
    text = language(code)
    for here, other, passage in ((before, after, forward), (after, before, back)):
        said = element(pages[f"items/{here}.html"], 'class="passage"', "p")
        assert text(f"item.passage.{passage}") in unescape(text_of(said))
        assert f'items/{other}.html"' in said


def test_a_refused_extension_is_seen_wherever_the_deadline_is(ledger: Ledger, schemas: Schemas) -> None:
    """On the item's page, on the wall chart with the day asked for, and in the lists of the unit and the home page."""
    word = language("zh")("deadline.denied")
    only = with_only(ledger, OVERDUE)
    asked = ledger.items[OVERDUE].record["extensions"][0]["new_deadline"]
    until = language("zh")("deadline.denied_until", days=asked)
    chart = pages_of(wall_chart.site_pages, ledger=only, schemas=schemas)["wall_chart.html"]
    assert element(chart, 'role="img"', "svg").count(until) == 1
    assert f'title="{until}">{word}' in chart
    unit = pages_of(unit_pages.loose_pages, ledger=only, schemas=schemas)["units/natural-resources.html"]
    assert f'title="{until}">{word}' in unit
    data = json.loads(
        ledger_data(edition("internal", language("zh"), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={}))
    )
    ids = [f"{year}-{serial}" for year, serials in data["columns"]["id"] for serial in serials.split()]
    assert [ids[row] for row in data["columns"]["denied"]] == [REFUSED, OVERDUE]
