"""What the site shows of signatures: who, when, in which pull request, how proven."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import AS_OF
from duban import site
from duban.chain import Violation
from duban.language import language
from duban.load import read
from duban.model import Item, Ledger
from duban.parse import parse
from duban.proof import PROOF_STATES, Proof, Proofs, ProofState, Signer
from duban.publish.edition import edition
from duban.publish.examination import Examination
from duban.publish.item_pages import loose_pages
from duban.publish.past_proofs import proofs_on
from duban.repository import tree_of
from duban.schema import Schemas
from duban.writing import file_text
from proof_fixtures import (
    APPROVAL,
    APPROVED,
    INTAKE,
    ITEM,
    NOTICE,
    PAGE,
    REPORT,
    VISIT,
    Show,
    added,
    element,
    in_state,
    life,
    marks,
    signed_lines,
)
from site_fixtures import HOSTILE, Parsed, contents, dress, text_of, words

languages = pytest.mark.parametrize("code", ["zh", "en"])


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
    violation = Violation("d" * 40, "A203", {})
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
    assert marks(element(notice, 'class="ruled receipt', "table")) == [("proven", proven("/task_notice/ack"))]
    coordination = element(form("coordination_notices-1"), 'class="ruled receipt', "table")
    assert marks(coordination) == [("broken", f"{text('proof.broken')} #4321")]
    closure = form("closure_notices-1")
    assert "sheet-proof" not in closure
    assert marks(element(closure, 'class="ruled receipt', "table")) == [("claimed", text("proof.claimed"))]
    again = element(form("closure_notices-2"), 'class="ruled receipt', "table")
    assert marks(again) == [("proven", proven("/closure_notices/1"))]


def test_countersigners_who_signed_with_the_form_have_its_proof(show: Show, proofs: Proofs) -> None:
    proof = proofs[ITEM, NOTICE]
    heads = tuple(Signer(f"{unit}-head", "unit_head", APPROVED) for unit in ("chengqu", "sasac"))
    page = show({(ITEM, NOTICE): replace(proof, signers=(*proof.signers, *heads))})[PAGE]
    form = element(page, 'id="paper-coordination_notices-1"', "details")
    table = element(form, 'class="ruled receipt', "table")
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
    assert written == {PAGE, "api/v1/items/2019-0006.json", "index.html", "audit.html"}
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
