"""Texts → the small pieces of HTML that values of the record are written with, everything escaped.

A page of an item holds hundreds of these; a template's macro for each would cost more than all the
rest of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_SPECIAL = re.compile(r"[&<>\"']").search


def escaped(text: str) -> str:
    """A text as it may stand in HTML, in an element or a quoted attribute; most need no change."""
    return str(escape(text)) if _SPECIAL(text) else text


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a field with its help, and as it stands before a value: in a row, a wide row, a ruled line."""

    name: str
    text: str
    help: str
    html: str
    title: str
    row: str
    wide_row: str
    ruled: str
    mark: str = ""

    @classmethod
    def of(cls, name: str, text: str, help_text: str, mark: str = "") -> Label:
        """A label from its plain texts; ``mark`` is HTML that follows the name where it stands before a value."""
        html, title = escaped(text), f' title="{escaped(help_text)}"' if help_text else ""
        named = f"<dt{title}>{html}{mark}</dt><dd>"
        return cls(
            name,
            text,
            help_text,
            html,
            title,
            row=f'<div class="row">{named}',
            wide_row=f'<div class="row row--long">{named}',
            ruled=f'<th scope="row"{title}>{html}{mark}</th>',
            mark=mark,
        )

    def marked(self, mark: str) -> Label:
        """The same with a mark in HTML after the name."""
        return Label.of(self.name, self.text, self.help, mark) if mark else self

    @property
    def markup(self) -> Markup:
        """The name with its mark, as a template takes it."""
        return Markup(self.html + self.mark)  # noqa: S704 - made of escaped parts


def day(on: str) -> str:
    """An ISO day."""
    return f'<time datetime="{escaped(on)}">{escaped(on)}</time>'


def long_day(on: str, words: str) -> str:
    """An ISO day in words, as on paper."""
    return f'<time datetime="{escaped(on)}">{escaped(words)}</time>'


def unbroken(text: str) -> str:
    """A number or name that must not be broken across lines."""
    return f'<span class="no-break">{escaped(text)}</span>'


def code(text: str) -> str:
    """Digits or a digest."""
    return f"<code>{escaped(text)}</code>"


def link(target: str, text: str) -> str:
    """A link within the site."""
    return f'<a href="{escaped(target)}">{escaped(text)}</a>'


def tick(text: str, *, yes: bool) -> str:
    """A mark for yes or no beside a word that says the same."""
    name, sign = ("yes", "✓") if yes else ("no", "✗")
    return f'<span class="tick tick--{name}"><span aria-hidden="true">{sign}</span> {escaped(text)}</span>'


def numbered(parts: Sequence[str]) -> str:
    """Texts one under the other, numbered where there are several."""
    one = " lines--one" if len(parts) == 1 else ""
    return f'<ol class="lines{one}">' + "".join([f"<li>{part}</li>" for part in parts]) + "</ol>"


def table(name: str, heads: Iterable[Label], lines: Iterable[Iterable[str]]) -> str:
    """A table within a value, named for those who scroll it by keyboard; its cells are whole ``td`` elements."""
    head = "".join([f'<th scope="col" class="is-{one.name}"{one.title}>{one.html}</th>' for one in heads])
    body = "".join(["<tr>" + "".join(cells) + "</tr>" for cells in lines])
    inner = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    group = f'<div class="scroll" role="group" aria-label="{name}" tabindex="0">'
    return f'{group}<table class="inner">{inner}</table></div>'


def cell(head: Label, text: str, html: str, *, unbroken: bool) -> str:
    """One cell of such a table; on a phone its column's name stands beside it."""
    attributes = ' class="no-break"' if unbroken else ""
    if text:
        attributes += f' data-label="{head.html}"'
    return f"<td{attributes}>{html}</td>"


def rows(parts: Iterable[str]) -> str:
    """Labelled values one under the other, "" where there are none."""
    inner = "</dd></div>".join(parts)
    return f'<dl class="rows">{inner}</dd></div></dl>' if inner else ""


def part(anchor: str, head: str, body: str) -> str:
    """An entry within an entry: a reply, a decision."""
    return f'<div class="part" id="{anchor}"><p class="part-head">{head}</p>{body}</div>'


