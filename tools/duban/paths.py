"""The files that differ between two revisions → those that must not be merged, whatever stands in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from duban.finding import Finding
from duban.part import part_of

_FILE, _PROGRAM, _LINK, _SUBMODULE = "100644", "100755", "120000", "160000"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\Z")
_LONGEST = 200
_UNUSABLE = re.compile(r"(?:.*[. ]|\.git|git~\d+|(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\..*)?)\Z", re.IGNORECASE)
"""Names that Windows, or git on it, takes for something else: devices, and what git keeps for itself."""
_SIGNS = frozenset('\\:*?"<>|')
_KINDS = {_LINK: "link", _SUBMODULE: "submodule", _PROGRAM: "program"}


@dataclass(frozen=True, slots=True)
class Differing:
    """A file that is not the same in two revisions, as ``git diff-tree --raw`` has it.

    Modes and ids are those of git, of zeros where there is no file; a byte of the path that is no
    UTF-8 stands as a surrogate.
    """

    path: str
    old_mode: str
    new_mode: str
    old_id: str
    new_id: str

    @property
    def stays(self) -> bool:
        """Whether the file is there afterwards."""
        return self.new_mode.strip("0") != ""


def path_findings(differing: Iterable[Differing], siblings: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """G106–G108: links, submodules, names that are spelled oddly, and names that differ in case alone.

    ``siblings`` are the names in each folder ("" for the root) on the way to a file that differs, after the change.
    """
    told: set[tuple[str, str]] = set()
    for one in differing:
        if not one.stays:
            continue
        path = shown(one.path)
        if kind := _not_plain(one):
            yield Finding(path, 1, 1, "G106", {"kind": kind})
        if problem := odd(one.path):
            yield Finding(path, 1, 1, "G107", {"problem": problem})
        folder, rest = "", one.path
        while rest:
            name, _, rest = rest.partition("/")
            for other in siblings.get(folder, ()):
                if other != name and _folded(other) == _folded(name) and (folder, _folded(name)) not in told:
                    told.add((folder, _folded(name)))
                    yield Finding(path, 1, 1, "G108", {"other": shown(other)})
            folder = f"{folder}/{name}" if folder else name


def shown(path: str) -> str:
    """A path as it can be written anywhere: bytes that are no UTF-8 stand as question marks."""
    return path.encode("utf-8", "replace").decode()


def odd(path: str) -> str:
    """What is odd about a path, as the message catalogue names it, or "".

    Files of the record and of its rules are named in plain ASCII; others need only be readable
    everywhere.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        return "path.encoding"
    if len(path.encode()) > _LONGEST:
        return "path.length"
    if part_of(path) not in ("tools", "workflows") and not _PLAIN.match(path):
        return "path.characters"
    if unicodedata.normalize("NFC", path) != path:
        return "path.encoding"
    if any(character in _SIGNS or unicodedata.category(character)[0] == "C" for character in path):
        return "path.characters"
    if any(_UNUSABLE.match(name) for name in path.split("/")):
        return "path.name"
    return ""


def _not_plain(one: Differing) -> str:
    """The kind of a file that is none of the record's, as the message catalogue names it, or ""."""
    if one.new_mode == _FILE or (one.new_mode == _PROGRAM and part_of(one.path) in ("tools", "workflows")):
        return ""
    return f"file.{_KINDS.get(one.new_mode, 'other')}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
