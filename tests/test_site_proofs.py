"""What the site shows of signatures: who, when, in which pull request, how proven; the page of the audit."""

from __future__ import annotations

import copy
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import sync_playwright

from conftest import AS_OF, ROOT, GitFolder, Outcome
from duban import site
from duban.audit import Verified, Violation
from duban.examiner import examined
from duban.finding import Finding
from duban.language import language
from duban.load import Readings, read
from duban.model import Item, Ledger
from duban.parse import parse
from duban.proof import PROOF_STATES, Proof, Proofs, ProofState, Signer
from duban.publish.audit_page import MOST_LISTED, NEWEST
from duban.publish.edition import edition
from duban.publish.examination import ABSENT, Examination
from duban.publish.item_pages import loose_pages
from duban.publish.past_proofs import proofs_on
from duban.repository import tree_of
from duban.schema import Schemas
from duban.writing import file_text
from site_fixtures import HOSTILE, Parsed, all_proven, contents, dress, text_of, words
from test_browser import ARGUMENTS, ONLY_FORMS, PHONE, _Quiet, chromium, pdf_pages

ITEM, OTHER, REPORT = "2019-0006", "2019-0009", "2019/087"
PAGE = f"items/{ITEM}.html"
VISIT, INTAKE, APPROVAL, NOTICE = "/visits/1", "/intake", "/approval", "/coordination_notices/0"
APPROVED = "2019-07-09T16:30:00.000Z"
"""An instant that falls on the next day in China."""
languages = pytest.mark.parametrize("code", ["zh", "en"])
Show = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def proofs(ledger: Ledger, schemas: Schemas) -> dict[tuple[str, str], Proof]:
    """Every entry of the shipped ledger proven, each in a pull request of its own."""
    return all_proven(ledger, schemas)


@pytest.fixture(scope="session")
def clean(proofs: Proofs) -> Examination:
    """An audit that found nothing wrong."""
    verified = Verified(tip="c" * 40, evidence="e" * 40, commits=977, receipts=970)
    return Examination("", "", "a" * 40, "2019-10-30", 0, verified, (), proofs)


@pytest.fixture
def show(ledger: Ledger, schemas: Schemas, clean: Examination) -> Show:
    """The pages of an edition in which some entries stand otherwise than proven."""

    def pages(
        changed: Mapping[tuple[str, str], Proof] | None = None, code: str = "zh", name: Any = "internal", **more: Any
    ) -> dict[str, str]:
        examination = replace(clean, proofs={**clean.proofs, **(changed or {})}, **more)
        return words(name, code, ledger, schemas, examination)

    return pages


def element(html: str, start: str, tag: str) -> str:
    """The first element of a tag whose start tag holds a text, whatever of the same tag lies within it."""
    begin = html.rindex(f"<{tag}", 0, html.index(start) + 1)
    depth = 0
    for match in re.finditer(rf"<(/?){tag}\b[^>]*>", html[begin:]):
        depth += -1 if match[1] else 1
        if not depth:
            return html[begin : begin + match.end()]
    raise ValueError(start)


def signed_lines(html: str) -> list[str]:
    """The lines of signatures within an entry, as a reader sees them."""
    return [text_of(line) for line in re.findall(r'<p class="signed">.*?</p>', html)]


def marks(html: str) -> list[tuple[str, str]]:
    """Every mark with its state: the class that draws it and the words beside it."""
    found = re.findall(r'<span class="proof proof--(\w+)" title="[^"]+">(.*?)</span>(?=\s*<|$)', html)
    return [(state, text_of(words)) for state, words in found]


def life(html: str) -> list[str]:
    """The lines of the timeline."""
    return re.findall(r'<li class="life-event .*?</li>', html)


def in_state(proofs: Proofs, entry: str, state: ProofState) -> dict[tuple[str, str], Proof]:
    """One entry as the audit would tell it in a state: only what was recorded has signers and a pull request."""
    proof = replace(proofs[ITEM, entry], state=state)
    return {(ITEM, entry): proof if state in ("proven", "broken") else replace(proof, signers=(), pull=0)}


