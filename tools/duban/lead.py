"""An issue that the public opened → a lead without what tells of a person, and the item that it may become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from duban.anonymous import Removed, cleaned
from duban.issue import Issue
from duban.language import Language
from duban.model import Data
from duban.moment import day_in_china
from duban.record import LEAD, UNCLASSIFIED

HEADINGS: Mapping[str, str] = {
    "field": "属于哪一类",
    "place": "地点",
    "since": "从什么时候开始",
    "facts": "基本情况",
    "unit": "可能由哪个单位办",
    "wish": "希望怎样解决",
    "promises": "请逐条确认",
}
"""The questions of the form for leads (``.github/ISSUE_TEMPLATE/lead.yml`` and the other forges'), by their id."""
_HEADING = re.compile(r"^#{2,4}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_NO_ANSWER = frozenset({"_No response_", "*No response*", "_无回应_", "无", ""})
_PREFIX = re.compile(r"^\s*(?:\[?线索\]?\s*[:：])\s*")
_TITLE, _TEXT = 120, 4000
_LONG = frozenset({"facts", "wish"})
_TOLD = ("field", "place", "since", "facts", "unit", "wish")


@dataclass(frozen=True, slots=True)
class Lead:
    """What somebody reported: the issue's address, the ISO day in China, and the answers, "" where there is none.

    ``removed`` are the kinds of personal data that were taken out.
    """

    ref: str
    on: str
    title: str
    facts: str
    field: str = ""
    place: str = ""
    since: str = ""
    unit: str = ""
    wish: str = ""
    removed: tuple[Removed, ...] = ()


def lead_of(issue: Issue, text: Language) -> Lead:
    """Read the answers below their headings; of an issue without any the whole is what happened."""
    removed: list[Removed] = []

    def clean(raw: str) -> str:
        said, kinds = cleaned(raw, lambda kind: text(f"lead.removed.{kind}"), issue.account)
        removed.extend(kinds)
        return said.strip()

    answers = {name: clean(raw) for name, raw in _answers(issue.body).items() if name != "promises"}
    title = _one_line(clean(_PREFIX.sub("", issue.title)))[:_TITLE].strip()
    facts = answers.pop("facts", "") or title
    return Lead(issue.address, day_in_china(issue.at), title, facts, **answers, removed=tuple(dict.fromkeys(removed)))


def is_accepted(issue: Issue, policy: Data) -> bool:
    """Whether the issue has a label that the policy takes for acceptance; every issue where it names none."""
    labels = policy.get("intake", {}).get("accepted_labels", ())
    return not labels or any(one in labels for one in issue.labels)


def drafted(lead: Lead, issue: Issue, policy: Data, text: Language) -> Data:
    """The head and intake of the item that a lead becomes, as far as the lead tells them."""
    said = [text(f"lead.said.{name}", said=getattr(lead, name)) for name in _TOLD if getattr(lead, name)]
    if policy.get("intake", {}).get("keep_account") and issue.account:
        said.append(text("lead.said.account", said=_one_line(issue.account)))
    source = {"type": LEAD, "ref": lead.ref, "sent_on": lead.on, "text": _cut("\n".join(said))}
    return {"title": lead.title, "secrecy": UNCLASSIFIED, "intake": {"sources": [source], "summary": _cut(lead.facts)}}


def _answers(body: str) -> dict[str, str]:
    """What stands below each heading that is one of the form's; any other heading is part of an answer."""
    body = body.replace("\r\n", "\n")
    known = {label: name for name, label in HEADINGS.items()}
    found: list[tuple[str, int, int]] = []
    for match in _HEADING.finditer(body):
        name = known.get(match[1].partition("·")[0].strip())
        if name and name not in [one for one, _, _ in found]:
            found.append((name, match.start(), match.end()))
    if not found:
        return {"facts": body}
    ends = [*(start for _, start, _ in found[1:]), len(body)]
    answers = {name: body[start:end].strip() for (name, _, start), end in zip(found, ends, strict=True)}
    return {
        name: said if name in _LONG else _one_line(said) for name, said in answers.items() if said not in _NO_ANSWER
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str) -> str:
    """A text as long as the schema allows, its lines without blanks at their ends."""
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"
