"""Records and their fields → pages that need nothing but a browser: one file each, no script, no other host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from duban.exit.kept import Kept
from duban.exit.naming import Naming
from duban.language import Language
from duban.publish.edition import Edition
from duban.publish.signature import SIGNED
from duban.publish.standing import by_item
from duban.schema import Field

_STYLE = (
    "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:1rem/1.7 serif;color:#111;background:#fff}"
    "table{border-collapse:collapse;width:100%;margin:.3rem 0 1rem}"
    "th,td{border:1px solid #888;padding:.2rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{width:11rem;font-weight:600;background:#f3f3f3}td{white-space:pre-wrap}.list th{width:auto}"
    "section{margin:2rem 0}h2{border-bottom:2px solid #111}h3{margin-bottom:0}.note{color:#444}"
    "@media print{body{max-width:none;margin:0}a{color:inherit;text-decoration:none}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def pages(kept: Sequence[Kept], rules: Sequence[Kept], edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The path below the pages' folder and the content of each page, the list of all first."""
    text = edition.text
    yield "index.html", _page(edition.title, _index(kept, rules, edition), text)
    for one in (*kept, *rules):
        year = one.identity[:4]
        naming = Naming(edition, int(year if year.isdigit() else edition.day[:4]))
        up = "../" * one.path.count("/")
        title = _title(one, text)
        body = (
            f'<p><a href="{up}index.html">{escape(edition.title)}</a></p><h1>{escape(title)}</h1>{_whole(one, naming)}'
        )
        yield f"{one.page}.html", _page(title, body + _proofs(one, edition, naming), text)


def _title(one: Kept, text: Language) -> str:
    name = one.root.label(text.code)
    return f"{name} {one.identity} {one.data['title']}" if "title" in one.data else f"{name} {one.identity}"


def _index(kept: Sequence[Kept], rules: Sequence[Kept], edition: Edition) -> str:
    text = edition.text
    parts = [f"<h1>{escape(edition.title)}</h1><p class=note>{escape(text('exit.as_of', day=edition.day))}</p>"]
    for name, files in groupby((*kept, *rules), lambda one: one.path.partition("/")[0]):
        rows = "".join(
            f'<tr><td><a href="{escape(one.page)}.html">{escape(one.identity)}</a></td>'
            f"<td>{escape(str(one.data.get('title', one.root.label(text.code))))}</td>"
            f"<td>{escape(_light(one, edition))}</td></tr>"
            for one in files
        )
        parts.append(
            f'<section><h2>{escape(text(f"exit.folder.{name}"))}</h2><table class="list">{rows}</table></section>'
        )
    return "".join(parts)


def _light(one: Kept, edition: Edition) -> str:
    state = edition.states.get(one.identity)
    return edition.text(f"light.{state.light}") if state else ""


def _whole(one: Kept, naming: Naming) -> str:
    """A record: what stands in its head as one table, then each of its parts under its own name."""
    parts = {name: field for name, field in one.root.properties.items() if name in one.data}
    head = {name: field for name, field in parts.items() if not _is_part(one.data[name])}
    signed = naming.signers(one.data)
    sections = [
        f"<section><h2>{_label(field, naming)}</h2>{_part(one.data[name], field, naming)}</section>"
        for name, field in parts.items()
        if name not in head and not (signed and name == SIGNED)
    ]
    return _table(one.data, head, naming, signed) + "".join(sections)


def _is_part(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _part(value: Any, field: Field, naming: Naming) -> str:
    if isinstance(value, list):
        within = field.items or field
        return "".join(
            f"<h3>{escape(naming.text('exit.number', number=number))}</h3>{_part(one, within, naming)}"
            for number, one in enumerate(value, 1)
        )
    return _table(value, field.properties, naming, naming.signers(value))


def _table(node: Mapping[str, Any], fields: Mapping[str, Field], naming: Naming, signed: str) -> str:
    rows = [
        f"<tr><th>{_label(field, naming)}</th><td>{_value(node[name], field, naming)}</td></tr>"
        for name, field in fields.items()
        if name in node and not (signed and name == SIGNED)
    ]
    if signed:
        rows.append(f"<tr><th>{escape(naming.text('exit.head.signed'))}</th><td>{escape(signed)}</td></tr>")
    return f"<table>{''.join(rows)}</table>"


def _value(value: Any, field: Field, naming: Naming) -> str:
    if isinstance(value, dict):
        return _part(value, field, naming)
    if isinstance(value, list):
        within = field.items or field
        if value and isinstance(value[0], dict):
            return "".join(_part(one, within, naming) for one in value)
        return "<br>".join(escape(naming.value(one, within)) for one in value)
    return escape(naming.value(value, field))


def _label(field: Field, naming: Naming) -> str:
    return escape(field.label(naming.text.code))


def _proofs(one: Kept, edition: Edition, naming: Naming) -> str:
    """How each entry is proven, where there was an audit."""
    found = by_item(edition).get(one.identity, ())
    if not found:
        return ""
    text = naming.text
    heads = "".join(
        f"<th>{escape(text(f'exit.head.{name}'))}</th>" for name in ("place", "proof", "signed", "pull", "commit")
    )
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for proof in found
        for cells in [
            (
                proof.entry,
                text(f"proof.{proof.state}"),
                text("shown.semicolon").join(f"{edition.position(who.person)} {who.at}" for who in proof.signers),
                str(proof.pull or ""),
                proof.commit,
            )
        ]
    )
    title = escape(text("exit.proofs"))
    return f'<section><h2>{title}</h2><table class="list"><tr>{heads}</tr>{rows}</table></section>'


def _page(title: str, body: str, text: Language) -> bytes:
    language = "zh-CN" if text.code == "zh" else "en"
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    head += f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head><body>{body}</body></html>\n'.encode()