@languages
@pytest.mark.parametrize("state", PROOF_STATES)
def test_an_entry_tells_its_state_in_a_word_a_mark_and_a_help(
    show: Show, proofs: Proofs, state: ProofState, code: str
) -> None:
    text = language(code)
    page = show(in_state(proofs, VISIT, state), code)[PAGE]
    pull = f" #{proofs[ITEM, VISIT].pull}" if state in ("proven", "broken") else ""
    entry = element(page, 'id="visits-2"', "article")
    assert marks(entry) == [(state, text(f"proof.{state}") + pull)]
    assert f'title="{text(f"proof.{state}.help")}"' in entry
    line = next(one for one in life(page) if 'href="#visits-2"' in one)
    assert marks(line) == [(state, text(f"proof.{state}") + pull)]
    assert text(f"proof.{state}.help") in line
    assert ("2019-07-28" in re.findall(r'title="([^"]+)"', line)[0]) == (state in ("proven", "broken"))
    others = [one for one in life(page) if 'href="#visits-2"' not in one]
    assert len(others) == 23
    assert {state for one in others for state, _ in marks(one)} == {"proven"}
    assert ('class="unsound"' in page) == (state == "broken")


@languages
def test_who_signed_on_which_day_in_which_pull_request(show: Show, proofs: Proofs, ledger: Ledger, code: str) -> None:
    text, people = language(code), ledger.registry.people
    page = show(code=code)[PAGE]
    entry = element(page, 'id="approval"', "article")
    (line,) = signed_lines(entry)
    for person in ("director", "secretary-general"):
        named = people[person].position_en if code == "en" else people[person].position
        assert named in line
    assert line.startswith(text("sign.label"))
    assert line.endswith(f"{text('proof.proven')} #{proofs[ITEM, APPROVAL].pull}")
    assert line.count("2019-07-08") == 2
    address = f"https://github.com/jincheng/duban/pull/{proofs[ITEM, APPROVAL].pull}"
    assert f'href="{address}" rel="noreferrer"' in entry


@languages
def test_the_day_of_the_approval_stands_beside_another_day_that_the_entry_claims(
    show: Show, proofs: Proofs, code: str
) -> None:
    proof = proofs[ITEM, APPROVAL]
    signers = (replace(proof.signers[0], at=APPROVED), *proof.signers[1:])
    page = show({(ITEM, APPROVAL): replace(proof, signers=signers)}, code)[PAGE]
    (line,) = signed_lines(element(page, 'id="approval"', "article"))
    assert f"2019-07-10 {language(code)('sign.claimed_on', day='2019-07-08')}" in line
    assert line.count("2019-07-08") == 2
    assert re.search(r'title="[^"]*2019-07-10', next(one for one in life(page) if "#approval" in one))


@pytest.mark.parametrize(("forge", "number"), [("gitea", "#"), ("gitlab", "!"), ("", "#")])
def test_only_github_lets_an_address_be_made(
    ledger: Ledger, schemas: Schemas, clean: Examination, forge: str, number: str
) -> None:
    policy = {**ledger.registry.policy, "signing": {"forge": forge, "repository": "jincheng/duban"} if forge else {}}
    other = replace(ledger, registry=replace(ledger.registry, policy=policy))
    violation = Violation("d" * 40, "A203")
    pages = words("internal", "zh", other, schemas, replace(clean, violations=(violation,)))
    assert f"{number}{clean.proofs[ITEM, VISIT].pull}" in text_of(element(pages[PAGE], 'id="visits-2"', "article"))
    assert not [path for path in (PAGE, "audit.html") if "://" in pages[path]]


