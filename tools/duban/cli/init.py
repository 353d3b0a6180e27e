"""``duban init``: the template with its example becomes a city's own, empty ledger."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from duban import repository
from duban.cli.context import CLEAN, Context, Parser, UsageError, refused
from duban.founding import (
    EXAMPLE_ONLY,
    LEADERS,
    OFFICE,
    Answers,
    Founding,
    NamedPerson,
    NamedUnit,
    founding,
    is_begun,
    unfilled,
    unpinned,
)
from duban.language import Language
from duban.load import read
from duban.model import Data
from duban.pull import FORGES
from duban.repository import CONFIGURATION, standing_commit
from duban.repository.whole import remove_files, write_whole

_BRANCH, _BINDING, _CLAIM_DAYS = "main", "head", 3
_KIND_OF_LEADERS, _KIND_OF_UNIT = "市委部门", "市政府部门"


def arguments(parser: Parser, text: Language) -> None:
    for name, metavar in (("name", "TEXT"), ("office", "NAME/SHORT"), ("series", "TEXT")):
        parser.add_argument(f"--{name}", metavar=metavar, default="", help=text(f"init.help.{name}"))
    for name, metavar in (("unit", "ID=NAME/SHORT/KIND"), ("person", "ROLES[@UNIT]=POSITION[#ACCOUNT]")):
        parser.add_argument(f"--{name}", metavar=metavar, action="append", default=[], help=text(f"init.help.{name}"))
    parser.add_argument("--forge", choices=FORGES, default="github", help=text("init.help.forge"))
    parser.add_argument("--repository", metavar="OWNER/NAME", default="", help=text("init.help.repository"))
    parser.add_argument("--recorder", metavar="FILE.pub", default="", help=text("init.help.recorder"))
    parser.add_argument("--name-en", metavar="TEXT", default="", help=text("init.help.name_en"))
    parser.add_argument("--domain", metavar="DOMAIN", default="", help=text("init.help.domain"))
    parser.add_argument("--write", action="store_true", help=text("init.help.write"))


def run(context: Context, options: argparse.Namespace) -> int:
    tree, text, pinned = context.tree(), context.text, context.pinned_day
    before = read({path: tree[path] for path in tree if path.startswith(("schemas/", "registry/"))})
    policy = before.registry.policy
    if before.schemas is None or not policy:
        raise UsageError(text("cli.registry_broken"))
    if is_begun(policy, pinned, before.registry):
        raise UsageError(text("init.begun", name=policy["name"]))
    if not standing_commit(context.folder):
        raise UsageError(text("init.unsaved"))
    # The example is pinned to a day of its own; a city begins today.
    day = repository.today()
    made = founding(_answers(options, policy, text, day), tree, before.schemas, day, text)
    wrong = [one for one in read(made.after(tree)).findings(day) if one.severity == "error"]
    if wrong:
        return refused(wrong, text)
    _tell(made, text)
    if not options.write and not _agreed(text):
        sys.stdout.write(text("init.nothing_done") + "\n")
        return CLEAN
    _carry_out(made, context.folder)
    sys.stdout.write(text("init.done", name=options.name) + "\n")
    return CLEAN


def _carry_out(made: Founding, folder: Path) -> None:
    """The day goes last: what is cut off before is still the example, and git has every file of it."""
    for path, content in made.written.items():
        write_whole(folder / path, content)
    remove_files(folder, (*made.removed, *EXAMPLE_ONLY))
    configuration = folder / CONFIGURATION
    write_whole(configuration, unpinned(configuration.read_text(encoding="utf-8")).encode())


def _tell(made: Founding, text: Language) -> None:
    for name, count in Counter(path.partition("/")[0] for path in made.removed).items():
        sys.stdout.write(text("init.removes", folder=name, count=count) + "\n")
    for path in EXAMPLE_ONLY:
        sys.stdout.write(text("init.removes_file", path=path) + "\n")
    for path in (*made.written, CONFIGURATION):
        sys.stdout.write(text("init.writes", path=path) + "\n")


def _agreed(text: Language) -> bool:
    return sys.stdin.isatty() and _asked(text("init.ask.go")).casefold() in ("y", "yes", "是")


def _answers(options: argparse.Namespace, policy: Data, text: Language, day: str) -> Answers:
    for name in ("name", "office", "series"):
        if not getattr(options, name):
            setattr(options, name, _required(name, text))
    name, _, short = options.office.partition("/")
    units = [_unit(one, text) for one in options.unit]
    people = [_person(one, text) for one in options.person]
    missing = tuple(unfilled(policy, people))
    if missing and sys.stdin.isatty():
        people += _ask_people(missing, units, text)
    elif missing:
        named = text("shown.comma").join(f"{role} {_role_name(role, text)}" for role in missing)
        raise UsageError(text("init.nobody", roles=named))
    return Answers(
        name=options.name,
        name_en=options.name_en,
        office=NamedUnit(OFFICE, name, short or name),
        series=options.series,
        units=tuple(units),
        people=tuple(people),
        signing=_signing(options, text, day) if options.repository else {},
        tag_authority=f"{options.domain},{day[:4]}" if options.domain else "",
    )


def _unit(told: str, text: Language) -> NamedUnit:
    identity, equals, rest = told.partition("=")
    parts = rest.split("/")
    if not equals or len(parts) != 3:
        raise UsageError(text("init.bad_unit", value=told))
    return NamedUnit(identity.strip(), *(part.strip() for part in parts))


def _person(told: str, text: Language) -> NamedPerson:
    head, equals, position = told.partition("=")
    roles, _, unit = head.partition("@")
    if not equals or not position or not roles:
        raise UsageError(text("init.bad_person", value=told))
    position, mark, account = position.partition("#")
    if mark and not account.isdecimal():
        raise UsageError(text("init.bad_person", value=told))
    return NamedPerson(
        tuple(role.strip() for role in roles.split(",")), position.strip(), unit or OFFICE, int(account or 0)
    )


def _signing(options: argparse.Namespace, text: Language, day: str) -> Data:
    told: dict[str, Any] = {"forge": options.forge, "repository": options.repository, "branch": _BRANCH}
    told |= {"binding": _BINDING, "claim_within_days": _CLAIM_DAYS}
    if options.recorder:
        try:
            key = Path(options.recorder).read_text(encoding="ascii").split()
        except (OSError, ValueError) as error:
            raise UsageError(text("init.no_key", file=options.recorder, problem=str(error))) from error
        told["recorders"] = [{"name": text("init.recorder", year=day[:4]), "key": " ".join(key[:2])}]
    return told


def _required(name: str, text: Language) -> str:
    answer = _asked(text(f"init.ask.{name}")) if sys.stdin.isatty() else ""
    if not answer:
        raise UsageError(text("init.missing", option=f"--{name}"))
    return answer


def _ask_people(roles: tuple[str, ...], units: list[NamedUnit], text: Language) -> list[NamedPerson]:
    """Somebody for each role, and the units that leaders and a unit's people belong to where none was named."""
    known = {unit.kind: unit for unit in units}
    sys.stderr.write(text("init.ask.people") + "\n")
    found = []
    for role in roles:
        place = OFFICE
        if role.endswith("@") or role in LEADERS:
            kind = _KIND_OF_UNIT if role.endswith("@") else _KIND_OF_LEADERS
            if kind not in known:
                known[kind] = _ask_unit(kind, text)
                units.append(known[kind])
            place = known[kind].id
        position = _asked(text("init.ask.person", role=_role_name(role, text))) or _role_name(role, text)
        account = _asked(text("init.ask.account"))
        found.append(NamedPerson((role.rstrip("@"),), position, place, int(account) if account.isdecimal() else 0))
    return found


def _ask_unit(kind: str, text: Language) -> NamedUnit:
    which = "leaders_unit" if kind == _KIND_OF_LEADERS else "first_unit"
    identity, name = (_asked(text(f"init.ask.{which}.{part}")) for part in ("id", "name"))
    name, _, short = name.partition("/")
    return NamedUnit(identity, name, short or name, kind)


def _role_name(role: str, text: Language) -> str:
    name = f"role.{role.rstrip('@')}"
    return text(name) if text.has(name) else role.rstrip("@")


def _asked(question: str) -> str:
    sys.stderr.write(f"{question} > ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()
