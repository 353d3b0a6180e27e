"""The schemas → the page of the documentation that says of every field whether the public edition may show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from duban.language import Language, language
from duban.schema import Field, Schemas

PATH = "docs/openness.md"
RECORDS = ("item", "report")
"""What enters the public edition at all, each by the marks of its own schema."""
_WITHHELD = ("assessment", "people", "policy", "inspections", "receipt")


@dataclass(frozen=True, slots=True)
class Openness:
    """One field by its place (list indexes left out): ``open`` when it and all around it are marked as public."""

    place: str
    field: Field
    open: bool


def openness(schemas: Schemas, name: str) -> Iterator[Openness]:
    """Every field of a record's schema, in its order; the record itself is not one of them."""
    yield from _below(schemas.field(name), "", seen=True)


def openness_page(schemas: Schemas) -> Mapping[str, bytes]:
    """The page by its path: in Chinese, then in English."""
    return {PATH: "\n---\n\n".join(_page(schemas, language(code)) for code in ("zh", "en")).encode()}


def _below(here: Field, place: str, *, seen: bool) -> Iterator[Openness]:
    for name, child in here.properties.items():
        shown = seen and child.public
        yield Openness(f"{place}/{name}", child, shown)
        yield from _below(child.items or child, f"{place}/{name}", seen=shown)


def _page(schemas: Schemas, text: Language) -> str:
    parts = [f"# {text('openness.title')}", text("openness.intro")]
    for name in RECORDS:
        found = [*openness(schemas, name)]
        counts = {"open": sum(one.open for one in found), "all": len(found)}
        parts += [f"## {schemas.field(name).label(text.code)}", text(f"openness.{name}", **counts), _table(found, text)]
    others = [f"- {schemas.field(name).label(text.code)}: {text(f'openness.{name}')}" for name in _WITHHELD]
    return "\n\n".join([*parts, f"## {text('openness.others')}", "\n".join(others), text("openness.made")]) + "\n"


def _table(found: list[Openness], text: Language) -> str:
    heads = (text("openness.place"), text("openness.field"), text("openness.shown"))
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|"]
    words = {True: text("openness.yes"), False: text("openness.no")}
    shut = ""
    for one in found:
        if shut and one.place.startswith(shut):
            continue  # what lies within something withheld is withheld with it
        lines.append(f"| `{one.place}` | {one.field.label(text.code)} | {words[one.open]} |")
        shut = "" if one.open else f"{one.place}/"
    return "\n".join(lines)
