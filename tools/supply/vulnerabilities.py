"""What pip-audit and npm audit answered → what is known to be broken, and what nobody was asked about."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

_NO_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|Max retries exceeded|NameResolutionError"
    r"|ConnectionError|Failed to establish|Connection refused|timed out|Could not connect|ProxyError"
)


class Verdict(IntEnum):
    """How it ends, as an exit code: not to have asked is neither clean nor broken."""

    CLEAN = 0
    BROKEN = 1
    NOT_ASKED = 4


@dataclass(frozen=True)
class Answer:
    """What one service said: a line for each known vulnerability, and why it said nothing of some, "" if of none."""

    asked: str
    known: tuple[str, ...] = ()
    not_asked: str = ""

    @property
    def verdict(self) -> Verdict:
        if self.known:
            return Verdict.BROKEN
        return Verdict.NOT_ASKED if self.not_asked else Verdict.CLEAN

    def lines(self) -> list[str]:
        """What a person reads."""
        said = [f"{self.asked}: {one}" for one in self.known]
        if self.not_asked:
            said.append(f"{self.asked}: not asked: {self.not_asked}")
        return said or [f"{self.asked}: nothing known"]


def of_pip_audit(asked: str, count: int, outs: Sequence[str], err: str) -> Answer:
    """pip-audit's JSON, in one part or more, for ``count`` packages; ``err`` is what it said besides.

    It calls it clean when it was told nothing: a package that the service does not know is only skipped.
    """
    listed = [found for out in outs if isinstance(found := _document(out).get("dependencies"), list)]
    if not listed:
        return Answer(asked, not_asked=_why("".join(outs), err))
    told = [one for found in listed for one in found if "vulns" in one]
    known = [
        f"{one['name']} {one['version']}: {each['id']}{_mended(each.get('fix_versions', ()))}"
        for one in told
        for each in one["vulns"]
    ]
    silent = count - len(told)
    return Answer(asked, tuple(known), f"no answer about {silent} of {count} packages" if silent > 0 else "")


def of_npm_audit(asked: str, out: str, err: str) -> Answer:
    """npm's JSON for one lock; its report has counts, its errors have none."""
    document = _document(out)
    if not isinstance(document.get("vulnerabilities"), dict) or "metadata" not in document:
        return Answer(asked, not_asked=_why(out, err))
    known = [
        f"{name} {each.get('range', '')}: {each['severity']}: {each['title']} {each.get('url', '')}".rstrip()
        for name, one in sorted(document["vulnerabilities"].items())
        for each in one["via"]
        if isinstance(each, dict)
    ]
    return Answer(asked, tuple(dict.fromkeys(known)))


def verdict(answers: Sequence[Answer]) -> Verdict:
    """Of all together: what is broken weighs most, then what nobody was asked about."""
    given = {answer.verdict for answer in answers}
    return next((one for one in (Verdict.BROKEN, Verdict.NOT_ASKED) if one in given), Verdict.CLEAN)


def _document(out: str) -> Mapping[str, Any]:
    try:
        document = json.loads(out)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _mended(versions: Sequence[str]) -> str:
    return f", mended in {', '.join(versions)}" if versions else ""


def _why(out: str, err: str) -> str:
    """Why a tool gave no report, in one line."""
    if _NO_NETWORK.search(out + err):
        return "no network"
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    message = _document(out).get("message") or (lines[-1] if lines else "")
    return f"no report ({message[:200]})" if message else "no report"
