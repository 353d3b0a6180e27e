"""``python -m supply``: writes or checks the bill of materials and the licences, asks for known vulnerabilities."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from supply.locks import ROOT, shipped

SBOM, PAGE = "docs/sbom.cdx.json", "docs/supply-chain.md"


def made(root: Path) -> dict[str, str]:
    """The files that are made from the locks, by their path."""
    from supply import sbom, table

    packages = shipped(root)
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    page = (root / PAGE).read_text(encoding="utf-8")
    return {SBOM: sbom.document(packages, version), PAGE: table.written(page, packages)}


def write(root: Path) -> int:
    """Write both files. 1 where a licence is not allowed: nothing is written then."""
    problems = _refused(root)
    if not problems:
        for path, content in made(root).items():
            (root / path).write_text(content, encoding="utf-8")
    return _told(problems)


def check(root: Path) -> int:
    """1 where a file is not what the locks make it, or a licence is not allowed."""
    problems = _refused(root)
    for path, content in made(root).items():
        file = root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != content:
            problems.append(f"{path} is not what the locks make it: run `make sbom`")
    return _told(problems)


def vulnerabilities(root: Path) -> int:
    """0 where nothing is known, 1 where something is, 4 where nobody could be asked about everything."""
    from supply.asking import answers
    from supply.vulnerabilities import verdict

    found = tuple(answers(root))
    for answer in found:
        sys.stdout.write("\n".join(answer.lines()) + "\n")
    ends = verdict(found)
    sys.stdout.write(f"{ends.name.lower().replace('_', ' ')}\n")
    return int(ends)


COMMANDS = {"write": write, "check": check, "vulnerabilities": vulnerabilities}


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one command on a checked-out repository; its exit code."""
    parser = argparse.ArgumentParser(prog="supply", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    return COMMANDS[parser.parse_args(arguments).command](root)


def _refused(root: Path) -> list[str]:
    from supply.licences import refused

    return list(refused(shipped(root)))


def _told(problems: Sequence[str]) -> int:
    for problem in problems:
        sys.stderr.write(problem + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