def test_a_repository_of_a_hostile_name_stays_in_its_attribute(
    ledger: Ledger, schemas: Schemas, clean: Examination
) -> None:
    policy = {**ledger.registry.policy, "signing": {"forge": "github", "repository": HOSTILE}}
    people = {key: replace(one, position=HOSTILE) for key, one in ledger.registry.people.items()}
    registry = replace(ledger.registry, policy=policy, people=people)
    violation = Violation(HOSTILE, "A208", dict.fromkeys(("item", "entry", "kind", "role", "state"), HOSTILE))
    strange = Proof(ITEM, f"{VISIT}/{HOSTILE}", HOSTILE, "broken", (Signer(HOSTILE, HOSTILE, APPROVED),), 7)
    hostile = replace(clean, violations=(violation,), proofs={**clean.proofs, (ITEM, strange.entry): strange})
    for path in (PAGE, "audit.html"):
        page = words("internal", "zh", replace(ledger, registry=registry), schemas, hostile)[path]
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        parsed = Parsed(page)
        assert parsed.depth == 0
        assert not [one for one in parsed.elements if any(key.startswith("on") for key in one.attributes)]
        assert HOSTILE in "".join(parsed.words)


@languages
def test_without_an_audit_every_signature_is_only_claimed(ledger: Ledger, schemas: Schemas, code: str) -> None:
    text = language(code)
    pages = words("internal", code, ledger, schemas)
    signed = signed_lines(pages[PAGE])
    assert len(signed) > 15
    assert all(line.endswith(text("proof.claimed")) for line in signed)
    assert f'title="{text("proof.unexamined.help")}"' in pages[PAGE]
    assert not [one for one in life(pages[PAGE]) if "proof" in one]
    assert 'class="sheet-proof"' not in pages[PAGE]
    assert 'class="receipt-proof"' not in pages[PAGE]
    assert "proof" not in pages["index.html"]
    assert "proof" not in words("public", code, ledger, schemas)[PAGE]


def test_what_no_proof_tells_of_is_only_claimed(ledger: Ledger, schemas: Schemas, clean: Examination) -> None:
    known = {key: proof for key, proof in clean.proofs.items() if key != (ITEM, VISIT)}
    for name in ("internal", "public"):
        page = words(name, "zh", ledger, schemas, replace(clean, proofs=known))[PAGE]
        assert marks(element(page, 'id="visits-2"', "article")) == [("claimed", language("zh")("proof.claimed"))]


def test_a_paper_signature_shows_its_scan_and_who_answers_for_it(
    ledger: Ledger, schemas: Schemas, clean: Examination
) -> None:
    record: Any = copy.deepcopy(ledger.items[ITEM].record)
    paper = {"file": "scans/2019/0006-progress.pdf", "sha256": "ab" * 32, "registrar": "registrar"}
    record["progress"][0]["signed"][0]["paper"] = paper
    proof = clean.proofs[ITEM, "/progress/0"]
    signer = replace(proof.signers[0], at=APPROVED, paper=True)
    known = {**clean.proofs, (ITEM, "/progress/0"): replace(proof, signers=(signer,))}
    items = {**ledger.items, ITEM: Item(ledger.items[ITEM].path, record)}
    page = words("internal", "zh", replace(ledger, items=items), schemas, replace(clean, proofs=known))[PAGE]
    (line,) = signed_lines(element(page, 'id="progress-1"', "article"))
    registrar = ledger.registry.people["registrar"].position
    words_of_it = language("zh")("sign.paper", file=paper["file"], registrar=registrar)
    assert f"2019-07-18 {words_of_it}{language('zh')('sign.registered', day='2019-07-10')}" in line
    assert line.endswith(f"{language('zh')('proof.proven')} #{proof.pull}")
    assert f'title="SHA-256 {paper["sha256"]}"' in page


def added(proofs: Proofs, entry: str, inner: str, person: str, state: ProofState = "proven") -> dict[Any, Proof]:
    """The proof of something that came later to an entry, in pull request 4321."""
    role = "unit_head" if "countersigns" in inner else "leader"
    signer = Signer(person, role, "2019-07-15T02:00:00.000Z")
    place = f"{entry}/{inner}"
    return {(ITEM, place): replace(proofs[ITEM, entry], entry=place, state=state, signers=(signer,), pull=4321)}


