"""A drafted notice → the title and the Markdown of the pull request that carries it, and why it is withdrawn."""

from __future__ import annotations

from duban.language import Language
from duban.model import Ledger
from duban.notice_draft import LISTS, Proposal
from duban.numbering import path_of
from duban.publish.markdown import heading, marked, paragraph, table
from duban.publish.sign_words import role_words
from duban.schema import Field
from duban.violation import text_problems

_LONGEST = 100
_SHOWN = 200


def draft_title(one: Proposal, ledger: Ledger, text: Language) -> str:
    """One line: the item's number and title, and what is drafted for whom."""
    title = " ".join(ledger.items[one.item].record["title"].split())
    said = text(
        "draft.pull.title",
        item=one.item,
        kind=kind_words(one, text),
        unit=ledger.registry.unit_name(one.unit),
        title=title,
    )
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def draft_body(one: Proposal, ledger: Ledger, root: Field, text: Language) -> str:
    """What calls for the notice, what a person has yet to say in it, and what is to be done with the draft.

    ``root`` is the schema of an item.
    """
    record = ledger.items[one.item].record
    rows = [
        (text("draft.column.title"), f"{one.item} {record['title']}"),
        (text("draft.column.kind"), kind_words(one, text)),
        (text("draft.column.why"), text(f"draft.why.{one.why}")),
        (text("draft.column.unit"), ledger.registry.unit_name(one.unit)),
    ]
    roles = ledger.registry.policy["signatures"].get(one.kind, ())
    signers = text("shown.comma").join(role_words(role.partition("@")[0], text) for role in roles)
    steps = [
        text("draft.pull.complete", file=path_of(one.item)),
        text("draft.pull.ready"),
        text("draft.pull.sign", signers=signers),
    ]
    return "".join(
        [
            paragraph(text("draft.pull.about")),
            table([text("draft.pull.field"), text("draft.pull.said")], rows),
            heading(3, text("draft.pull.open")),
            table([text("draft.pull.field"), text("draft.pull.said")], _left_open(one, root, text)),
            heading(3, text("draft.pull.next")),
            *(f"{number}. {marked(step)}\n" for number, step in enumerate(steps, 1)),
            "\n",
            paragraph(text("draft.pull.unwanted")),
        ]
    )


def overtaken_words(text: Language) -> str:
    """Why a draft is closed again."""
    return paragraph(text("draft.pull.overtaken"))


def kind_words(one: Proposal, text: Language) -> str:
    """What is drafted: the form and its colour, or the measure."""
    extra = one.entry.get("colour") or one.entry.get("kind", "")
    return f"{text(f'kind.{one.kind}')} {extra}".strip()


def _left_open(one: Proposal, root: Field, text: Language) -> list[list[str]]:
    """The fields of the entry that hold a text in brackets, with that text."""
    entries = root.properties[LISTS[one.kind]].items
    if entries is None:
        return []
    rows = []
    for problem in text_problems(entries, one.entry):
        field, said = entries.at(problem.pointer), str(problem.details["value"])
        label = field.label(text.code) if field else ""
        rows.append([label, said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"])
    return rows
