"""A ledger's statuses on a day → the notices that its policy calls for, filled in from the ledger for a person to sign.

What is drafted is never an act: a tracking notice, a coordination notice, or the proposal of a bulletin,
an interview or accountability. Its last word is left in brackets, which the check refuses (D111).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from duban.calendar import WorkCalendar
from duban.deadline import last_said, waits_for_decision
from duban.figures import ACCOUNTABILITY, BULLETIN_MEASURE, INTERVIEW
from duban.form_record import TrackingNotice
from duban.known import Known
from duban.language import Language
from duban.model import Data, Ledger
from duban.obligation import Obligation
from duban.prefill import prefilled
from duban.record import ItemRecord
from duban.schema import Field
from duban.status import OPEN_LIGHTS, Status

Kind = Literal["tracking_notice", "coordination_notice", "measure"]
Why = Literal[
    "overdue", "behind", "unanswered", "still", "objection", "stuck", "bulletin", "interview", "accountability"
]
LISTS: Mapping[Kind, str] = {
    "tracking_notice": "tracking_notices",
    "coordination_notice": "coordination_notices",
    "measure": "measures",
}
MEASURES: Mapping[Why, str] = {
    "bulletin": BULLETIN_MEASURE,
    "interview": INTERVIEW,
    "accountability": ACCOUNTABILITY,
}
_URGENT, _RED = "特急", "红"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One draft. ``why`` names the rule of the policy that calls for it; ``unit`` is whom it is for.

    ``key`` names it for good: the item, the rule, and the day since when it calls. What is missed later, or an
    answer that comes and does not help, is another ground and another draft.
    """

    item: str
    kind: Kind
    why: Why
    unit: str
    key: str
    entry: Data


