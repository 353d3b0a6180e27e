"""Members of the public who take part in an item throughout: by consent, and no longer than it stands."""

from __future__ import annotations

from collections.abc import Iterator

from duban.finding import Problem
from duban.model import TEAMS
from duban.record import Participant
from duban.rules.case import Case
from duban.rules.references import fit

_PUBLIC = TEAMS[-1]


def consent(case: Case) -> Iterator[Problem]:
    """D317–D320: nobody takes part before they consented or after they withdrew; codes are known, and used once."""
    known: dict[str, Participant] = {}
    first: dict[str, str] = {}
    for index, one in enumerate(case.record.get("participants", ())):
        if one["code"] in known:
            yield Problem("D320", ("participants", index, "code"), {"code": one["code"]})
        known.setdefault(one["code"], one)
        first.setdefault(one["code"], one["since"])
    for index, visit in enumerate(case.record.get("visits", ())):
        for position, code in enumerate(visit.get("took_part", ())):
            here = ("visits", index, "took_part", position)
            if code not in known:
                yield Problem("D319", here, {"code": code})
                continue
            first[code] = min(first[code], visit["on"])
            withdrawn = known[code].get("withdrawn")
            if withdrawn and visit["on"] > withdrawn["on"]:
                yield Problem("D318", here, {"code": code, "day": visit["on"], "withdrawn": withdrawn["on"]})
    for index, one in enumerate(case.record.get("participants", ())):
        given = one["consent"]["on"]
        if given > first[one["code"]]:
            details = {"code": one["code"], "day": first[one["code"]], "consent": given}
            yield Problem("D317", ("participants", index, "consent", "on"), details)


def of_the_roster(case: Case) -> Iterator[Problem]:
    """D210–D212: who is named of the roster belongs to the team of the public, serves, and not in a unit supervised."""
    record, registry = case.record, case.registry
    notice = record.get("task_notice")
    supervised = {notice["lead_unit"], *notice.get("co_units", ())} if notice else set()
    for index, one in enumerate(record.get("participants", ())):
        here = ("participants", index, "person")
        person = registry.people.get(one["person"]) if "person" in one else None
        if person is None:
            continue
        if person.team != _PUBLIC:
            yield Problem("D212", here, {"person": person.position, "team": _PUBLIC, "roster_team": person.team})
        yield from fit(registry, here, person.id, one["since"], supervised)
