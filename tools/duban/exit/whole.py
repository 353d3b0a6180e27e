"""A ledger that was read, its edition and its proofs → every file of the exit, one after another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from duban.exit.kept import Kept, records, registry, unreadable
from duban.exit.pages import pages
from duban.exit.proofs import MERGES, RECEIPTS, Evidence, proof_files
from duban.exit.tables import ledger_workbook, tables
from duban.language import Language, language
from duban.load import Readings
from duban.publish.edition import Edition
from duban.publish.standing import by_item
from duban.told import obligation_told, status_told

_JSON = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_VALUES = "values"
"""The one table that is too long for a workbook."""
Files = Iterator[tuple[str, bytes]]


def exit_files(readings: Readings, made: Edition, evidence: Evidence, commit: str) -> Files:
    """Everything but the history and the sums: paths below the folder, and contents.

    ``commit`` is the one whose ledger lies in the folder, "" where it is none.
    """
    kept, rules = [*records(readings, made.schemas)], [*registry(readings, made.schemas)]
    yield "README.md", _readme(readings, made, commit).encode()
    for path, content in sorted(readings.tree.items()):
        yield f"ledger/{path}", content
    yield "json/ledger.json", orjson.dumps(_head(kept, made, commit), option=_JSON)
    for one in (*kept, *rules):
        yield f"json/{one.page}.json", orjson.dumps(_document(one, made), option=_JSON)
    made_tables = [*tables(kept, rules, made)]
    for table in made_tables:
        yield f"csv/{table.name}.csv", table.csv()
    yield "xlsx/ledger.xlsx", ledger_workbook([one for one in made_tables if one.name != _VALUES], made)
    for path, content in pages(kept, rules, made):
        yield f"html/{path}", content
    if made.examination.held:
        for path, content in proof_files(evidence, made.examination, made.text):
            yield f"proofs/{path}", content


def sums(files: Iterable[tuple[str, str]]) -> bytes:
    """The list that ``sha256sum --check`` reads, of paths and digests."""
    return "".join([f"{digest}  {path}\n" for path, digest in sorted(files)]).encode()


def digest(content: bytes) -> str:
    """A file's SHA-256 as that list has it."""
    return hashlib.sha256(content).hexdigest()


def _head(kept: Sequence[Kept], made: Edition, commit: str) -> dict[str, Any]:
    policy = made.ledger.registry.policy
    return {
        "name": policy["name"],
        "name_en": policy.get("name_en"),
        "as_of": made.day,
        "commit": commit or None,
        "figures": made.figures,
        "records": [one.path for one in kept],
    }


def _document(one: Kept, made: Edition) -> dict[str, Any]:
    """A record's file as JSON: what was written, and of an item also what stands now and what is owed."""
    document: dict[str, Any] = {"path": one.path, "data": one.data}
    item, state = made.ledger.items.get(one.identity), made.states.get(one.identity)
    if item and state:
        document["effective"] = item.record if "amendments" in item.record else None
        document["status"] = status_told(state, made.ledger.registry)
        document["obligations"] = [obligation_told(owed, made.day) for owed in state.obligations]
    if made.examination.held:
        document["proofs"] = [
            {
                "entry": proof.entry,
                "state": proof.state,
                "signed": [
                    {"person": who.person, "role": who.role, "at": who.at, "paper": who.paper} for who in proof.signers
                ],
                "pull": proof.pull or None,
                "commit": proof.commit or None,
                "merged_at": proof.merged_at or None,
            }
            for proof in by_item(made).get(one.identity, ())
        ]
    return document


def _readme(readings: Readings, made: Edition, commit: str) -> str:
    return "\n---\n\n".join(_said(readings, made, commit, language(code)) for code in ("zh", "en"))


def _said(readings: Readings, made: Edition, commit: str, text: Language) -> str:
    """What lies here and how to verify it, in one language."""
    policy = made.ledger.registry.policy
    name = policy.get("name_en", policy["name"]) if text.code == "en" else policy["name"]
    stands = text("exit.readme.commit", commit=commit) if commit else text("exit.readme.edited")
    parts = [f"# {text('exit.readme.title', name=name)}", text("exit.readme.intro", day=made.day, commit=stands)]
    parts += [text("exit.readme.folders"), text("exit.readme.sums"), _block("sha256sum --quiet --check SHA256SUMS\n")]
    if broken := unreadable(readings):
        parts += [text("exit.readme.broken"), "\n".join(f"- `ledger/{path}`" for path in broken)]
    if not made.examination.held:
        return "\n\n".join([*parts, text("exit.readme.no_proofs")]) + "\n"
    parts += [text("exit.readme.receipts"), _block(RECEIPTS), text("exit.readme.merges"), _block(MERGES)]
    return "\n\n".join([*parts, text("exit.readme.limits")]) + "\n"


def _block(commands: str) -> str:
    return f"```bash\n{commands}```"
