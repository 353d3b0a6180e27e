"""The policy and its schema → the local rules in words: groups of values, sentences, signatures, series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from duban.filing import FOLDERS
from duban.model import Data
from duban.publish.edition import Edition, once
from duban.publish.fragments import escaped
from duban.publish.names import Names
from duban.publish.shown import Row, Shower, Shown
from duban.required import DECISION, signatures_of
from duban.schema import Field
from duban.status import LIGHTS

# These have a table of their own, or are no rule but a name.
_APART = frozenset({"signatures", "series", "causes", "language", "name", "name_en", "office", "tag_authority"})
_OPEN_GROUPS = frozenset({"deadline_days", "lights", "extension"})
_SENTENCES = (
    "ack",
    "coordination",
    "reply",
    "extension",
    "result",
    "look_back",
    "reopen",
    "milestones",
    "periodic",
    "interview",
    "open_lights",
)
# Told only where the policy says anything of it.
_OPTIONAL = frozenset({"coordination", "reopen"})


@dataclass(frozen=True, slots=True)
class Group:
    """Values of the policy that belong together."""

    anchor: str
    title: str
    help: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Signing:
    """Who must sign one kind of entry."""

    entry: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LightRule:
    """When an item shows a light."""

    light: str
    rule: str


def sentences(edition: Edition) -> tuple[str, ...]:
    """The rules that people ask for most, with the policy's own numbers."""
    policy, text = edition.ledger.registry.policy, edition.text
    numbers = {
        "ack": policy["ack_within_workdays"],
        "reply": policy["tracking"]["reply_within_workdays"],
        "decide": policy["extension"]["decide_within_workdays"],
        "times": policy["extension"]["max_times"],
        "result": policy["result_report_days"],
        "look_back": policy["look_back_days"],
        "milestones": policy["milestones_when_over_days"],
        "weekday": text(f"weekday.{policy['periodic_due']['weekly']}"),
        "monthday": policy["periodic_due"]["monthly"],
        "reds": policy["tracking"]["interview_after_red"],
        "bulletin": policy["tracking"]["bulletin_after_workdays"],
    }
    if "coordination" in policy:
        numbers["coordination"] = policy["coordination"]["within_workdays"]
    if "reopen" in policy:
        numbers |= {"reopen": policy["reopen"]["within_days"], "redone": policy["reopen"]["deadline_days"]}
    told = ("extension", "result", "reopen", "milestones", "open_lights") if edition.public else _SENTENCES
    return tuple(text(f"rules.words.{name}", **numbers) for name in told if name not in _OPTIONAL or name in policy)


def light_rules(edition: Edition) -> tuple[LightRule, ...]:
    """Each light and when it shows."""
    days = edition.ledger.registry.policy["lights"]["due_soon_workdays"]
    return tuple(
        LightRule(light, edition.text(f"rules.light.{light}", days=days))
        for light in LIGHTS
        if light != "broken" or not edition.public
    )


def groups(edition: Edition, shower: Shower) -> Iterator[Group]:
    """The values as they stand in the policy, with the schema's labels; single ones in a group of their own."""
    policy, root = edition.ledger.registry.policy, edition.schemas.field("policy")
    single = []
    for name, field in root.properties.items():
        if name not in policy or name in _APART or (edition.public and name not in _OPEN_GROUPS):
            continue
        if field.properties:
            rows = tuple(_worded(row) for row in shower.rows(policy[name], field))
            yield Group(name, field.label(edition.text.code), field.help(edition.text.code), rows)
        else:
            single.append(Row(shower.label(field), shower.value(policy[name], field)))
    if single:
        yield Group("general", edition.text("rules.general"), "", tuple(single))


@once
def signed_by(edition: Edition) -> Mapping[str, tuple[str, ...]]:
    """Who must sign each kind of entry: the roles in words, and of which unit."""
    signatures = signatures_of(edition.ledger.registry.policy)
    return {entry: roles_in_words(roles, entry, edition) for entry, roles in signatures.items()}


def roles_in_words(roles: Iterable[str], entry: str, edition: Edition) -> tuple[str, ...]:
    """Roles that sign a kind of entry, as the policy names them → in words, and of which unit."""
    return tuple(_role(role, entry, edition) for role in roles)


def signings(edition: Edition) -> Iterator[Signing]:
    """Who signs each kind of entry called by its name, and who an extension of an important item."""
    policy, text = edition.ledger.registry.policy, edition.text
    labels = edition.schemas.field("policy").properties["signatures"].properties
    for entry, roles in signed_by(edition).items():
        name = labels[entry].label(text.code) if entry in labels else entry
        yield Signing(name, roles)
        for level in policy["extension"].get("levels", ()) if entry == DECISION else ():
            said = text("rules.level", entry=name, items=_reached_by(level, edition), since=level["since"])
            yield Signing(said, roles_in_words(level["signed"], entry, edition))


def _reached_by(level: Data, edition: Edition) -> str:
    """The importance and urgency that reach a level, as they are called."""
    fields, code = edition.item_field.properties, edition.text.code
    said = [
        edition.text("rules.level_of", field=fields[name].label(code), value=fields[name].value_label(value, code))
        for name in ("importance", "urgency")
        for value in level.get(name, ())
    ]
    return edition.text("shown.comma").join(said)


def series(edition: Edition, shower: Shower) -> tuple[Row, ...]:
    """The number series, each with a number as it looks."""
    policy, root = edition.ledger.registry.policy, edition.schemas.field("policy").properties["series"]
    year = edition.day[:4]
    rows = shower.rows(policy["series"], root)
    return tuple(Row(row.label, shower.unbroken(f"{row.value.text}〔{year}〕N号")) for row in rows)


def cause_rows(edition: Edition) -> tuple[tuple[str, str], ...]:
    """Each cause of delay: its code and its name."""
    return tuple((code, edition.cause_name(code)) for code in edition.ledger.registry.causes)


def _worded(row: Row) -> Row:
    """A list of days as the sequence it is."""
    value = row.value
    return Row(row.label, Shown("words", value.text, escaped(value.text))) if value.kind == "lines" else row


def _role(role: str, entry: str, edition: Edition) -> str:
    name, _, of = role.partition("@")
    called = Names(edition).role(name)
    if not of:
        return called
    roots = (edition.schemas.field(kind) for kind in FOLDERS.values() if kind in edition.schemas.names)
    field = next((found for root in roots if (found := _unit_field(root, entry, of))), None)
    unit = field.label(edition.text.code) if field else of
    return edition.text("rules.role_of", role=called, unit=unit)


def _unit_field(root: Field, entry: str, name: str) -> Field | None:
    """The field that says which unit: in the entry itself, or in the form around it."""

    def walk(here: Field, around: Mapping[str, Any]) -> Field | None:
        inner = here.items or here
        if inner.entry == entry:
            return inner.properties.get(name) or around.get(name)
        for child in inner.properties.values():
            found = walk(child, inner.properties)
            if found is not None:
                return found
        return None

    return walk(root, {})
