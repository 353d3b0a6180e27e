"""Any entry, wherever one may be added, filled in at random: it is valid, and all that changed in the file."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import AS_OF
from duban.adding import with_part
from duban.answer import choices
from duban.calendar import WorkCalendar
from duban.known import Known
from duban.load import Readings
from duban.model import Registry
from duban.openings import openings
from duban.prefill import Filling, Question
from duban.reader import Reader
from duban.rules.amendments import effective
from duban.schema import Field, Schemas
from test_adding import OddHand, is_only_longer
from test_openings import life

ELSEWHERE = frozenset({"new_item", "new_instruction", "reopening", "amendment", "finished_on", "participants"})
"""What is true only together with another item, an old value, a consent, or a decision that is to come."""
SIGNS = "甲乙丙办结，。：:#-\"'[]{}&*!|>%@`, ab1"


class Chance:
    """A clerk who answers at random, and knows what the rules ask of a day, a unit and a person."""

    def __init__(self, chance: Random, record: Any, registry: Registry, deadline: str) -> None:
        self.chance, self.record, self.registry, self.deadline = chance, record, registry, deadline

    def begins(self, question: Question) -> bool:
        name = str(next(part for part in reversed(question.pointer) if isinstance(part, str)))
        if name in ("milestones_done", "attachments", "evidence"):
            return False
        if name == "milestones":
            return question.pointer == ("task_notice", "milestones", 0)
        return (
            question.required or name == "secrecy_review" or (question.pointer[-1] != 2 and self.chance.random() < 0.4)
        )

    def answer(self, question: Question) -> Any:
        here, default = question.field, question.default
        if here.name == "took_part":
            return None
        if default is not None and (question.required or self.chance.random() < 0.7):
            return default
        if not question.required and self.chance.random() < 0.5:
            return None
        if here.type == "array":
            member = here.items or here
            return list(dict.fromkeys(self.one(member, question) for _ in range(self.chance.randrange(1, 4))))
        return self.one(here, question)

    def one(self, here: Field, question: Question) -> Any:
        if here.enum:
            refused = {"退回", "不同意"} & {*here.enum}
            return next(iter(refused)) if refused else self.team(here, question)
        if here.type == "boolean":
            return True
        if here.type == "integer":
            return self.chance.randrange(int(here.schema.get("minimum", 0)), int(here.schema.get("maximum", 9)) + 1)
        if here.is_date:
            if not here.is_due or "milestones" in question.pointer:
                return question.day
            return (date.fromisoformat(max(question.day, self.deadline)) + timedelta(days=20)).isoformat()
        if here.ref:
            return self.referred(here, question)
        if here.personal:
            return "0356-2198001"
        return "督" + "".join(self.chance.choices(SIGNS, k=self.chance.randrange(3, 60))).strip() + "查"

    def team(self, here: Field, question: Question) -> Any:
        return "专业督查员" if question.pointer[-1] == "team" else self.chance.choice(here.enum)

    def referred(self, here: Field, question: Question) -> Any:
        if here.ref == "person":
            drafts = question.pointer[-1] == "drafted_by"
            return self.chance.choice(
                [*question.among] or ["section1-staff-1", "section2-staff-2"][: 1 if drafts else 2]
            )
        if here.ref == "unit":
            notice = self.record.get("task_notice") or self.record.get("proposal") or {}
            lead = notice.get("lead_unit", "civil-affairs")
            others = (one for one in ("civil-affairs", "transport-bureau") if one != lead)
            return next(others) if "co_units" in question.pointer else lead
        if here.ref == "item":
            return "2019-0001"
        if here.ref == "report":
            return "2019/001"
        return self.chance.choice(choices(here, self.registry, question.day, "zh")).value


@pytest.fixture(scope="module")
def moments(readings: Readings, schemas: Schemas) -> list[tuple[str, Any, str]]:
    """Every shipped item on every day that something was added to it: its file, its record before, the day."""
    found = []
    for path, reading in readings.items.items():
        assert reading.data is not None
        data = reading.data()
        found += [(path, record, day) for record, day, _, _ in life(data, schemas.field("item"))]
        found.append((path, data, AS_OF))
    return found


@settings(max_examples=200)
@given(data=st.data(), chance=st.randoms(use_true_random=False))
def test_whatever_is_added_is_valid_and_all_that_changed(
    moments: list[tuple[str, Any, str]],
    readings: Readings,
    schemas: Schemas,
    calendar: WorkCalendar,
    data: st.DataObject,
    chance: Random,
) -> None:
    root = schemas.field("item")
    path, record, day = data.draw(st.sampled_from(moments), label="moment")
    found = [one for one in openings(effective(record), root) if not ELSEWHERE & {one.name, one.kind}]
    opening = data.draw(st.sampled_from(found), label="opening") if found else None
    if opening is None:
        return
    known = Known(effective(record), readings.registry, calendar, day, readings.form_numbers())
    clerk = Chance(chance, record, readings.registry, known.deadline)
    value = Filling(known, clerk).filled(opening.pointer, opening.field)
    text = OddHand(chance).text(record)
    made = with_part(text.encode(), opening.pointer, value, root)
    assert is_only_longer(text, made.decode())
    reader = Reader(schemas, readings.tree)
    before, after = (
        {(one.code, one.pointer) for one in reader.item(path, content).problems if one.holds_on(day)}
        for content in (text.encode(), made)
    )
    assert {code for code, _ in after - before} <= {"D702"}, value
