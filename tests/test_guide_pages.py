"""The staff guide, the page for the public to take part, and the last entries of the home page."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from conftest import AS_OF
from duban.finding import CODES
from duban.language import language
from duban.load import read
from duban.model import Ledger
from duban.parse import parse
from duban.publish import guide_page, home, participate_page
from duban.publish.edition import edition
from duban.publish.examination import Examination
from duban.publish.guide_page import PARTS
from duban.publish.latest import MOST, latest
from duban.schema import Schemas
from proof_fixtures import entry_pointers, marks
from site_fixtures import HOSTILE, Parsed, pages_of, text_of

languages = pytest.mark.parametrize("code", ["zh", "en"])


def with_policy(ledger: Ledger, **values: Any) -> Ledger:
    policy = {name: value for name, value in {**ledger.registry.policy, **values}.items() if value is not None}
    return replace(ledger, registry=replace(ledger.registry, policy=policy))


def guide(ledger: Ledger, schemas: Schemas, code: str = "zh") -> str:
    return pages_of(guide_page.site_pages, ledger=ledger, schemas=schemas, code=code)["guide.html"]


def participate(ledger: Ledger, schemas: Schemas, code: str = "zh") -> str:
    found = pages_of(participate_page.site_pages, ledger=ledger, schemas=schemas, name="public", code=code)
    return found["participate.html"]


@languages
def test_the_guide_has_all_its_parts_and_leads_to_each(ledger: Ledger, schemas: Schemas, code: str) -> None:
    page = Parsed(guide(ledger, schemas, code))
    within = [address[1:] for _, address in page.addresses if address.startswith("#")]
    assert set(PARTS) <= set(within)
    assert set(within) <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert len([one for one in within if one.startswith("task-")]) == 10


@languages
def test_the_guide_tells_what_the_policy_says(ledger: Ledger, schemas: Schemas, code: str) -> None:
    policy = ledger.registry.policy
    stricter = with_policy(
        ledger,
        extension={**policy["extension"], "max_times": 7},
        ack_within_workdays=9,
        milestones_when_over_days=123,
        signatures={**policy["signatures"], "approval": ["group_leader"]},
    )
    before, after = (text_of(guide(one, schemas, code)) for one in (ledger, stricter))
    text = language(code)
    assert text("guide.task.extend.1", times=7) in after
    assert text("guide.task.acknowledge.1", ack=9) in after
    assert text("guide.task.issue.2", milestones=123) in after
    assert text("role.group_leader") in after
    assert text("role.group_leader") not in before
    for days in policy["deadline_days"].values():
        assert text("guide.days_count", count=days) in before


@pytest.mark.parametrize("forge", ["github", "gitea", "gitlab"])
def test_the_guide_speaks_of_the_forge_that_is_used(ledger: Ledger, schemas: Schemas, forge: str) -> None:
    text = language("zh")
    here = with_policy(ledger, signing={"forge": forge, "repository": "a/b", "binding": "code"})
    said = text_of(guide(here, schemas))
    for one in ("github", "gitea", "gitlab"):
        assert (text(f"guide.pull.branch.{one}") in said) == (one == forge)
        assert (text(f"guide.approve.yes.{one}") in said) == (one == forge)
    assert text("guide.approve.code") in said
    assert text("guide.approve.code") not in text_of(guide(ledger, schemas))


@languages
def test_the_sample_in_the_guide_is_what_the_check_accepts(ledger: Ledger, schemas: Schemas, code: str) -> None:
    sample = Parsed(guide(ledger, schemas, code).partition("<pre>")[2].partition("</pre>")[0]).words
    data, _ = parse("items/2019/2019-0001.yml", "".join(sample).encode())
    assert isinstance(data, dict)
    (report,) = data["progress"]
    field = schemas.field("item").properties["progress"].items
    assert field
    assert field.required <= report.keys() <= set(field.properties)
    person = ledger.registry.people[report["reporter"]]
    assert (person.unit, report["on"]) == (report["unit"], AS_OF)
    assert person.holds("liaison", AS_OF)


def test_every_mistake_in_the_guide_is_in_the_catalogue(ledger: Ledger, schemas: Schemas) -> None:
    codes = re.findall(r'href="codes.html#(\w+)"', guide(ledger, schemas))
    assert len(codes) > 10
    assert [code for code in codes if code not in CODES] == []


def test_the_guide_is_for_the_inside_and_the_invitation_for_the_outside(ledger: Ledger, schemas: Schemas) -> None:
    makers = (guide_page.site_pages, participate_page.site_pages)
    for name, expected in (("internal", {"guide.html"}), ("public", {"participate.html"})):
        assert pages_of(*makers, ledger=ledger, schemas=schemas, name=name).keys() == expected  # type: ignore[arg-type]


@languages
def test_the_public_is_told_how_to_reach_the_office(ledger: Ledger, schemas: Schemas, code: str) -> None:
    contact = ledger.registry.policy["public"]
    page = participate(ledger, schemas, code)
    said = text_of(page)
    assert f'href="{contact["lead_url"]}"' in page
    assert contact["lead_phone"] in said
    assert contact["address_en" if code == "en" else "address"] in said
    assert contact["lead_note_en" if code == "en" else "lead_note"] in said
    assert language(code)("participate.sample") in said
    numbers = {**ledger.registry.policy["deadline_days"], "result": ledger.registry.policy["result_report_days"]}
    assert language(code)("participate.step.proposal", **numbers) in said
    assert language(code)("participate.step.feedback", **numbers) in said


def test_what_the_policy_leaves_out_is_left_out(ledger: Ledger, schemas: Schemas) -> None:
    text = language("zh")
    only_phone = text_of(participate(with_policy(ledger, public={"lead_phone": "0356-0000001"}), schemas))
    assert "0356-0000001" in only_phone
    for name in ("online", "letter", "sample", "no_contact"):
        assert text(f"participate.{name}") not in only_phone
    nothing = participate(with_policy(ledger, public=None), schemas)
    assert text("participate.no_contact") in nothing
    assert 'class="button"' not in nothing


def test_hostile_contacts_stay_text_and_unmarked_ones_stay_inside(ledger: Ledger, schemas: Schemas) -> None:
    contact = dict.fromkeys(("lead_phone", "lead_note", "address"), HOSTILE)
    page = participate(with_policy(ledger, public={**contact, "lead_url": HOSTILE, "secret": "canary"}), schemas)
    parsed = Parsed(page)
    assert "<script>alert" not in page
    assert not [one for one in parsed.elements if any(key.startswith("on") for key in one.attributes)]
    assert HOSTILE in "".join(parsed.words)
    assert "canary" not in page


@pytest.mark.parametrize("lead", ["javascript:alert(1)", "ftp://example.invalid", "https://a b", 'https://a"b'])
def test_only_an_address_of_the_web_may_lead_to_the_form(schemas: Schemas, lead: str) -> None:
    field = schemas.field("policy").properties["public"].properties["lead_url"]
    assert not re.search(field.schema["pattern"], lead)


# ---- the last entries


def brute(ledger: Ledger, schemas: Schemas) -> list[tuple[str, str]]:
    """The day and item of every dated entry, the last ones first."""
    found = []
    for item in ledger.items.values():
        for _, node, field in entry_pointers(item.record, schemas.field("item")):
            if node.get(field.dated_by):
                found.append((node[field.dated_by], item.id))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("name", ["internal", "public"])
@pytest.mark.parametrize("day", [AS_OF, "2019-08-15", "2019-07-03"])
def test_the_last_entries_are_the_last(tree: Any, schemas: Schemas, name: Any, day: str) -> None:
    ledger = read(tree).ledger(day)
    made = edition(name, language("zh"), ledger, schemas, day, day, pinned=True, digests={})
    expected = brute(made.ledger, schemas)
    for most in (1, MOST, 40):
        found = [(one.on, one.item) for one in latest(made, most)]
        assert found == expected[:most]
    assert {one.item for one in latest(made, 40)} <= made.ledger.items.keys()


@pytest.mark.parametrize("name", ["internal", "public"])
def test_home_lists_the_last_entries_with_their_proof(
    ledger: Ledger, schemas: Schemas, clean: Examination, name: Any
) -> None:
    page = pages_of(home.site_pages, ledger=ledger, schemas=schemas, name=name, examination=clean)["index.html"]
    table = page.partition("list--latest")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>.*?</tr>", table.partition("<tbody>")[2], re.DOTALL)
    assert len(rows) == MOST
    assert all(len(marks(row)) == 1 for row in rows)
    people = {one.position for one in ledger.registry.people.values()}
    assert name == "internal" or not [one for one in people if one in table]
    plain = pages_of(home.site_pages, ledger=ledger, schemas=schemas, name=name)["index.html"]
    assert "proof" not in plain.partition("list--latest")[2].partition("</table>")[0]


def test_an_empty_ledger_has_no_last_entries(ledger: Ledger, schemas: Schemas) -> None:
    empty = replace(ledger, items={}, reports={})
    page = pages_of(home.site_pages, ledger=empty, schemas=schemas)["index.html"]
    assert language("zh")("home.no_latest") in page
