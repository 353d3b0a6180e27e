"""The commands as scripts and people call them: JSON as the contract has it, exit codes, languages, and bad usage."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import AS_OF, GitFolder, Outcome
from duban.cli import COMMANDS
from duban.finding import CODES
from duban.language import LANGUAGES, language
from duban.load import read
from duban.obligation import KINDS
from duban.repository import tree_of

Run = Callable[..., Outcome]
Copy = Callable[..., Path]
Start = Callable[[Path], GitFolder]

ITEM = "items/2019/2019-0009.yml"
OPEN = "2019-0051"
READING = ("check", "status", "obligations", "figures")
LIGHTS = {
    "on_track",
    "due_soon",
    "overdue",
    "done_on_time",
    "done_late",
    "not_filed",
    "withdrawn",
    "superseded",
    "broken",
}
NEW = (
    "--set=title=白水街路灯不亮",
    "--set=category=焦点",
    "--set=urgency=平件",
    "--set=openness=主动公开",
    "--set=intake.sources.0.type=网民留言",
    "--set=intake.summary=网民反映白水街二十余盏路灯不亮。",
)


def keys(document: Any, *wanted: str) -> bool:
    return set(wanted) <= set(document)


def edit(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_check_prints_the_contract(run: Run, copy_of: Copy) -> None:
    folder = copy_of()
    clean = run("-C", folder, "check", "--format", "json")
    assert (clean.code, clean.err) == (0, "")
    assert clean.json["findings"] == []
    assert keys(clean.json["counts"], "items", "errors", "warnings")
    assert clean.json["counts"]["items"] == 58
    edit(folder, ITEM, "urgency:", "urgencyy:")
    spoilt = run("-C", folder, "check", "--format", "json")
    assert spoilt.code == 1
    for finding in spoilt.json["findings"]:
        assert set(finding) == {"path", "line", "column", "code", "severity", "message", "fix"}
        assert finding["severity"] in ("error", "warning")
    assert (spoilt.json["findings"][0]["path"], spoilt.json["findings"][0]["code"]) == (ITEM, "D117")
    assert spoilt.json["counts"]["errors"] == len(spoilt.json["findings"])


def test_status_prints_the_contract(run: Run, root: Path) -> None:
    found = run("-C", root, "status", "--format", "json")
    assert (found.code, found.err, found.json["as_of"]) == (0, "", AS_OF)
    assert len(found.json["items"]) == 61
    for item in found.json["items"]:
        assert keys(item, "id", "title", "step", "light", "due", "original_due", "workdays_left", "lead_unit", "next")
        assert item["light"] in LIGHTS
        assert item["next"] is None or keys(item["next"], "kind", "who", "due")
    one = run("-C", root, "status", OPEN, "--as-of", "2019-09-30", "--format", "json").json
    assert (one["as_of"], [item["id"] for item in one["items"]]) == ("2019-09-30", [OPEN])
    assert (one["items"][0]["due"], one["items"][0]["workdays_left"]) == ("2019-11-29", 40)


def test_obligations_print_the_contract(run: Run, root: Path) -> None:
    found = run("-C", root, "obligations", "--format", "json").json
    assert found["as_of"] == AS_OF
    for one in found["obligations"]:
        assert keys(one, "item", "kind", "owner", "due", "done_on", "state")
        assert one["kind"] in KINDS
        assert one["state"] in ("open", "met", "met_late", "overdue")
    assert [one["due"] for one in found["obligations"]] == sorted(one["due"] for one in found["obligations"])
    unit = run("-C", root, "obligations", "--unit", "civil-affairs", "--open", "--format", "json").json["obligations"]
    assert unit == [
        one for one in found["obligations"] if one["owner"] == "civil-affairs" and one["state"] in ("open", "overdue")
    ]
    assert unit


def test_figures_print_the_contract(run: Run, root: Path) -> None:
    found = run("-C", root, "figures", "--format", "json").json
    assert keys(found, "items", "from_instructions", "from_messages", "special_reports", "interviewed_persons")
    assert keys(found, "held_accountable", "visits", "key_projects", "key_works", "by_step", "by_light", "by_unit")
    october = run("-C", root, "figures", "--from", "2019-10-01", "--as-of", AS_OF, "--format", "json").json
    september = run("-C", root, "figures", "--as-of", "2019-09-30", "--format", "json").json
    assert (october["from"], found["from"]) == ("2019-10-01", None)
    for name in ("items", "special_reports", "all_visits", "interviewed_persons", "tracking_notices"):
        assert september[name] + october[name] == found[name]


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_is_in_the_language_asked_for(run: Run, root: Path, command: str, lang: str) -> None:
    found = run("-C", root, "--lang", lang, command)
    heading = found.out.split("\n")[0]
    assert (found.code, found.err) == (0, "")
    assert bool(re.search(r"[\u4e00-\u9fff]", heading)) == (lang == "zh")
    assert "\x1b" not in found.out


def test_the_policy_chooses_the_language(run: Run, copy_of: Copy) -> None:
    folder = copy_of()
    assert "没有发现问题" in run("-C", folder, "check").out
    edit(folder, "registry/policy.yml", "language: zh", "language: en")
    assert run("-C", folder, "check").out == run("-C", folder, "--lang=en", "check").out
    assert not re.search(r"[\u4e00-\u9fff]", run("-C", folder, "check").out)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_shows_an_example(run: Run, command: str, lang: str) -> None:
    found = run("--lang", lang, command, "--help")
    assert (found.code, found.err) == (0, "")
    assert language(lang)("cli.example") in found.out
    assert f"  duban {command}" in found.out
    assert "usage:" in found.out if lang == "en" else "用法" in found.out


def test_every_command_is_listed_in_the_help(run: Run) -> None:
    assert all(f"    {command} " in run("--help").out for command in COMMANDS)
    assert re.fullmatch(r"duban \d+\.\d+\.\d+\n", run("--version").out)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("--nonsense",),
        ("check", "--nonsense"),
        ("check", "--format", "xml"),
        ("check", "items/2019/2019-9999.yml"),
        ("check", "--base", "nowhere"),
        ("status", "2019-9999"),
        ("status", "--as-of", "2019-02-30"),
        ("status", "--as-of", "today"),
        ("status", "--as-of", "9999-12-31"),
        ("status", "--at", "nowhere"),
        ("status", OPEN, "--as-of", "2019-07-01"),
        ("obligations", "--unit", "nobody"),
        ("obligations", "--as-of", "20191031"),
        ("figures", "--from", "2019-10-31", "--as-of", "2019-10-01"),
        ("figures", "--from", "yesterday"),
        ("explain", "D999"),
        ("new", "--set", "nonsense=1"),
        ("new", "--set", "title"),
        ("new", "--set", "id=2019-0001"),
        ("synth", "many", "x"),
        ("synth", "0", "x"),
        ("synth", "1", "."),
        ("site", "--edition", "secret"),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_wrong_usage_is_told_without_a_traceback(
    run: Run, copy_of: Copy, git_folder: Start, lang: str, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_of(items=[OPEN])
    git_folder(folder).commit()
    monkeypatch.chdir(folder)
    found = run("--lang", lang, *arguments)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("duban: ")
    assert "Traceback" not in found.err
    assert not any(re.search(r"\{[a-z_]*\}", line) for line in found.err.split("\n"))


@pytest.mark.parametrize("command", READING)
def test_a_folder_without_a_ledger_is_wrong_usage(run: Run, tmp_path: Path, command: str) -> None:
    found = run("-C", tmp_path, command)
    assert (found.code, found.out) == (2, "")
    assert str(tmp_path) in found.err


@pytest.mark.parametrize("command", ["status", "obligations", "figures"])
def test_without_a_policy_nothing_is_counted(run: Run, copy_of: Copy, command: str) -> None:
    folder = copy_of(items=[OPEN])
    (folder / "registry/policy.yml").write_text("x", encoding="utf-8")
    assert run("-C", folder, command).code == 2
    assert run("-C", folder, "check").code == 1


def test_status_tells_of_a_broken_item_and_says_so(run: Run, copy_of: Copy) -> None:
    folder = copy_of()
    (folder / ITEM).write_text("title: [\n", encoding="utf-8")
    found = run("-C", folder, "status", "--format", "json")
    assert found.code == 1
    assert {item["id"]: item["light"] for item in found.json["items"]}["2019-0009"] == "broken"
    assert run("-C", folder, "status", OPEN).code == 0


def test_check_can_be_narrowed(run: Run, copy_of: Copy) -> None:
    folder = copy_of()
    edit(folder, ITEM, "urgency:", "urgencyy:")
    assert run("-C", folder, "check", ITEM).code == 1
    assert run("-C", folder, "check", "items/2019/").code == 1
    assert run("-C", folder, "check", "reports", "items/2019/2019-0003.yml").code == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_is_explained(run: Run, lang: str) -> None:
    listed = run("--lang", lang, "explain").out
    for code in CODES:
        found = run("--lang", lang, "explain", code.lower())
        assert found.code == 0
        assert found.out.startswith(code)
        assert not re.search(r"[{}]", found.out)
        assert code in listed


def test_new_writes_a_valid_numbered_file(run: Run, copy_of: Copy) -> None:
    folder = copy_of()
    found = run("-C", folder, "new", *NEW)
    assert (found.code, found.out, found.err) == (0, "items/2019/2019-0062.yml\n", "")
    assert read(tree_of(folder)).findings(AS_OF) == []
    again = run("-C", folder, "new", *NEW)
    assert again.out == "items/2019/2019-0063.yml\n"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (NEW[:-1], "D101"),
        ((*NEW, "--set=title=待定"), "D111"),
        ((*NEW, "--set=urgency=马上"), "D108"),
        ((*NEW, "--set=secrecy=秘密"), "D116"),
        ((*NEW, "--set=plan_refs=P01、P999"), "D204"),
        ((*NEW, "--set=intake.received_on=2019-11-01"), "D306"),
        ((*NEW, "--set=title=a\u200bb"), "D003"),
        ((*NEW, "--set=intake.summary=联系人电话13912345678。"), "D603"),
    ],
)
def test_new_refuses_what_the_check_would_refuse(run: Run, copy_of: Copy, settings: tuple[str, ...], code: str) -> None:
    folder = copy_of(items=[OPEN])
    before = sorted(folder.rglob("*"))
    found = run("-C", folder, "new", *settings)
    assert (found.code, found.out) == (1, "")
    assert code in found.err
    assert sorted(folder.rglob("*")) == before


def test_new_never_overwrites(run: Run, copy_of: Copy, tmp_path: Path) -> None:
    folder = copy_of(items=[OPEN])
    taken = folder / "items/2019/2019-0052.yml"
    taken.symlink_to(tmp_path / "nowhere")
    found = run("-C", folder, "new", *NEW)
    assert (found.code, found.out) == (2, "")
    assert not (tmp_path / "nowhere").exists()


def test_synth_is_clean_and_the_same_for_the_same_seed(run: Run, root: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        assert run("-C", root, "synth", 60, tmp_path / name, "--seed", seed).code == 0
    one, two, other = (dict(tree_of(tmp_path / name)) for name in "abc")
    assert one == two != other
    assert sum(path.startswith("items/") for path in one) == 60
    checked = run("-C", tmp_path / "a", "check", "--format", "json")
    assert (checked.code, checked.json["findings"]) == (0, [])
    assert run("-C", root, "synth", 1, tmp_path / "a").code == 2


def test_output_in_a_pipe_is_plain_and_standard_error_silent(root: Path) -> None:
    for command in READING:
        done = subprocess.run(
            [sys.executable, "-m", "duban.cli", "-C", str(root), command],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert "\x1b" not in done.stdout
        assert done.stdout
        assert done.stderr == ""


def test_a_reader_who_leaves_early_is_no_error(root: Path) -> None:
    command = f"{sys.executable} -m duban.cli -C {root} obligations | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
