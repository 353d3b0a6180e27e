"""A reader's language and symbolic message ids → text from the gettext catalogues."""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from duban.finding import Detail, Finding

LANGUAGES = ("zh", "en")
DOMAINS = (
    "terms", "commands", "findings", "site", "papers", "signing", "guide", "daily", "reports", "assessment", "fill_in",
    "entering", "importing", "exit", "openness",
)  # fmt: skip
_SPELT_OUT: Mapping[str, tuple[str, ...]] = {
    "expected": ("type.",),
    "problem": ("syntax.", "receipt.", ""),
    "part": ("",),
    "place": ("leak.place.",),
    "kind": ("kind.", "part.", ""),
    "role": ("role.",),
    "state": ("seat.state.",),
    "verdict": ("verdict.",),
    "what": ("",),
}
"""Details that are codes of the house rather than words, each with what stands before the code in the catalogues."""


class Language:
    """Texts in one language. ``code`` is ``zh`` or ``en``."""

    def __init__(self, code: str, catalogue: gettext.NullTranslations) -> None:
        self.code = code
        self._catalogue = catalogue
        self._found: dict[str, str] = {}

    def __call__(self, message: str, **details: object) -> str:
        """The text of a message id, filled in; KeyError names an id that no catalogue has."""
        text = self._found.get(message)
        if text is None:
            text = self._catalogue.gettext(message)
            if text == message:
                raise KeyError(message)
            self._found[message] = text
        return self._filled(text, details)

    def day(self, on: str) -> str:
        """An ISO day in words, as on paper: 2019年10月31日."""
        year, month, day = on.split("-")
        return self("paper.date", iso=on, year=int(year), month=int(month), day=int(day))

    def has(self, message: str) -> bool:
        """Whether any catalogue has the id."""
        return message in self._found or self._catalogue.gettext(message) != message

    def pick(self, detail: Detail | list[str]) -> str:
        """A detail as this reader has it."""
        return detail if isinstance(detail, str) else detail[self.code == "en"]

    def message(self, finding: Finding) -> str:
        """What is wrong, in one sentence."""
        return self(f"{finding.code}.message", **self._details(finding))

    def fix(self, finding: Finding) -> str:
        """How to put it right."""
        return self(f"{finding.code}.fix", **self._details(finding))

    def _details(self, finding: Finding) -> dict[str, str]:
        return {name: self._spelt_out(name, self.pick(detail)) for name, detail in finding.details.items()}

    def _spelt_out(self, name: str, detail: str) -> str:
        """A detail in words where it is a code that a catalogue knows, else as it is."""
        messages = (f"{prefix}{detail}" for prefix in _SPELT_OUT.get(name, ()) if detail)
        return next((self(message) for message in messages if self.has(message)), detail)

    def _filled(self, text: str, details: Mapping[str, Any]) -> str:
        return text.format_map(details) if details else text


def texts(code: str) -> Iterator[str]:
    """Every text of the catalogues in a language, blanks and all, in no particular order."""
    folder = str(files("duban") / "locale")
    for domain in DOMAINS:
        # gettext has no public way to list what it read.
        yield from cast(Any, gettext.translation(domain, folder, [code]))._catalog.values()


@cache
def language(code: str) -> Language:
    """The texts of ``zh`` or ``en``."""
    folder = str(files("duban") / "locale")
    first, *others = (gettext.translation(domain, folder, [code]) for domain in DOMAINS)
    for other in others:
        first.add_fallback(other)
    return Language(code, first)
