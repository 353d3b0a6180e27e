"""A small ledger, files and reviewers by number → what a pull request would do and what its forge tells: no git."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from corpus import base
from duban.gate import Proposed
from duban.model import Registry, Tree
from duban.moment import instant
from duban.paths import Differing
from duban.pull import Account, Pull, Push, Review
from duban.reader import Reader
from duban.schema import Schemas
from duban.signoff import Submission

POLICY, REPORT, ITEM = "registry/policy.yml", "reports/2019/002.yml", "items/2019/2019-0002.yml"
TODAY = "2019-10-31"
HEAD = "0123456789abcdef" + "0" * 24
SIGNING = """
signing:
  forge: github
  repository: jincheng/duban
  branch: main
  binding: head
  claim_within_days: 3
"""
REPORTED = """
id: 2019/002
kind: 督查专报
title: 十月进展
issued_on: 2019-10-31
to: [市长]
items: [2019-0002]
summary: 进展正常。
signed:
  - {role: director, by: director, on: 2019-10-31}
"""
Files = Mapping[str, str | None]


def ledger(*edits: tuple[str, str]) -> Tree:
    """The small ledger of the cases, with a policy that has signing; ``edits`` replace what stands in that."""
    found = base()
    policy = found[POLICY].decode() + SIGNING
    for old, new in edits:
        assert old in policy
        policy = policy.replace(old, new)
    return {**found, POLICY: policy.encode()}


BEFORE = ledger()
SCHEMAS = Schemas.of(BEFORE)
_SCHEMAS = {path: BEFORE[path] for path in BEFORE if path.startswith("schemas/")}


def registry(tree: Tree = BEFORE) -> Registry:
    return Reader(SCHEMAS, tree).registry


def proposed(files: Files, before: Tree = BEFORE, mode: str = "100644", **more: Any) -> Proposed:
    """What bringing some files in git's mode, and taking those away that are None, would do."""
    after = {path: content for path, content in before.items() if files.get(path, "") is not None}
    after |= {path: text.encode() for path, text in files.items() if text is not None}
    differing = tuple(
        Differing(path, mode if path in before else "000000", mode if path in after else "000000", "1" * 40, "2" * 40)
        for path in sorted(files)
    )
    schemas = {path: after[path] for path in after if path.startswith("schemas/")}

    def reader() -> Reader:
        return Reader(SCHEMAS if schemas == _SCHEMAS else Schemas.of(after), after)

    given: dict[str, Any] = {"siblings": {}, "reader": reader, "conflict": (), "schemas": None, "both_added": ()}
    return Proposed(before, after, differing, **{**given, "mentioning": lambda _: (), **more})


def at(minute: int) -> str:
    return instant(f"2019-10-31T10:{minute:02}:00+08:00")


def submitted(*reviewers: int, body: str = "", **more: Any) -> Submission:
    """What the forge tells of a pull request that some accounts approved, the director's where none is named."""
    pull = Pull(7, "Jincheng/Duban", "main", "change", "jincheng/duban", HEAD, Account(1, "staff"))
    reviews = tuple(
        Review(number, Account(number, ""), "APPROVED", at(20), HEAD, body) for number in reviewers or (1001,)
    )
    return Submission(replace(pull, **more), reviews, (Push(HEAD, at(10)),), frozenset({1}))
