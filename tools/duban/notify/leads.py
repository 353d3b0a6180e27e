"""Items that came of public leads → an answer below each lead that says where the item can be followed, once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from duban.forge import ForgeError, Writer
from duban.language import LANGUAGES, language
from duban.model import Item
from duban.publish.edition import is_open_to_the_public
from duban.publish.markdown import paragraph
from duban.record import LEAD

Outcome = Literal["told", "standing", "not_public", "failed"]
_ISSUE = re.compile(r"https?://[^/]+/(?:(?P<repository>.+?)/(?:-/)?(?:issues|work_items))/(?P<number>\d{1,18})\Z")


class Answered(NamedTuple):
    """What became of the answer to the lead of an item: ``problem`` tells why it failed."""

    item: str
    issue: int
    outcome: Outcome
    problem: str = ""


class FromLead(NamedTuple):
    """An item, and the number of the issue in the ledger's own repository that it came of."""

    item: Item
    issue: int


def from_leads(items: Iterable[Item], repository: str) -> Iterator[FromLead]:
    """The items with a lead that is an issue of a repository ``owner/name``."""
    for item in items:
        for source in item.record["intake"]["sources"]:
            found = _ISSUE.match(source.get("ref", "")) if source["type"] == LEAD else None
            if found and f"/{found['repository']}".casefold().endswith(f"/{repository}".casefold()):
                yield FromLead(item, int(found["number"]))


def answer(leads: Iterable[FromLead], address: str, writer: Writer | None) -> Iterator[Answered]:
    """Say below each lead where its item is, where the public may read it and nobody has been told.

    ``address`` is the public site's. Without a ``writer`` nothing is asked and nothing written. One that fails keeps
    no other from it, and is told by the next run: what stands below the issue is the memory.
    """
    for item, issue in leads:
        if not is_open_to_the_public(item):
            yield Answered(item.id, issue, "not_public")
            continue
        try:
            standing = any(_mark(item.id) in said for said in writer.comments(issue)) if writer else False
            if writer and not standing:
                writer.comment(issue, _body(item.id, address))
        except ForgeError as error:
            yield Answered(item.id, issue, "failed", str(error))
        else:
            yield Answered(item.id, issue, "standing" if standing else "told")


def page_of(identity: str, address: str) -> str:
    """Where the page of an item stands in a site."""
    return f"{address.rstrip('/')}/items/{identity}.html"


def _body(identity: str, address: str) -> str:
    """In every language: nobody knows which one the sender reads."""
    page = page_of(identity, address)
    told = (paragraph(language(code)("lead.answer", id=identity)) for code in LANGUAGES)
    return f"{''.join(told)}{page}\n\n{_mark(identity)}\n"


def _mark(identity: str) -> str:
    """What tells an answer that was given from anything else that is said there."""
    return f"<!-- duban: {identity} -->"
