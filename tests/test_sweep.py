"""The gate and the recorder as workflows call them: a bare repository for the forge's git, its API over loopback."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Outcome
from duban.pull import Account, Pull
from forge_server import SECRET, ForgeServer, Told
from signing import REPOSITORY, City

API = f"/repos/{REPOSITORY}"


def test_every_open_pull_request_gets_its_status(
    city: City, checkout: Callable[[], Path], forge_api: ForgeServer, run: Callable[..., Outcome]
) -> None:
    signed, waiting, wrong = (
        city.open(city.with_progress()),
        city.open(city.with_visit()),
        city.open({"tools/x.py": b"x\n", **city.with_progress()}),
    )
    city.approve(signed, "transport-liaison")
    city.approve(wrong, "transport-liaison")
    tell(forge_api, city)
    out = run("-C", checkout(), "gate", "--all-open", "--url", forge_api.url, "--as-of", city.day, "--format", "json")
    assert out.code == 0, out.err
    assert [one["verdict"] for one in out.json["pulls"]] == ["pass", "wait", "refuse"]
    posted = {path.rpartition("/")[2]: body for path, body in statuses(forge_api)}
    heads = {number: city.forge.requests[number].head for number in (signed, waiting, wrong)}
    assert {number: posted[head]["state"] for number, head in heads.items()} == {
        signed: "success",
        waiting: "pending",
        wrong: "failure",
    }
    assert {body["context"] for body in posted.values()} == {"duban/sign-off"}
    assert all(len(body["description"]) <= 140 for body in posted.values())
    assert SECRET not in out.out + out.err


def test_one_that_cannot_be_judged_keeps_no_other_from_it(
    city: City, checkout: Callable[[], Path], forge_api: ForgeServer, run: Callable[..., Outcome]
) -> None:
    broken, good = city.open(city.with_visit()), city.open(city.with_progress())
    city.approve(good, "transport-liaison")
    tell(forge_api, city)
    forge_api.tell(f"{API}/pulls/{broken}/reviews", Told({"message": "no"}, 403))
    out = run("-C", checkout(), "gate", "--all-open", "--url", forge_api.url, "--as-of", city.day)
    assert out.code == 1
    assert f"#{good}" in out.out
    assert str(broken) in out.err
    assert [body["state"] for _, body in statuses(forge_api)] == ["success"]


def test_one_that_brings_out_a_bug_of_ours_keeps_no_other_from_it(
    city: City, checkout: Callable[[], Path], forge_api: ForgeServer, run: Callable[..., Outcome]
) -> None:
    """Schemas that are sound but not ours: nothing that the program relies on is there."""
    schemas = {"schemas/units.schema.json": b'{"properties": {"units": {}}}', "registry/units.yml": b"units: {a: 5}\n"}
    bug, good = city.open(schemas), city.open(city.with_progress())
    city.approve(good, "transport-liaison")
    tell(forge_api, city)
    out = run("-C", checkout(), "gate", "--all-open", "--url", forge_api.url, "--as-of", city.day)
    assert out.code == 1
    assert f"#{good}" in out.out
    assert str(bug) in out.err
    assert [body["state"] for _, body in statuses(forge_api)] == ["success"]


def test_rules_of_the_remote_of_this_moment_are_the_base(
    city: City, checkout: Callable[[], Path], forge_api: ForgeServer, run: Callable[..., Outcome], tmp_path: Path
) -> None:
    """What a pull request brings of the rules has no say in it, and a checkout that lags behind neither."""
    number = city.open(city.with_progress())
    city.approve(number, "transport-liaison")
    folder = checkout()

    def retire(people: dict[str, Any]) -> None:
        liaison = next(one for one in people["people"] if one["id"] == "transport-liaison")
        liaison["roles"][0]["to"] = "2019-10-01"

    city.passed(city.edited(retire, "registry/people.yml"), "director")
    _git("-C", str(city.folder), "push", "--quiet", "--mirror", str(tmp_path / "forge.git"))
    tell(forge_api, city)
    out = run("-C", folder, "gate", "--all-open", "--url", forge_api.url, "--as-of", city.day, "--format", "json")
    (judged,) = out.json["pulls"]
    assert [one["reason"] for one in judged["required"]] == ["not_in_office"]


def test_nothing_of_a_pull_request_is_run_or_checked_out(
    city: City, checkout: Callable[[], Path], forge_api: ForgeServer, run: Callable[..., Outcome]
) -> None:
    """Hooks, filters and attributes that a pull request brings stay text."""
    city.open(
        {
            ".gitattributes": b"* filter=evil merge=evil\n",
            ".github/workflows/x.yml": b"on: push\n",
            "sitecustomize.py": b"raise SystemExit('ran')\n",
        }
    )
    tell(forge_api, city)
    folder = checkout()
    before = sorted(path for path in folder.rglob("*") if ".git" not in path.parts)
    out = run("-C", folder, "gate", "--all-open", "--url", forge_api.url, "--as-of", city.day)
    assert out.code == 0
    assert sorted(path for path in folder.rglob("*") if ".git" not in path.parts) == before


def test_receipts_are_written_and_pushed(
    city: City, checkout: Callable[[], Path], forge_api: ForgeServer, run: Callable[..., Outcome], tmp_path: Path
) -> None:
    number = city.open(city.with_progress())
    city.approve(number, "transport-liaison")
    city.merge(number)
    tell(forge_api, city)
    folder = checkout()
    out = run("-C", folder, "record", "--remote", "origin", "--key", city.key, "--url", forge_api.url)
    assert (out.code, out.err) == (0, "")
    again = run("-C", folder, "record", "--remote", "origin", "--key", city.key, "--url", forge_api.url)
    assert again.code == 0
    bare = tmp_path / "forge.git"
    assert _git("-C", str(bare), "rev-list", "--count", "evidence") == "2"
    fresh = tmp_path / "fresh"
    _git("clone", "--quiet", f"file://{bare}", str(fresh))
    audit = run("-C", fresh, "audit", "--format", "json")
    assert (audit.code, audit.json["verdict"], audit.json["receipts"]) == (0, "clean", 2)
    proofs = {one["entry"]: (one["proof"], one["signers"], one["pull"]) for one in audit.json["entries"]}
    assert proofs["/progress/0"] == ("proven", ["transport-liaison"], number)


def test_a_key_from_the_environment_signs_and_leaves_nothing_behind(
    city: City,
    checkout: Callable[[], Path],
    forge_api: ForgeServer,
    run: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    number = city.open(city.with_progress())
    city.approve(number, "transport-liaison")
    city.merge(number)
    tell(forge_api, city)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("DUBAN_RECORDER_KEY", city.key.read_text(encoding="utf-8").replace("\n", "\r\n"))
    folder = checkout()
    out = run("-C", folder, "record", "--remote", "origin", "--url", forge_api.url)
    assert out.code == 0, out.err
    assert list(scratch.iterdir()) == []
    assert "PRIVATE" not in out.out + out.err


def test_without_a_key_or_a_token_nothing_is_asked(
    city: City,
    checkout: Callable[[], Path],
    forge_api: ForgeServer,
    run: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DUBAN_RECORDER_KEY", raising=False)
    folder = checkout()
    assert run("-C", folder, "record", "--url", forge_api.url).code == 2
    for name in [name for name in os.environ if name.endswith("_TOKEN")]:
        monkeypatch.delenv(name)
    assert run("-C", folder, "gate", "--all-open", "--url", forge_api.url).code == 2
    assert forge_api.asked == []


def tell(forge_api: ForgeServer, city: City) -> None:
    """Answer as GitHub would of the city's pull requests."""
    api, requests = f"/repos/{city.repository}", city.forge.requests.values()
    forge_api.tell(f"{api}/pulls", Told([document(one) for one in requests if one.open]))
    for pull in requests:
        here = f"{api}/pulls/{pull.number}"
        forge_api.tell(here, Told(document(pull)))
        forge_api.tell(f"{here}/commits", Told([{"author": user(pull.author), "committer": user(pull.author)}]))
        forge_api.tell(f"{here}/reviews", Told([review(one) for one in city.forge.said[pull.number]]))
        forge_api.tell(f"{api}/statuses/{pull.head}", Told({"id": 1}, 201), method="POST")
        if pull.merge:
            forge_api.tell(f"{api}/commits/{pull.merge}/pulls", Told([document(pull)]))
    pushed = [(pull, push) for pull in requests for push in city.forge.pushed[pull.number]]

    def activity(asked: Any) -> Told:
        ref = asked.query["ref"]
        rows = [
            {"after": push.after, "before": "0" * 40, "ref": ref, "timestamp": push.at, "activity_type": "push"}
            | {"actor": user(push.account), "id": 1}
            for pull, push in pushed
            if ref == f"refs/heads/{pull.head_ref}"
        ]
        return Told(rows)

    forge_api.tell(f"{api}/activity", activity)


def document(pull: Pull) -> dict[str, Any]:
    return {
        "number": pull.number,
        "state": "open" if pull.open else "closed",
        "title": pull.title,
        "draft": pull.draft,
        "commits": 1,
        "user": user(pull.author),
        "merged": bool(pull.merge),
        "merged_at": pull.merged_at or None,
        "merged_by": user(pull.merged_by) if pull.merged_by else None,
        "merge_commit_sha": pull.merge or None,
        "base": {"ref": pull.base_ref, "sha": pull.head, "repo": {"full_name": pull.repository}},
        "head": {"ref": pull.head_ref, "sha": pull.head, "repo": {"full_name": pull.head_repository}},
    }


def user(account: Account | None) -> dict[str, Any]:
    assert account is not None
    return {"id": account.id, "login": account.login, "type": "User" if account.human else "Bot"}


def review(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "user": user(one.account),
        "body": one.body,
        "state": one.state,
        "submitted_at": one.at,
        "commit_id": one.commit,
    }


def statuses(forge_api: ForgeServer) -> list[tuple[str, Any]]:
    return [(asked.path, json.loads(json.dumps(asked.body))) for asked in forge_api.asked if asked.method == "POST"]


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()
