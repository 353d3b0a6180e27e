"""The lock files of PyPI and npm → every package that they name, with its digests and who asks for it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Registry = Literal["pypi", "npm"]

ROOT = Path(__file__).parents[2]
PROJECT = "duban"
RUN = "requirements-run.lock"
BROWSER, EDITOR = "site/browser", "site/editor"
DECAP = "site/editor/decap.json"
_ENTRY = re.compile(r"^(?=\S)(?!#)", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, order=True)
class Package:
    """One version of one package.

    ``digests`` are pairs of an algorithm as CycloneDX names it and hexadecimal digits; PyPI has one for each file.
    ``asked_by`` are names of packages of the same registry, or ``duban``. ``where`` is the PEP 508 marker of the
    machines that it is for, ``licence`` what its lock says of it; both may be empty.
    """

    registry: Registry
    name: str
    version: str
    digests: tuple[tuple[str, str], ...] = ()
    asked_by: tuple[str, ...] = ()
    where: str = ""
    licence: str = ""
    optional: bool = False

    @property
    def key(self) -> str:
        return f"{self.name}=={self.version}"


def of_pypi(lock: str) -> Iterator[Package]:
    """The packages of a lock as ``uv pip compile`` writes it, in its order."""
    for entry in _ENTRY.split(lock):
        if not entry.strip():
            continue
        wanted = Requirement(entry.partition("--hash")[0].replace("\\", "").partition("\n    #")[0].strip())
        (version,) = (one.version for one in wanted.specifier)
        asked = re.findall(r"^ +#(?: +via)? +((?!-c |via)[\w.-]+)", entry.replace("# via\n", "\n"), re.MULTILINE)
        yield Package(
            registry="pypi",
            name=canonicalize_name(wanted.name),
            version=version,
            digests=tuple(("SHA-256", digest) for digest in _DIGEST.findall(entry)),
            asked_by=tuple(dict.fromkeys(canonicalize_name(one) for one in asked)),
            where=str(wanted.marker or ""),
        )


def of_npm(lock: str) -> Iterator[Package]:
    """The packages of a ``package-lock.json`` that are for more than developing, in its order."""
    packages = json.loads(lock)["packages"]
    names = {path: path.rpartition("node_modules/")[2] or PROJECT for path in packages}
    for path, package in packages.items():
        if path and not package.get("dev"):
            asked = (names[other] for other, its in packages.items() if names[path] in its.get("dependencies", ()))
            yield Package(
                registry="npm",
                name=names[path],
                version=package["version"],
                digests=(_integrity(package["integrity"]),),
                asked_by=tuple(dict.fromkeys(asked)),
                licence=package.get("license", ""),
            )


def of_decap(pinned: str) -> Package:
    """The editor that an office may serve beside the site, in one bundle."""
    one = json.loads(pinned)
    digests = (_integrity(one["integrity"]),)
    return Package("npm", one["name"], one["version"], digests, asked_by=(PROJECT,), optional=True)


def shipped(root: Path) -> tuple[Package, ...]:
    """Everything that runs where the ledger is kept, or in a reader's browser."""
    return tuple(
        sorted(
            [
                *of_pypi((root / RUN).read_text(encoding="utf-8")),
                *of_npm((root / BROWSER / "package-lock.json").read_text(encoding="utf-8")),
                of_decap((root / DECAP).read_text(encoding="utf-8")),
            ]
        )
    )


def every_of_pypi(root: Path) -> tuple[Package, ...]:
    """Everything that any lock of PyPI names, tools and tests too, each version once."""
    found = (one for lock in root.glob("requirements*.lock") for one in of_pypi(lock.read_text(encoding="utf-8")))
    return tuple(Package("pypi", *key) for key in sorted({(one.name, one.version) for one in found}))


def _integrity(text: str) -> tuple[str, str]:
    """npm's ``sha512-…`` in base64 as an algorithm and hexadecimal digits."""
    algorithm, _, digest = text.partition("-")
    return algorithm.upper().replace("SHA", "SHA-"), base64.b64decode(digest).hex()
