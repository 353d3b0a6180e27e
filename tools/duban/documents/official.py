"""A report's parts → the official document in the layout of GB/T 9704-2012, as DOCX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duban.documents.docx_paper import RED, WIDTH, Paper

_HEAD_SIZE = 42
"""Points of the name at the head; it must stay below 22 mm by 15 mm a sign (7.2.4)."""
_TITLE_SIZE = 22
_SMALL = 14
_DAY_SIGNS = 8.5
"""How wide a day is in words, about: its digits are half as wide as signs."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the first level and its text, a paragraph a line."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Official:
    """A document. ``head`` is printed red at its head; ``printed`` says who printed it, and after a tab when."""

    head: str
    number: str
    office: str
    title: str
    to: str
    summary: str
    sections: Sequence[Section]
    long_day: str
    day: str
    copies: str = ""
    printed: str = ""
    signers: str = ""


def official(given: Official) -> bytes:
    """The document's file."""
    paper = Paper(title=given.title, author=given.office, day=given.day)
    size = min(_HEAD_SIZE, 440 / max(len(given.head), 1))
    paper.paragraph(
        given.head, face="小标宋", size=size, align="center", colour=RED, pitch=round(size * 26), before=240
    )
    paper.paragraph(given.number, align="center", before=200)
    # Eleven signs of the day, and one between; a long name is set smaller rather than broken.
    small = min(_SMALL, WIDTH / 25.4 * 72 / (len(given.office) + len(given.long_day) + 1))
    line = paper.paragraph(f"{given.office}\t{given.long_day}", size=small, align="left", before=60)
    paper.right_tab(line)
    paper.rule(line, below=12)
    paper.paragraph(given.title, face="小标宋", size=_TITLE_SIZE, align="center", pitch=700, before=500, keep=True)
    paper.paragraph(given.to, align="left", before=300)
    paper.paragraph(given.summary, indent=2)
    for section in given.sections:
        paper.paragraph(section.heading, face="黑体", indent=2, keep=True)
        for text in section.text.splitlines():
            paper.paragraph(text, indent=2)
    # The office two signs from the right edge, the day below it begins two signs after it (7.3.5.2).
    aside = max(len(given.office) - _DAY_SIGNS, 2)
    paper.paragraph(given.office, align="right", right=2, before=600, keep=True)
    paper.paragraph(given.long_day, align="right", right=aside)
    if given.signers:
        paper.paragraph(given.signers, face="楷体", size=_SMALL, align="left", before=200)
    _imprint(paper, given)
    return paper.bytes()


def _imprint(paper: Paper, given: Official) -> None:
    """Between lines at the foot of the last page: who gets copies, who printed it (7.4)."""
    texts = [text for text in (given.copies, given.printed) if text]
    for number, text in enumerate(texts):
        made = paper.paragraph(text, size=_SMALL, align="left", indent=1, pitch=480)
        paper.right_tab(made, signs=1)
        paper.at_foot(made)
        thick, thin = (8, 4)
        last = number == len(texts) - 1
        paper.rule(made, colour="000000", above=0 if number else thick, below=thick if last else thin)
