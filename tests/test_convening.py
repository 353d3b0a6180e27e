"""A team is convened from the roster: by hand from a small one, then laws over any roster, plan and wish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AS_OF, ROOT, Outcome
from duban.calendar import WorkCalendar
from duban.convening import SUPERVISING, Convening, Duty, Makeup, Wish, convene, duties
from duban.model import Inspection, Ledger, Person, Registry, Term, Unit
from duban.status import statuses

UNITS = {
    "sasac": Unit("sasac", "国资委", "国资委", "市政府部门"),
    "water": Unit("water", "自来水公司", "自来水公司", "市属国企", parent="sasac"),
    "meters": Unit("meters", "水表公司", "水表公司", "市属国企", parent="water"),
    "bus": Unit("bus", "公交公司", "公交公司", "市属国企", parent="sasac"),
    "office": Unit("office", "督查办", "督查办", "督查机构"),
}
ALWAYS = (Term("2019-01-01", "", "supervisor"),)
DAYS = st.dates(date(2019, 11, 1), date(2019, 11, 30)).map(date.isoformat)
SPANS = st.tuples(DAYS, DAYS).map(sorted)


def person(id_: str, team: str = SUPERVISING[0], unit: str = "office", **more: Any) -> Person:
    return Person(id_, f"职务{id_}", unit, team, more.pop("roles", ALWAYS), **more)


def roster(people: Sequence[Person]) -> Registry:
    return Registry(units=UNITS, people={one.id: one for one in people}, campaigns={}, plans={}, policy={})


PEOPLE = st.lists(
    st.builds(
        lambda number, team, unit, span, termed, role: Person(
            f"p{number:02}",
            "职务",
            unit,
            team,
            (Term(*(span if not termed else ("2019-01-01", "")), role),),
            term=Term(*span) if termed else None,
        ),
        st.integers(0, 30),
        st.sampled_from((*SUPERVISING, "责任单位")),
        st.sampled_from(list(UNITS)),
        st.one_of(st.just(["2019-01-01", ""]), SPANS),
        st.booleans(),
        st.sampled_from(["supervisor", "supervisor", "director"]),
    ),
    max_size=16,
    unique_by=lambda one: one.id,
)
PLANS = st.lists(
    st.builds(
        lambda span, people: Inspection("other", "别的督查", "专项督查", *span, units=("bus",), team=tuple(people)),
        SPANS,
        st.lists(st.integers(0, 30).map("p{:02}".format), max_size=4),
    ),
    max_size=3,
)
LOADS = st.dictionaries(st.integers(0, 30).map("p{:02}".format), st.integers(0, 4))
WISHES = st.builds(
    lambda units, span, out: Wish(tuple(units), *span, frozenset(out)),
    st.lists(st.sampled_from(list(UNITS)), min_size=1, max_size=2, unique=True),
    SPANS,
    st.lists(st.integers(0, 30).map("p{:02}".format), max_size=2),
)
MAKEUPS = st.builds(
    lambda lead, counts, size: Makeup(lead, dict(zip(SUPERVISING, counts, strict=True)), size),
    st.sampled_from(SUPERVISING),
    st.tuples(*[st.integers(0, 2)] * 3),
    st.integers(1, 6),
)


def lying(loads: dict[str, int]) -> dict[str, Duty]:
    return {who: Duty(who, count) for who, count in loads.items()}


def seats(found: Convening) -> list[tuple[str, str]]:
    return [(one.person, one.seat) for one in found.chosen]


def reasons(found: Convening) -> dict[str, tuple[str, str]]:
    return {one.person: (one.reason, one.detail) for one in found.left_out}


WISH = Wish(("water",), "2019-11-12", "2019-11-14")


def test_each_team_sends_its_least_loaded_and_the_rest_is_made_up_from_all() -> None:
    people = [
        *(person(name) for name in ("pro-a", "pro-b", "pro-c")),
        *(person(name, SUPERVISING[1], "bus") for name in ("com-a", "com-b")),
        *(person(name, SUPERVISING[2], "bus") for name in ("exp-a", "exp-b")),
    ]
    loads = lying({"pro-a": 2, "pro-b": 1, "pro-c": 1, "com-a": 5, "com-b": 6, "exp-b": 0, "exp-a": 9})
    found = convene(roster(people), (), loads, WISH, Makeup())
    assert seats(found) == [("pro-b", "lead"), ("com-a", "team"), ("exp-b", "team"), ("pro-c", "any")]
    assert reasons(found) == dict.fromkeys(("pro-a", "com-b", "exp-a"), ("load", ""))
    assert seats(convene(roster(people), (), loads, WISH, Makeup(size=1))) == seats(found)[:3], "a seat for each team"


def test_everyone_who_stays_is_told_why() -> None:
    free = [person("pro"), person("com", SUPERVISING[1]), person("exp", SUPERVISING[2]), person("more")]
    hindered = {
        "excused": person("excused"),
        "old": person("old", SUPERVISING[2], term=Term("2018-11-14", "2019-11-13")),
        "new": person("new", roles=(Term("2019-11-13", "", "supervisor"),)),
        "own": person("own", unit="water"),
        "above": person("above", unit="sasac"),
        "below": person("below", unit="meters"),
        "booked": person("booked"),
        "director": person("director", roles=(*ALWAYS, Term("2019-01-01", "", "director"))),
    }
    other = Inspection("other", "别的", "专项督查", "2019-11-14", "2019-11-20", lead="booked")
    month = replace(other, id="month", by_month=True, start="2019-11-01", end="2019-11-30", lead="pro")
    wish = replace(WISH, excused=frozenset({"excused"}))
    public = person("public", "社会群众")
    found = convene(roster([*free, *hindered.values(), public]), (other, month), {}, wish, Makeup())
    assert {one.person for one in found.chosen} == {one.id for one in free}
    assert reasons(found) == {
        "excused": ("excused", ""),
        "old": ("term", ""),
        "new": ("term", ""),
        "own": ("unit", "water"),
        "above": ("unit", "water"),
        "below": ("unit", "water"),
        "booked": ("busy", "other"),
        "director": ("role", "director"),
    }
    beside = convene(roster([*free, person("beside", unit="bus")]), (), {}, WISH, Makeup(size=5))
    assert ("beside", "lead") in seats(beside), "a sister company of the unit inspected may go"


@pytest.mark.parametrize(
    ("people", "missing"),
    [
        ([], dict.fromkeys(SUPERVISING, 1)),
        ([person("a"), person("b"), person("c", SUPERVISING[1]), person("d", SUPERVISING[1])], {SUPERVISING[2]: 1}),
        ([person("a"), person("b", SUPERVISING[1]), person("c", SUPERVISING[2])], {"": 1}),
    ],
)
def test_too_few_are_named_and_nobody_is_chosen(people: list[Person], missing: dict[str, int]) -> None:
    found = convene(roster(people), (), {}, WISH, Makeup())
    assert (found.chosen, found.missing) == ((), missing)


def test_units_in_a_circle_end_somewhere() -> None:
    around = {**UNITS, "sasac": replace(UNITS["sasac"], parent="meters")}
    registry = replace(roster([person("own", unit="meters")]), units=around)
    assert reasons(convene(registry, (), {}, WISH, Makeup())) == {"own": ("unit", "water")}


@given(PEOPLE, PLANS, LOADS, WISHES, MAKEUPS)
def test_nobody_goes_who_may_not_and_everybody_is_accounted_for(
    people: list[Person], plans: list[Inspection], loads: dict[str, int], wish: Wish, makeup: Makeup
) -> None:
    registry = roster(people)
    found = convene(registry, plans, lying(loads), wish, makeup)
    above = {"water": {"sasac"}, "meters": {"water", "sasac"}, "bus": {"sasac"}}
    for one in found.chosen:
        who = registry.people[one.person]
        assert who.term is None or (who.term.covers(wish.start) and who.term.covers(wish.end))
        assert any(role.covers(wish.start) and role.covers(wish.end) for role in who.roles)
        assert who.id not in wish.excused
        for unit in wish.units:
            assert who.unit != unit
            assert who.unit not in above.get(unit, set())
            assert unit not in above.get(who.unit, set())
        assert not any(who.id in plan.people and plan.overlaps(wish.start, wish.end) for plan in plans)
    told = [one.person for one in (*found.chosen, *found.left_out)]
    assert len(told) == len(set(told))
    if found.missing:
        assert found.chosen == ()
        return
    assert set(told) == {one.id for one in people if one.team in makeup.seats}
    counts = Counter(one.team for one in found.chosen)
    assert all(counts[team] >= count for team, count in makeup.seats.items())
    assert len(found.chosen) == max(makeup.size, sum(makeup.seats.values()))
    assert (found.chosen[0].team, [one.seat for one in found.chosen].count("lead")) == (makeup.lead, 1)
    for stays in found.left_out:
        if stays.reason == "load":
            mine = [one for one in found.chosen if one.team == stays.team]
            assert all((one.duty.load, one.person) < (stays.duty.load, stays.person) for one in mine)


@given(PEOPLE, PLANS, LOADS, WISHES, MAKEUPS, st.randoms(use_true_random=False))
def test_the_order_of_the_roster_changes_nothing(
    people: list[Person], plans: list[Inspection], loads: dict[str, int], wish: Wish, makeup: Makeup, chance: Any
) -> None:
    found = convene(roster(people), plans, lying(loads), wish, makeup)
    chance.shuffle(people)
    assert convene(roster(people), plans, lying(loads), wish, makeup) == found


@given(PEOPLE, PLANS, LOADS, WISHES, MAKEUPS, st.sampled_from(SUPERVISING))
def test_one_more_who_is_free_never_spoils_a_team(
    people: list[Person], plans: list[Inspection], loads: dict[str, int], wish: Wish, makeup: Makeup, team: str
) -> None:
    before = convene(roster(people), plans, lying(loads), wish, makeup)
    after = convene(roster([*people, person("newcomer", team, "nowhere")]), plans, lying(loads), wish, makeup)
    assert not after.missing or before.missing
    assert sum(after.missing.values()) <= sum(before.missing.values()) or "" in after.missing


def test_the_policy_says_how_a_team_is_made_up() -> None:
    row = {"team": "社会群众", "at_least": 2}
    policy: Any = {"convening": {"lead": "督查专家", "teams": [row], "size": 3, "spared_roles": []}}
    assert Makeup.of(policy) == Makeup("督查专家", {"社会群众": 2}, 3, frozenset())
    assert Makeup.of(policy).seats == {"社会群众": 2, "督查专家": 1}
    assert Makeup.of({}) == Makeup()


def test_the_command_proposes_whom_the_judgement_chose(
    run: Callable[..., Outcome], ledger: Ledger, calendar: WorkCalendar
) -> None:
    states = statuses(ledger, AS_OF, calendar)
    planned = ledger.registry.inspections.values()
    wish = Wish(("chengqu", "zezhou"), "2019-12-03", "2019-12-04", frozenset({"commissioner-1"}))
    found = convene(ledger.registry, planned, duties(ledger, states.values(), planned, AS_OF), wish, Makeup())
    given_ = ("-C", ROOT, "convene", "chengqu", "zezhou", "--from", "2019-12-03", "--to", "2019-12-04")
    told = run(*given_, "--without", "commissioner-1", "--format", "json")
    assert (told.code, told.json["as_of"], told.json["missing"]) == (0, AS_OF, [])
    assert [(one["person"], one["seat"]) for one in told.json["chosen"]] == seats(found)
    assert {one["person"]: (one["reason"], one["detail"] or "") for one in told.json["left_out"]} == reasons(found)
    assert reasons(found)["deputy-director"] == ("busy", "county-annual")
    assert reasons(found)["expert-11"] == ("unit", "chengqu")
    printed = run(*given_).out
    assert "县（市、区）年度综合督查" in printed
    assert ledger.registry.position(found.chosen[1].person) in printed
    lacking = run(*given_, "--size", "30", "--format", "json")
    assert lacking.code == 1
    assert lacking.json["missing"][0]["team"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("nosuch", "--from", "2019-11-19"),
        ("chengqu", "--from", "2019-13-19"),
        ("chengqu", "--from", "2019-11-19", "--to", "2019-11-18"),
        ("chengqu", "--from", "2019-11-19", "--without", "nobody"),
        ("chengqu", "--from", "2019-11-19", "--size", "0"),
        ("chengqu",),
    ],
)
def test_a_wish_that_makes_no_sense_is_wrong_usage(run: Callable[..., Outcome], arguments: tuple[str, ...]) -> None:
    assert run("-C", ROOT, "convene", *arguments).code == 2
