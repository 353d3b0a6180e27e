"""What is wrong, where, and since when: the value that every check returns, and the codes it may carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Severity = Literal["error", "warning"]
Pointer = tuple[str | int, ...]
Detail = str | tuple[str, str]
"""What fills a message in: the same text for every reader, or Chinese and English."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue of findings.

    ``details`` names what the message is filled in with; the texts themselves are in the
    gettext catalogues under ``<code>.title``, ``.message``, ``.why`` and ``.fix``.
    """

    severity: Severity
    details: tuple[str, ...] = ()


def _error(*details: str) -> Code:
    return Code("error", details)


def _warning(*details: str) -> Code:
    return Code("warning", details)


CODES: MappingProxyType[str, Code] = MappingProxyType(
    {
        # the file as bytes and as YAML
        "D001": _error("encoding"),
        "D002": _error(),
        "D003": _error("character"),
        "D004": _error(),
        "D005": _error("size", "limit"),
        "D006": _error("problem"),
        "D007": _error("line_text"),
        "D008": _error("key"),
        "D009": _error("key", "first_line"),
        "D010": _error("text"),
        "D011": _error("text"),
        "D012": _error("text"),
        "D013": _error(),
        "D014": _error("limit"),
        "D015": _error("expected"),
        # one field against its schema
        "D101": _error("field", "label"),
        "D102": _error("field", "allowed"),
        "D103": _error("label", "expected", "value"),
        "D104": _error("label", "value"),
        "D105": _error("label", "value"),
        "D106": _error("label", "value", "suggestion"),
        "D107": _error("label", "value"),
        "D108": _error("label", "value", "allowed"),
        "D109": _error("label", "value"),
        "D110": _error("label"),
        "D111": _error("label", "value"),
        "D112": _error("label", "length", "limit"),
        "D113": _error("label", "value", "description"),
        "D114": _error("label", "value", "bounds"),
        "D115": _error("label"),
        "D116": _error("label", "value", "expected"),
        "D117": _error("field", "suggestion"),
        "D118": _error("label", "value"),
        # references to the registry and to other files
        "D201": _error("label", "value", "suggestion"),
        "D202": _error("label", "value", "suggestion"),
        "D203": _error("label", "value", "suggestion"),
        "D204": _error("label", "value", "suggestion"),
        "D205": _error("label", "value"),
        "D206": _error("label", "value", "suggestion"),
        "D207": _error("label", "value"),
        "D208": _error("unit", "day"),
        "D209": _error("person", "role", "day"),
        "D210": _error("person", "day", "term_end"),
        "D211": _error("person", "unit"),
        "D212": _error("person", "team", "roster_team"),
        "D213": _error("value"),
        "D214": _error("campaign", "from", "to"),
        "D215": _error("value", "label"),
        # the life of an item
        "D301": _error("id", "expected"),
        "D302": _error("folder", "expected"),
        "D303": _error("year", "day"),
        "D304": _error("later", "missing"),
        "D305": _error("label", "day", "earlier_label", "earlier_day"),
        "D306": _error("label", "day"),
        "D307": _error("later"),
        "D308": _error("person"),
        "D309": _warning("label", "notice_value", "proposal_value"),
        "D310": _error("end", "day", "label"),
        "D311": _error("field"),
        "D312": _error("field", "stands", "claimed"),
        "D313": _error(),
        "D314": _error(),
        "D315": _error(),
        "D316": _error("day", "since"),
        "D317": _error("code", "day", "consent"),
        "D318": _error("code", "day", "withdrawn"),
        "D319": _error("code"),
        "D320": _error("code"),
        "D321": _error("field", "cell"),
        # the four forms
        "D401": _error("number", "other"),
        "D402": _error("number", "series"),
        "D403": _error("number", "year"),
        "D404": _error("seq", "expected"),
        "D405": _error("seq"),
        "D406": _error("days", "limit"),
        "D407": _error("name", "due", "deadline"),
        "D408": _error("name"),
        "D409": _error("unit"),
        "D410": _error("unit"),
        "D411": _error("name"),
        # deadlines moved, and closing
        "D501": _error("standard"),
        "D502": _error("standard"),
        "D503": _error("check"),
        "D504": _error("person", "unit"),
        "D505": _error(),
        "D506": _error(),
        "D507": _error("applied_on", "deadline"),
        "D508": _error("claimed", "stands"),
        "D509": _error("new_deadline", "old_deadline"),
        "D510": _error("count", "limit"),
        "D511": _error("deadline"),
        "D512": _error("standard"),
        "D513": _error(),
        "D514": _error("deadline", "stands"),
        "D515": _error("role"),
        "D516": _error("deadline", "latest", "days"),
        # what must not be in the ledger
        "D601": _error("text"),
        "D602": _error("text"),
        "D603": _error("text"),
        "D604": _error("text"),
        "D605": _warning("text"),
        "D606": _warning("text"),
        "D607": _warning("text"),
        "D608": _warning("text"),
        # burden
        "D701": _warning("other", "title"),
        "D702": _warning(),
        # registry, reports, calendar, schemas
        "D801": _error("id", "place"),
        "D802": _error("role"),
        "D803": _error("from", "to"),
        "D804": _warning("year"),
        "D805": _error("file"),
        "D806": _error("id", "expected"),
        "D807": _error("year", "expected"),
        "D808": _error("account", "person"),
        "D809": _error("problem"),
        # a year's assessment
        "D810": _error("year", "expected"),
        "D811": _error("point", "day"),
        "D812": _error("charged", "unit"),
        "D813": _error("point"),
        "D814": _error("day", "last"),
        "D815": _error("label", "day", "frozen"),
        "D816": _error("result"),
        "D817": _error("unit"),
        "D818": _error("day", "last"),
        "D819": _error("digest", "counted", "year", "day"),
        "D820": _error("commit"),
        # the plan of inspections
        "D821": _error("title"),
        "D822": _error("number", "other"),
        "D823": _error("day", "start"),
        "D824": _warning("end"),
        "D825": _warning("person", "other", "day"),
        # a ledger that outlives its program
        "D826": _error("version", "known"),
        # what a change may not do
        "D901": _error("entry"),
        "D902": _error("id"),
        "D903": _error("entry"),
        "D904": _error("old_path"),
        "D905": _error("entry"),
        "D906": _error("id"),
        "D907": _error("file"),
        "D908": _error("entry", "closed"),
        "D909": _error("place"),
        # what the public edition must not tell
        "P101": _error("source", "place", "shown", "length"),
        "P102": _error("source", "place", "shown", "length"),
        "P103": _error("format"),
        # why a pull request may not be merged
        "G101": _error("base", "branch"),
        "G102": _error("head", "given"),
        "G103": _error("repository", "expected"),
        "G104": _error("file"),
        "G105": _error("part"),
        "G106": _error("kind"),
        "G107": _error("problem"),
        "G108": _error("other"),
        "G109": _error("entry", "role"),
        "G110": _error("entry", "field"),
        "G111": _error("role"),
        "G112": _error(),
        "G113": _error("number", "other", "title"),
        "G114": _error("number", "pull"),
        # what history should not hold
        "A201": _error("parents"),
        "A202": _error(),
        "A203": _error(),
        "A204": _error("seq", "field"),
        "A205": _error("seq", "expected"),
        "A206": _error("seq"),
        "A207": _error("seq", "merge"),
        "A208": _error("item", "entry", "kind", "role", "state"),
        "A209": _error("file", "finding"),
        "A210": _error("file", "finding"),
        "A211": _error("file", "finding"),
        "A212": _error("file", "problem"),
        "A213": _error(),
        "A214": _error("before", "genesis"),
        "A215": _error("file", "finding"),
        "A216": _error("seq", "verdict"),
        "A217": _error("branch", "known"),
        "A218": _error("repository", "expected"),
        "A219": _error("seq", "what"),
        "A220": _error("genesis"),
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding before it has a place: a code at a pointer into one file's data.

    ``at_key`` points at the key rather than at its value. ``since`` and ``until`` (ISO days, ""
    for always) bound the days on which it holds, so that judging a file never needs a clock.
    """

    code: str
    pointer: Pointer
    details: Mapping[str, Detail] = field(default_factory=dict)
    at_key: bool = False
    since: str = ""
    until: str = ""

    def holds_on(self, day: str) -> bool:
        """Whether it is wrong on that ISO day."""
        return self.since <= day and (not self.until or day < self.until)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with its place. Lines and columns count from 1."""

    path: str
    line: int
    column: int
    code: str
    details: Mapping[str, Detail] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in reading order: by file, then by place, then by code."""
    return sorted(findings, key=lambda f: (f.path, f.line, f.column, f.code))