@pytest.mark.parametrize("state", PROOF_STATES)
def test_an_added_signature_has_its_own_proof_beside_it(show: Show, proofs: Proofs, state: ProofState) -> None:
    text = language("zh")
    page = show(added(proofs, APPROVAL, "signed/1", "secretary-general", state))[PAGE]
    entry = element(page, 'id="approval"', "article")
    whole: ProofState = "broken" if state == "broken" else "proven"
    pull = f"#{proofs[ITEM, APPROVAL].pull}"
    assert marks(entry) == [(state, f"{text(f'proof.{state}')} #4321"), (whole, f"{text(f'proof.{whole}')} {pull}")]
    (line,) = signed_lines(entry)
    assert f"2019-07-15 {text('sign.claimed_on', day='2019-07-08')} {text(f'proof.{state}')} #4321" in line
    assert marks(next(one for one in life(page) if "#approval" in one))[0][0] == whole


@languages
@pytest.mark.parametrize("state", PROOF_STATES)
def test_what_came_later_to_an_entry_is_listed_with_who_signed_it(
    show: Show, proofs: Proofs, state: ProofState, code: str
) -> None:
    text = language(code)
    later = added(proofs, NOTICE, "subtasks/1/done_on", "director", state)
    later |= added(proofs, NOTICE, "subtasks/1/result", "director", state)
    later |= {(ITEM, "/plan_refs/0"): replace(proofs[ITEM, INTAKE], entry="/plan_refs/0", pull=55)}
    page = show(later, code)[PAGE]
    first, second, *_ = signed_lines(element(page, 'id="coordination_notices-1"', "article"))
    whole = "broken" if state == "broken" else "proven"
    assert first.endswith(f"{text(f'proof.{whole}')} #{proofs[ITEM, NOTICE].pull}")
    field = "任务再分解 2" if code == "zh" else "Subtasks 2"
    assert second.startswith(text("sign.later", fields=field))
    assert "2019-07-15" in second
    assert second.endswith(f"{text(f'proof.{state}')} #4321")
    head = signed_lines(element(page, 'id="intake"', "article"))
    assert [line for line in head if line.endswith(f"{text('proof.proven')} #55")]


def test_forms_bear_their_proof_in_the_signature_block(show: Show, proofs: Proofs, ledger: Ledger) -> None:
    text = language("zh")
    later = added(proofs, NOTICE, "countersigns/1", "housing-bureau-head", "broken")
    page = show({**later, **in_state(proofs, "/closure_notices/0", "claimed")})[PAGE]

    def form(anchor: str) -> str:
        return element(page, f'id="paper-{anchor}"', "details")

    def proven(entry: str) -> str:
        return f"{text('proof.proven')} #{proofs[ITEM, entry].pull}"

    notice = form("task_notice")
    director = ledger.registry.people["director"].position
    assert text_of(element(notice, 'class="sheet-proof"', "span")) == (
        f"{text('sign.approval')} {director} 2019-07-09 {proven('/task_notice')}"
    )
    assert marks(element(notice, 'class="ruled receipt"', "table")) == [("proven", proven("/task_notice/ack"))]
    coordination = element(form("coordination_notices-1"), 'class="ruled receipt"', "table")
    assert marks(coordination) == [("broken", f"{text('proof.broken')} #4321")]
    closure = form("closure_notices-1")
    assert "sheet-proof" not in closure
    assert marks(element(closure, 'class="ruled receipt"', "table")) == [("claimed", text("proof.claimed"))]
    again = element(form("closure_notices-2"), 'class="ruled receipt"', "table")
    assert marks(again) == [("proven", proven("/closure_notices/1"))]


