"""Small hand-made records and the policy they are judged by, for tests of meaning rather than of files."""

from __future__ import annotations

from typing import Any

from duban.model import Data

OFFICE = "office"
LEAD = "housing"
POLICY: Data = {
    "office": OFFICE,
    "ack_within_workdays": 1,
    "periodic_due": {"weekly": 5, "monthly": 5},
    "result_report_days": 7,
    "look_back_days": 30,
    "coordination": {"within_workdays": 3},
    "reopen": {"within_days": 3, "deadline_days": 15},
    "lights": {"due_soon_workdays": 3},
    "extension": {"max_times": 1, "decide_within_workdays": 2},
}
ISSUED = "2019-09-02"
DEADLINE = "2019-09-20"


def received(**parts: Any) -> Any:
    """An item that has been registered, with any other entries."""
    sources = [{"type": "领导批示", "leader": "mayor", "text": "请督办。"}]
    intake = {"received_on": "2019-08-28", "received_by": "registrar", "sources": sources, "summary": "路灯不亮。"}
    return {"id": "2019-0001", "title": "白水街路灯不亮", "intake": intake, **parts}


def noticed(notice: Data | None = None, **parts: Any) -> Any:
    """An item whose task notice is out and signed for; ``notice`` adds to the notice."""
    task = {
        "form_no": "晋督任〔2019〕1号",
        "issued_on": ISSUED,
        "deadline": DEADLINE,
        "lead_unit": LEAD,
        "feedback_mode": "一次性",
        "contact": "staff-1",
        "ack": {"by": "housing-head", "on": "2019-09-03"},
        **(notice or {}),
    }
    return received(proposal=proposal(), approval={}, method={}, task_notice=task, **parts)


def proposal(deadline: str = "2019-09-18") -> Data:
    """A proposal of the deadline, by which no one is bound yet."""
    return {"drafted_on": "2019-08-29", "lead_unit": "transport", "deadline": deadline}


def extension(result: str = "", applied: str = "2019-09-16", new: str = "2019-10-11", old: str = DEADLINE) -> Data:
    """An extension asked for, and decided the day after when a result is given."""
    asked: Data = {"applied_on": applied, "unit": LEAD, "old_deadline": old, "new_deadline": new}
    return {**asked, "decision": {"on": "2019-09-17", "result": result}} if result else asked


def closure(finished: str = "2019-09-18", decided: str = "2019-09-24", result: str = "同意", **parts: Any) -> Data:
    """A close-out notice that was decided; without a day of finish when ``finished`` is ""."""
    notice: Data = {"applied_on": "2019-09-19", "issued_on": "2019-09-19", **parts}
    notice |= {"finished_on": finished} if finished else {}
    return {**notice, "decision": {"on": decided, "result": result}} if result else notice


def ended(on: str = "2019-09-10") -> Data:
    """An entry that ends the item otherwise than by closing."""
    return {"on": on, "by": "director", "reason": "与另一事项并案。"}
