"""Public leads: read from the form without what tells of a person, held against what there is, taken in, answered."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, GitFolder, Outcome
from duban.duplicate import alike
from duban.forge import ForgeError
from duban.forge.chosen import writer_of
from duban.forge.issue_document import issue_of
from duban.language import language
from duban.lead import HEADINGS, Lead, drafted, lead_of
from duban.model import Data, Ledger
from duban.notify.leads import answer, from_leads
from duban.parse import parse
from duban.schema import Schemas
from duban.writing import file_text
from forge_desk import Desk
from forge_server import SECRET, ForgeServer, Told, linked

Run = Callable[..., Outcome]
Copy = Callable[..., Path]
ZH = language("zh")
REPOSITORY = "jincheng/duban"
API = f"/repos/{REPOSITORY}"
ADDRESS = f"https://github.com/{REPOSITORY}/issues/12"
PUBLIC = "https://duban.example.invalid/public/"
SETS = ("--set=urgency=平件", "--set=category=焦点", "--set=openness=主动公开", "--set=intake.received_on=2019-10-28")
ANSWERS = {
    "field": "城市管理 · City services",
    "place": "城区白水街",
    "since": "2019-10",
    "facts": "白水街公园十几盏路灯坏了半个月。\n\n晚上没有人敢走。",
    "unit": "_No response_",
    "wish": "尽快修好。",
    "promises": "- [X] 以上内容不涉密。\n- [X] 没有身份证号。",
}


def body(**answers: str) -> str:
    """A lead as GitHub and Gitea write down what was filled in."""
    told = {**ANSWERS, **answers}
    return "\n\n".join(f"### {label} · English\n\n{told[name]}" for name, label in HEADINGS.items())


def document(**fields: Any) -> dict[str, Any]:
    """An issue as GitHub tells it."""
    known = {
        "number": 12,
        "html_url": ADDRESS,
        "title": "线索：白水街公园路灯不亮",
        "body": body(),
        "labels": [{"name": "群众线索"}],
        "user": {"login": "wang-xiaoming", "id": 77},
        "created_at": "2019-10-27T23:30:00Z",
    }
    return {**known, **fields}


def as_gitlab(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same issue as GitLab tells it."""
    return {
        "iid": told["number"],
        "id": 9000,
        "web_url": told["html_url"],
        "title": told["title"],
        "description": told["body"],
        "labels": [one["name"] for one in told["labels"]],
        "author": {"username": told["user"]["login"], "id": 77},
        "created_at": told["created_at"],
    }


def test_the_three_forges_tell_the_same_lead() -> None:
    """A file of Gitea's has GitHub's fields."""
    found = issue_of(document())
    assert found == issue_of(as_gitlab(document())) == issue_of(document(labels=["群众线索"], pull_request=None))
    lead = lead_of(found, ZH)
    assert lead == Lead(
        ADDRESS,
        "2019-10-28",  # by China's clock
        "白水街公园路灯不亮",
        ANSWERS["facts"],
        "城市管理 · City services",
        "城区白水街",
        "2019-10",
        "",
        "尽快修好。",
    )


def test_the_forms_ask_what_is_read() -> None:
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/lead.yml").read_text(encoding="utf-8"))
    asked = {one["id"]: one["attributes"]["label"] for one in form["body"] if "id" in one}
    assert {name: label.partition(" · ")[0] for name, label in asked.items()} == HEADINGS
    gitlab = (ROOT / "docs/ci/gitlab-issue-template.md").read_text(encoding="utf-8")
    assert [line for line in gitlab.splitlines() if line.startswith("### ")] == [f"### {one}" for one in asked.values()]
    emptied = lead_of(replace(issue_of(document()), body=gitlab), ZH)
    assert (emptied.place, emptied.facts) == ("", "白水街公园路灯不亮")