def test_countersigners_who_signed_with_the_form_have_its_proof(show: Show, proofs: Proofs) -> None:
    proof = proofs[ITEM, NOTICE]
    heads = tuple(Signer(f"{unit}-head", "unit_head", APPROVED) for unit in ("chengqu", "sasac"))
    page = show({(ITEM, NOTICE): replace(proof, signers=(*proof.signers, *heads))})[PAGE]
    form = element(page, 'id="paper-coordination_notices-1"', "details")
    table = element(form, 'class="ruled receipt"', "table")
    assert [state for state, _ in marks(table)] == ["proven", "proven"]
    assert "chengqu-head" not in text_of(element(form, 'class="sheet-proof"', "span"))
    assert text_of(element(form, 'class="sheet-proof"', "span")).count("2019-07") == 1


def test_a_report_tells_how_it_is_proven(show: Show, proofs: Proofs) -> None:
    text = language("zh")
    path = f"reports/{REPORT.replace('/', '-')}.html"
    (line,) = signed_lines(show()[path])
    assert line.endswith(f"{text('proof.proven')} #{proofs[REPORT, ''].pull}")
    broken = {(REPORT, ""): replace(proofs[REPORT, ""], state="broken")}
    assert marks(show(broken)[path]) == [("broken", f"{text('proof.broken')} #{proofs[REPORT, ''].pull}")]


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
    violations = tuple(Violation(f"{number:040x}", "A203") for number in range(MOST_LISTED + 3))
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


def test_the_public_sees_state_number_and_day_and_no_more(show: Show, proofs: Proofs, ledger: Ledger) -> None:
    text = language("zh")
    page = show(in_state(proofs, VISIT, "broken"), name="public")[PAGE]
    (line,) = signed_lines(element(page, 'id="approval"', "article"))
    assert line == f"{text('sign.approval')} 2019-07-08 {text('proof.proven')} #{proofs[ITEM, APPROVAL].pull}"
    assert marks(element(page, 'id="visits-2"', "article"))[0][0] == "broken"
    line = next(one for one in life(page) if "#approval" in one)
    assert 'title="2019-07-08 ' in line
    assert "github.com" not in page
    assert "audit" not in page
    positions = {person.position for person in ledger.registry.people.values()}
    assert not [position for position in positions if len(position) > 4 and position in page]


def test_what_is_withheld_within_an_open_entry_only_breaks_it(show: Show, proofs: Proofs) -> None:
    page = show(added(proofs, APPROVAL, "signed/1", "secretary-general", "broken"), name="public")[PAGE]
    assert marks(element(page, 'id="approval"', "article")) == [
        ("broken", f"{language('zh')('proof.broken')} #{proofs[ITEM, APPROVAL].pull}")
    ]
    assert "4321" not in page
    hidden = replace(proofs[ITEM, VISIT], entry="/measures/0", state="broken")
    assert show({(ITEM, "/measures/0"): hidden}, name="public")[PAGE] == show(name="public")[PAGE]


def keys(ledger: Ledger, schemas: Schemas, examination: Examination) -> dict[str, str]:
    made = edition(
        "internal",
        language("zh"),
        ledger,
        schemas,
        AS_OF,
        AS_OF,
        pinned=True,
        digests={"some": "file"},
        examination=examination,
    )
    return {page.path: page.key for page in loose_pages(made)}


@pytest.mark.parametrize(
    "change",
    [
        {"state": "broken"},
        {"pull": 4321},
        {"signers": ()},
        {"signers": (Signer("director", "supervisor", "2019-07-28T02:00:00.000Z"),)},
        {"signers": (Signer("commissioner-1", "supervisor", "2019-07-29T02:00:00.000Z"),)},
    ],
)
def test_a_page_is_stale_when_a_proof_of_its_item_changes(
    ledger: Ledger, schemas: Schemas, proofs: Proofs, clean: Examination, change: dict[str, Any]
) -> None:
    before = keys(ledger, schemas, clean)
    changed = {**proofs, (ITEM, VISIT): replace(proofs[ITEM, VISIT], **change)}
    after = keys(ledger, schemas, replace(clean, proofs=changed))
    assert [path for path in before if before[path] != after[path]] == [PAGE]
    assert keys(ledger, schemas, replace(clean, proofs=dict(proofs))) == before
    unexamined = keys(ledger, schemas, Examination())
    assert not [path for path in before if before[path] == unexamined[path]]


