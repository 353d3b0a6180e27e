"""An edition → its pages: the few that stand in the navigation, and the many that stand outside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from duban.publish import (
    audit_page,
    campaign_pages,
    findings_page,
    home,
    item_pages,
    ledger_table,
    ledger_years,
    report_pages,
    rules_pages,
    unit_pages,
    wall_chart,
)
from duban.publish.edition import Edition
from duban.publish.page import Page

_SITE = (
    home,
    ledger_table,
    wall_chart,
    unit_pages,
    campaign_pages,
    report_pages,
    rules_pages,
    findings_page,
    audit_page,
)
_LOOSE = (item_pages, ledger_years, unit_pages, campaign_pages, report_pages)


def site_pages(edition: Edition) -> Iterator[Page]:
    """The pages of the navigation, in its order."""
    for module in _SITE:
        yield from module.site_pages(edition)


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The pages that are reached by links: one for each item, unit, campaign and report, and years of a long ledger."""
    for module in _LOOSE:
        yield from module.loose_pages(edition)


def data_files(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """What pages load apart from themselves, by path below the edition's root."""
    yield from ledger_table.data_files(edition)


def navigation(pages: Iterable[Page]) -> list[dict[str, str]]:
    """The navigation as MkDocs takes it."""
    return [{page.title: page.path.removesuffix(".html") + ".md"} for page in pages]