def test_an_issue_that_is_none_is_refused() -> None:
    for wrong in (
        [],
        {},
        document(pull_request={}),
        document(html_url="javascript:x"),
        document(body="长" * 300_000),
        document(title=None),
        document(created_at="yesterday"),
    ):
        with pytest.raises(ForgeError):
            issue_of(wrong)


def test_free_text_without_the_forms_headings_is_the_matter() -> None:
    lead = lead_of(replace(issue_of(document()), body="## 说明\n路灯坏了。\n<!-- 手机13800138000 -->"), ZH)
    assert lead.facts == "## 说明\n路灯坏了。"


def card(chance: random.Random) -> str:
    digits = "622848" + f"{chance.randrange(10**9):09d}"
    for last in range(10):
        total = sum(
            sum(divmod(int(one) * (2 if place % 2 else 1), 10)) for place, one in enumerate(reversed(f"{digits}{last}"))
        )
        if total % 10 == 0:
            return f"{digits}{last}"
    raise AssertionError


IDENTITY = "11010519491231002X"
PLANTED: tuple[Callable[[random.Random], str], ...] = (
    lambda _: IDENTITY,
    lambda chance: f"1{chance.choice('3456789')}{chance.randrange(10**9):09d}",
    card,
    lambda chance: f"0356-{chance.randrange(2_000_000, 9_999_999)}",
    lambda chance: f"电话：{chance.randrange(2_000_000, 9_999_999)}",
    lambda chance: f"li.si{chance.randrange(1000)}@example.com",
    lambda chance: f"微信号：wx_{chance.randrange(100_000, 999_999)}",
    lambda chance: f"QQ{chance.randrange(100_000, 999_999_999)}",
    lambda chance: f"晋E{chance.randrange(10_000, 99_999)}",
    lambda chance: f"白水街{chance.randrange(1, 200)}号",
    lambda chance: f"{chance.randrange(1, 20)}号楼{chance.randrange(1, 6)}单元{chance.randrange(101, 1899)}室",
    lambda _: "姓名：张三丰",
    lambda _: "我叫李四",
    lambda _: "@li-si99",
    lambda _: "Wang-Xiaoming",
)
"""What a lead may hold that tells of a person."""


def disguised(text: str, chance: random.Random) -> str:
    """Digits as people write them to get past: full width, in groups, with characters that nobody sees."""
    match chance.randrange(4):
        case 0:
            return "".join(chr(ord(one) + 0xFEE0) if one.isdigit() and one.isascii() else one for one in text)
        case 1 if text.isdigit() and len(text) == 11:
            return f"{text[:3]} {text[3:7]}-{text[7:]}"
        case 2:
            return "\u200b".join(text)
    return text


def plain(text: str) -> str:
    """A text as somebody reads it who looks for numbers: half width, nothing invisible, no blanks and hyphens."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if one.isalnum() or one in "@.:_").casefold()


@settings(max_examples=120)
@given(
    st.lists(st.sampled_from(PLANTED), min_size=1, max_size=5),
    st.sampled_from([*ANSWERS, "title"]),
    st.randoms(use_true_random=False),
)
def test_nothing_planted_reaches_the_file(
    schemas: Schemas, planted: list[Callable[[random.Random], str]], where: str, chance: random.Random
) -> None:
    """Whatever of that stands wherever in the form: the item's file has none of it, and the check finds none."""
    secrets = [make(chance) for make in planted]
    words = ["路灯", "不亮", "，", "。", "请尽快", "2019-10-01起", "已坏3天", "共200户"]
    told = "".join(f"{chance.choice(words)}{disguised(one, chance)}{chance.choice('，。；、 ')}" for one in secrets)
    fields = {"title": f"线索：{told}"} if where == "title" else {"body": body(**{where: told})}
    issue = issue_of(document(**fields))
    data: Data = drafted(lead_of(issue, ZH), issue, {}, ZH)
    written = file_text({**data, "title": data["title"] or "线索"}, schemas.field("item"))
    for secret in secrets:
        core = (
            plain(secret)
            .removeprefix("电话")
            .removeprefix("微信号")
            .removeprefix("姓名")
            .lstrip(":")
            .removeprefix("qq")
        )
        assert core not in plain(written.replace(ADDRESS, "")), (secret, written)
    assert not [one for one in written if one != "\n" and not one.isprintable()]


