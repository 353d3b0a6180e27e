"""An edition → the guide's walks: how somebody new does one thing from the beginning, step by step, with pictures.

The pictures are made by a browser from the built site (``make pictures``) and lie in ``site/guide``, one for
each language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from duban.language import Language
from duban.publish.edition import Edition
from duban.publish.fill_in_pages import START
from duban.publish.page import Page, key_of
from duban.publish.policy_words import signed_by

PICTURES = "assets/guide/"
"""Where the pictures lie in the site, below the root of their language."""
WALKS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "clerk": (
        ("begin", "clerk-start"),
        ("fill", "clerk-form"),
        ("mend", "clerk-wrong"),
        ("send", "clerk-send"),
        ("wait", ""),
        ("next", "clerk-next"),
        ("daily", ""),
    ),
    "unit": (
        ("told", "unit-next"),
        ("read", ""),
        ("acknowledge", "unit-ack"),
        ("send", "unit-send"),
        ("paper", ""),
        ("report", ""),
        ("later", ""),
    ),
    "reviewer": (
        ("open", "reviewer-summary"),
        ("hold", "reviewer-form"),
        ("approve", ""),
        ("refuse", ""),
        ("status", "reviewer-status"),
    ),
    "red": (
        ("which", ""),
        ("read", "red-summary"),
        ("explain", "red-code"),
        ("mend", ""),
        ("signed", ""),
        ("program", ""),
    ),
}
"""Each walk with its steps in order, and the picture of a step, "" for none."""
_NEVER = frozenset({"reviewer", "red"})
"""The walks that end with what must never be done."""
_LINKS: Mapping[str, str] = {"begin": START, "explain": "codes.html", "report": "guide.html#task-report"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, what is done, the picture's name and what it shows, and a page to go to."""

    title: str
    help: str
    picture: str
    alt: str
    link: str = ""


def loose_pages(edition: Edition) -> Iterator[Page]:
    """One page for each walk; inside only."""
    if edition.public:
        return
    for name in WALKS:
        context = _walk(name, edition)
        yield Page(walk_page(name), edition.text(f"walk.{name}"), "guide_walk.html", context, key_of(context))


def walk_page(name: str) -> str:
    """Where a walk stands."""
    return f"guide/{name}.html"


def walk_links(text: Language) -> list[tuple[str, str, str]]:
    """Every walk: its page, its title, and whom it is for."""
    return [(walk_page(name), text(f"walk.{name}"), text(f"walk.{name}.for")) for name in WALKS]


def pictures(code: str) -> frozenset[str]:
    """The files of all pictures in a language."""
    return frozenset(f"{picture}.{code}.png" for steps in WALKS.values() for _, picture in steps if picture)


def _walk(name: str, edition: Edition) -> dict[str, object]:
    text = edition.text
    return {
        "title": text(f"walk.{name}"),
        "lead": text(f"walk.{name}.lead"),
        "steps": [_step(name, step, picture, edition) for step, picture in WALKS[name]],
        "never": _counted(f"walk.{name}.never", text) if name in _NEVER else (),
        "others": [one for one in walk_links(text) if one[0] != walk_page(name)],
    }


def _step(walk: str, step: str, picture: str, edition: Edition) -> Step:
    text = edition.text
    message = f"walk.{walk}.{step}"
    return Step(
        title=text(message),
        help=text(f"{message}.help", **_details(edition)),
        picture=f"{PICTURES}{picture}.{text.code}.png" if picture else "",
        alt=text(f"walk.picture.{picture}") if picture else "",
        link=_LINKS.get(step, ""),
    )


def _details(edition: Edition) -> dict[str, object]:
    """What the policy says of what walks speak of, and what pages and the forge call it."""
    text, policy = edition.text, edition.ledger.registry.policy
    forge = policy.get("signing", {}).get("forge", "github")
    signers = {kind: text("shown.comma").join(signed_by(edition).get(kind, ())) for kind in ("intake", "ack")}
    return {
        "ack_days": policy["ack_within_workdays"],
        "times": policy["extension"]["max_times"],
        "registers": signers["intake"],
        "acknowledges": signers["ack"],
        "nav": text("fill_in.title"),
        "new": text("fill_in.new_item"),
        "check": text("fill_in.check"),
        "go": text("fill_in.go"),
        "fill": text("next.fill_in"),
        "codes": text("codes.title"),
        "branch": text(f"guide.pull.branch.{forge}"),
        "approve": text(f"guide.approve.yes.{forge}"),
        "refuse": text("guide.approve.no"),
    }


def _counted(message: str, text: Language) -> tuple[str, ...]:
    """The texts of a list, numbered from one on."""
    count = next(number for number in range(1, 20) if not text.has(f"{message}.{number}"))
    return tuple(text(f"{message}.{number}") for number in range(1, count))
