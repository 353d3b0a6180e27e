"""A text → the places of characters that no file of the ledger may hold: what nobody sees, or what moves the rest."""

from __future__ import annotations

import re

UNWANTED = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e007f]|\r(?!\n)"
)
"""Controls, signs of direction, and characters of no width or shape, among them tags and Hangul fillers.

A carriage return without a line feed ends a line for YAML and shows nobody that it does; a tab is not equally
wide everywhere.
"""
_ESCAPED = re.compile(f"(?!\t)(?:{UNWANTED.pattern})|\r")


def escaped(text: str) -> str:
    """The first of them in a text that was written with escapes, where no return ends a line and tabs do no harm."""
    found = _ESCAPED.search(text)
    return found[0] if found else ""
