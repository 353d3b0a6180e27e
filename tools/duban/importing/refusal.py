"""Why a file cannot be imported at all: an exception that names a message and fills it in."""

from __future__ import annotations


class RefusedError(Exception):
    """A file that cannot be read as a table; ``message`` is of the catalogues, ``details`` fill it in."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
