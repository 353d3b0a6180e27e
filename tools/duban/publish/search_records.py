"""Editions of one ledger → what its search finds: records of items and reports by year, and of the other pages.

Nothing here depends on the day, or every year would be indexed again each morning: no lights, no
days left. The text is as the ledger has it, whatever the reader's language; only names that the
registry and the catalogues have in several languages come in each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from markupsafe import Markup

from duban.publish.bearings import bearings_of
from duban.publish.campaign_pages import campaign_views
from duban.publish.edition import Edition
from duban.publish.names import Names
from duban.publish.page import key_of
from duban.publish.report_pages import bare_number
from duban.publish.signature import SIGNED
from duban.publish.unit_pages import unit_views
from duban.record import ReportRecord
from duban.schema import Field

KINDS = ("item", "report", "unit", "campaign", "page")
# Pages that are text to be read; of the others, which change by the day, only the title is found.
_READ = frozenset({"rules.html", "fields.html", "codes.html", "guide.html"})
_NUMBER = re.compile(r"[^\s〔]{0,20}〔\d{4}〕\S{1,12}")
_END_OF_BLOCK = re.compile(r"(?=</(?:p|li|t[dh]|h[1-6]|d[td]|caption|summary|div)>|<br)")
_BETWEEN = " · "
_BLANKS = re.compile(r"\s*·[\s·]*")
_LINE = 200
_APART = frozenset({"id", "title", SIGNED})

Titles = Mapping[str, str]
"""A title by language, the first that of the site's root."""


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """One thing to be found. ``address`` is below the edition's root in the reader's language.

    ``names`` are what it is found by as a whole: id, document numbers, a unit's short and full name.
    ``unit`` is the id of the lead unit; it and ``year`` are "" where there is none.
    """

    address: str
    kind: str
    titles: Titles
    text: str
    names: tuple[str, ...] = ()
    year: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class SearchGroup:
    """Records that are indexed together: those of a year, or under the name "" all that have none.

    ``key`` changes whenever the records would, as far as items and reports go, as that of a data file.
    """

    name: str
    key: str
    records: Callable[[], Iterator[SearchRecord]]


def search_groups(edition: Edition, pages: Mapping[str, tuple[Titles, Callable[[], str]]]) -> Iterator[SearchGroup]:
    """The group without a year, then the years, the latest first.

    ``pages`` are those of the navigation with their titles and what gives the HTML of their contents.
    """
    yield SearchGroup("", "", partial(_others, edition, pages))
    items: dict[str, list[str]] = {}
    for identity in edition.ledger.items:
        items.setdefault(identity[:4], []).append(identity)
    reports: dict[str, list[ReportRecord]] = {}
    for report in edition.ledger.reports.values():
        reports.setdefault(report["id"][:4], []).append(report)
    digest, bearings = edition.digests.get, edition.taken(bearings_of)
    for year in sorted({*items, *reports}, reverse=True):
        mine, issued = sorted(items.get(year, ()), reverse=True), reports.get(year, ())
        paths = [*(bearings[one].path for one in mine), *(f"reports/{one['id']}.yml" for one in issued)]
        yield SearchGroup(year, key_of(*map(digest, paths)), partial(_of_year, edition, year, mine, issued))


def search_years(edition: Edition) -> tuple[str, ...]:
    """The years that have a group, the latest first."""
    return tuple(sorted({one[:4] for one in (*edition.ledger.items, *edition.ledger.reports)}, reverse=True))


def _of_year(
    edition: Edition, year: str, items: Sequence[str], reports: Sequence[ReportRecord]
) -> Iterator[SearchRecord]:
    reader = _Reader(edition, int(year))
    root = edition.item_field
    for identity in items:
        item = edition.ledger.items[identity]
        text, numbers = reader.read(item.record, root)
        title = {edition.text.code: item.record["title"]}
        names = (identity, *numbers)
        yield SearchRecord(f"items/{identity}.html", "item", title, text, names, year, item.lead_unit)
    field = edition.schemas.field("report")
    for report in reports:
        number = report["id"].partition("/")[2]
        called = f"{report['kind']}第{bare_number(number)}期"
        text, _ = reader.read(report, field)
        # The public edition lists reports and shows none by itself.
        address = f"reports.html#report-{year}-{number}" if edition.public else f"reports/{year}-{number}.html"
        title = {edition.text.code: report["title"]}
        names = (report["id"], called)
        yield SearchRecord(address, "report", title, f"{called}{_BETWEEN}{text}", names, year)


def _others(edition: Edition, pages: Mapping[str, tuple[Titles, Callable[[], str]]]) -> Iterator[SearchRecord]:
    for view in unit_views(edition):
        unit = view.unit
        names = (unit.short_name, unit.name)
        titles = _titles(edition, unit.short_name, unit.name_en)
        text = _BETWEEN.join([unit.name, *([unit.name_en] if unit.name_en else []), unit.kind])
        yield SearchRecord(f"units/{unit.id}.html", "unit", titles, text, names, unit=unit.id)
    for found in campaign_views(edition):
        campaign = found.campaign
        text = _BETWEEN.join([campaign.goal, *([campaign.name_en] if campaign.name_en else [])])
        titles = _titles(edition, campaign.name, campaign.name_en)
        address = f"campaigns/{campaign.id}.html"
        yield SearchRecord(address, "campaign", titles, text, (campaign.name,), unit=campaign.lead_unit)
    for path, (titles, content) in pages.items():
        yield SearchRecord(path, "page", titles, _read(content()) if path in _READ else "", tuple(titles.values()))


def _read(html: str) -> str:
    """The text of a page, its blocks apart."""
    apart = _END_OF_BLOCK.sub(_BETWEEN, html)
    return _BLANKS.sub(_BETWEEN, Markup(apart).striptags())  # noqa: S704 - only to be rid of its tags


def _titles(edition: Edition, name: str, name_en: str) -> Titles:
    return {code: name_en if code == "en" and name_en else name for code in edition.languages or (edition.text.code,)}


class _Reader:
    """Reads records of one year: the texts of each, and its document numbers."""

    def __init__(self, edition: Edition, year: int) -> None:
        self._names = Names(edition)
        self._year = year

    def read(self, record: Mapping[str, Any], root: Field) -> tuple[str, tuple[str, ...]]:
        """What people wrote in the order of the record, then short lines, then what they chose; each once."""
        said = _Said({}, {}, {})
        for name, value in record.items():
            if name in root.properties and name not in _APART:
                self._collect(value, root.properties[name], said)
        numbers = tuple([text for text in said.lines if _NUMBER.fullmatch(text)])
        return _BETWEEN.join([*said.prose, *said.lines, *said.chosen]), numbers

    def _collect(self, node: Any, field: Field, said: _Said) -> None:
        if isinstance(node, str):
            if field.ref not in ("item", "report", ""):
                said.chosen[self._names.reference(field.ref, node, self._year)[0]] = None
            elif field.enum:
                if "const" not in field.schema:
                    said.chosen[node] = None
            # Days stand everywhere and are searched by nobody; telephones and digests aren't for searching.
            elif not field.is_date and not field.personal:
                (said.prose if field.schema.get("maxLength", 0) > _LINE else said.lines)[node] = None
        elif isinstance(node, list):
            for one in node:
                self._collect(one, field.items or field, said)
        elif isinstance(node, dict):
            for name, value in node.items():
                child = field.properties.get(name)
                if child is not None and name != SIGNED:
                    self._collect(value, child, said)


class _Said(NamedTuple):
    """Texts of one record in order, each once."""

    prose: dict[str, None]
    lines: dict[str, None]
    chosen: dict[str, None]
