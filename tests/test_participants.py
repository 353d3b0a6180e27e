"""Members of the public who take part throughout: signed for by the registrar, shown inside, nowhere outside."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Outcome
from duban.assignment import assigned
from duban.language import language
from duban.model import Data, Ledger
from duban.parse import parse
from duban.publish import item_pages, team_page
from duban.schema import Schemas
from duban.timeline import Timeline
from duban.writing import file_text
from signing import OTHER, City, findings, seats, visit
from site_fixtures import EDITIONS, contents, dress, everything_said, pages_of, public_words, text_of
from test_item_page import changed, item_page, with_only

ITEM = "2019-0051"
KIND, KEPT = "照料中心周边住户代表", "督查办三号柜第七格"
DIGEST = "5f" * 32
NEEDLES = (KIND, KEPT, DIGEST, "public-01")


def participant(registrar: str, since: str = "2019-10-28", **more: Any) -> Data:
    consent = {"on": "2019-10-28", "how": "书面", "kept_at": KEPT, "sha256": DIGEST}
    signed = [{"role": "registrar", "by": registrar, "on": "2019-10-28"}]
    return {"code": "P1", "kind": KIND, "count": 3, "since": since, "consent": consent, **more, "signed": signed}


def taking_part(ledger: Ledger, **more: Any) -> Ledger:
    """The shipped ledger with residents who took part in the visit of an item."""

    def add(record: Any) -> None:
        record["participants"] = [participant("registrar", person="public-01", **more)]
        record["visits"][0]["took_part"] = ["P1"]

    return changed(ledger, ITEM, add)


def test_the_registrar_signs_for_a_participant_and_for_a_withdrawal(city: City) -> None:
    def join(data: Data) -> None:
        data["participants"] = [participant("registrar")]

    def withdraw(data: Data) -> None:
        signed = [{"role": "registrar", "by": "registrar", "on": city.day}]
        data["participants"][0]["withdrawn"] = {"on": city.day, "how": "电话", "signed": signed}

    def go(data: Data) -> None:
        data["visits"] = [{**visit("section-head", city.day), "took_part": ["P1"]}]

    number = city.open(city.edited(join, OTHER))
    assert seats(city.gate(number)) == [("registrar", "registrar", "missing", "not_reviewed")]
    city.approve(number, "registrar")
    assert city.gate(number).verdict == "pass"
    city.merge(number)
    edited = city.edited(lambda data: data["participants"][0]["consent"].update(how="电话"), OTHER)
    assert ("D901", OTHER) in findings(city.gate(city.open(edited)))
    city.passed(city.edited(withdraw, OTHER), "registrar")
    city.now = city.now.replace(day=city.now.day + 1)
    assert findings(city.gate(city.open(city.edited(go, OTHER)))) == [("D318", OTHER)]
    assert city.data(OTHER)["participants"][0]["withdrawn"]["how"] == "电话"


def test_consent_may_be_withdrawn_after_the_item_ended(city: City) -> None:
    """Everything else is refused then."""

    def end(data: Data) -> None:
        signed = [{"role": "director", "by": "director", "on": city.day}]
        data["participants"] = [participant("registrar")]
        data["withdrawn"] = {"on": city.day, "by": "director", "reason": "并入上级督办。", "signed": signed}

    def withdraw(data: Data) -> None:
        signed = [{"role": "registrar", "by": "registrar", "on": city.day}]
        data["participants"][0]["withdrawn"] = {"on": city.day, "how": "网上", "signed": signed}

    city.passed(city.edited(end, OTHER), "registrar", "director")
    city.now = city.now.replace(day=city.now.day + 1)
    later = city.edited(lambda data: data["participants"].append(participant("registrar", city.day, code="P2")), OTHER)
    assert ("D310", OTHER) in findings(city.gate(city.open(later)))
    city.passed(city.edited(withdraw, OTHER), "registrar")


@pytest.mark.parametrize("code", ["zh", "en"])
def test_inside_the_item_and_the_team_tell_of_them(ledger: Ledger, schemas: Schemas, code: str) -> None:
    text, known = language(code), taking_part(ledger)
    page = text_of(item_page(known, schemas, ITEM, code=code))
    field = schemas.field("item").properties["participants"]
    assert field.label(code) in page
    assert KIND in page
    assert KEPT in page
    team = text_of(
        pages_of(team_page.site_pages, ledger=with_only(known, ITEM), schemas=schemas, code=code)["team.html"]
    )
    assert text("team.part.participant") in team


def test_who_withdrew_is_on_the_item_no_more(ledger: Ledger, schemas: Schemas) -> None:
    signed = [{"role": "registrar", "by": "registrar", "on": "2019-10-30"}]
    known = taking_part(ledger, withdrawn={"on": "2019-10-30", "how": "电话", "signed": signed})
    record: Any = copy.deepcopy(known.items[ITEM].record)
    assert "public-01" not in assigned(record)
    before: Any = Timeline(schemas.field("item")).until(record, "2019-10-29")
    assert assigned(before)["public-01"] == ("participant",)
    assert "participants" not in Timeline(schemas.field("item")).until(record, "2019-10-27")


def test_the_public_edition_is_that_of_a_ledger_without_them(ledger: Ledger, schemas: Schemas) -> None:
    plain = public_words(with_only(ledger, ITEM), schemas)
    assert f"items/{ITEM}.html" in plain
    assert public_words(with_only(taking_part(ledger), ITEM), schemas) == plain


def test_no_file_of_the_public_site_names_them(
    copy_of: Callable[..., Path], schemas: Schemas, run: Callable[..., Outcome], tmp_path: Path
) -> None:
    """Built as an office builds it; the leak test runs over the same bytes."""
    folder = dress(copy_of(items=[ITEM]))
    path = folder / f"items/2019/{ITEM}.yml"
    data = parse("", path.read_bytes())[0]
    data["participants"] = [participant("registrar", person="public-01")]
    data["visits"][0]["took_part"] = ["P1"]
    path.write_text(file_text(data, schemas.field("item")), encoding="utf-8")
    told = [one["code"] for one in run("-C", folder, "check", "--format", "json").json["findings"]]
    assert set(told) <= {"D205"}  # the plan of inspections names items that this copy leaves out
    found = {}
    for name in EDITIONS:
        out = tmp_path / name
        assert run("-C", folder, "site", "--edition", name, "--out", out).code == 0
        found[name] = everything_said(contents(out))
    assert [one for one in NEEDLES if one in found["public"]] == []
    assert [one for one in (KIND, KEPT) if one in found["internal"]] == [KIND, KEPT]


def test_an_item_without_participants_says_nothing_of_them(ledger: Ledger, schemas: Schemas) -> None:
    """An item without participants shows as before."""
    page = pages_of(item_pages.loose_pages, ledger=with_only(ledger, ITEM), schemas=schemas)[f"items/{ITEM}.html"]
    assert 'id="participants"' not in page
