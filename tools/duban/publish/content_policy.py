"""A page as the theme renders it → the same page with the content security policy that it can live under.

What browsers may load and run stands in the page itself, so that it holds wherever the page is served.
Nothing in a page's own content is ever allowed by it: a script that got into a record's text has no hash.
"""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

_HEAD = "<head>"
_DATA = "application/json"
"""The type of script elements that hold data; browsers never run them."""

_WASM = "'wasm-unsafe-eval'"
"""Lets scripts that may run compile WebAssembly, which the search is made of; it lets no other script run."""


class _Inline(HTMLParser):
    """The texts of the scripts and styles that stand in a page itself."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._into: list[str] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "script" and "src" not in attributes and attributes.get("type") != _DATA:
            self._into = self.scripts
        elif tag == "style":
            self._into = self.styles
        if self._into is not None:
            self._into.append("")

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's own
        self._into = None


def content_policy(theme: str, *, wasm: bool = False) -> str:
    """The policy of a page whose HTML around its content is ``theme``.

    It allows the site's own files, pictures within its style sheets, and those scripts and styles that
    stand in ``theme`` itself, by their SHA-256 (Content Security Policy Level 3). ``wasm`` also allows
    the site's scripts to compile WebAssembly. It may stand between double quotes as it is.
    """
    inline = _Inline(theme)
    scripts = ["'self'", *([_WASM] if wasm else []), *_hashes(inline.scripts)]
    directives = {
        "default-src": ["'none'"],
        "script-src": scripts,
        "style-src": ["'self'", *_hashes(inline.styles)],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


def guarded(html: str, content: str, *, wasm: bool = False) -> str:
    """A whole page with its policy as the first thing in its head.

    ``content`` is the part of it that does not come from the theme, "" where all does. ValueError if
    the page does not hold it exactly once, or has no head.
    """
    before, _, after = html.partition(content) if content else (html, "", "")
    if content and (len(before) == len(html) or content in after):
        raise ValueError("the theme's page does not hold its content exactly once")
    if before.count(_HEAD) != 1:
        raise ValueError("the theme's page has no head, or several")
    policy = content_policy(before + after, wasm=wasm)
    return html.replace(_HEAD, f'{_HEAD}\n    <meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


def _hashes(texts: list[str]) -> list[str]:
    """Sources that allow these texts, each once, in an order that does not depend on theirs."""
    digests = {hashlib.sha256(text.encode()).digest() for text in texts if text}
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in sorted(digests)]
