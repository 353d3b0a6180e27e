"""What ships is what the locks say: bill of materials, licences; and no answer about vulnerabilities is not clean."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from conftest import ROOT
from supply import asking, licences, locks, sbom
from supply.__main__ import PAGE, SBOM, check, made, main, write
from supply.locks import Package
from supply.vulnerabilities import Verdict, of_npm_audit, of_pip_audit, verdict

SHIPPED = locks.shipped(ROOT)
INPUTS = (locks.RUN, f"{locks.BROWSER}/package-lock.json", locks.DECAP, "pyproject.toml")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the two files are made from, and both files, where they may be changed."""
    for path in (*INPUTS, SBOM, PAGE):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def bill() -> Any:
    return json.loads((ROOT / SBOM).read_text(encoding="utf-8"))


def test_both_files_are_what_the_locks_make_them() -> None:
    assert check(ROOT) == 0
    assert made(ROOT) == made(ROOT)


def test_the_bill_of_materials_keeps_its_schema() -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    content = (ROOT / SBOM).read_text(encoding="utf-8")
    assert validator.validate_str(content) is None
    assert validator.validate_str(content.replace('"type": "library"', '"type": "book"', 1)) is not None


def test_it_names_exactly_what_the_locks_name() -> None:
    lock = (ROOT / locks.RUN).read_text(encoding="utf-8")
    python = {
        f"pkg:pypi/{name}@{version}" for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE)
    }
    browser = json.loads((ROOT / "site/browser/package.json").read_text(encoding="utf-8"))["dependencies"]
    npm = {f"pkg:npm/{name.replace('@', '%40')}@{version}" for name, version in browser.items()}
    decap = json.loads((ROOT / locks.DECAP).read_text(encoding="utf-8"))
    listed = [one["purl"] for one in bill()["components"]]
    assert len(python) > 50
    assert sorted(listed) == sorted({*python, *npm, f"pkg:npm/decap-cms@{decap['version']}"})


def test_it_has_every_digest_of_the_locks_and_no_other() -> None:
    lock = (ROOT / locks.RUN).read_text(encoding="utf-8")
    files = [
        its for one in bill()["components"] for each in one.get("externalReferences", ()) for its in each["hashes"]
    ]
    assert sorted(one["content"] for one in files) == sorted(re.findall(r"--hash=sha256:(\w+)", lock))
    assert {one["alg"] for one in files} == {"SHA-256"}
    of_npm = [its for one in bill()["components"] for its in one.get("hashes", ())]
    assert {(one["alg"], len(one["content"])) for one in of_npm} == {("SHA-512", 128)}


def test_everything_in_it_is_there_for_a_reason_that_leads_to_us() -> None:
    needed = {one["ref"]: one.get("dependsOn", []) for one in bill()["dependencies"]}
    reached, waiting = set[str](), [locks.PROJECT]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += needed[one]
    assert reached == {locks.PROJECT, *(one["bom-ref"] for one in bill()["components"])}


def test_it_is_the_same_wherever_it_is_made_and_has_no_time() -> None:
    assert sbom.document(SHIPPED, "1") == sbom.document(tuple(reversed(SHIPPED)), "1")
    assert not {"serialNumber"} & bill().keys()
    assert bill()["metadata"].keys() == {"component"}


def test_what_esbuild_bundles_is_what_the_lock_has_for_more_than_developing(tmp_path: Path) -> None:
    program = ROOT / "site/browser/node_modules/.bin/esbuild"
    if not program.exists():
        pytest.skip("esbuild is not installed: make build/browser/.done")
    script = json.loads((ROOT / "site/browser/package.json").read_text(encoding="utf-8"))["scripts"]["build"]
    arguments = [one for one in script.split()[1:] if not one.startswith("--outdir")]
    told = tmp_path / "told.json"
    subprocess.run(
        [program, *arguments, f"--outdir={tmp_path}", f"--metafile={told}", "--log-level=error"],
        cwd=ROOT / "site/browser",
        check=True,
    )
    inputs = " ".join(json.loads(told.read_text(encoding="utf-8"))["inputs"])
    bundled = set(re.findall(r"node_modules/((?:@[\w-]+/)?[\w-]+)/", inputs))
    assert bundled == {one.name for one in SHIPPED if one.registry == "npm" and not one.optional}


