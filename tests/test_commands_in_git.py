"""The commands on a ledger with a history: what changed since a base, annotations, and what was known at a revision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import GitFolder, Outcome
from test_commands import ITEM, OPEN, edit

Run = Callable[..., Outcome]
NOTICE = "items/2019/2019-0051.yml"
HOSTILE = "难点\\n::error file=x,line=1::forged%0A::warning::100%"


@pytest.fixture
def versioned(copy_of: Callable[..., Path], git_folder: Callable[[Path], GitFolder]) -> GitFolder:
    """A small ledger under git, pinned to no day, with one commit of October 2019."""
    started = git_folder(copy_of(items=[OPEN, "2019-0009"], as_of=""))
    started.commit("2019-10-31")
    return started


def codes(run: Run, folder: Path, *arguments: str) -> list[tuple[str, str]]:
    found = run("-C", folder, "check", "--format", "json", *arguments)
    assert found.code == (1 if found.json["findings"] else 0)
    return [(one["path"], one["code"]) for one in found.json["findings"] if one["code"].startswith("D9")]


def test_an_edit_of_what_was_signed_is_found_against_the_base(run: Run, versioned: GitFolder) -> None:
    folder = versioned.folder
    assert codes(run, folder, "--base", "HEAD") == []
    edit(folder, NOTICE, "  deadline: 2019-11-29\n  milestones", "  deadline: 2019-12-31\n  milestones")
    (folder / ITEM).unlink()
    assert codes(run, folder) == []
    assert codes(run, folder, "--base", "HEAD") == [(ITEM, "D902"), (NOTICE, "D901")]
    versioned.commit("2019-11-01")
    assert codes(run, folder, "--base", "HEAD") == []
    assert codes(run, folder, "--base", "HEAD~1") == [(ITEM, "D902"), (NOTICE, "D901")]


def test_schemas_that_do_more_than_grow_are_found_against_the_base(run: Run, versioned: GitFolder) -> None:
    folder, schema = versioned.folder, "schemas/report.schema.json"
    edit(folder, schema, '"督查通报"\n', '"督查通报",\n        "督查建议"\n')
    assert codes(run, folder, "--base", "HEAD") == []
    edit(folder, schema, '    "issued_on",\n', "")
    assert codes(run, folder, "--base", "HEAD") == [(schema, "D909")]
    told = run("-C", folder, "check", "--base", "HEAD").out
    assert f"{schema}:138:3" in told
    assert "/required" in told


def test_an_annotation_stands_at_the_line(run: Run, versioned: GitFolder) -> None:
    edit(versioned.folder, NOTICE, "urgency: 平件", "urgency: 马上")
    found = run("-C", versioned.folder, "check", NOTICE, "--format", "github")
    assert found.code == 1
    assert found.out.startswith(f"::error file={NOTICE},line=5,col=10,title=D108::")
    assert found.out.count("\n") == 1


def test_the_ledgers_text_cannot_forge_an_annotation(run: Run, versioned: GitFolder) -> None:
    edit(versioned.folder, NOTICE, "category: 重点", f'category: "{HOSTILE}"')
    edit(versioned.folder, ITEM, "urgency:", '"::error::forged": x\n"\\n::error::forged": x\nurgency:')
    strange = versioned.folder / "items/2019/a,line=9::b%0A\n::error::c\x1b[31m.yml"
    strange.write_text("x", encoding="utf-8")
    found = run("-C", versioned.folder, "check", "--format", "github")
    lines = found.out.splitlines()
    assert len(lines) >= 3
    for line in lines:
        head, _, message = line[2:].partition("::")
        assert line.startswith(("::error file=", "::warning file="))
        assert head.count(",") == 3
        assert "%0A" not in message.replace("%250A", "")
        assert "\x1b" not in line
    assert any("a%2Cline=9%3A%3Ab%250A" in line for line in lines)
    assert any("100%25" in line for line in lines)


def test_text_output_stays_on_its_lines(run: Run, versioned: GitFolder) -> None:
    edit(versioned.folder, NOTICE, "category: 重点", f'category: "{HOSTILE}"')
    found = run("-C", versioned.folder, "check", NOTICE)
    assert "\x1b" not in found.out
    assert not any(line.startswith("::") for line in found.out.splitlines())


def test_status_at_a_revision_answers_from_what_was_known_then(run: Run, versioned: GitFolder) -> None:
    folder = versioned.folder
    text = (folder / NOTICE).read_text(encoding="utf-8")
    known = text[: text.index("tracking_notices:")]
    (folder / NOTICE).write_text(known[: known.index("  - on: 2019-10-25")], encoding="utf-8")
    (folder / ITEM).unlink()
    versioned.commit("2019-10-21")
    earlier = versioned.git("rev-parse", "HEAD")
    (folder / NOTICE).write_text(text, encoding="utf-8")
    versioned.commit("2019-11-15")

    def status(*arguments: str) -> tuple[str, list[tuple[str, str]]]:
        found = run("-C", folder, "status", "--format", "json", *arguments).json
        return found["as_of"], [(item["id"], item["next"]["kind"] if item["next"] else "") for item in found["items"]]

    assert status("--at", earlier) == ("2019-10-21", [(OPEN, "milestone")])
    assert status("--at", "HEAD~1", "--as-of", "2019-10-28") == ("2019-10-28", [(OPEN, "milestone")])
    assert status("--at", "HEAD")[0] == "2019-11-15"
    # What was written down later is not known at the revision, though it had happened by that day.
    obligations = run("-C", folder, "obligations", "--as-of", "2019-10-31", "--format", "json").json["obligations"]
    assert any(one["kind"] == "reply" and one["state"] == "met" for one in obligations)


def test_a_pinned_ledger_keeps_its_day_at_every_revision(run: Run, versioned: GitFolder) -> None:
    (versioned.folder / "mkdocs.yml").write_text("plugins:\n  duban:\n    as_of: 2019-10-30\n", encoding="utf-8")
    assert run("-C", versioned.folder, "status", "--at", "HEAD", "--format", "json").json["as_of"] == "2019-10-30"


def test_what_was_wrong_before_is_left_out_on_request(run: Run, versioned: GitFolder) -> None:
    folder = versioned.folder
    edit(folder, NOTICE, "urgency: 平件", "urgency: 马上")
    versioned.commit()
    new = ("-C", folder, "check", "--base", "HEAD", "--new")
    assert "D108" in run("-C", folder, "check", NOTICE).out
    assert run(*new).code == 0
    # The same elsewhere in the file is the same problem; in another file it is a new one.
    edit(folder, NOTICE, "urgency: 马上", "# moved down\nurgency: 马上")
    assert run(*new).code == 0
    edit(folder, ITEM, "urgency: 特急", "urgency: 马上")
    found = run(*new)
    assert found.code == 1
    assert f"{ITEM}:" in found.out
    assert f"{NOTICE}:" not in found.out
    assert run("-C", folder, "check", "--new").code == 2
