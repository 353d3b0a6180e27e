"""A merge, what the forge told of it and how it was judged → its receipt, and the receipt's bytes back to all three."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from duban.gate import Judgement
from duban.model import Data
from duban.moment import instant
from duban.pull import Account, Pull, Push, Review
from duban.signoff import Submission, codes_in

VERSION = 1
_SHARD = 1000
_CENTURIES = ("19", "20")
_LONGEST = 400
"""A path may be as long as its author likes; what a receipt says of it may not."""


class ReceiptError(Exception):
    """Bytes that are no receipt; the message says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What git knows of one merge: the revisions and trees that it binds."""

    before: str
    after: str
    head: str
    before_tree: str
    head_tree: str
    tree: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules stood before a merge: git's ids of the policy and of the roster ("" where there is none)."""

    policy: str
    roster: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt as it is filed. ``document`` is all of it; the rest is what the audit asks for by name."""

    document: Mapping[str, Any]

    @property
    def seq(self) -> int:
        return int(self.document["seq"])

    @property
    def prev(self) -> str:
        """SHA-256 of the receipt before it, "" for the first."""
        return str(self.document["prev"])

    @property
    def repository(self) -> str:
        return str(self.document["repository"])

    @property
    def merge(self) -> Merge:
        return Merge(**self.document["merge"])

    @property
    def rules(self) -> Rules:
        return Rules(self.document["policy"], self.document["roster"])

    @property
    def recorded_at(self) -> str:
        return str(self.document["recorded_at"])

    @property
    def submission(self) -> Submission:
        """What the forge told, as it was judged."""
        pull = self.document["pull"]
        return Submission(
            Pull(
                number=pull["number"],
                repository=self.repository.partition(":")[2],
                base_ref=pull["base_ref"],
                head_ref=pull["head_ref"],
                head_repository=pull["head_repository"],
                head=pull["head"],
                author=Account(**pull["author"]),
                open=False,
                authors=tuple(Account(**one) for one in pull["authors"]),
                merge=pull["merge"],
                merged_at=pull["merged_at"],
                merged_by=_account(pull["merged_by"]),
            ),
            tuple(
                Review(
                    one["id"], Account(**one["account"]), one["state"], one["at"], one["commit"], " ".join(one["codes"])
                )
                for one in self.document["reviews"]
            ),
            tuple(Push(one["after"], one["at"], _account(one["account"])) for one in self.document["pushes"]),
            frozenset(self.document["hands"]),
        )

    @property
    def content(self) -> bytes:
        """Its bytes: JSON with keys in order, and a line end."""
        return orjson.dumps(self.document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def receipt(
    seq: int, prev: str, merge: Merge, rules: Rules, submission: Submission, judgement: Judgement, recorded_at: str
) -> Receipt:
    """The receipt of a merge. Of what people wrote in reviews only digest and signing codes are kept:

    evidence cannot be taken back, and their words may be what must not stay.
    """
    pull = submission.pull
    return Receipt(
        {
            "version": VERSION,
            "seq": seq,
            "prev": prev,
            "repository": f"{judgement.forge}:{pull.repository}",
            "merge": asdict(merge),
            "policy": rules.policy,
            "roster": rules.roster,
            "pull": {
                "number": pull.number,
                "base_ref": pull.base_ref,
                "head_ref": pull.head_ref,
                "head_repository": pull.head_repository,
                "head": pull.head,
                "author": asdict(pull.author),
                "authors": [asdict(one) for one in pull.authors],
                "merge": pull.merge,
                "merged_at": pull.merged_at,
                "merged_by": asdict(pull.merged_by) if pull.merged_by else None,
            },
            "hands": sorted(submission.hands),
            "pushes": [
                {"after": one.after, "at": one.at, "account": asdict(one.account) if one.account else None}
                for one in submission.pushes
            ],
            "reviews": [
                {
                    "id": one.id,
                    "account": asdict(one.account),
                    "state": one.state,
                    "at": one.at,
                    "commit": one.commit,
                    "codes": list(codes_in(one.body)),
                    "body_sha256": hashlib.sha256(one.body.encode()).hexdigest(),
                }
                for one in submission.reviews
            ],
            **verdict_of(judgement),
            "recorded_at": recorded_at,
        }
    )


def verdict_of(judgement: Judgement) -> Data:
    """What a receipt says of the judgement: entries with their digests, every seat, findings, the verdict."""
    digests = {(one.seat.item, one.seat.entry): one.seat.digest for one in judgement.standing}
    return {
        "changes": [
            {
                "item": one.item[:_LONGEST],
                "entry": one.entry[:_LONGEST],
                "kind": one.kind,
                "sha256": digests.get((one.item, one.entry), ""),
            }
            for one in judgement.change.added
        ],
        "required": [
            {
                "item": one.seat.item[:_LONGEST],
                "entry": one.seat.entry[:_LONGEST],
                "kind": one.seat.kind,
                "role": one.seat.role,
                "person": one.seat.person,
                "paper": one.seat.paper.sha256 if one.seat.paper else "",
                "by": one.by,
                "state": one.state,
                "reason": one.reason,
                "review": one.review.id if one.review else None,
            }
            for one in judgement.standing
        ],
        "findings": [f"{one.code} {one.path}"[:_LONGEST] for one in judgement.findings],
        "verdict": judgement.verdict,
    }


def read_receipt(content: bytes, is_valid: Callable[[Any], bool]) -> Receipt:
    """A receipt from its bytes.

    Raises ReceiptError for what does not fit its schema, holds an instant that is none, or is spelled otherwise.
    """
    try:
        document = orjson.loads(content)
    except ValueError as error:
        raise ReceiptError(str(error)) from error
    if not is_valid(document):
        raise ReceiptError("schema")
    found = Receipt(document)
    try:
        # The schema is the ledger's, and whoever can change that must not be able to stop an audit.
        told = found.submission
        parts = (found.seq, found.prev, found.merge, found.rules)
        instants = [found.recorded_at, told.pull.merged_at]
        instants += [*(one.at for one in told.reviews), *(one.at for one in told.pushes)]
        sound = bool(parts) and all(instant(one) == one and one[:2] in _CENTURIES for one in instants)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReceiptError("schema") from error
    if not sound:
        raise ReceiptError("instant")
    if found.content != content:
        raise ReceiptError("spelling")
    return found


def digest_of_receipt(content: bytes) -> str:
    """What the next receipt calls it by."""
    return hashlib.sha256(content).hexdigest()


def place_of(seq: int) -> str:
    """Where a receipt is filed on the evidence branch: a folder for every thousand, for large folders are slow."""
    return f"receipts/{seq // _SHARD:03d}/{seq:06d}.json"


def _account(row: Mapping[str, Any] | None) -> Account | None:
    return Account(**row) if row else None