def test_a_lock_is_read_with_markers_and_who_asks() -> None:
    lock = (
        "one==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:" + "a" * 64 + " \\\n    --hash=sha256:" + "b" * 64
        + "\n    # via\n    #   -c requirements.lock\n    #   duban (pyproject.toml)\n    #   two\n"
        + "two-b==2.post1 \\\n    --hash=sha256:" + "c" * 64 + "\n    # via one\n"
    )  # fmt: skip
    assert list(locks.of_pypi(lock)) == [
        Package(
            "pypi", "one", "1.0", (("SHA-256", "a" * 64), ("SHA-256", "b" * 64)), ("duban", "two"),
            'sys_platform == "win32"',
        ),
        Package("pypi", "two-b", "2.post1", (("SHA-256", "c" * 64),), ("one",)),
    ]  # fmt: skip


@pytest.mark.parametrize("path", [SBOM, PAGE])
def test_what_is_stale_is_told_and_mended(copy: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    lock = copy / locks.RUN
    lock.write_text(lock.read_text(encoding="utf-8").replace("urllib3==2.", "urllib3==9."), encoding="utf-8")
    licences_known = {**licences.READ, **{one.key: "MIT" for one in locks.shipped(copy) if one.name == "urllib3"}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(licences, "READ", licences_known)
        assert main(["check"], copy) == 1
        assert f"{path} is not what the locks make it" in capsys.readouterr().err
        assert (write(copy), check(copy)) == (0, 0)
    assert "urllib3@9." in (copy / SBOM).read_text(encoding="utf-8")


def test_every_licence_is_known_and_agrees_with_ours() -> None:
    assert list(licences.refused(SHIPPED)) == []
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND (GPL-2.0-only OR Apache-2.0)", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("BSD License", False),
        ("LicenseRef-ours", False),
        ("", False),
    ],
)
def test_a_licence_is_judged_as_it_is_meant(licence: str, allowed: bool) -> None:
    assert licences.allowed(licence) is allowed


def test_an_unknown_and_an_unfriendly_licence_are_refused() -> None:
    unknown = Package("pypi", "no-such-package-of-ours", "1")
    other = next(one for one in SHIPPED if one.name == "urllib3")
    moved = Package("pypi", other.name, "0.0.1")
    copyleft = Package("npm", "left", "1", licence="GPL-3.0-only")
    told = list(licences.refused([unknown, moved, copyleft, other]))
    assert [line.partition(":")[0] for line in told] == ["no-such-package-of-ours==1", "urllib3==0.0.1", "left==1"]
    assert "GPL-3.0-only" in told[2]


def test_what_a_person_read_is_of_a_version_that_is_shipped_and_says_what_metadata_says() -> None:
    by_key = {one.key: one for one in SHIPPED}
    assert licences.READ.keys() <= by_key.keys()
    for key, read in licences.READ.items():
        exact = {one for one in licences.installed(by_key[key]) if licences.expression(one) is not None}
        assert exact <= {read}, key


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


FINE = {"name": "fine", "version": "1", "vulns": []}
BROKEN = {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"], "aliases": []}]}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found on PyPI and could not be audited: odd (1)"}


@pytest.mark.parametrize(
    ("count", "outs", "err", "ends", "lines"),
    [
        (1, [report(FINE)], "No known vulnerabilities found", Verdict.CLEAN, ["P: nothing known"]),
        (2, [report(FINE), report(BROKEN)], "", Verdict.BROKEN, ["P: bad 2: PYSEC-1, mended in 3"]),
        (
            3,
            [report(FINE, BROKEN, SKIPPED)],
            "",
            Verdict.BROKEN,
            ["P: bad 2: PYSEC-1, mended in 3", "P: not asked: no answer about 1 of 3 packages"],
        ),
        (
            2,
            [report(FINE, SKIPPED)],
            "No known vulnerabilities found",
            Verdict.NOT_ASKED,
            ["P: not asked: no answer about 1 of 2 packages"],
        ),
        (2, [report(FINE), ""], "", Verdict.NOT_ASKED, ["P: not asked: no answer about 1 of 2 packages"]),
        (
            2,
            ["", ""],
            "requests.exceptions.ConnectionError: Max retries exceeded",
            Verdict.NOT_ASKED,
            ["P: not asked: no network"],
        ),
        (
            1,
            [""],
            "No module named pip_audit",
            Verdict.NOT_ASKED,
            ["P: not asked: no report (No module named pip_audit)"],
        ),
        (1, ["[]"], "", Verdict.NOT_ASKED, ["P: not asked: no report"]),
    ],
)
def test_pip_audit_is_believed_only_about_what_it_was_told(
    count: int, outs: list[str], err: str, ends: Verdict, lines: list[str]
) -> None:
    answer = of_pip_audit("P", count, outs, err)
    assert (answer.verdict, answer.lines()) == (ends, lines)