def test_what_is_no_personal_data_stays() -> None:
    facts = "2019-10-01至2019-10-28，12盏路灯坏了，花费1200000元，涉及200户，由市住建局3号文件负责，第5号线。"
    lead = lead_of(issue_of(document(body=body(facts=facts))), ZH)
    assert (lead.facts, lead.removed) == (facts, ())


def test_an_account_is_kept_only_where_the_policy_says_so(ledger: Ledger) -> None:
    issue = issue_of(document())
    lead = lead_of(issue, ZH)
    for policy, expected in (({}, False), ({"intake": {"keep_account": False}}, False)):
        assert ("wang-xiaoming" in json.dumps(drafted(lead, issue, policy, ZH))) is expected
    kept = drafted(lead, issue, {"intake": {"keep_account": True}}, ZH)
    assert kept["intake"]["sources"][0]["text"].endswith("来件账号：wang-xiaoming")
    assert "wang-xiaoming" not in kept["title"] + kept["intake"]["summary"]


def lead(title: str, facts: str, place: str = "", unit: str = "") -> Lead:
    return Lead(ADDRESS, "2019-10-20", title, facts, place=place, unit=unit)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (lead("古书院社区停水", "古书院小区水管老化，物业费还涨了", "城区古书院社区", "市住建局"), "2019-0006"),
        (lead("医院拆迁太慢", "市医院搬迁工地拆迁户还没有搬完", "市医院", "市卫健委"), "2019-0009"),
        (lead("养老中心何时建好", "社区老年日间照料中心一直没有开门", "城区凤鸣社区", "民政局"), "2019-0051"),
        (lead("出租车拒载", "火车站门口出租车不打表拒载", "火车站"), ""),
    ],
)
def test_the_same_matter_is_named_with_its_reasons(ledger: Ledger, told: Lead, expected: str) -> None:
    found = alike(told, ledger.items.values(), ledger.registry)
    assert (found[0].item if found else "") == expected
    for one in found:
        assert one.reasons
        text = json.dumps(ledger.items[one.item].record, ensure_ascii=False)
        for reason in one.reasons:
            if reason.why != "unit":
                assert all(word in text for word in reason.words)
    assert found == alike(told, reversed(list(ledger.items.values())), ledger.registry)


def test_a_lead_is_most_like_the_item_that_it_became(ledger: Ledger) -> None:
    """The law of the measure: said in an item's own words, it is found first."""
    for item in ledger.items.values():
        told = lead(item.record["title"], item.record["intake"]["summary"])
        found = alike(told, ledger.items.values(), ledger.registry)
        assert (found[0].item, found[0].score) == (item.id, 100)


# the command


@pytest.fixture
def folder(copy_of: Copy) -> Path:
    return copy_of(items=["2019-0050", "2019-0051"])


def write(folder: Path, **fields: Any) -> Path:
    path = folder.parent / "issue.json"
    path.write_text(json.dumps(document(**fields)), encoding="utf-8")
    return path


