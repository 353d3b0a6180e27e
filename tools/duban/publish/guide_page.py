"""An edition → the staff guide: the seven steps, the forms, who signs what, deadlines, and how each thing is done.

Whatever the schemas and the policy say is taken from them; only what they cannot say is written in the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from duban.finding import CODES
from duban.language import Language
from duban.model import STEPS
from duban.publish.edition import Edition
from duban.publish.field_table import field_anchor
from duban.publish.forge_pages import pull_mark
from duban.publish.guide_walks import walk_links
from duban.publish.page import Page
from duban.publish.policy_words import cause_rows, light_rules, sentences, signed_by
from duban.publish.shown import Row, Shower
from duban.schema import Field, entries
from duban.writing import file_text

FORMS = ("task_notice", "tracking_notice", "coordination_notice", "closure_notice")
_SERIES = ("task", "tracking", "coordination", "closure")
PARTS = ("short", "steps", "forms", "days", "tasks", "write", "pull", "approve", "red", "never", "words")
"""The parts of the guide, each with a heading of its own."""
# What staff do, with the entry that it ends in, "" where it is no entry.
_TASKS: Mapping[str, str] = {
    "register": "intake",
    "issue": "task_notice",
    "acknowledge": "ack",
    "report": "progress",
    "track": "tracking_notice",
    "extend": "extension",
    "close": "closure_notice",
    "again": "reopening",
    "amend": "amendment",
    "end": "withdrawn",
}
# What new colleagues run into: first how the file is written, then what stands in it.
_USUAL = ("D007", "D008", "D006", "D004", "D101", "D104", "D108", "D202", "D209", "D901", "D902", "D601", "D603")
_WORDS = ("ledger", "pull", "approve", "merge", "branch", "check", "status", "proof")


@dataclass(frozen=True, slots=True)
class Duty:
    """A step or a form: what it is called and for, who signs it, where its fields are, and its number as it looks."""

    title: str
    help: str
    signers: str
    fields: str
    looks: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """How one thing is done: its steps in order, who signs it, and where its fields are explained."""

    anchor: str
    title: str
    steps: tuple[str, ...]
    signers: str
    fields: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A finding that new colleagues run into, and how it is put right; blanks are named in corner brackets."""

    code: str
    title: str
    fix: str


def site_pages(edition: Edition) -> Iterator[Page]:
    """The guide; inside only."""
    if not edition.public:
        yield Page("guide.html", edition.text("guide.title"), "guide.html", _guide(edition), group="rules")


def _guide(edition: Edition) -> dict[str, object]:
    text = edition.text
    shower = Shower(edition, int(edition.day[:4]), root="")
    signing = edition.ledger.registry.policy.get("signing", {})
    return {
        "walks": walk_links(text),
        "parts": [(part, text(f"guide.{part}")) for part in PARTS],
        "steps": [_duty(step, text(f"guide.step.{step}"), edition, shower) for step in STEPS],
        "forms": [_form(form, series, edition, shower) for form, series in zip(FORMS, _SERIES, strict=True)],
        "sentences": sentences(edition),
        "deadlines": _deadlines(edition, shower),
        "lights": light_rules(edition),
        "tasks": [_task(name, entry, edition) for name, entry in _TASKS.items()],
        "sample": _sample(edition),
        "forge": signing.get("forge", "github"),
        "mark": pull_mark(edition),
        "with_code": signing.get("binding") == "code",
        "claim_days": signing.get("claim_within_days", 0),
        "mistakes": [_mistake(code, text) for code in _USUAL],
        "causes": cause_rows(edition),
        "words": [(text(f"guide.word.{word}"), text(f"guide.word.{word}.help")) for word in _WORDS],
    }


def _duty(entry: str, help_text: str, edition: Edition, shower: Shower, looks: str = "") -> Duty:
    title = shower.entry_label(_fields(edition.item_field)[entry])
    fields = f"fields.html#{field_anchor(edition.schemas, entry)}"
    return Duty(title, help_text, _signers(entry, edition), fields, looks)


def _form(entry: str, series: str, edition: Edition, shower: Shower) -> Duty:
    number = f"{edition.ledger.registry.policy['series'][series]}〔{edition.day[:4]}〕1号"
    return _duty(entry, edition.text(f"guide.form.{entry}"), edition, shower, number)


def _fields(root: Field) -> dict[str, Field]:
    return {field.entry: field for _, field in entries(root)}


def _signers(entry: str, edition: Edition) -> str:
    return edition.text("shown.comma").join(signed_by(edition).get(entry, ()))


def _deadlines(edition: Edition, shower: Shower) -> list[Row]:
    """How many days a matter has where nothing else is set."""
    field = edition.schemas.field("policy").properties["deadline_days"]
    return shower.rows(edition.ledger.registry.policy["deadline_days"], field)


def _task(name: str, entry: str, edition: Edition) -> Task:
    text, policy = edition.text, edition.ledger.registry.policy
    numbers = {
        "ack": policy["ack_within_workdays"],
        "times": policy["extension"]["max_times"],
        "decide": policy["extension"]["decide_within_workdays"],
        "milestones": policy["milestones_when_over_days"],
        "reply": policy["tracking"]["reply_within_workdays"],
    }
    count = next(number for number in range(1, 20) if not text.has(f"guide.task.{name}.{number}"))
    steps = tuple(text(f"guide.task.{name}.{number}", **numbers) for number in range(1, count))
    fields = f"fields.html#{field_anchor(edition.schemas, entry)}"
    return Task(f"task-{name}", text(f"guide.task.{name}"), steps, _signers(entry, edition), fields)


def _sample(edition: Edition) -> str:
    """A progress report as it is written, by the same writer that writes the ledger's files."""
    text, day, people = edition.text, edition.day, edition.ledger.registry.people
    person = next((one for one in people.values() if one.holds("liaison", day)), None)
    unit, by = (person.unit, person.id) if person else ("unit", "liaison")
    report = {
        "on": day,
        "unit": unit,
        "reporter": by,
        "progress": text("guide.sample.progress"),
        "percent": 60,
        "next_steps": text("guide.sample.next_steps"),
        "signed": [{"role": "liaison", "by": by, "on": day}],
    }
    return file_text({"progress": [report]}, edition.item_field)


def _mistake(code: str, text: Language) -> Mistake:
    fix = text(f"{code}.fix").replace("{", "⟨").replace("}", "⟩")
    return Mistake(code, text(f"{code}.title"), fix) if code in CODES else Mistake(code, code, "")
