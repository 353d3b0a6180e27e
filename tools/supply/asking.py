"""The packages that the locks name → what pip-audit and npm audit say of them, asked over the network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from supply.locks import BROWSER, DECAP, EDITOR, Package, every_of_pypi, of_decap
from supply.vulnerabilities import Answer, of_npm_audit, of_pip_audit

SECONDS = 600
"""How long one tool may take."""


def answers(root: Path) -> Iterator[Answer]:
    """Everything that is shipped, and the tools and tests too: they run on the machines of those who sign code."""
    yield _pypi(every_of_pypi(root))
    for folder in (BROWSER, EDITOR):
        yield _npm(f"npm, {folder}", root / folder)
    with tempfile.TemporaryDirectory() as folder:
        _lay(of_decap((root / DECAP).read_text(encoding="utf-8")), Path(folder))
        yield _npm(f"npm, {DECAP}", Path(folder))


def _pypi(packages: Sequence[Package]) -> Answer:
    """In as many lists as a name has versions: a list may name a package once."""
    versions: dict[str, list[str]] = {}
    for one in packages:
        versions.setdefault(one.name, []).append(one.key)
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner=off"]
    said: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, keys in enumerate(zip_longest(*versions.values())):
            wanted = Path(folder) / f"{number}.txt"
            wanted.write_text("\n".join(filter(None, keys)) + "\n", encoding="utf-8")
            said.append(_run([*command, "--format=json", f"--requirement={wanted}"], Path(folder)))
    return of_pip_audit("PyPI, every lock", len(packages), [out for out, _ in said], "".join(err for _, err in said))


def _npm(asked: str, folder: Path) -> Answer:
    npm = shutil.which("npm")
    if npm is None:
        return Answer(asked, not_asked="no npm on this machine")
    out, err = _run([npm, "audit", "--json", "--package-lock-only"], folder)
    return of_npm_audit(asked, out, err)


def _lay(package: Package, folder: Path) -> None:
    """A project that has this one package, as npm locks it."""
    wanted = {package.name: package.version}
    packages = {"": {"dependencies": wanted}, f"node_modules/{package.name}": {"version": package.version}}
    lock = {"name": "one", "lockfileVersion": 3, "packages": packages}
    (folder / "package.json").write_text(json.dumps({"name": "one", "dependencies": wanted}), encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def _run(command: Sequence[str], folder: Path) -> tuple[str, str]:
    """What a program says; its exit code is not asked, since it calls clean what it knows nothing of."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command, cwd=folder, capture_output=True, text=True, errors="replace", check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return "", "timed out"
    return done.stdout, done.stderr