def test_a_lead_becomes_an_item_once(run: Run, folder: Path) -> None:
    issue = write(folder)
    refused = run("-C", folder, "intake", issue, *SETS)
    assert (refused.code, refused.out) == (1, "")
    assert "2019-0050" in refused.err
    assert "路灯不亮" in refused.err
    assert "--not-a-duplicate" in refused.err
    assert sorted(path.name for path in folder.glob("items/2019/*")) == ["2019-0050.yml", "2019-0051.yml"]
    out = run("-C", folder, "intake", issue, "--not-a-duplicate", *SETS)
    assert (out.code, out.out) == (0, "items/2019/2019-0052.yml\n")
    data = parse("", (folder / out.out.strip()).read_bytes())[0]
    assert data["title"] == "白水街公园路灯不亮"
    (source,) = data["intake"]["sources"]
    assert (source["type"], source["ref"], source["sent_on"]) == ("群众线索", ADDRESS, "2019-10-28")
    assert source["text"].startswith("类别：城市管理 · City services\n地点：城区白水街\n起始：2019-10\n情况：")
    assert data["intake"]["signed"][0]["role"] == "registrar"
    again = run("-C", folder, "intake", issue, "--not-a-duplicate", *SETS, "--format", "json")
    assert (again.code, again.json["item"], again.json["known"]) == (0, "2019-0052", True)
    assert len(list(folder.glob("items/2019/*"))) == 3


def test_what_was_taken_out_is_said(run: Run, folder: Path) -> None:
    issue = write(folder, body=body(facts="请打13800138000，我叫李四。"))
    out = run("-C", folder, "intake", issue, "--dry-run", *SETS)
    assert out.code == 0
    assert "手机号、姓名" in out.err
    told = run("-C", folder, "intake", issue, "--dry-run", "--format", "json").json
    assert told["lead"]["removed"] == ["mobile", "name"]
    assert told["lead"]["facts"] == "请打（手机号已删），（姓名已删）。"
    assert len(list(folder.glob("items/2019/*"))) == 2


def test_only_what_was_accepted_is_taken_in(run: Run, folder: Path) -> None:
    policy = folder / "registry/policy.yml"
    text = policy.read_text(encoding="utf-8").replace(
        "duplicate:\n", "intake:\n  accepted_labels: [受理]\nduplicate:\n"
    )
    policy.write_text(text, encoding="utf-8")
    out = run("-C", folder, "intake", write(folder), "--not-a-duplicate", *SETS)
    assert (out.code, out.out) == (1, "")
    assert "受理" in out.err
    accepted = write(folder, labels=[{"name": "群众线索"}, {"name": "受理"}])
    assert run("-C", folder, "intake", accepted, "--not-a-duplicate", *SETS).code == 0


def test_an_item_that_would_not_pass_is_not_written(run: Run, folder: Path) -> None:
    out = run("-C", folder, "intake", write(folder), "--not-a-duplicate", "--set=urgency=平件")
    assert out.code == 1
    assert "D101" in out.err
    for arguments in ([], ["--tell", "x.json"], ["--issue", "3", "x.json"], ["missing.json"]):
        assert run("-C", folder, "intake", *arguments).code == 2


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ForgeServer]:
    monkeypatch.setenv("DUBAN_FORGE_TOKEN", SECRET)
    monkeypatch.setenv("no_proxy", "*")
    with ForgeServer() as running:
        yield running


def merged(folder: Path, git_folder: Callable[[Path], GitFolder], schemas: Schemas, **fields: Any) -> GitFolder:
    """A repository with an item of a lead on the main branch of its remote, approved with its secrecy review."""
    (folder / "mkdocs.public.yml").write_text(f"INHERIT: mkdocs.yml\nsite_url: {PUBLIC}\n", encoding="utf-8")
    path = folder / "items/2019/2019-0051.yml"
    data = parse("", path.read_bytes())[0]
    data["intake"]["sources"] = [{"type": "群众线索", "ref": ADDRESS}]
    path.write_text(file_text({**data, **fields}, schemas.field("item")), encoding="utf-8")
    repository = git_folder(folder)
    repository.commit()
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    return repository


