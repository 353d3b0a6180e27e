"""What an entry says of its signers and what an audit proved → the lines of a page that tell both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from markupsafe import Markup

from duban.filing import kind_of
from duban.finding import Pointer
from duban.moment import day_in_china
from duban.proof import Proof, ProofState, Signer
from duban.publish import fragments
from duban.publish.edition import Edition
from duban.publish.forge_pages import pull_mark, pull_page
from duban.publish.fragments import escaped
from duban.publish.names import Names
from duban.publish.place import Place
from duban.publish.standing import additions, state_of
from duban.rules.amendments import pointer_of

SIGNED = "signed"
_BLANK = "\n"
_BESIDE = frozenset({SIGNED, "countersigns"})
"""What is added to an entry and shown beside its own place."""


class Signatures:
    """Tells who signed, when, in which pull request, and how that is proven; ``day`` shows an ISO day.

    A page has dozens of these: whatever several may share is written once.
    """

    def __init__(self, edition: Edition, names: Names, day: Callable[[str], Markup]) -> None:
        self._edition, self._names, self._day = edition, names, day
        self._text = edition.text
        self._held = edition.examination.held
        self._proofs = edition.examination.proofs
        self._later = additions(edition)
        self._whos: dict[tuple[str, str], str] = {}
        self._called_by: dict[str, str] = {}
        self._days: dict[str, str] = {"": ""}

    def line(self, node: Mapping[str, Any], place: Place) -> str:
        """The signatures of an entry as it names them, held against what proves them, as HTML.

        The public sees no names: how the entry is proven, in which pull request, and when.
        """
        claims = node.get(SIGNED, ())
        if self._held:
            return self._proven(claims, place)
        if not claims:
            return ""
        signed = "".join([self._claimed(claim, ()) for claim in claims])
        return f"{self._label}{signed}{self._unproven}"

    def mark(self, place: Place) -> str:
        """How an entry is proven, in which pull request; who signed and when is its help. "" without an audit."""
        if not self._held:
            return ""
        proof, later = self._proofs.get(place), self._later.get(place)
        state = state_of(proof, later) if later or proof is None else proof.state
        return self._mark(state, proof, self._told(proof))

    def mark_of(self, proof: Proof, by: str = "") -> Markup:
        """The same of one proof, for a template; with ``by`` its help names only that person."""
        return Markup(self._mark(proof.state, proof, self._told(proof, by)))  # noqa: S704 - made of escaped parts

    def below(self, node: Mapping[str, Any], place: Place) -> str:
        """The line below the signature of a form, for a template: who approved it, when, in which pull request.

        "" without an audit.
        """
        if not self._held:
            return ""
        proof = self._proofs.get(place)
        named = {(claim["by"], claim["role"]) for claim in node.get(SIGNED, ())}
        signers = proof.signers if proof else ()
        signed = "".join([self._signature(one) for one in signers if (one.person, one.role) in named])
        mark = self._mark(state_of(proof, self._later.get(place)), proof)
        return Markup(f"{self._approval} {signed}{mark}")  # noqa: S704 - made of escaped parts

    def beside(self, *places: Place, by: str = "") -> str:
        """How a signature within a form is proven, for a template: by the first of some places signed by itself.

        With ``by`` only what that person signed counts. "" where nothing tells.
        """
        for place in places if self._proofs else ():
            proof = self._proofs.get(place)
            if proof is not None and (not by or any([one.person == by for one in proof.signers])):
                return self.mark_of(proof, by)
        return ""

    def position(self, person: str) -> str:
        """What a person is called, as HTML."""
        html = self._called_by.get(person)
        if html is None:
            html = self._called_by[person] = escaped(self._names.position(person))
        return html

    def day_of(self, at: str) -> str:
        """The ISO day in China of an instant."""
        known = self._days.get(at)
        if known is None:
            known = self._days[at] = day_in_china(at)
        return known

    def _proven(self, claims: Sequence[Mapping[str, Any]], place: Place) -> str:
        """The line of an entry whose history was audited; a signature that was added has its own proof beside it."""
        proof, later = self._proofs.get(place), self._later.get(place)
        if not claims and proof is None and not self._edition.public:
            return ""
        signers = proof.signers if proof else ()
        parts = [self._label]
        for index, claim in enumerate(claims):
            own = self._proofs.get(place.under(SIGNED).at(index)) if later else None
            parts.append(self._claimed(claim, own.signers if own else signers))
            if own:
                parts.append(self._mark(own.state, own))
        if not claims:
            parts += [self._signature(one) for one in signers]
        parts += (self._mark(state_of(proof, later), proof), "</p>", self._added(later, place) if later else "")
        return "".join(parts)

    def _claimed(self, claim: Mapping[str, Any], signers: Sequence[Signer]) -> str:
        """One line of ``signed``, with the day of its approval where that is known."""
        role, by, on = claim["role"], claim["by"], claim["on"]
        who = self._whos.get((role, by)) or self._who(role, by)
        approved = ""
        for one in signers:
            if one.person == by and one.role == role:
                approved = self.day_of(one.at)
        plain = "paper" not in claim and (approved == on or not approved)
        return f'<span class="signature">{who} {self._day(on) if plain else self._when(claim, approved)}</span>'

    def _when(self, claim: Mapping[str, Any], approved: str) -> str:
        """The day of the approval and the other day that the entry claims.

        What was signed on paper has its own day, the scan, and the registrar who answers for it.
        """
        text, on = self._text, claim["on"]
        if "paper" not in claim:
            note = escaped(text("sign.claimed_on", day=on))
            return f'{self._day(approved)} <span class="signature-note">{note}</span>'
        paper = claim["paper"]
        note = text("sign.paper", file=paper["file"], registrar=self._names.position(paper["registrar"]))
        if approved:
            note += text("sign.registered", day=approved)
        title = escaped(f"SHA-256 {paper['sha256']}")
        return f'{self._day(on)} <span class="signature-note" title="{title}">{escaped(note)}</span>'

    def _signature(self, one: Signer) -> str:
        """Who approved, on which day; in public the day alone."""
        on = self.day_of(one.at)
        who = f"{self._who(one.role, one.person)} " if one.person else ""
        return f'<span class="signature">{who}{self._day(on) if on else ""}</span>' if who or on else ""

    def _added(self, later: Sequence[Proof], place: Place) -> str:
        """What was added to the entry and signed then, each pull request on a line of its own."""
        groups: dict[tuple[int, ProofState], dict[str, Proof]] = {}
        for one in later:
            parts = pointer_of(one.entry.removeprefix(place.pointer))
            if parts[0] not in _BESIDE:
                groups.setdefault((one.pull, one.state), {})[self._called(place, one.entry, parts)] = one
        return "".join([self._addition(proofs) for proofs in groups.values()])

    def _addition(self, proofs: dict[str, Proof]) -> str:
        label = self._text("sign.later", fields=self._text("shown.comma").join(proofs))
        last = next(reversed(proofs.values()))
        signed = "".join([self._signature(one) for one in last.signers])
        mark = self._mark(last.state, last)
        return f'<p class="signed"><span class="signed-label">{escaped(label)}</span> {signed}{mark}</p>'

    def _called(self, place: Place, entry: str, parts: Pointer) -> str:
        """What an addition is called: by the part of the entry that it stands in, with its number in a list."""
        within = pointer_of(place.pointer) if entry.startswith(f"{place.pointer}/") else ()
        here = self._edition.schemas.field(kind_of(place.item)).at((*within, parts[0]))
        called = here.label(self._text.code) if here else str(parts[0])
        return f"{called} {parts[1] + 1}" if len(parts) > 1 and isinstance(parts[1], int) else called

    def _mark(self, state: ProofState, proof: Proof | None, told: str = "") -> str:
        """The small seal with its word, and the pull request; ``told`` begins its help."""
        before, after = self._seals[state]
        number = f" {str(proof.pull).join(self._pull_around)}" if proof and proof.pull else ""
        return f"{before}{told}{after}{number}</span>"

    def _told(self, proof: Proof | None, by: str = "") -> str:
        """Who signed on which day, as the beginning of a help text in HTML; ``by`` leaves out everybody else."""
        if proof is None or not proof.signers:
            return ""
        before, after = self._told_around
        said = [self._name_and_day(one) for one in proof.signers if not by or one.person == by]
        return f"{before}{said[0] if len(said) == 1 else self._comma.join(said)}{after}"

    def _name_and_day(self, one: Signer) -> str:
        on = self._days.get(one.at) or self.day_of(one.at)
        return f"{self.position(one.person)} {on}" if one.person else on

    def _who(self, role: str, by: str) -> str:
        html = self._whos.get((role, by))
        if html is None:
            position, called = self._names.position(by), self._names.role(role)
            html = f'<span class="signature-who">{escaped(position)}</span>'
            if called not in position:
                html += f' <span class="signature-role">{escaped(called)}</span>'
            self._whos[role, by] = html
        return html

    @cached_property
    def _label(self) -> str:
        name = self._approval if self._edition.public else escaped(self._text("sign.label"))
        return f'<p class="signed"><span class="signed-label">{name}</span> '

    @cached_property
    def _approval(self) -> str:
        return escaped(self._text("sign.approval"))

    @cached_property
    def _unproven(self) -> str:
        return f"{self._mark('claimed', None)}</p>"

    @cached_property
    def _comma(self) -> str:
        return escaped(self._text("shown.comma"))

    @cached_property
    def _told_around(self) -> tuple[str, str]:
        before, _, after = escaped(self._text("sign.told", signers=_BLANK)).partition(_BLANK)
        return before, after

    @cached_property
    def _pull_around(self) -> tuple[str, ...]:
        """What stands around a pull request's number, wherever it stands."""
        address = "" if self._edition.public else pull_page(self._edition, _BLANK)
        return tuple(fragments.pull(f"{pull_mark(self._edition)}{_BLANK}", address).split(_BLANK))

    @cached_property
    def _seals(self) -> Mapping[ProofState, tuple[str, str]]:
        text, words = self._text, proof_words(self._edition)
        helps: dict[ProofState, str] = {
            "proven": text("proof.proven.help"),
            "claimed": text("proof.claimed.help" if self._held else "proof.unexamined.help"),
            "broken": text("proof.broken.help"),
            "transcribed": text("proof.transcribed.help"),
        }
        return {state: fragments.seal(state, words[state], help_text) for state, help_text in helps.items()}


def proof_words(edition: Edition) -> Mapping[ProofState, str]:
    """What each state is called."""
    text = edition.text
    return {
        "proven": text("proof.proven"),
        "claimed": text("proof.claimed"),
        "broken": text("proof.broken"),
        "transcribed": text("proof.transcribed"),
    }