def article(kind: str, anchor: str, on: str, head: str, body: str) -> str:
    """One entry of the record; ``anchor`` is "" where the section around it bears it."""
    identity = f' id="{anchor}"' if anchor else ""
    return (
        f'<article class="entry entry--{kind}"{identity}><p class="entry-on">{on}</p>'
        f'<div class="entry-body"><p class="entry-head">{head}</p>{body}</div></article>'
    )


def section(anchor: str, head: str, body: str, *, compact: bool) -> Markup:
    """Entries under a heading."""
    dense = " entries--compact" if compact else ""
    return Markup(  # noqa: S704 - escaped above
        f'<section class="entries{dense}" aria-labelledby="{anchor}-title" id="{anchor}">'
        f'<h2 id="{anchor}-title">{head}</h2>{body}</section>'
    )


def event(kind: str, on: str, anchor: str, label: str, summary: str, proof: str, *, same_day: bool) -> str:
    """One line of a timeline; ``on`` is a day as HTML, ``proof`` how the entry is proven, "" where nothing tells."""
    same = " life--same" if same_day else ""
    said = f" {escaped(summary)}" if summary else ""
    return (
        f'<li class="life-event life--{kind}{same}">{on}'
        f'<span class="life-text"><a href="#{anchor}">{escaped(label)}</a>{said}</span>{proof}</li>'
    )


def entered(on: str, entries: str, *cells: tuple[str, str]) -> str:
    """One row of how an item came into the ledger: HTML, each further cell with its column's name."""
    more = "".join([f'<td data-label="{head}">{html}</td>' for head, html in cells])
    return f'<tr><td class="no-break">{on}</td><th scope="row">{entries}</th>{more}</tr>'


def seal(state: str, word: str, help_text: str) -> tuple[str, str]:
    """A small seal with the word for how an entry is proven, up to its end tag.

    In two parts, between which its help may begin with something else.
    """
    return f' <span class="proof proof--{state}" title="', f'{escaped(help_text)}">{escaped(word)}'


def pull(number: str, address: str) -> str:
    """A pull request's number; a link where its address is known, outside of the site."""
    if address:
        return f'<a class="proof-pull" href="{escaped(address)}" rel="noreferrer">{escaped(number)}</a>'
    return f'<span class="proof-pull">{escaped(number)}</span>'


def owed(
    kind: str, name: str, owner: str, days: Iterable[tuple[str, str]], state: str, word: str, until: str = ""
) -> str:
    """One obligation's row: what is owed, the owner's cell, days with their columns' names, a dot with a word.

    ``until`` is the day up to which its state stays as it is, "" where no day changes it.
    """
    what = f'<span class="owed-kind">{escaped(kind)}</span>' + (f" {escaped(name)}" if name else "")
    inner = "".join([f'<td class="no-break" data-label="{head}">{day}</td>' for head, day in days])
    dot = '<span class="state-dot" aria-hidden="true"></span>'
    turning = f' data-owed="{until}"' if until else ""
    return (
        f'<tr class="owed--{state}"{turning}><th scope="row">{what}</th>{owner}{inner}'
        f'<td class="no-break"><span class="state state--{state}">{dot}{escaped(word)}</span></td></tr>'
    )


def mark(target: str, word: str, help_text: str) -> str:
    """A small mark that leads to what says more."""
    return f' <a class="amended-mark" href="#{target}" title="{escaped(help_text)}">{escaped(word)}</a>'


def turn(old: tuple[str, str], new: tuple[str, str], *, block: bool) -> str:
    """An old value and the new one side by side, each with its name; ``block`` gives each a column of its own.

    Names are texts, values HTML.
    """
    sides = "".join(
        [
            f'<div class="turn-{side}"><span class="turn-name">{escaped(name)}</span> <{tag}>{html}</{tag}></div>'
            for side, tag, (name, html) in (("old", "del", old), ("new", "ins", new))
        ]
    )
    return f'<div class="turn{" turn--block" if block else ""}">{sides}</div>'


def step(number: int, name: str, state: str, on: str, word: str) -> str:
    """One of the seven steps; ``on`` is its day as HTML."""
    current = ' aria-current="step"' if state == "current" else ""
    return (
        f'<li class="step step--{state}"{current}><span class="step-name"><span class="step-number">{number}</span>'
        f'{escaped(name)}</span><span class="step-on">{on}<span class="step-state">{escaped(word)}</span></span></li>'
    )
