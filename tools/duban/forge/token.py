"""A forge's token as it came from the environment → the header that carries it, shown nowhere else."""

from __future__ import annotations

import re

from duban.forge import ForgeError

OWN_TOKEN = "DUBAN_FORGE_TOKEN"  # noqa: S105 - the name of a variable
"""The variable that a token for duban alone stands in; each forge's own jobs have others besides."""
_SAFE = re.compile(r"[!-~]+")


class Token:
    """A secret. Its text is in no log, repr or traceback; what a server says back is cleared of it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text.strip()
        if not _SAFE.fullmatch(self._text):
            # The HTTP library would refuse it too, and quote it.
            raise ForgeError("the token is empty, or holds what no header may")

    def __repr__(self) -> str:
        return "Token(…)"

    @property
    def header(self) -> str:
        """What the Authorization header says; every forge knows this scheme."""
        return f"Bearer {self._text}"

    def cleared(self, text: str) -> str:
        """A text without the secret in it, however it is capitalized: hosts come in small letters."""
        return re.sub(re.escape(self._text), "…", text, flags=re.IGNORECASE)
