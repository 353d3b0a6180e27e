"""``duban draft``: the notices that the policy calls for, each on a branch for a person to finish and sign."""

from __future__ import annotations

import argparse
from typing import Any

from duban.adding import NoPlaceError, with_entry
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import on_one_line, print_table
from duban.language import Language
from duban.model import Ledger, Tree
from duban.notice_draft import LISTS, Drafter, Proposal
from duban.numbering import path_of
from duban.repository.command import line
from duban.repository.drafts import Drafts
from duban.repository.error import GitError
from duban.schema import Schemas
from duban.status import statuses
from duban.told import draft_told


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--branches", action="store_true", help=text("draft.help.branches"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    tree = context.tree("HEAD" if options.branches else None)
    ledger = context.readings(tree).ledger(day)
    calendar = context.calendar(ledger)
    drafter = Drafter(ledger, day, calendar, context.words(ledger))
    found = [*drafter.proposals(statuses(ledger, day, calendar))]
    done = _write(context, tree, found, day) if options.branches else {one.key: "called_for" for one in found}
    if options.format == "json":
        listed = {one.key: draft_told(one) for one in found}
        print_json({"as_of": day, "drafts": [{**listed.get(key, {"key": key}), "outcome": done[key]} for key in done]})
    else:
        _print(found, done, ledger, context.text)
    return FINDINGS if "no_place" in done.values() else CLEAN


def _write(context: Context, tree: Tree, found: list[Proposal], day: str) -> dict[str, str]:
    """What became of each draft by its key: written, there already, or dropped since it was overtaken."""
    root, drafts, done = Schemas.of(tree).field("item"), Drafts(context.folder), {}
    try:
        base, known = line(context.folder, "rev-parse", "HEAD"), drafts.known()
        for one in found:
            if one.key in known:
                done[one.key] = "open"
                continue
            path = path_of(one.item)
            try:
                content = with_entry(tree[path], LISTS[one.kind], one.entry, root)
            except NoPlaceError:
                done[one.key] = "no_place"
                continue
            drafts.write(one.key, base, path, content, day)
            done[one.key] = "written"
        for key, untouched in known.items():
            if key not in done:
                done[key] = "overtaken" if untouched else "taken_up"
                if untouched:
                    drafts.drop(key)
    except GitError as error:
        raise UsageError(context.text("draft.no_git", problem=str(error))) from error
    return done


def _print(found: list[Proposal], done: dict[str, str], ledger: Ledger, text: Language) -> None:
    if not done:
        print_table([text("draft.none")], [])
        return
    known = {one.key: one for one in found}
    headings = [text(f"draft.column.{name}") for name in ("item", "kind", "why", "unit", "title", "outcome")]
    cells = []
    for key, outcome in done.items():
        one: Any = known.get(key)
        told = (
            [one.item, _kind(one, text), text(f"draft.why.{one.why}"), ledger.registry.unit_name(one.unit)]
            if one
            else [key, "", "", ""]
        )
        title = on_one_line(ledger.items[one.item].record["title"]) if one else ""
        cells.append([*told, title, text(f"draft.outcome.{outcome}")])
    print_table(headings, cells)


def _kind(one: Proposal, text: Language) -> str:
    kind = text(f"kind.{one.kind}")
    extra = one.entry.get("colour") or one.entry.get("kind", "")
    return f"{kind} {extra}".strip()