VIA = {"title": "Prototype pollution", "severity": "high", "url": "https://example.invalid/1", "range": "<2"}
NPM_CLEAN = {"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"vulnerabilities": {"total": 0}}}
NPM_BROKEN = {
    **NPM_CLEAN,
    "vulnerabilities": {
        "low": {"range": "", "via": [VIA]},
        "top": {"range": "*", "via": ["low"]},
    },
}


@pytest.mark.parametrize(
    ("out", "ends", "line"),
    [
        (NPM_CLEAN, Verdict.CLEAN, "N: nothing known"),
        (NPM_BROKEN, Verdict.BROKEN, "N: low <2: high: Prototype pollution https://example.invalid/1"),
        ({"message": "405 Method Not Allowed"}, Verdict.NOT_ASKED, "N: not asked: no report (405 Method Not Allowed)"),
        ({"error": {"code": "ENOTFOUND", "summary": "request failed"}}, Verdict.NOT_ASKED, "N: not asked: no network"),
        ({"vulnerabilities": {}}, Verdict.NOT_ASKED, "N: not asked: no report"),
    ],
)
def test_npm_audit_is_believed_only_where_it_gives_a_report(out: Any, ends: Verdict, line: str) -> None:
    answer = of_npm_audit("N", json.dumps(out), "")
    assert (answer.verdict, answer.lines()) == (ends, [line])


def test_of_several_answers_the_worst_counts() -> None:
    clean, broken = of_pip_audit("a", 1, [report(FINE)], ""), of_pip_audit("b", 1, [report(BROKEN)], "")
    silent = of_pip_audit("c", 1, [report(SKIPPED)], "")
    assert verdict((clean, clean)) == 0
    assert verdict((clean, silent)) == 4
    assert verdict((silent, broken, clean)) == 1


def stand_in(folder: Path, name: str, says: str) -> Path:
    """A program that says one thing whatever it is asked."""
    program = folder / name
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_every_lock_is_asked_about_and_the_last_line_is_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\nfor last; do :; done\nfile=${last#--requirement=}\nprintf '{\"dependencies\": ['\n"
        'sed \'s/\\(.*\\)==\\(.*\\)/{"name": "\\1", "version": "\\2", "vulns": []},/; $s/,$//\' "$file"\n'
        "printf ']}'\n",
        encoding="utf-8",
    )
    python.chmod(0o755)
    stand_in(tmp_path, "npm", json.dumps(NPM_CLEAN))
    monkeypatch.setattr(asking.sys, "executable", str(python))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert main(["vulnerabilities"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "clean"
    assert {line.partition(":")[0] for line in said[:-1]} == {
        "PyPI, every lock", "npm, site/browser", "npm, site/editor", "npm, site/editor/decap.json",
    }  # fmt: skip
    stand_in(tmp_path, "npm", json.dumps({"error": {"code": "EAI_AGAIN"}}))
    assert main(["vulnerabilities"]) == 4
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "not asked"
    assert said.count("npm, site/browser: not asked: no network") == 1
    stand_in(tmp_path, "npm", json.dumps(NPM_BROKEN))
    assert main(["vulnerabilities"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "broken"


def test_what_is_asked_about_is_all_that_any_lock_names() -> None:
    named = {
        tuple(found)
        for lock in ROOT.glob("requirements*.lock")
        for found in re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {(one.name, one.version) for one in locks.every_of_pypi(ROOT)} == named
