"""The shipped example and what a city answers → a ledger of its own: the files to write, and those that go.

Schemas, deadlines, scores, signatures and causes of the example stay, as a beginning; names, people, units,
numbers and everything that was recorded do not.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from duban.language import Language
from duban.model import TEAMS, Data, Registry, Tree
from duban.parse import parse
from duban.registry import FILES, POLICY
from duban.required import every_role
from duban.schema import Schemas
from duban.writing import file_text

OFFICE = "supervision-office"
"""The id of the office in every ledger that is begun here."""
WRITER = "staff"
"""Who writes what others sign. No policy asks for the role, and nothing can be signed without somebody in it."""
EXAMPLE_ONLY = (".github/workflows/check.yml",)
"""What serves the example alone: the program's tests count the example's figures."""
_OFFICE_KIND, _CITY_TEAM, _OFFICE_TEAM, _UNIT_TEAM = "督查机构", "市级领导", TEAMS[0], "责任单位"
LEADERS = frozenset({"leader", "group_leader", "group_deputy"})
"""The roles of those above the office."""
_PINNED = re.compile(r"^(?:[ \t]*#[^\n]*\n)*[ \t]*as_of:[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit as it is told: the office, or one that has something to do."""

    id: str
    name: str
    short_name: str
    kind: str = _OFFICE_KIND


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person as they are told: roles, position, unit (the office's id for its own), account (0 for none)."""

    roles: tuple[str, ...]
    position: str
    unit: str = OFFICE
    account: int = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """What a city is asked for. ``signing`` is the policy's, without a genesis; empty while no forge is chosen."""

    name: str
    office: NamedUnit
    series: str
    units: tuple[NamedUnit, ...]
    people: tuple[NamedPerson, ...]
    signing: Data
    name_en: str = ""
    tag_authority: str = ""


@dataclass(frozen=True, slots=True)
class Founding:
    """The ledger of a city: its registry by path, and the paths of the example's files that go."""

    written: Mapping[str, bytes]
    removed: tuple[str, ...]

    def after(self, tree: Tree) -> Tree:
        """The ledger's files once that is done."""
        kept = {path: tree[path] for path in tree if path not in self.removed}
        return {**kept, **self.written}


def founding(answers: Answers, tree: Tree, schemas: Schemas, day: str, text: Language) -> Founding:
    """What to write and what to remove on an ISO day, from which everyone holds their role."""
    example, _ = parse(POLICY, tree[POLICY])
    data: dict[str, Data] = {
        "units": {"units": [_unit(one) for one in (answers.office, *answers.units)]},
        "people": {"people": list(_people(answers, day))},
        "campaigns": {"campaigns": []},
        "policy": _policy(answers, example, day),
        "calendar": {"days": []},
    }
    written = {
        path: f"# {text(f'init.head.{name}')}\n{file_text(data[name], schemas.field(name))}".encode()
        for path, name in FILES.items()
    }
    removed = tuple(path for path in tree if path not in written and not path.startswith("schemas/"))
    return Founding(written, removed)


def unpinned(configuration: str) -> str:
    """mkdocs.yml without the day that the example is pinned to, and the remark above it."""
    return _PINNED.sub("", configuration, count=1)


def unfilled(policy: Data, people: Iterable[NamedPerson]) -> Iterator[str]:
    """The roles that somebody must hold and nobody was named for, each once; those of units last, marked ``@``."""
    held = {role for person in people for role in person.roles}
    asked: dict[str, str] = {WRITER: WRITER}
    for _, _, role in every_role(policy):
        name, at, _ = role.partition("@")
        asked.setdefault(name, name + at)
    missing = [shown for name, shown in asked.items() if name not in held]
    yield from sorted(missing, key=lambda shown: shown.endswith("@"))


def is_begun(policy: Data, pinned: str, registry: Registry) -> bool:
    """Whether this is a city's ledger already: nothing pins it, its history counts, or nothing is an example."""
    samples = any(one.sample for one in registry.people.values())
    return not pinned or "genesis" in policy.get("signing", {}) or not samples


def _unit(one: NamedUnit) -> Data:
    return {"id": one.id, "name": one.name, "short_name": one.short_name, "kind": one.kind}


def _people(answers: Answers, day: str) -> Iterator[Data]:
    forge, taken = answers.signing.get("forge", "github"), set[str]()
    for one in answers.people:
        told: Data = {"id": _free(_slug(one), taken), "position": one.position, "unit": one.unit, "team": _team(one)}
        told["roles"] = [{"role": role, "from": day} for role in one.roles]
        if one.account:
            told["accounts"] = {forge: one.account}
        yield told


def _slug(one: NamedPerson) -> str:
    """``director``, of a unit ``transport-bureau-head``: by the first role, since names change and ids do not."""
    role = one.roles[0]
    if _team(one) != _UNIT_TEAM:
        return role.replace("_", "-")
    return f"{one.unit}-{role.removeprefix('unit_').replace('_', '-')}"


def _free(slug: str, taken: set[str]) -> str:
    found, number = slug, 1
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    taken.add(found)
    return found


def _team(one: NamedPerson) -> str:
    if LEADERS & {*one.roles}:
        return _CITY_TEAM
    return _OFFICE_TEAM if one.unit == OFFICE else _UNIT_TEAM


def _policy(answers: Answers, example: Data, day: str) -> Data:
    policy = copy.deepcopy(example)
    for name in ("name_en", "tag_authority", "signing", "public"):
        policy.pop(name, None)
    head = _common_head([*policy["series"].values()])
    policy |= {"name": answers.name, "office": answers.office.id}
    policy["series"] = {form: answers.series + one.removeprefix(head) for form, one in policy["series"].items()}
    for level in policy["extension"].get("levels", ()):
        level["since"] = day
    told = {"name_en": answers.name_en, "tag_authority": answers.tag_authority, "signing": answers.signing}
    return policy | {name: value for name, value in told.items() if value}


def _common_head(names: list[str]) -> str:
    """What all names begin with."""
    first = min(names, key=len)
    return next(first[:end] for end in range(len(first), -1, -1) if all(one.startswith(first[:end]) for one in names))
