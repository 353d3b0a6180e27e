"""An edition → the rules in words, the fields of every schema, and the catalogue of findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.finding import CODES
from duban.language import Language
from duban.model import STEPS
from duban.publish.edition import Edition
from duban.publish.field_table import field_tables
from duban.publish.page import Page
from duban.publish.policy_words import cause_rows, groups, light_rules, sentences, series, signings
from duban.publish.shown import Shower


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code of the catalogue; blanks in the texts are named in corner brackets."""

    code: str
    severity: str
    title: str
    message: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """The codes of one kind of mistake (``D3``)."""

    name: str
    title: str
    codes: tuple[CodeRow, ...]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The rules; inside, the fields and the catalogue of findings too."""
    text = edition.text
    yield Page("rules.html", text("rules.title"), "rules.html", _rules(edition), group="rules")
    if not edition.public:
        tables = tuple(field_tables(edition.schemas, text))
        yield Page("fields.html", text("fields.title"), "fields.html", {"tables": tables}, group="rules")
        yield Page("codes.html", text("codes.title"), "codes.html", {"groups": tuple(code_groups(text))}, group="rules")


def code_groups(text: Language) -> Iterator[CodeGroup]:
    """The catalogue of findings, by the first digit of the code."""
    for name in dict.fromkeys(code[:2] for code in CODES):
        codes = tuple(_code(code, text) for code in CODES if code.startswith(name))
        yield CodeGroup(name, text(f"codes.group.{name}") if text.has(f"codes.group.{name}") else name, codes)


def _code(code: str, text: Language) -> CodeRow:
    def written(part: str) -> str:
        return text(f"{code}.{part}").replace("{", "⟨").replace("}", "⟩")

    return CodeRow(code, CODES[code].severity, written("title"), written("message"), written("why"), written("fix"))


def _rules(edition: Edition) -> dict[str, object]:
    shower = Shower(edition, int(edition.day[:4]))
    entries = edition.item_field.properties
    return {
        "sentences": sentences(edition),
        "lights": light_rules(edition),
        "steps": tuple((step, shower.label(entries[step])) for step in STEPS),
        "groups": tuple(groups(edition, shower)),
        "signings": () if edition.public else tuple(signings(edition)),
        "series": series(edition, shower),
        "causes": () if edition.public else cause_rows(edition),
    }