class Drafter:
    """Makes the drafts of one day; form numbers go on after those ``taken``, and from one draft to the next."""

    def __init__(
        self, ledger: Ledger, root: Field, day: str, calendar: WorkCalendar, text: Language, taken: Iterable[str] = ()
    ) -> None:
        self._ledger, self._root, self._day, self._calendar, self._text = ledger, root, day, calendar, text
        self._policy = ledger.registry.policy
        self._taken = {*taken}

    def proposals(self, states: Mapping[str, Status]) -> Iterator[Proposal]:
        """What the policy calls for, item by item, at most one notice and one measure each."""
        for identity, state in states.items():
            if state.light not in OPEN_LIGHTS or not state.due:
                continue
            record = self._ledger.items[identity].record
            if "task_notice" not in record:
                continue  # an older ledger's deadline: this one never told the unit of it
            waits = waits_for_decision(record)
            measure = None if waits else self._measure(record, state)
            if measure is not None:
                yield measure
            notice = self._coordination(record, state) or (None if waits else self._tracking(record, state))
            if notice is not None:
                yield notice

    def _tracking(self, record: ItemRecord, state: Status) -> Proposal | None:
        ground = self._why_tracked(record, state)
        if ground is None:
            return None
        why, since = ground
        notices = record.get("tracking_notices", [])
        entry = self._begun(record, "tracking_notice")
        entry["colour"] = self._colour(record, notices, why)
        entry["finding"] = self._finding(record, state)
        entry["requirement"] = self._text("draft.requirement", reply_by=entry["reply_by"])
        return Proposal(record["id"], "tracking_notice", why, state.lead_unit, _key(record, why, since), entry)

    def _why_tracked(self, record: ItemRecord, state: Status) -> tuple[Why, str] | None:
        """A first notice once something was missed; the next once its reply is late, or did not help; since when."""
        missed = [one for one in state.pending if one.kind in ("milestone", "deadline") and one.due < self._day]
        if not missed:
            return None
        notices = record.get("tracking_notices", [])
        last = notices[-1] if notices else None
        reply = last.get("reply") if last else None
        anew = [one.due for one in missed if last is None or (reply and last["issued_on"] <= one.due)]
        if anew:
            return "overdue" if state.light == "overdue" else "behind", min(anew)
        if last is None or reply is None:
            return ("unanswered", last["reply_by"]) if last and last["reply_by"] < self._day else None
        waited = self._calendar.workdays_between(reply["on"], self._day)
        return ("still", reply["on"]) if waited >= self._policy["tracking"]["bulletin_after_workdays"] else None

    def _colour(self, record: ItemRecord, notices: list[TrackingNotice], why: Why) -> str:
        """One colour higher where the last notice was not answered or did not help; urgent items start one higher."""
        colours: list[str] = self._policy["tracking"]["colours"]
        start = 1 if record["urgency"] == _URGENT else 0
        if notices:
            known = notices[-1]["colour"]
            last = colours.index(known) if known in colours else start
            start = max(start, last + (why in ("unanswered", "still", "overdue")))
        return colours[min(start, len(colours) - 1)]

    def _coordination(self, record: ItemRecord, state: Status) -> Proposal | None:
        """Where a unit objected on receipt, or a subtask is stuck, and nothing was coordinated since."""
        notices = record.get("coordination_notices", [])
        latest = max((one["issued_on"] for one in notices), default="")
        ack = record["task_notice"].get("ack")
        stuck = [one for one in state.pending if one.kind == "subtask" and one.due < self._day and latest <= one.due]
        if ack and ack.get("objection") and latest < ack["on"]:
            units = [state.lead_unit, *record["task_notice"].get("co_units", ())]
            return self._coordinated(record, ("objection", ack["on"]), units, ack["objection"], ())
        if stuck:
            units = list(dict.fromkeys((state.lead_unit, *(one.owner for one in stuck))))
            said = self._text("draft.stuck", tasks=self._listed(stuck))
            since = min(one.due for one in stuck)
            return self._coordinated(record, ("stuck", since), units, said, stuck)
        return None

    def _coordinated(
        self,
        record: ItemRecord,
        ground: tuple[Why, str],
        units: list[str],
        issue: str,
        stuck: list[Obligation] | tuple[()],
    ) -> Proposal:
        due = self._known(record).reply_by
        tasks = [{"unit": one.owner, "task": one.name, "due": due} for one in stuck]
        asked = self._text("draft.task")
        begun = self._begun(record, "coordination_notice")
        entry = {
            **begun,
            "recipients": units,
            "issue": self._text("draft.to_verify", said=issue),
            "level": "督查办",
            **({"convener": begun["signer"]} if "signer" in begun else {}),
            "subtasks": tasks or [{"unit": unit, "task": asked, "due": due} for unit in units],
            "recheck_on": self._calendar.add_workdays(due, 1),
        }
        why = ground[0]
        return Proposal(record["id"], "coordination_notice", why, units[0], _key(record, *ground), entry)

    def _measure(self, record: ItemRecord, state: Status) -> Proposal | None:
        ground = self._why_measured(record)
        if ground is None:
            return None
        why, since = ground
        entry = {
            **self._begun(record, "measure"),
            "kind": MEASURES[why],
            **({} if why == "bulletin" else {"persons": [self._text("draft.persons")]}),
            "reason": self._finding(record, state),
            "outcome": self._text(f"draft.proposed.{why}"),
        }
        return Proposal(record["id"], "measure", why, state.lead_unit, _key(record, why, since), entry)

    def _why_measured(self, record: ItemRecord) -> tuple[Why, str] | None:
        """A bulletin for a reply that is long late; an interview after red notices in a row; then accountability."""
        notices, rules = record.get("tracking_notices", []), self._policy["tracking"]
        if not notices:
            return None
        taken = {measure["kind"]: measure["on"] for measure in record.get("measures", ())}
        last = notices[-1]
        limit = rules["interview_after_red"]
        in_a_row = len(notices) >= limit and all(one["colour"] == _RED for one in notices[-limit:])
        if in_a_row and last["reply_by"] < self._day:
            if MEASURES["interview"] not in taken:
                return "interview", last["reply_by"]
            if taken[MEASURES["interview"]] < last["issued_on"] and MEASURES["accountability"] not in taken:
                return "accountability", last["reply_by"]
            return None
        late = self._calendar.workdays_between(last["reply_by"], self._day)
        unanswered = "reply" not in last and late >= rules["bulletin_after_workdays"]
        told = taken.get(MEASURES["bulletin"], "") >= last["issued_on"]
        return ("bulletin", last["reply_by"]) if unanswered and not told else None

    def _finding(self, record: ItemRecord, state: Status) -> str:
        """What the ledger says: what was missed by how much, and what the unit said last."""
        text = self._text
        missed = [
            one for one in state.pending if one.kind in ("milestone", "deadline", "subtask") and one.due < self._day
        ]
        on, progress = last_said(record)
        parts = [text("draft.missed", day=self._day, tasks=self._listed(missed))]
        if on:
            parts.append(text("draft.said", on=on, progress=progress.strip()))
        else:
            parts.append(text("draft.silent"))
        return "".join(parts)

    def _listed(self, owed: list[Obligation]) -> str:
        named = [
            self._text(
                "draft.one",
                what=self._what(one),
                due=one.due,
                days=_days(one.due, self._day),
            )
            for one in owed
        ]
        return self._text("shown.semicolon").join(named)

    def _what(self, one: Obligation) -> str:
        what = self._text(f"obligation.{one.kind}")
        return what if one.kind == "deadline" else self._text("reminder.named", what=what, name=one.name)

    def _begun(self, record: ItemRecord, kind: Kind) -> Data:
        """The next entry of a kind with what the ledger knows, its form number taken from now on."""
        pointer = (LISTS[kind], len(record.get(LISTS[kind], ())))  # type: ignore[arg-type]
        here = self._root.at(pointer)
        if here is None:
            raise ValueError(kind)
        entry: Data = prefilled(self._known(record), pointer, here)
        self._taken.add(entry.get("form_no", ""))
        return entry

    def _known(self, record: ItemRecord) -> Known:
        return Known(cast(Data, record), self._ledger.registry, self._calendar, self._day, self._taken)


def _key(record: ItemRecord, why: Why, since: str) -> str:
    return f"{record['id']}-{why}-{since.replace('-', '')}"


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days
