"""A package → its licence in SPDX's terms, as its own metadata or its lock says, and whether it agrees with ours."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Iterator

from boolean import Expression
from license_expression import ExpressionError, get_spdx_licensing

from supply.locks import Package

ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "MIT",
        "MPL-2.0",  # used as it is published, in files of its own; only changes of those files would have to be open
        "PSF-2.0",
    }
)
"""What may go with a program under Apache-2.0 to whoever gets it, without asking more of them than a notice."""

READ = {
    "colorama==0.4.6": "BSD-3-Clause",
    "decap-cms==3.16.3": "MIT",
    "gitdb==4.0.12": "BSD-3-Clause",
    "jinja2==3.1.6": "BSD-3-Clause",
    "prompt-toolkit==3.0.53": "BSD-3-Clause",
    "pymdown-extensions==12.3": "MIT",
    "pymdown-extensions==13.1": "MIT",
    "python-dateutil==2.9.0.post0": "Apache-2.0 AND BSD-3-Clause",
}
"""What a person read in the package's own licence, where metadata says nothing exact or need not be installed.

It holds for that one version: after an update somebody reads again.
"""

_CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_SPDX = get_spdx_licensing()


def expression(text: str) -> Expression | None:
    """A licence as SPDX writes it, parsed; None where it is not exactly that."""
    try:
        parsed = _SPDX.parse(text, validate=True, strict=True)
    except ExpressionError:
        return None
    return parsed if parsed is not None and str(parsed) == text else None


def licence_of(package: Package) -> str:
    """An SPDX expression; "" where nobody can say."""
    told = (package.licence,) if package.registry == "npm" else installed(package)
    return next((one for one in (*told, READ.get(package.key, "")) if expression(one) is not None), "")


def allowed(text: str) -> bool:
    """Whether all that an expression asks for may be met by licences that are allowed."""
    parsed = expression(text)
    return parsed is not None and _allowed(parsed)


def refused(packages: Iterable[Package]) -> Iterator[str]:
    """A line for each package whose licence nobody knows, or that does not agree with ours."""
    for package in packages:
        licence = licence_of(package)
        if not licence:
            yield f"{package.key}: nobody knows its licence; read it and write it into READ in tools/supply/licences.py"
        elif not allowed(licence):
            yield f"{package.key}: {licence} is not among those allowed in tools/supply/licences.py"


def _allowed(parsed: Expression) -> bool:
    if isinstance(parsed, _SPDX.OR):
        return any(map(_allowed, parsed.args))
    if isinstance(parsed, _SPDX.AND):
        return all(map(_allowed, parsed.args))
    return str(parsed) in ALLOWED


def installed(package: Package) -> Iterator[str]:
    """What the metadata of that very version says, the exact before the rough."""
    try:
        metadata = importlib.metadata.metadata(package.name)
    except importlib.metadata.PackageNotFoundError:
        return
    if metadata["Version"] != package.version:
        return
    for name in ("License-Expression", "License"):
        if name in metadata:
            yield metadata[name]
    classified = {one for one in metadata.get_all("Classifier") or () if one.startswith("License :: ")}
    if len(classified) == 1:
        yield from (_CLASSIFIERS[one] for one in classified if one in _CLASSIFIERS)
