"""Made-up proofs of the shipped ledger, and pages as tests look at them for what is told of signatures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conftest import AS_OF
from duban.chain import Verified, Violation
from duban.model import Ledger
from duban.proof import PROOF_STATES, Proof, Proofs, ProofState, Signer
from duban.publish.examination import Examination
from duban.schema import Field, Schemas
from site_fixtures import text_of, words

ITEM, OTHER, REPORT = "2019-0006", "2019-0009", "2019/087"
PAGE = f"items/{ITEM}.html"
VISIT, INTAKE, APPROVAL, NOTICE = "/visits/1", "/intake", "/approval", "/coordination_notices/0"
APPROVED = "2019-07-09T16:30:00.000Z"
"""An instant that falls on the next day in China."""
Show = Callable[..., Mapping[str, str]]
"""Makes the pages of an edition in which some entries stand otherwise than proven."""


def examination_of(proofs: Proofs) -> Examination:
    """An audit that found nothing wrong."""
    verified = Verified(tip="c" * 40, evidence="e" * 40, commits=977, receipts=970)
    return Examination("", "", "a" * 40, "2019-10-30", 0, verified, (), proofs)


def shown(ledger: Ledger, schemas: Schemas, clean: Examination) -> Show:
    """The pages of an edition, some proofs or other parts of the audit exchanged."""

    def pages(
        changed: Mapping[tuple[str, str], Proof] | None = None, code: str = "zh", name: Any = "internal", **more: Any
    ) -> Mapping[str, str]:
        examination = replace(clean, proofs={**clean.proofs, **(changed or {})}, **more)
        return words(name, code, ledger, schemas, examination)

    return pages


def entry_pointers(node: Any, here: Field, pointer: str = "") -> Iterator[tuple[str, Any, Field]]:
    """Every entry of a record: its pointer, its data and its field."""
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from entry_pointers(one, here.items or here, f"{pointer}/{index}")
    elif isinstance(node, dict):
        if here.entry:
            yield pointer, node, here
        for name, value in node.items():
            if name in here.properties:
                yield from entry_pointers(value, here.properties[name], f"{pointer}/{name}")


def all_proven(ledger: Ledger, schemas: Schemas) -> dict[tuple[str, str], Proof]:
    """Made-up proofs of every entry of a ledger: signed by whom it names, on the day it names, each on its own."""
    proofs: dict[tuple[str, str], Proof] = {}
    records = [(one.id, one.record, schemas.field("item")) for one in ledger.items.values()]
    records += [(key, report, schemas.field("report")) for key, report in ledger.reports.items()]
    records += [(str(year), record, schemas.field("assessment")) for year, record in ledger.assessments.items()]
    for identity, record, root in records:
        for pointer, node, here in entry_pointers(record, root):
            signers = tuple(Signer(one["by"], one["role"], f"{one['on']}T02:00:00.000Z") for one in node["signed"])
            last, number = max(one.at for one in signers), len(proofs) + 1
            merge = f"{number:040x}"
            proofs[identity, pointer] = Proof(
                identity, pointer, here.entry, "proven", signers, number, merge, last.replace("T02", "T03")
            )
    return proofs


def secret_examination(ledger: Ledger, schemas: Schemas, canary: Callable[[str], str]) -> Examination:
    """An audit in every state, with a canary wherever it names a person, a role, a commit or a cause."""
    root = schemas.field("item")
    proofs = {}
    for one in ledger.items.values():
        for number, (pointer, _, here) in enumerate(entry_pointers(one.record, root)):
            state = PROOF_STATES[number % len(PROOF_STATES)]
            for place in (pointer, f"{pointer}/signed/1", f"{pointer}/countersigns/0"):
                signer = Signer(canary("person"), canary("role"), "2019-07-05T02:00:00.000Z")
                proofs[one.id, place] = Proof(one.id, place, here.entry, state, (signer,), 17, canary("commit"))
    violation = Violation(canary("commit"), "A209", {"file": canary("file"), "finding": canary("finding")})
    return Examination(
        "", canary("problem"), canary("genesis"), AS_OF, 3, Verified(canary("tip")), (violation,), proofs
    )


def element(html: str, start: str, tag: str) -> str:
    """The first element of a tag whose start tag holds a text, whatever of the same tag lies within it."""
    begin = html.rindex(f"<{tag}", 0, html.index(start) + 1)
    depth = 0
    for match in re.finditer(rf"<(/?){tag}\b[^>]*>", html[begin:]):
        depth += -1 if match[1] else 1
        if not depth:
            return html[begin : begin + match.end()]
    raise ValueError(start)


def signed_lines(html: str) -> list[str]:
    """The lines of signatures within an entry, as a reader sees them."""
    return [text_of(line) for line in re.findall(r'<p class="signed">.*?</p>', html)]


def marks(html: str) -> list[tuple[str, str]]:
    """Every mark with its state: the class that draws it and the words beside it."""
    found = re.findall(r'<span class="proof proof--(\w+)" title="[^"]+">(.*?)</span>(?=\s*<|$)', html)
    return [(state, text_of(words)) for state, words in found]


def life(html: str) -> list[str]:
    """The lines of the timeline."""
    return re.findall(r'<li class="life-event .*?</li>', html)


def in_state(proofs: Proofs, entry: str, state: ProofState) -> dict[tuple[str, str], Proof]:
    """One entry as the audit would tell it in a state: only what was recorded has signers and a pull request."""
    proof = replace(proofs[ITEM, entry], state=state)
    return {(ITEM, entry): proof if state in ("proven", "broken") else replace(proof, signers=(), pull=0)}


def added(proofs: Proofs, entry: str, inner: str, person: str, state: ProofState = "proven") -> dict[Any, Proof]:
    """The proof of something that came later to an entry, in pull request 4321."""
    role = "unit_head" if "countersigns" in inner else "leader"
    signer = Signer(person, role, "2019-07-15T02:00:00.000Z")
    place = f"{entry}/{inner}"
    return {(ITEM, place): replace(proofs[ITEM, entry], entry=place, state=state, signers=(signer,), pull=4321)}