def test_only_the_pages_whose_proofs_changed_are_written_again(
    copy_of: Callable[..., Path], clean: Examination, proofs: Proofs, tmp_path: Path
) -> None:
    folder, out = dress(copy_of()), tmp_path / "out"
    readings = read(tree_of(folder))
    site.build(folder, "internal", out, AS_OF, readings, ["zh"], clean)
    before = contents(out)
    changed = {**proofs, (ITEM, VISIT): replace(proofs[ITEM, VISIT], state="broken")}
    again = site.build(folder, "internal", out, AS_OF, readings, ["zh"], replace(clean, proofs=changed))
    after = contents(out)
    written = {path for path in after if after[path] != before.get(path)}
    assert written == {PAGE, "index.html", "audit.html"}
    assert again.written == len(written)


def test_proofs_follow_their_entries_to_an_earlier_day(
    copy_of: Callable[..., Path], schemas: Schemas, proofs: Proofs
) -> None:
    folder = copy_of()
    path = folder / f"items/2019/{ITEM}.yml"
    record, _ = parse(path.name, path.read_bytes())
    record["visits"].reverse()
    path.write_text(file_text(record, schemas.field("item")), encoding="utf-8")
    readings = read(tree_of(folder))
    day = "2019-07-20"
    ledger = readings.ledger(day)
    assert [visit["on"] for visit in ledger.items[ITEM].record["visits"]] == ["2019-07-11"]
    unread = Proof("2019-0999", "/intake", "intake", "broken")
    within = {(ITEM, "/visits/1/signed/0"): proofs[ITEM, VISIT], (unread.item, unread.entry): unread}
    then = proofs_on({**proofs, **within}, readings, ledger, day)
    assert then[ITEM, "/visits/0"] == proofs[ITEM, VISIT]
    assert then[ITEM, "/visits/0/signed/0"] == proofs[ITEM, VISIT]
    assert then[unread.item, unread.entry] == unread
    assert {key for key in then if key[0] == ITEM} == {
        (ITEM, "/visits/0"),
        (ITEM, "/visits/0/signed/0"),
        *((ITEM, entry) for entry in ("/intake", "/proposal", "/approval", "/method", "/task_notice")),
        *((ITEM, entry) for entry in ("/task_notice/ack", "/progress/0", NOTICE, f"{NOTICE}/decision")),
    }
    assert (REPORT, "") not in then
    assert ("2019/001", "") in then
    assert proofs_on(proofs, readings, readings.ledger(AS_OF), AS_OF) == proofs


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first days of the shipped ledger as a repository with branches, approvals and receipts."""
    from duban.cli import main

    folder = tmp_path_factory.mktemp("replayed") / "ledger"
    assert main(["-C", str(ROOT), "replay", str(folder), "--as-of", "2019-07-09"]) == 0
    return folder


def states_of(examination: Examination, item: str) -> dict[str, str]:
    return {entry: proof.state for (one, entry), proof in examination.proofs.items() if one == item}


@pytest.fixture
def lying(replayed: Path, tmp_path: Path) -> Path:
    """A copy of that repository to lay other files into."""
    subprocess.run(["git", "clone", "--quiet", str(replayed), str(tmp_path / "lying")], check=True)
    return tmp_path / "lying"


def test_an_audited_ledger_shows_its_real_proofs(replayed: Path, run: Callable[..., Outcome], tmp_path: Path) -> None:
    done = run("-C", replayed, "site", "--out", tmp_path / "out", "--as-of", "2019-07-09", "--language", "zh")
    assert done.code == 0, done.err
    found = examined(replayed, tree_of(replayed))
    assert (found.absent, found.violations, found.differing) == ("", (), 0)
    page = (tmp_path / "out/audit.html").read_text(encoding="utf-8")
    assert found.verified.tip[:10] in page
    assert language("zh")("audit_page.clean") in page
    item = (tmp_path / f"out/items/{ITEM}.html").read_text(encoding="utf-8")
    assert {state for line in life(item) for state, _ in marks(line)} == {"proven"}
    assert run("-C", replayed, "site", "--out", tmp_path / "public", "--edition", "public").code == 0
    assert not (tmp_path / "public/audit.html").exists()


def test_what_lies_in_the_folder_alone_is_nobodys_signature(lying: Path, schemas: Schemas) -> None:
    root = schemas.field("item")
    clean = examined(lying, tree_of(lying))
    assert set(states_of(clean, ITEM).values()) == {"proven"}
    path = lying / f"items/2019/{ITEM}.yml"
    record, _ = parse(path.name, path.read_bytes())
    path.write_text("# indented anew\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    indented = examined(lying, tree_of(lying))
    assert states_of(indented, ITEM) == states_of(clean, ITEM)
    assert indented.differing == 1
    record["approval"]["opinion"] = "不同意。"
    record["visits"] = [{**visit(), "on": "2019-07-09"}]
    path.write_text(file_text(record, root), encoding="utf-8")
    new = {**record, "id": "2019-0777"}
    (lying / "items/2019/2019-0777.yml").write_text(file_text(new, root), encoding="utf-8")
    (lying / f"items/2019/{OTHER}.yml").unlink(missing_ok=True)
    (lying / "items/2019/2019-0001.yml").unlink()
    found = examined(lying, tree_of(lying))
    assert states_of(found, ITEM) == {**states_of(clean, ITEM), APPROVAL: "broken", "/visits/0": "claimed"}
    assert set(states_of(found, "2019-0777").values()) == {"claimed"}
    assert set(states_of(found, "2019-0001").values()) == {"broken"}
    assert found.violations == ()


def visit() -> dict[str, Any]:
    return {
        "on": "2019-07-11",
        "place": "社区",
        "method": "暗访",
        "visitors": ["section3-head"],
        "finding": "属实。",
        "signed": [{"role": "supervisor", "by": "section3-head", "on": "2019-07-09"}],
    }


def test_an_item_moved_to_another_file_is_broken(lying: Path) -> None:
    path = lying / f"items/2019/{ITEM}.yml"
    (lying / "items/2018").mkdir()
    path.rename(lying / f"items/2018/{ITEM}.yml")
    assert set(states_of(examined(lying, tree_of(lying)), ITEM).values()) == {"broken"}


def test_a_history_that_was_tampered_with_is_told(lying: Path) -> None:
    repository = GitFolder(lying)
    path = lying / f"items/2019/{ITEM}.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("同意立项", "不同意立项"), encoding="utf-8")
    tip = repository.commit("2019-10-30")
    found = examined(lying, tree_of(lying))
    assert {one.code for one in found.violations} >= {"A201"}
    assert states_of(found, ITEM)[APPROVAL] == "broken"
    assert (found.verified.tip, found.day, found.differing) == (tip, "2019-10-30", 0)


def test_why_nothing_could_be_audited(
    copy_of: Callable[..., Path], git_folder: Callable[[Path], GitFolder], lying: Path, tmp_path: Path
) -> None:
    def absent(folder: Path) -> str:
        return examined(folder, tree_of(folder)).absent

    folder = copy_of("above/ledger", items=[ITEM])
    assert absent(folder) == "no_git"
    repository = git_folder(tmp_path / "above")
    repository.commit()
    assert absent(folder) == "below"
    alone = git_folder(copy_of("alone", items=[ITEM]))
    unborn = examined(alone.folder, tree_of(alone.folder))
    assert unborn.absent == "unreadable"
    assert unborn.problem
    alone.commit()
    assert absent(alone.folder) == "no_genesis"
    policy = alone.folder / "registry/policy.yml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("  binding: head\n", f"  binding: head\n  genesis: {'ab' * 20}\n"), encoding="utf-8")
    alone.commit()
    assert absent(alone.folder) == "unreadable"
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "--quiet", "--depth=2", lying.as_uri(), str(shallow)], check=True)
    assert absent(shallow) == "shallow"


@pytest.fixture(scope="module")
def mixed(clean: Examination, proofs: Proofs) -> Examination:
    """An audit that found entries of one item in every state, and one thing wrong."""
    known = {**proofs, **in_state(proofs, VISIT, "claimed"), **in_state(proofs, "/report", "broken")}
    known |= in_state(proofs, INTAKE, "transcribed")
    known |= added(proofs, APPROVAL, "signed/1", "secretary-general")
    violation = Violation("d" * 40, "A209", {"file": "items/2019/2019-0006.yml" * 5, "finding": "D901"})
    return replace(clean, proofs=known, violations=(violation,))


@contextmanager
def served(readings: Readings, examination: Examination, out: Path) -> Iterator[str]:
    """Where the internal edition is served, with what an audit found."""
    site.build(ROOT, "internal", out, AS_OF, readings, ["zh", "en"], examination)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(out)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def plain(readings: Readings, mixed: Examination, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The shipped ledger's site with proofs in every state."""
    with served(readings, mixed, tmp_path_factory.mktemp("plain") / "site") as address:
        yield address


