"""A piece of a page's HTML → its lines of plain text, as a document without HTML shows them."""

from __future__ import annotations

from html.parser import HTMLParser

_LINES = frozenset({"p", "li", "tr", "div", "br", "dt", "caption"})
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"svg", "style", "script", "caption"})


class _Lines(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines = [""]
        self._hidden: list[str] = []
        self._numbers: list[int] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if self._hidden or tag in _UNSEEN or "visually-hidden" in classes:
            if tag != "br":
                self._hidden.append(tag)
            return
        if tag == "ol":
            self._numbers.append(0)
        elif tag == "ul":
            self._numbers.append(-1)
        if tag in _LINES:
            self.lines.append("")
        elif tag in _CELLS and self.lines[-1]:
            self.lines[-1] += "　"
        if tag == "li" and self._numbers and self._numbers[-1] >= 0:
            self._numbers[-1] += 1
            self.lines[-1] += f"{self._numbers[-1]}. "

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if self._hidden[-1] == tag:
                self._hidden.pop()
        elif tag in ("ol", "ul"):
            self._numbers.pop()
        elif tag in _LINES:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            before, *after = data.split("\n")
            self.lines[-1] += before
            self.lines += after


def lines_of(html: str) -> list[str]:
    """The lines that have any text, in order."""
    return [line.strip() for line in _Lines(html).lines if line.strip()]
