"""The four forms (四单) as the schemas have them: what is in a notice, its answers, checks and decisions."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Signature(TypedDict):
    role: str
    by: str
    on: str


class Milestone(TypedDict):
    name: str
    due: str


class MilestoneDone(TypedDict):
    name: str
    done_on: str


class Ack(TypedDict):
    by: str
    on: str
    objection: NotRequired[str]


class TaskNotice(TypedDict):
    form_no: str
    issued_on: str
    recipients: list[str]
    content: str
    standards: list[str]
    deadline: str
    milestones: NotRequired[list[Milestone]]
    lead_leader: str
    lead_unit: str
    co_units: NotRequired[list[str]]
    feedback_mode: str
    feedback_cycle: NotRequired[str]
    ack: NotRequired[Ack]
    contact: str


class Reply(TypedDict):
    on: str
    reporter: str
    progress: str
    next_steps: str
    percent: NotRequired[int]
    milestones_done: NotRequired[list[MilestoneDone]]
    cause: NotRequired[str]


class TrackingNotice(TypedDict):
    form_no: str
    issued_on: str
    seq: int
    colour: str
    to_unit: str
    deadline: str
    days_overdue: int
    finding: str
    cause: NotRequired[str]
    requirement: str
    reply_by: str
    reply: NotRequired[Reply]
    contact: str


class Subtask(TypedDict):
    unit: str
    task: str
    due: str
    done_on: NotRequired[str]
    result: NotRequired[str]


class Recheck(TypedDict):
    on: str
    by: str
    finding: str
    passed: bool


class CoordinationNotice(TypedDict):
    form_no: str
    issued_on: str
    recipients: list[str]
    issue: str
    convener: str
    subtasks: list[Subtask]
    recheck_on: str
    recheck: NotRequired[Recheck]
    contact: str


class ClosureDecision(TypedDict):
    on: str
    by: str
    result: str
    reason: NotRequired[str]


class StandardResult(TypedDict):
    standard: str
    met: bool
    evidence: str


class Verification(TypedDict):
    method: str
    by: str
    on: str
    finding: str


class Satisfaction(TypedDict):
    source: str
    rating: str
    on: str


class ClosureNotice(TypedDict):
    form_no: str
    issued_on: str
    applied_on: str
    applicant_unit: str
    standard_results: list[StandardResult]
    checklist: dict[str, bool]
    verification: NotRequired[Verification]
    satisfaction: NotRequired[Satisfaction]
    decision: NotRequired[ClosureDecision]
    finished_on: NotRequired[str]
    look_back_by: NotRequired[str]
    contact: str
