"""What people read of a judgement: a sentence for every seat and finding, and the commit status in 140 characters."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.change import Change
from duban.finding import CODES, Finding
from duban.gate import Judgement
from duban.language import LANGUAGES, language
from duban.load import Readings
from duban.model import Registry
from duban.part import PARTS
from duban.publish.sign_words import kind_words, lines, role_words, seat_sentence, seat_words, signer, status_words
from duban.schema import Schemas, entries
from duban.seat import Paper, Seat
from duban.signoff import Reason, Signed, State

SEAT = Seat("2019-0051", "/task_notice", "task_notice", "director", "0" * 64, "director", (), "2019-10-31")
PAPER = Paper("scans/2019/2019-0051-ack.pdf", "0" * 64, "registrar")
ON_PAPER = Seat("2019-0051", "/task_notice/ack", "ack", "unit_head", "0" * 64, "finance-bureau-head", paper=PAPER)
ANYONE = Seat("2019-0051", "/task_notice/cc", "task_notice", "unit_head", "0" * 64, units=("finance-bureau", "chengqu"))
ZH, EN = language("zh"), language("en")
STATE_OF: dict[Reason, State] = {
    "": "signed",
    **dict.fromkeys(("not_reviewed", "dismissed", "no_account", "nobody", "scan_missing"), "missing"),
    "changes_requested": "changes_requested",
    **dict.fromkeys(("other_revision", "before_push", "push_unknown", "no_code"), "stale"),
    **dict.fromkeys(("bot", "own_work", "not_in_office", "other_unit", "two_roles"), "not_entitled"),
    **dict.fromkeys(("day_ahead", "backdated", "has_account", "scan_differs"), "not_entitled"),
}  # type: ignore[dict-item]
"""Each reason with the state that it is given for in duban.signoff."""
DETAILS = {
    "A204": {"field": "before_tree"},
    "A208": {
        "item": "2019-0051",
        "entry": "/x",
        "kind": "closure_decision",
        "role": "unit_head",
        "state": "not_entitled",
    },
    "A212": {"problem": "schema"},
    "A216": {"verdict": "wait"},
    "A219": {"what": "clock.recorded"},
    "G105": {"part": "part.policy"},
    "G106": {"kind": "file.submodule"},
    "G107": {"problem": "path.encoding"},
    "G109": {"entry": "收件登记", "role": "section_head"},
    "G111": {"role": "deputy_director"},
}
"""What the judgement gives to a message, where that is a code of the house."""


@pytest.fixture(scope="module")
def registry(readings: Readings) -> Registry:
    return readings.registry


def judgement(*standing: Signed, findings: tuple[Finding, ...] = (), draft: bool = False) -> Judgement:
    return Judgement(Change(), {}, standing, findings, "", {}, draft=draft)


def missing(seat: Seat = SEAT, reason: Reason = "not_reviewed", by: str = "director") -> Signed:
    return Signed(seat, STATE_OF[reason], reason, by)


def test_the_sentence_that_everybody_knows(registry: Registry) -> None:
    assert seat_sentence(missing(), registry, ZH) == (
        "还差：市督查办主任 对 任务通知单 的签批（2019-0051）。"
        "请市督查办主任看过内容，在合并请求上点「批准」（Approve）。"
    )
    assert seat_sentence(missing(), registry, EN) == (
        "Still missing: sign-off of the task notice by Director of the Supervision Office (director of the office) "
        "(2019-0051). Director of the Supervision Office: read the pull request and press Approve."
    )


def test_a_signed_seat_leaves_nothing_to_do(registry: Registry) -> None:
    said = seat_words(missing(reason=""), registry, ZH)
    assert said == ("已签：市督查办主任 对 任务通知单 的签批（2019-0051）。", "")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", get_args(Reason))
@pytest.mark.parametrize("seat", [SEAT, ON_PAPER, ANYONE])
def test_every_reason_is_told_with_what_to_do(registry: Registry, lang: str, reason: Reason, seat: Seat) -> None:
    text = language(lang)
    by = seat.person if reason.startswith(("scan", "has_account")) else "registrar" if seat.paper else "director"
    one = Signed(seat, STATE_OF[reason], reason, by)
    said = seat_words(one, registry, text)
    assert kind_words(seat.kind, text) in said.message
    assert signer(one, registry, text) in said.message
    assert seat.item in said.message
    assert bool(said.fix) == bool(reason)
    whole = seat_sentence(one, registry, text)
    assert "\n" not in whole
    assert not re.search(r"[{}]|seat\.", whole)


def test_the_states_are_those_of_the_rule(registry: Registry) -> None:
    assert set(STATE_OF) == set(get_args(Reason))
    assert set(STATE_OF.values()) == set(get_args(State))
    told = {ZH(f"seat.said.{state}", who="", form="", of="") for state in get_args(State)}
    assert len(told) == len(get_args(State))


def test_whose_unit_signs_is_told_where_no_person_is_named(registry: Registry) -> None:
    said = seat_words(Signed(ANYONE, "missing", "not_reviewed"), registry, ZH)
    assert said.message == "还差：单位主要负责人（市财政局、城区） 对 任务通知单 的签批（2019-0051）。"


def test_the_registrar_answers_for_a_signature_on_paper(registry: Registry) -> None:
    waiting = Signed(ON_PAPER, "missing", "not_reviewed", "registrar")
    assert seat_words(waiting, registry, ZH).message == (
        "还差：收件登记员（督查一科）（登记人） 对 签收（市财政局局长的纸质签字） 的签批（2019-0051）。"
    )
    lost = seat_words(Signed(ON_PAPER, "missing", "scan_missing", "finance-bureau-head"), registry, ZH)
    assert lost.message == "还差：市财政局局长（单位主要负责人） 对 签收 的签批（2019-0051）。"
    assert PAPER.file in lost.fix


def test_one_of_several_entries_is_told_by_its_number(registry: Registry) -> None:
    second = replace(SEAT, entry="/tracking_notices/1/reply", kind="reply")
    added = replace(SEAT, entry="/task_notice/signed/1")
    assert "对 跟踪反馈 2 的签批" in seat_sentence(missing(second), registry, ZH)
    assert "对 任务通知单 的签批" in seat_sentence(missing(added), registry, ZH)


def test_a_change_of_the_rules_has_no_item(registry: Registry) -> None:
    rules = Seat("", "policy", "policy", "director", "0" * 64)
    assert seat_words(Signed(rules, "missing", "not_reviewed"), registry, ZH).message == (
        "还差：督查办主任 对 督查规则的改动 的签批。"
    )


def test_who_is_unknown_is_told_by_id(registry: Registry) -> None:
    stranger = replace(SEAT, person="no-such-person", role="no_such_role")
    assert "no-such-person（no_such_role）" in seat_sentence(Signed(stranger, "missing", "nobody"), registry, ZH)


def test_lines_tell_findings_then_seats_each_on_one_line(registry: Registry) -> None:
    found = judgement(
        missing(),
        missing(reason=""),
        findings=(
            Finding("items/a\nb.yml", 3, 5, "G108", {"other": "x\x1b[31m\n::error::"}),
            Finding("", 1, 1, "G101", {"base": "dev", "branch": "main"}),
        ),
    )
    told = list(lines(found, registry, ZH))
    assert [line[:4] == "    " for line in told] == [False, False, True, False, True, False, True, False]
    assert told[1].startswith("items/a b.yml:3:5 G108 ")
    assert told[3].startswith("G101 这个合并请求要并入「dev」")
    assert told[4].startswith("    改法：在合并请求页面")
    assert told[5].startswith("还差：市督查办主任")
    assert told[7].startswith("已签：市督查办主任")
    assert all(line.isprintable() for line in told)


def test_the_status_says_whom_it_waits_for(registry: Registry) -> None:
    other = missing(replace(SEAT, person="finance-bureau-head", role="unit_head"), by="finance-bureau-head")
    again = missing(replace(SEAT, entry="/approval", kind="approval"))
    assert status_words(judgement(missing(), other, again), registry, ZH) == "还差 3 个签字：市督查办主任、市财政局局长"
    signed = missing(reason="")
    assert status_words(judgement(signed, other), registry, ZH) == "还差 1 个签字：市财政局局长"
    assert status_words(judgement(signed, signed), registry, ZH) == "签字齐全（2 个），可以合并。"
    assert status_words(judgement(signed, draft=True), registry, ZH) == "签字齐全，但还是草稿，不能合并。"
    assert status_words(judgement(), registry, ZH) == "不需要签字，可以合并。"
    refused = missing(reason="changes_requested")
    assert status_words(judgement(refused, other), registry, ZH) == "要求修改：市督查办主任"


def test_the_status_of_a_refusal_names_the_problems(registry: Registry) -> None:
    findings = (Finding("x", 1, 1, "G106", {"kind": "file.link"}), Finding("y", 1, 1, "G106", {"kind": "file.link"}))
    found = judgement(missing(), findings=(*findings, Finding("", 1, 1, "G112")))
    assert status_words(found, registry, ZH) == "不能合并，3 处问题：不是普通文件、还没有签批规则"


@pytest.mark.parametrize("lang", LANGUAGES)
@given(people=st.lists(st.sampled_from(["director", "registrar", "chengqu-head", "x" * 30, "y" * 200]), max_size=40))
def test_the_status_is_short_and_its_names_are_whole(registry: Registry, lang: str, people: list[str]) -> None:
    text = language(lang)
    everybody = [*registry.people][: len(people)] + people
    found = judgement(*[missing(replace(SEAT, person=one), by=one) for one in everybody])
    said = status_words(found, registry, text)
    assert len(said) <= 140
    names = list(dict.fromkeys(signer(one, registry, text, in_role=False) for one in found.standing))
    listed = [text("shown.comma").join(names[:count]) for count in range(1, len(names) + 1)]
    told = [*(text("signoff.and_others", listed=one) for one in listed[:-1]), *listed[-1:]]
    fitting = [one for who in told if len(one := text("signoff.wait", count=len(everybody), who=who)) <= 140]
    assert said == fitting[-1] if fitting else not names or said.endswith("…")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", DETAILS)
def test_codes_of_the_house_are_spelt_out(lang: str, code: str) -> None:
    given = dict.fromkeys(CODES[code].details, "7") | DETAILS[code]
    said = language(lang).message(Finding("x", 1, 1, code, given))
    told = {name: value for name, value in DETAILS[code].items() if name not in ("item", "entry", "field")}
    assert [value for value in told.values() if re.search(rf"(?<![\w/]){re.escape(value)}(?!\w)", said)] == []


def test_words_that_people_wrote_are_left_alone() -> None:
    for detail in ("", "policy.x", "G105.title", "no such thing"):
        assert detail in ZH.message(Finding("x", 1, 1, "G111", {"role": detail}))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_kinds_are_called_as_the_schema_of_the_policy_calls_them(schemas: Schemas, lang: str) -> None:
    text = language(lang)
    labels = schemas.field("policy").properties["signatures"].properties
    assert {kind: kind_words(kind, text) for kind in labels} == {
        kind: field.label(lang) for kind, field in labels.items()
    }
    entry_kinds = {field.entry for name in ("item", "report") for _, field in entries(schemas.field(name))}
    assert entry_kinds <= set(labels)
    assert all(text.has(f"part.{part}") for part in PARTS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_role_of_the_roster_has_a_name(registry: Registry, lang: str) -> None:
    held = {term.role for person in registry.people.values() for term in person.roles}
    assert [role for role in held if role_words(role, language(lang)) == role and lang == "zh"] == []
    assert all(language(lang).has(f"role.{role}") for role in held)
