"""Built pages of items → the same pages as a Hugo project: each page's content as it is, the rest as one layout."""

from __future__ import annotations

import json
import re
from pathlib import Path

_ARTICLE = re.compile(r'(<article class="md-content__inner md-typeset">)(.*)(</article>)', re.DOTALL)
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


def write_sources(out: Path, site: Path) -> None:
    """A Hugo project in ``out`` that makes every item page of a built site again.

    Contents are HTML, which Hugo takes as it is: no Markdown is rendered. The layout is the first
    page's own frame with places for title and content.
    """
    content = out / "content" / "items"
    content.mkdir(parents=True, exist_ok=True)
    layouts = out / "layouts"
    layouts.mkdir(exist_ok=True)
    pages = sorted((site / "items").glob("*.html"))
    for number, page in enumerate(pages):
        source = page.read_text(encoding="utf-8")
        article, title = _ARTICLE.search(source), _TITLE.search(source)
        if article is None or title is None:
            raise ValueError(f"no article in {page}")
        if not number:
            frame = source[: article.start(2)], source[article.end(2) :]
            before = frame[0].replace(title[0], "<title>{{ .Title }}</title>")
            (layouts / "single.html").write_text(f"{before}{{{{ .Content }}}}{frame[1]}", encoding="utf-8")
        head = json.dumps({"title": title[1]}, ensure_ascii=False)
        (content / page.name).write_text(f"{head}\n{article[2]}", encoding="utf-8")
    (out / "hugo.toml").write_text(_CONFIGURATION, encoding="utf-8")
