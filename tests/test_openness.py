"""What may be shown to the public: the page that says so is fresh, and instructions in their own words never pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import AS_OF, ROOT, Outcome
from duban.language import language
from duban.load import Readings
from duban.model import Ledger
from duban.parse import parse
from duban.publish.edition import public_part
from duban.publish.openness_table import PATH, RECORDS, openness, openness_page
from duban.record import INSTRUCTION
from duban.reminder_text import message
from duban.schema import Field, Schemas
from test_leak import person_fields
from test_reminder import told_on

Run = Callable[..., Outcome]
INSTRUCTIONS = ("/intake/sources/text", "/intake/sources/leader", "/feedback/new_instruction")
LEAST = 8


def test_the_page_is_made_from_the_schemas_of_today(schemas: Schemas, run: Run) -> None:
    assert (ROOT / PATH).read_bytes() == openness_page(schemas)[PATH]
    assert run("-C", ROOT, "form", "--openness", "--check").code == 0


@pytest.mark.parametrize("name", RECORDS)
def test_the_page_says_what_the_edition_does(schemas: Schemas, name: str) -> None:
    """Of a record in which everything is filled in there passes what the page says, and nothing else."""
    root = schemas.field(name)

    def filled(here: Field) -> object:
        if here.items is not None:
            return [filled(here.items)]
        return {key: filled(child) for key, child in here.properties.items()} if here.properties else "x"

    def places(node: object, place: str = "") -> set[str]:
        if isinstance(node, list):
            return places(node[0], place)
        if not isinstance(node, dict):
            return set()
        return {one for key, value in node.items() for one in ({f"{place}/{key}"} | places(value, f"{place}/{key}"))}

    passed = public_part(filled(root), root, frozenset({"x"}))
    assert places(passed) == {one.place for one in openness(schemas, name) if one.open}


def test_instructions_phones_and_people_never_pass(schemas: Schemas) -> None:
    for name in RECORDS:
        shown = [one for one in openness(schemas, name) if one.open]
        persons = {*person_fields(schemas.field(name)), "signed", "opinion"}
        assert not {one.place for one in shown} & {*INSTRUCTIONS}
        assert not [one.place for one in shown if one.field.personal == "phone"]
        assert not [one.place for one in shown if one.place.rpartition("/")[2] in persons and not one.field.is_date]
    assert {one.place for one in openness(schemas, "item")} >= {*INSTRUCTIONS}


def test_instructions_are_in_nothing_that_is_sent_out(ledger: Ledger, readings: Readings, run: Run) -> None:
    """Reminders go through channels of others, and figures are handed on."""
    told = {
        clause
        for item in ledger.items.values()
        for source in item.record["intake"]["sources"]
        if source["type"] == INSTRUCTION
        for clause in source.get("text", "").replace("，", "。").split("。")
        if len(clause) >= LEAST
    }
    assert len(told) > 100
    sent = [
        str(message(one, ledger.registry, language("zh"), ""))
        for day in ("2019-08-05", "2019-10-14", AS_OF)
        for one in told_on(readings.ledger(day), day).values()
    ]
    sent.append(run("-C", ROOT, "figures", "--format", "json").out)
    assert len(sent) > 20
    assert all(len(one) > 50 for one in sent)
    assert [clause for clause in told for text in sent if clause in text] == []


def test_no_page_of_the_public_has_an_instruction(schemas: Schemas) -> None:
    """Whatever the items say: a record is cut before any page is made, so that there is nothing to leak."""
    for file in sorted((ROOT / "items").rglob("*.yml")):
        cut = public_part(parse("", file.read_bytes())[0], schemas.field("item"), frozenset())
        assert not [one for one in cut["intake"]["sources"] if one.keys() & {"text", "leader", "ref"}]
        assert "new_instruction" not in cut.get("feedback", {})
