"""An edition → its pages, those in the navigation and the many outside it, and the files beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from duban.language import Language, language
from duban.publish import (
    archive_pages,
    assessment_page,
    audit_page,
    bearings,
    campaign_pages,
    downloads_page,
    fill_in_data,
    fill_in_pages,
    findings_page,
    guide_page,
    guide_walks,
    home,
    interview_pages,
    item_pages,
    item_row,
    ledger_lines,
    ledger_table,
    ledger_years,
    participate_page,
    plan_pages,
    reader_day,
    reminders_page,
    report_pages,
    rules_pages,
    schedule_page,
    search_page,
    team_page,
    unit_pages,
    visits,
    wall_chart,
)
from duban.publish.api_files import api_files
from duban.publish.calendars import calendar_files
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, Taker, once
from duban.publish.feeds import feed_files
from duban.publish.ledger_files import ledger_files
from duban.publish.official_files import report_files
from duban.publish.page import Page

_SITE = (
    home,
    ledger_table,
    archive_pages,
    downloads_page,
    fill_in_pages,
    wall_chart,
    unit_pages,
    campaign_pages,
    plan_pages,
    team_page,
    schedule_page,
    reminders_page,
    report_pages,
    interview_pages,
    assessment_page,
    participate_page,
    guide_page,
    rules_pages,
    findings_page,
    audit_page,
)
_LOOSE = (
    item_pages,
    assessment_page,
    ledger_years,
    archive_pages,
    unit_pages,
    campaign_pages,
    plan_pages,
    report_pages,
    interview_pages,
    fill_in_pages,
    guide_walks,
    search_page,
)
_DATA = (ledger_table, reader_day, fill_in_data)
_SHARED: tuple[Callable[[Edition], Iterator[DataFile]], ...] = (
    ledger_files,
    api_files,
    feed_files,
    calendar_files,
    assessment_page.workbook_files,
    report_files,
)
TAKERS: tuple[Taker[Any], ...] = (
    item_row.counted_row,
    item_row.is_sample,
    ledger_lines.other_facts,
    ledger_years.one_not_filed,
    unit_pages.interviewed,
    home.counted_span,
    bearings.bearings_of,
    visits.visits_of,
    archive_pages.file_of,
    interview_pages.measures_of,
    plan_pages.plan_references,
)
"""What pages take from every item, in one pass over all of them."""
Navigation = list[dict[str, "str | Navigation"]]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The pages of the navigation, in its order."""
    for module in _SITE:
        yield from module.site_pages(edition)


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The pages that are reached by links: one for each item, unit, campaign and report, and years."""
    for module in _LOOSE:
        yield from module.loose_pages(edition)


def data_files(edition: Edition) -> Iterator[DataFile]:
    """What pages load apart from themselves, by path below the edition's root in its language."""
    for module in _DATA:
        yield from module.data_files(edition)


def shared_files(edition: Edition) -> Iterator[DataFile]:
    """What all languages of a site share, by path below its root: made with the first of them, in Chinese.

    The record itself is Chinese, whatever the pages around it are written in.
    """
    shared = edition if edition.text.code == "zh" else _in_chinese(edition)
    for files in _SHARED:
        yield from files(shared)


@once
def _in_chinese(edition: Edition) -> Edition:
    return replace(edition, text=language("zh"))


def navigation(pages: Iterable[Page], text: Language) -> Navigation:
    """The navigation as MkDocs takes it: a tab for each group, and below it the pages of one that has several."""
    groups: dict[str, list[Page]] = {}
    for page in pages:
        groups.setdefault(page.group or page.path, []).append(page)
    return [
        _leaf(inside[0]) if len(inside) == 1 else {text(f"nav.group.{group}"): [_leaf(page) for page in inside]}
        for group, inside in groups.items()
    ]


def _leaf(page: Page) -> dict[str, str | Navigation]:
    return {page.title: page.path.removesuffix(".html") + ".md"}
