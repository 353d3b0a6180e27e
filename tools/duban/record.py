"""The data of the record's files as typed dictionaries: the fields that some rule or page reads by name.

The schemas are the truth about fields; a test holds these against them.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from duban.form_record import (
    ClosureNotice,
    CoordinationNotice,
    Milestone,
    MilestoneDone,
    Signature,
    TaskNotice,
    TrackingNotice,
)

# Values of the schemas that rules and pages compare with.
OPEN = "主动公开"
UNCLASSIFIED = "非涉密"
INSTRUCTION = "领导批示"
UPHELD, UPHELD_IN_PART = "采纳", "部分采纳"
MESSAGE = "网民留言"
LEAD = "群众线索"


class Source(TypedDict):
    type: str
    ref: NotRequired[str]
    sent_on: NotRequired[str]
    leader: NotRequired[str]
    text: NotRequired[str]


class Intake(TypedDict):
    received_on: str
    received_by: str
    sources: list[Source]
    summary: str
    signed: list[Signature]


class Proposal(TypedDict):
    drafted_on: str
    drafted_by: str
    opinion: str
    lead_unit: str
    co_units: NotRequired[list[str]]
    deadline: str
    signed: list[Signature]


class Approval(TypedDict):
    approved_on: str
    approved_by: str
    opinion: str
    secrecy_review: NotRequired[dict[str, str]]
    signed: list[Signature]


class Supervisor(TypedDict):
    person: str
    team: str


class Method(TypedDict):
    confirmed_on: str
    handling: str
    means: list[str]
    supervisors: list[Supervisor]
    signed: list[Signature]


class Progress(TypedDict):
    on: str
    unit: str
    reporter: str
    progress: str
    percent: NotRequired[int]
    milestones_done: NotRequired[list[MilestoneDone]]
    cause: NotRequired[str]


class ExtensionDecision(TypedDict):
    on: str
    by: str
    result: str
    opinion: NotRequired[str]
    signed: list[Signature]


class Extension(TypedDict):
    applied_on: str
    unit: str
    reason: str
    cause: NotRequired[str]
    old_deadline: str
    new_deadline: str
    milestones: NotRequired[list[Milestone]]
    decision: NotRequired[ExtensionDecision]


class Consent(TypedDict):
    on: str
    how: str


class Withdrawal(TypedDict):
    on: str
    how: str


class Participant(TypedDict):
    code: str
    kind: str
    count: NotRequired[int]
    person: NotRequired[str]
    since: str
    consent: Consent
    withdrawn: NotRequired[Withdrawal]


class Visit(TypedDict):
    on: str
    place: str
    method: str
    visitors: list[str]
    participants: NotRequired[str]
    took_part: NotRequired[list[str]]
    finding: str
    requirement: NotRequired[str]


class Measure(TypedDict):
    kind: str
    on: str
    unit: str
    persons: NotRequired[list[str]]
    reason: str
    cause: NotRequired[str]
    outcome: NotRequired[str]
    report: NotRequired[str]
    signed: list[Signature]


class Report(TypedDict):
    on: str
    author: str
    result: str


class Feedback(TypedDict):
    on: str
    to: list[str]
    content: str
    new_instruction: NotRequired[str]
    new_item: NotRequired[str]


class Archive(TypedDict):
    archive_no: str
    on: str
    by: str
    retention: str
    used_for: list[str]
    lessons: NotRequired[str]


class LookBack(TypedDict):
    on: str
    by: str
    finding: str
    result: str


class Reopening(TypedDict):
    on: str
    new_item: str
    reason: str
    signed: list[Signature]


class Amendment(TypedDict):
    on: str
    field: str
    old: Any
    new: Any
    reason: str


class Ending(TypedDict):
    on: str
    by: str
    reason: str


class Superseding(Ending):
    by_item: str


class SourceCell(TypedDict):
    field: str
    cell: str


class Note(TypedDict):
    label: str
    on: NotRequired[str]
    text: str


class Transcription(TypedDict):
    file: str
    sha256: str
    sheet: str
    rows: str
    on: str
    by: str
    serial: NotRequired[str]
    lead_unit: NotRequired[str]
    co_units: NotRequired[list[str]]
    deadline: NotRequired[str]
    state: NotRequired[str]
    finished_on: NotRequired[str]
    notes: NotRequired[list[Note]]
    cells: list[SourceCell]


class ItemRecord(TypedDict):
    """The data of one item file, valid by schemas/item.schema.json."""

    id: str
    title: str
    openness: str
    secrecy: str
    urgency: str
    importance: NotRequired[str]
    category: str
    campaign: NotRequired[str]
    plan_refs: NotRequired[list[str]]
    related: NotRequired[list[str]]
    follows: NotRequired[str]
    reopened_from: NotRequired[str]
    sample: NotRequired[bool]
    transcribed: NotRequired[Transcription]
    intake: Intake
    proposal: NotRequired[Proposal]
    approval: NotRequired[Approval]
    method: NotRequired[Method]
    task_notice: NotRequired[TaskNotice]
    progress: NotRequired[list[Progress]]
    tracking_notices: NotRequired[list[TrackingNotice]]
    coordination_notices: NotRequired[list[CoordinationNotice]]
    extensions: NotRequired[list[Extension]]
    participants: NotRequired[list[Participant]]
    visits: NotRequired[list[Visit]]
    measures: NotRequired[list[Measure]]
    report: NotRequired[Report]
    closure_notices: NotRequired[list[ClosureNotice]]
    feedback: NotRequired[Feedback]
    archive: NotRequired[Archive]
    look_backs: NotRequired[list[LookBack]]
    reopening: NotRequired[Reopening]
    not_filed: NotRequired[Ending]
    withdrawn: NotRequired[Ending]
    superseded: NotRequired[Superseding]
    amendments: NotRequired[list[Amendment]]


class ReportRecord(TypedDict):
    """The data of one report file, valid by schemas/report.schema.json."""

    id: str
    kind: str
    title: str
    issued_on: str
    to: list[str]
    items: NotRequired[list[str]]
    campaign: NotRequired[str]
    summary: str
    body: NotRequired[list[dict[str, str]]]
    sample: NotRequired[bool]
    signed: list[Signature]


class Ruling(TypedDict):
    on: str
    result: str
    reason: str
    waived: NotRequired[list[str]]
    signed: list[Signature]


class Objection(TypedDict):
    on: str
    unit: str
    points: list[str]
    reason: str
    ruling: NotRequired[Ruling]
    signed: list[Signature]


class Freeze(TypedDict):
    on: str
    as_of: str
    commit: str
    digest: str
    signed: list[Signature]


class AssessmentRecord(TypedDict):
    """The data of one year's assessment file, valid by schemas/assessment.schema.json."""

    year: int
    objections: NotRequired[list[Objection]]
    freeze: NotRequired[Freeze]
    sample: NotRequired[bool]
