"""The page of the audit: how far history was verified, every violation, how the entries stand; the line on home."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.chain import Violation
from duban.finding import Finding
from duban.language import language
from duban.model import Ledger
from duban.proof import PROOF_STATES, Proofs, ProofState
from duban.publish.audit_page import MOST_LISTED, NEWEST
from duban.publish.examination import ABSENT, Examination
from duban.schema import Schemas
from duban.tombstone import tombstone
from proof_fixtures import (
    ITEM,
    NOTICE,
    PAGE,
    VISIT,
    Show,
    added,
    element,
    life,
    marks,
)
from site_fixtures import Parsed, text_of, words

AT = "2019-10-08T16:30:00.000Z"
languages = pytest.mark.parametrize("code", ["zh", "en"])


@settings(max_examples=25)
@given(
    states=st.lists(st.sampled_from(PROOF_STATES), min_size=1, max_size=24),
    inner=st.dictionaries(st.integers(0, 23), st.sampled_from(PROOF_STATES), max_size=6),
)
def test_home_and_audit_count_the_entries_as_their_pages_show_them(
    ledger: Ledger,
    schemas: Schemas,
    proofs: Proofs,
    clean: Examination,
    states: list[ProofState],
    inner: dict[int, Any],
) -> None:
    one = replace(ledger, items={ITEM: ledger.items[ITEM]}, reports={})
    entries = [key for key in proofs if key[0] == ITEM]
    known = {key: replace(proofs[key], state=states[place % len(states)]) for place, key in enumerate(entries)}
    for place, state in inner.items():
        entry = f"{entries[place][1]}/remarks"
        known[ITEM, entry] = replace(proofs[entries[place]], entry=entry, state=state)
    pages = words("internal", "zh", one, schemas, replace(clean, proofs=known))
    shown = [marks(line)[0][0] for line in life(pages[PAGE])]
    counted = {state: shown.count(state) for state in PROOF_STATES}
    table = element(pages["audit.html"], "list--states", "table")
    rows = re.findall(r'proof--(\w+)">.*?<td class="number"[^>]*>(\d+)</td>', table, re.DOTALL)
    assert {state: int(count) for state, count in rows} == counted
    home = re.findall(r'proof--(\w+)" title="[^"]+">\S+ (\d+)<', element(pages["index.html"], "proofs-sum", "p"))
    assert {state: int(count) for state, count in home} == {
        state: count for state, count in counted.items() if count or state == "proven"
    }


def test_the_home_line_leads_to_the_audit_and_stands_inside_only(show: Show) -> None:
    assert 'href="audit.html"' in element(show()["index.html"], "proofs-sum", "p")
    public = show(name="public")
    assert "proofs-sum" not in public["index.html"]
    assert "audit.html" not in public


@languages
def test_the_audit_page_of_a_clean_history(show: Show, clean: Examination, proofs: Proofs, code: str) -> None:
    text = language(code)
    page = show(code=code)["audit.html"]
    said = text_of(page)
    assert text("audit_page.clean") in said
    for commit in (clean.verified.tip, clean.genesis, clean.verified.evidence):
        assert f'href="https://github.com/jincheng/duban/commit/{commit}"' in page
        assert f"<code>{commit[:10]}</code>" in page
    assert f"{text('audit_page.commits')} 977" in said
    assert f"{text('audit_page.receipts')} 970" in said
    assert "2019-10-30" in said
    assert "list--violations" not in page
    newest = element(page, "list--proofs", "table")
    last = sorted(proofs.values(), key=lambda one: (one.merged_at, one.pull), reverse=True)[:NEWEST]
    assert [int(number) for number in re.findall(r">#(\d+)<", newest)] == [one.pull for one in last]
    for command in ("duban audit", "duban audit --full"):
        assert f"<code>{command}</code>" in page


@languages
def test_the_audit_page_tells_every_violation_with_its_fix(show: Show, code: str) -> None:
    text = language(code)
    details = {"item": ITEM, "entry": "/report", "kind": "report", "role": "section_head", "state": "missing"}
    violations = (
        Violation("1" * 40, "A201", {"parents": "1"}),
        Violation("2" * 40, "A208", details),
        Violation("3" * 40, "A219", {"seq": "17", "what": "clock.recorded"}),
    )
    page = show(code=code, violations=violations, differing=2)["audit.html"]
    table = element(page, "list--violations", "table")
    rows = re.findall(r"<tr>.*?</tr>", table.partition("<tbody>")[2], re.DOTALL)
    assert len(rows) == 3
    for row, one in zip(rows, violations, strict=True):
        finding = Finding(one.commit, 1, 1, one.code, one.details)
        assert text.message(finding) in text_of(row)
        assert text.fix(finding) in text_of(row)
        assert one.commit[:10] in row
        assert f'href="codes.html#{one.code}"' in row
    assert f'href="items/{ITEM}.html"' in rows[1]
    assert text("audit_page.violations", count=3) in text_of(page)
    assert text("audit_page.clean_note") not in text_of(page)
    assert text("audit_page.differing", count=2) in text_of(page)


def test_long_lists_of_the_audit_page_say_how_much_they_leave_out(show: Show, proofs: Proofs) -> None:
    broken = {key: replace(proof, state="broken") for key, proof in proofs.items()}
    violations = tuple(Violation(f"{number:040x}", "A203", {}) for number in range(MOST_LISTED + 3))
    page = show(broken, violations=violations)["audit.html"]
    text = language("zh")
    assert page.count("<tr>") < 2 * MOST_LISTED + 20
    assert text("list.more", count=3) in text_of(page)
    assert text("list.more", count=len(proofs) - MOST_LISTED) in text_of(page)
    assert text("audit_page.none") in text_of(page)


def test_the_audit_page_leads_to_the_entries_that_there_are(show: Show, proofs: Proofs) -> None:
    gone = replace(proofs[ITEM, VISIT], entry="/visits/9", state="broken")
    missing = replace(proofs[ITEM, VISIT], item="2019-0999", state="broken", pull=0)
    inner = replace(proofs[ITEM, "/task_notice/ack"], state="broken")
    changed = {(ITEM, "/visits/9"): gone, ("2019-0999", VISIT): missing, (ITEM, inner.entry): inner}
    pages = show({**changed, **added(proofs, NOTICE, "subtasks/0/done_on", "director", "broken")})
    table = element(pages["audit.html"], "list--proofs", "table")
    found = dict(re.findall(r'<th scope="row"><a href="([^"]+)">([^<]+)</a>', table))
    assert found == {
        PAGE: "现场督查 10",
        f"{PAGE}#paper-task_notice": "任务通知单 › 签收",
        f"{PAGE}#coordination_notices-1": "协调督办单 1 › 完成日期",
    }
    assert "2019-0999" in text_of(table)
    ids = Parsed(pages[PAGE]).ids
    assert {address.partition("#")[2] for address in found} - {""} <= set(ids)


def test_what_was_expunged_stays_told(show: Show) -> None:
    """When, on what basis, by whose order and where; hostile words as text; nothing of it for the public."""
    places = [(ITEM, "/task_notice/content"), ("registry/people.yml", ""), (ITEM, "/visits/99/place")]
    made = tombstone(1, "", ("a" * 40, "b" * 40), {}, places, ("批〔2019〕<b>3</b>号", "director"), AT)
    page = show({}, expunged=(made,))["audit.html"]
    table = element(page, "list--expunged", "table")
    said = text_of(table)
    for part in ("批〔2019〕<b>3</b>号", "2019-10-09", "市督查办主任", "registry/people.yml", ITEM):
        assert part in said
    assert f'<a href="{PAGE}#paper-task_notice">任务通知单 › 督办内容</a>' in table
    assert f'<a href="{PAGE}">现场督查 100 › 地点</a>' in table
    assert language("zh")("audit_page.expunged") in text_of(page)
    assert "list--expunged" not in show({})["audit.html"]


@languages
@pytest.mark.parametrize("absent", [one for one in ABSENT if one])
def test_the_audit_page_says_why_there_was_none_and_how_to_set_it_up(
    ledger: Ledger, schemas: Schemas, absent: Any, code: str
) -> None:
    text = language(code)
    pages = words("internal", code, ledger, schemas, Examination(absent, "fatal: <bad> object"))
    said = text_of(pages["audit.html"])
    assert text("audit_page.absent") in said
    assert text(f"audit_page.absent.{absent}") in said
    assert "fatal: <bad> object" in said
    assert text("audit_page.set_up.policy") in said
    assert "list--states" not in pages["audit.html"]
