"""How a pull request was judged → sentences for people: each seat and what to do, each finding, the commit status."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from duban.finding import Finding
from duban.gate import Judgement
from duban.language import Language
from duban.model import Registry
from duban.rules.amendments import pointer_of
from duban.signoff import Signed

_LONGEST = 140
"""What GitHub takes as the description of a commit status; the others take more."""
_REGISTRAR = "registrar"


class Said(NamedTuple):
    """How a seat stands in one sentence, and what to do about it in another ("" where nothing is to be done)."""

    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.message}{_between(self.message)}{self.fix}" if self.fix else self.message


def lines(judgement: Judgement, registry: Registry, text: Language) -> Iterator[str]:
    """The verdict, then every finding and every seat, each with what to do, one line each."""
    yield status_words(judgement, registry, text)
    todo = text("check.fix")
    for finding in judgement.findings:
        yield _on_one_line(f"{place_of(finding)} {finding.code} {text.message(finding)}".lstrip())
        yield _on_one_line(f"    {todo}{text.fix(finding)}")
    for one in judgement.standing:
        said = seat_words(one, registry, text)
        yield _on_one_line(said.message)
        if said.fix:
            yield _on_one_line(f"    {todo}{said.fix}")


def seat_sentence(one: Signed, registry: Registry, text: Language) -> str:
    """How a seat stands, and what to do about it."""
    return _on_one_line(str(seat_words(one, registry, text)))


def seat_words(one: Signed, registry: Registry, text: Language) -> Said:
    """The same, the two sentences apart."""
    seat = one.seat
    form = form_words(one, registry, text)
    of = text("seat.of_item", item=seat.item) if seat.item else ""
    message = text(f"seat.said.{one.state}", who=signer(one, registry, text), form=form, of=of)
    if not one.reason:
        return Said(message, "")
    fix = text(
        f"seat.todo.{one.reason}",
        who=signer(one, registry, text, in_role=False),
        role=role_words(asked_role(one), text),
        units=units_words(seat.units, registry, text),
        on=seat.on,
        file=seat.paper.file if seat.paper else "",
    )
    return Said(message, fix)


def status_words(judgement: Judgement, registry: Registry, text: Language) -> str:
    """What the commit status says: the verdict and whom it waits for, at most 140 characters, names whole."""
    comma = text("shown.comma")
    missing = [one for one in judgement.standing if one.state != "signed"]
    if judgement.verdict == "refuse":
        wrong = [one for one in judgement.findings if one.severity == "error"]
        titles = dict.fromkeys(text(f"{one.code}.title") for one in wrong)
        return _fitting(list(titles), comma, text, lambda told: text("signoff.refuse", count=len(wrong), problems=told))
    refusing = _names([one for one in missing if one.state == "changes_requested"], registry, text)
    if refusing:
        return _fitting(refusing, comma, text, lambda told: text("signoff.changes", who=told))
    if missing:
        names = _names(missing, registry, text)
        return _fitting(names, comma, text, lambda told: text("signoff.wait", count=len(missing), who=told))
    if judgement.draft:
        return text("signoff.draft")
    return text("signoff.pass" if judgement.standing else "signoff.none", count=len(judgement.standing))


def place_of(finding: Finding) -> str:
    """Where a finding is, "" for one that is of the pull request as a whole."""
    return f"{finding.path}:{finding.line}:{finding.column}" if finding.path else ""


def signer(one: Signed, registry: Registry, text: Language, *, in_role: bool = True) -> str:
    """Who signs or signed: the person's position, with the role it does not tell; or the role, and of which units."""
    seat = one.seat
    person = one.by or seat.person
    role = role_words(asked_role(one), text)
    if not person:
        units = units_words(seat.units, registry, text)
        return text("seat.of_units", role=role, units=units) if units else role
    position = position_words(person, registry, text)
    return in_role_words(position, role, text) if in_role else position


def in_role_words(position: str, role: str, text: Language) -> str:
    """A position and the role it is signed in, where the one does not tell the other."""
    return position if role.casefold() in position.casefold() else text("seat.who_as", who=position, role=role)


def form_words(one: Signed, registry: Registry, text: Language, called: str = "") -> str:
    """What is signed, and whose signature on paper it bears: the kind of entry with its number among several.

    ``called`` names it otherwise.
    """
    form = called or kind_words(one.seat.kind, text)
    pointer = pointer_of(one.seat.entry)
    if not called and len(pointer) > 1 and isinstance(pointer[1], int):
        form = text("seat.numbered", form=form, number=pointer[1] + 1)
    if _answered_for(one):
        who = position_words(one.seat.person, registry, text)
        form = text("seat.on_paper", form=form, who=who)
    return form


def kind_words(kind: str, text: Language) -> str:
    """What a kind of entry, or a part of the house, is called; its own code where the catalogues lack it."""
    return next((text(name) for name in (f"kind.{kind}", f"part.{kind}") if text.has(name)), kind)


def role_words(role: str, text: Language) -> str:
    """What a role is called; its own code where the catalogues lack it."""
    return text(f"role.{role}") if text.has(f"role.{role}") else role


def position_words(person: str, registry: Registry, text: Language) -> str:
    """A person's position; the id itself where the roster lacks it."""
    known = registry.people.get(person)
    return (text.code == "en" and known.position_en) or known.position if known else person


def units_words(units: Sequence[str], registry: Registry, text: Language) -> str:
    """What units are called; an id itself where the registry lacks it."""
    known = [registry.units.get(unit) for unit in units]
    named = [
        ((text.code == "en" and one.name_en) or one.short_name) if one else unit
        for one, unit in zip(known, units, strict=True)
    ]
    return text("shown.comma").join(named)


def asked_role(one: Signed) -> str:
    """The role in which whoever is waited for signs."""
    return _REGISTRAR if _answered_for(one) else one.seat.role


def _answered_for(one: Signed) -> bool:
    """Whether a signature on paper is in order so far, and it is the registrar who answers for it."""
    return one.seat.paper is not None and one.by != one.seat.person


def _names(waiting: Sequence[Signed], registry: Registry, text: Language) -> list[str]:
    """Who is waited for, each once."""
    return list(dict.fromkeys(signer(one, registry, text, in_role=False) for one in waiting))


def _fitting(names: Sequence[str], comma: str, text: Language, made: Callable[[str], str]) -> str:
    """A sentence with as many of the names as fit."""
    for count in range(len(names), 0, -1):
        listed = comma.join(names[:count])
        said = _on_one_line(made(listed if count == len(names) else text("signoff.and_others", listed=listed)))
        if len(said) <= _LONGEST:
            return said
    return said[: _LONGEST - 1] + "…"


def _between(sentence: str) -> str:
    """What stands between a sentence and the next: nothing after a full stop of full width."""
    return "" if sentence.endswith("。") else " "


def _on_one_line(text: str) -> str:
    """Text of the ledger as it may stand on a terminal and in a status: one line, no control characters."""
    return "".join(character if character.isprintable() else " " for character in text)