@pytest.fixture(scope="module")
def crowded(
    readings: Readings, ledger: Ledger, mixed: Examination, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same where everybody's position is long."""
    people = {
        key: replace(one, position=f"{one.position}（分管重点工程建设、城市管理和信访稳定工作，兼领导小组办公室主任）")
        for key, one in ledger.registry.people.items()
    }
    wordy = replace(readings, registry=replace(readings.registry, people=people))
    with served(wordy, mixed, tmp_path_factory.mktemp("crowded") / "site") as address:
        yield address


@pytest.fixture(scope="module")
def phone() -> Iterator[BrowserPage]:
    """A page of a phone's size."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        except PlaywrightError as error:
            pytest.skip(f"no Chromium: {error.message.splitlines()[0]}")
        yield browser.new_page(viewport=PHONE)
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("path", [PAGE, f"en/{PAGE}", "audit.html", "en/audit.html", "index.html"])
def test_long_positions_break_no_page_on_a_phone(crowded: str, phone: BrowserPage, path: str) -> None:
    phone.goto(crowded + path, wait_until="load")
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    wide = "(found) => found.filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).length"
    assert phone.locator(".proof:visible, .signature:visible").count() >= (4 if path == "index.html" else 20)
    assert phone.locator(".item .signed *, .life .proof, .proofs-sum *").evaluate_all(wide) == 0


@pytest.mark.browser
def test_a_mark_is_drawn_beside_each_word(plain: str, phone: BrowserPage) -> None:
    phone.goto(plain + PAGE, wait_until="load")
    drawn = """(one) => {
      const style = getComputedStyle(one, "::before");
      return [style.content.replace(/\\s/g, ""), style.borderTopStyle, style.borderTopWidth, style.color];
    }"""
    found = {
        state: phone.locator(f".life .proof--{state}").first.evaluate(drawn)
        for state in ("proven", "claimed", "broken", "transcribed")
    }
    assert len({tuple(one[:2]) for one in found.values()}) == 4
    assert all(one[2] == "1px" for one in found.values())
    assert [found[state][1] for state in found] == ["solid", "dashed", "solid", "solid"]


@pytest.mark.browser
def test_forms_with_proofs_still_print_one_sheet_each(plain: str, phone: BrowserPage, tmp_path: Path) -> None:
    for path in (PAGE, f"items/{OTHER}.html", f"en/items/{OTHER}.html"):
        phone.goto(plain + path, wait_until="load")
        forms = phone.locator(".sheet-fold").count()
        phone.evaluate(ONLY_FORMS)
        phone.pdf(path=tmp_path / "forms.pdf", prefer_css_page_size=True)
        assert len(pdf_pages(tmp_path / "forms.pdf")) == forms >= 4
