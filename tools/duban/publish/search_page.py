"""An edition → the page where a reader searches, which works on what the search index holds."""

from __future__ import annotations

from collections.abc import Iterator

from duban.publish.edition import Edition
from duban.publish.page import Page, key_of
from duban.publish.search_records import KINDS, search_years

INDEX = "search/"
_SCRIPT_TEXTS = (
    "search.title",
    "search.all",
    "search.count",
    "search.loading",
    "search.searching",
    "search.missing",
    "search.named",
    "search.found",
    "search.found_more",
    "search.found_words",
    "search.none",
    "search.more",
)


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The search page, where the site has a search: outside the navigation, reached by the box on every page."""
    if not edition.searchable:
        return
    text = edition.text
    years = search_years(edition)
    units = {one.id: edition.unit_name(one.id) for one in edition.ledger.registry.units.values()}
    context = {
        "years": years,
        "kinds": KINDS,
        "script": {
            "index": edition.to_shared + INDEX,
            "years": years,
            "language": text.code,
            "kinds": {kind: text(f"search.kind.{kind}") for kind in KINDS},
            "units": units,
            "texts": {name.partition(".")[2]: text(name) for name in _SCRIPT_TEXTS},
        },
    }
    yield Page("search.html", text("search.title"), "search.html", context, key_of(context), wasm=True)