def test_the_sender_is_told_once_and_never_before(
    run: Run, folder: Path, git_folder: Callable[[Path], GitFolder], schemas: Schemas, server: ForgeServer
) -> None:
    """Taken in, merged, approved for the public: then the address stands below the lead, and stands there once."""
    server.tell(f"{API}/issues/12", Told(document()))
    said: list[Any] = [{"body": "谢谢"}]
    server.tell(f"{API}/issues/12/comments", linked(said, 1))
    server.tell(
        f"{API}/issues/12/comments", lambda asked: said.append(asked.body) or Told({"id": 1}, 201), method="POST"
    )
    call = lambda *arguments: run("-C", folder, "intake", *arguments, "--url", server.url)  # noqa: E731
    repository = merged(folder, git_folder, schemas, openness="不予公开", openness_reason="尚在核查")
    before = call("--tell", "--format", "json")
    assert (before.code, [one["outcome"] for one in before.json["answers"]]) == (0, ["not_public"])
    data = parse("", (folder / "items/2019/2019-0051.yml").read_bytes())[0]
    data["openness"] = "主动公开"
    del data["openness_reason"]
    (folder / "items/2019/2019-0051.yml").write_text(file_text(data, schemas.field("item")), encoding="utf-8")
    assert call("--tell", "--format", "json").json["answers"][0]["outcome"] == "not_public", "it is not merged"
    repository.commit()
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert call("--tell", "--dry-run").code == 0
    assert len(said) == 1
    out = call("--tell", "--issue", "12")
    assert out.code == 0
    assert f"{PUBLIC}items/2019-0051.html" in said[1]["body"]
    assert "2019-0051" in said[1]["body"]
    assert call("--tell", "--format", "json").json["answers"][0]["outcome"] == "standing"
    assert len(said) == 2
    assert SECRET not in out.out + out.err
    taken = call("--issue", "12", "--dry-run", "--format", "json")
    assert (taken.json["item"], taken.json["known"]) == ("2019-0051", True)


def test_without_the_public_sites_address_nobody_is_told(run: Run, folder: Path, server: ForgeServer) -> None:
    out = run("-C", folder, "intake", "--tell", "--url", server.url)
    assert out.code == 2
    assert "mkdocs.public.yml" in out.err
    assert server.asked == []


def test_one_that_fails_keeps_no_other_from_it(ledger: Ledger) -> None:
    item = next(
        one for one in ledger.items.values() if one.record["openness"] == "主动公开" and "approval" in one.record
    )
    sources = [{"type": "群众线索", "ref": ADDRESS}]
    made = replace(item, record={**item.record, "intake": {**item.record["intake"], "sources": sources}})

    class Silent(Desk):
        def comments(self, issue: int) -> tuple[str, ...]:
            if issue == 12:
                raise ForgeError("no answer")
            return ()

        def comment(self, issue: int, body: str) -> None:
            told.append((issue, "duban: " in body))

    told: list[tuple[int, bool]] = []
    leads = [*from_leads([made], REPOSITORY)]
    assert [one.issue for one in leads] == [12]
    assert [*from_leads([made], "other/duban")] == [*from_leads([made], "g/duban")] == []
    done = [*answer([*leads, leads[0]._replace(issue=13)], PUBLIC, Silent())]
    assert [(one.issue, one.outcome) for one in done] == [(12, "failed"), (13, "told")]
    assert told == [(13, True)]


@pytest.mark.parametrize(
    ("name", "home", "notes", "pages"),
    [
        ("github", "/repos/county/ledger", "comments", linked),
        ("gitea", "/repos/county/ledger", "comments", lambda rows, _: Told(rows)),
        ("gitlab", "/projects/county%2Fledger", "notes", linked),
    ],
)
def test_each_forge_is_asked_in_its_own_way(
    server: ForgeServer, name: Any, home: str, notes: str, pages: Callable[..., Any]
) -> None:
    told = as_gitlab(document()) if name == "gitlab" else document()
    server.tell(f"{home}/issues/12", Told(told))
    server.tell(f"{home}/issues/12/{notes}", pages([{"body": "一"}, {"body": "二"}, {"body": None}], 2))
    writer = writer_of(name, "county/ledger", server.url, {"DUBAN_FORGE_TOKEN": SECRET})
    assert writer.told(12) == issue_of(document())
    assert writer.comments(12) == ("一", "二")
