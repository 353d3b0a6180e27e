"""Built pages of items → the same pages as sources for plain MkDocs: as Markdown, or as the very HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_ARTICLE = re.compile(r'(.*<article class="md-content__inner md-typeset">)(.*)(</article>.*)', re.DOTALL)
_HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### "}
_BLOCKS = frozenset(
    {"p", "li", "dt", "dd", "summary", "caption", "div", "section", "article", "details", "header", "table"}
)
_CONFIGURATION = """site_name: native
use_directory_urls: false
plugins: []
nav: [index.md]
theme: {name: material, language: zh, font: false, features: [navigation.tabs, navigation.top]}
"""


def write_sources(out: Path, site: Path, *, markdown: bool) -> None:
    """A MkDocs project in ``out`` with one source for each item page of a built site, none in the navigation."""
    write_project(out)
    docs = out / "docs" / "items"
    docs.mkdir()
    for page in item_pages(site):
        _, article, _ = parts(page)
        # A blank line would end an HTML block and set Markdown to work on the rest.
        source = as_markdown(article) if markdown else re.sub(r"\n\s*\n", "\n", article).strip()
        (docs / f"{page.stem}.md").write_text(source + "\n", encoding="utf-8")


def write_project(out: Path) -> None:
    """A MkDocs project with one empty page."""
    (out / "docs").mkdir(parents=True, exist_ok=True)
    (out / "docs" / "index.md").write_text("# index\n", encoding="utf-8")
    (out / "mkdocs.yml").write_text(_CONFIGURATION, encoding="utf-8")


def item_pages(site: Path) -> list[Path]:
    """The item pages of a built site."""
    return sorted((site / "items").glob("*.html"))


def parts(page: Path) -> tuple[str, str, str]:
    """What stands on a page before its article's content, the content, and what stands after it."""
    match = _ARTICLE.fullmatch(page.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"no article in {page}")
    return match[1], match[2], match[3]


def as_markdown(article: str) -> str:
    """A page's content with the same words and links as Markdown."""
    return "\n".join(_markdown(article))


def _markdown(html: str) -> Iterator[str]:
    """Headings, paragraphs, lists and tables with the same words and links, one line or blank at a time."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.lines


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._text = ""
        self._before = ""
        self._link = ""
        self._row: list[str] = []
        self._in_table = 0
        self._rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end()
            self._in_table, self._rows = self._in_table + 1, 0
        elif tag == "a":
            self._link = dict(attrs).get("href") or ""
            self._text += "["
        elif not self._in_table and (tag in _BLOCKS or tag in _HEADINGS):
            self._end()
            self._before = _HEADINGS.get(tag, "- " if tag == "li" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._text += f"]({self._link})"
        elif tag in ("td", "th") and self._in_table:
            self._row.append(" ".join(self._text.split()).replace("|", "/"))
            self._text = ""
        elif tag == "tr" and self._in_table:
            self.lines.append("| " + " | ".join(self._row) + " |")
            if not self._rows:
                self.lines.append("|" + " --- |" * len(self._row))
            self._rows += 1
            self._row = []
        elif tag == "table":
            self._in_table -= 1
            self._text = ""
            self.lines.append("")
        elif not self._in_table and (tag in _BLOCKS or tag in _HEADINGS):
            self._end()

    def handle_data(self, data: str) -> None:
        self._text += data

    def _end(self) -> None:
        words = " ".join(self._text.split())
        if words:
            self.lines += [f"{self._before}{words}", ""]
        self._text = self._before = ""
