"""The evidence branch → the receipts filed on it; a receipt and a key → one more commit on it, or nothing at all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from duban.chain import Filed
from duban.receipt import Receipt, ReceiptError, digest_of_receipt, place_of
from duban.repository.command import git, line
from duban.repository.error import BranchMovedError, GitError, RevisionError
from duban.repository.objects import FOLDER, Commit, Entry, Objects
from duban.repository.signature import are_good, sign
from duban.tombstone import FOLDER as TOMBSTONES
from duban.tombstone import Tombstone, read_tombstone

BRANCH = "evidence"
REF = f"refs/heads/{BRANCH}"
_FETCHED = f"refs/remotes/origin/{BRANCH}"
_WHO = "duban recorder <recorder@duban.invalid>"
_SIGNATURES = (b"gpgsig ", b"gpgsig-sha256 ")
_STALE_SECONDS = 60
_TRIES = 20


class Evidence:
    """The evidence branch of one repository."""

    def __init__(self, folder: Path, objects: Objects) -> None:
        self.folder, self.objects = folder, objects

    def tip(self) -> str:
        """Where the branch stands here; "" where there is none."""
        return self._known(REF)

    def newest(self) -> str:
        """Where it stands here or as last fetched, whichever goes further; "" where there is none."""
        here, fetched = self.tip(), self._known(_FETCHED)
        if not here or not fetched:
            return here or fetched
        return fetched if git(self.folder, "rev-list", "--max-count=1", fetched, f"^{here}") else here

    def _known(self, name: str) -> str:
        try:
            return self.objects.commit(name).id
        except RevisionError:
            return ""

    def filed(self, since: str, tip: str) -> list[Filed]:
        """The commits of the branch after ``since`` ("" for all), oldest first, each with what it filed.

        Raises RevisionError where ``since`` does not lead to ``tip``.
        """
        if tip == since:
            return []
        if not tip:
            raise RevisionError(since)
        wanted = [tip, f"^{self.objects.commit(since).id}"] if since else [tip]
        listed = git(self.folder, "rev-list", "--first-parent", "--reverse", *wanted).decode().split()
        if since:
            self.objects.leads(since, listed, tip)
        return [self._filed(self.objects.commit(one)) for one in listed]

    def verify(self, asked: Sequence[tuple[Filed, tuple[str, ...]]]) -> list[bool]:
        """Whether each commit is signed by one of the public keys beside it."""
        parts = [(*_apart(self.objects.commit(one.commit).content), keys) for one, keys in asked]
        bound = [
            _binding(one.content).encode() in payload for (one, _), (payload, _, _) in zip(asked, parts, strict=True)
        ]
        return [good and holds for good, holds in zip(are_good(parts), bound, strict=True)]

    def tombstones(self, tip: str) -> list[Tombstone]:
        """The tombstones that can be read at a tip of the branch, in order; none of "" and of a damaged one."""
        found = []
        tree = self.objects.commit(tip).tree if tip else ""
        for _, entry in self.objects.below(tree, TOMBSTONES.rstrip("/")) if tree else ():
            with suppress(ReceiptError):
                found.append(read_tombstone(self.objects.blob(entry.id)))
        return sorted(found, key=lambda one: one.number)

    def signed(self, one: Filed) -> tuple[bytes, bytes]:
        """The bytes of a filed receipt's commit that its signature is over, and the signature, b"" for none."""
        return _apart(self.objects.commit(one.commit).content)

    def file(self, receipt: Receipt, on: str, key: Path, seconds: int) -> str:
        """File one more receipt on top of a commit ("" for none), signed; the new commit.

        Everything is written before the branch moves, and it moves only from where it was read:
        raises BranchMovedError otherwise, SigningKeyError for a key that can't sign.
        """
        pull = receipt.document["pull"]["number"]
        subject = f"Receipt {receipt.seq}: pull request {pull}"
        commit = self.signed_commit(place_of(receipt.seq), receipt.content, subject, on, key, seconds)
        self._move(commit, on)
        return commit

    def signed_commit(self, path: str, content: bytes, subject: str, on: str, key: Path, seconds: int) -> str:
        """A signed commit that adds one file to another commit ("" for none), on no branch yet."""
        parent = self.objects.commit(on) if on else None
        blob = line(self.folder, "hash-object", "-w", "--stdin", given=content)
        tree = self._tree_with(parent.tree if parent else "", path.split("/"), blob)
        head = [f"tree {tree}", *([f"parent {on}"] if on else [])]
        head += [f"{hand} {_WHO} {seconds} +0800" for hand in ("author", "committer")]
        # The digest in the message puts the content under the signature by SHA-256, whatever git's own is.
        message = f"{subject}\n\n{_binding(content)}\n"
        payload = "\n".join(head).encode() + b"\n\n" + message.encode()
        signature = sign(payload, key).strip().replace(b"\n", b"\n ")
        signed = "\n".join(head).encode() + b"\ngpgsig " + signature + b"\n\n" + message.encode()
        return line(self.folder, "hash-object", "-t", "commit", "-w", "--stdin", given=signed)

    def _tree_with(self, tree: str, names: Sequence[str], blob: str) -> str:
        """A tree with one more file below it; folders on the way are written anew."""
        here = dict(self.objects.tree(tree))
        name, *rest = names
        if rest:
            inner = here[name].id if name in here else ""
            here[name] = Entry(FOLDER, self._tree_with(inner, rest, blob))
        else:
            here[name] = Entry("100644", blob)
        return self.objects.make_tree(here)

    def _move(self, commit: str, before: str) -> None:
        old = before or "0" * len(commit)
        for _ in range(_TRIES):
            try:
                git(self.folder, "update-ref", REF, commit, old)
            except GitError as error:
                if "unable to create" not in str(error).lower():
                    raise BranchMovedError(BRANCH) from error
                self._free()
            else:
                return
        raise BranchMovedError(BRANCH)

    def _free(self) -> None:
        """A lock that a killed process left behind goes away; one that is in use is waited for."""
        place = line(self.folder, "rev-parse", "--path-format=absolute", "--git-path", f"{REF}.lock")
        try:
            age = time.time() - Path(place).stat().st_mtime
        except FileNotFoundError:
            return
        if age > _STALE_SECONDS:
            Path(place).unlink(missing_ok=True)
        else:
            time.sleep(0.1)

    def _filed(self, commit: Commit) -> Filed:
        before = self.objects.commit(commit.parents[0]).tree if commit.parents else ""
        differing = list(self.objects.differing(before, commit.tree))
        added = [one for one in differing if one.old_mode == "000000" and one.new_mode == "100644"]
        alone = len(commit.parents) < 2 and len(differing) == 1 and len(added) == 1
        path, content = "", b""
        if added:
            path, content = added[0].path, self.objects.blob(added[0].new_id)
        return Filed(commit.id, path, content, alone)


def _binding(content: bytes) -> str:
    """The line of a commit's message that puts a receipt under the signature."""
    return f"Receipt-SHA256: {digest_of_receipt(content)}"


def _apart(content: bytes) -> tuple[bytes, bytes]:
    """A commit's bytes as they were signed, and the signature; b"" where it is not signed."""
    head, blank, message = content.partition(b"\n\n")
    kept: list[bytes] = []
    signature: list[bytes] = []
    inside = False
    for text in head.split(b"\n"):
        if inside and text.startswith(b" "):
            signature.append(text[1:])
            continue
        start = next((one for one in _SIGNATURES if text.startswith(one)), b"")
        inside = bool(start)
        (signature if start else kept).append(text[len(start) :])
    return b"\n".join(kept) + blank + message, b"\n".join(signature) + b"\n" if signature else b""
