"""What somebody might do to the evidence branch: each makes it otherwise than the recorder would have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from duban.proof import ProofState
from duban.receipt import place_of
from duban.repository.signature import new_key, sign
from signing import City, Files

Tamper = Callable[[City], object]
EVIDENCE = "refs/heads/evidence"


def receipt(city: City, seq: int) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(city.content(place_of(seq), "evidence"))
    return found


def spelled(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def digest_of_last(city: City) -> str:
    return hashlib.sha256(city.content(place_of(len(city.filed())), "evidence")).hexdigest()


def stranger_key(city: City) -> Path:
    key = city.folder / ".git" / "stranger"
    if not key.exists():
        new_key(key, "stranger")
    return key


def file(
    city: City,
    files: Files,
    key: Path | None = None,
    parents: Sequence[str] | None = None,
    digest: str = "",
) -> str:
    """One more commit on the evidence branch (or on other parents), by the recorder's key unless there is another."""
    contents = [one for one in files.values() if isinstance(one, bytes)]
    told = digest or hashlib.sha256(contents[0] if contents else b"").hexdigest()
    on = [city.head("evidence")] if parents is None else parents
    city.commit("refs/heads/made", on, files, f"Receipt\n\nReceipt-SHA256: {told}\n")
    return signed(city, "made", key or city.key)


def signed(city: City, name: str, key: Path) -> str:
    """A commit signed anew, and the evidence branch there."""
    payload = city.git("cat-file", "commit", name).encode() + b"\n"
    head, _, message = payload.partition(b"\n\n")
    signature = sign(payload, key).strip().replace(b"\n", b"\n ")
    return put(city, head + b"\ngpgsig " + signature + b"\n\n" + message)


def put(city: City, content: bytes) -> str:
    commit = city.git("hash-object", "-t", "commit", "-w", "--stdin", given=content)
    city.git("update-ref", EVIDENCE, commit)
    return commit


def rewind(city: City, count: int = 1) -> None:
    city.git("update-ref", EVIDENCE, f"evidence~{count}")


def refile(city: City, *contents: bytes, count: int, key: Path | None = None) -> None:
    """The last receipts taken away, and these filed instead, each in the next place."""
    first = len(city.filed()) - count + 1
    rewind(city, count)
    for seq, content in enumerate(contents, first):
        file(city, {place_of(seq): content}, key)


def edit_last(change: Callable[[dict[str, Any]], object]) -> Tamper:
    """The last receipt says something else, and is signed by the recorder's own key."""

    def tamper(city: City) -> None:
        document = receipt(city, len(city.filed()))
        change(document)
        refile(city, spelled(document), count=1)

    return tamper


def deleted(city: City) -> None:
    city.git("update-ref", "-d", EVIDENCE)


def dropped(city: City) -> None:
    last = city.content(place_of(len(city.filed())), "evidence")
    refile(city, last, count=2)


def reordered(city: City) -> None:
    seq = len(city.filed())
    refile(city, *(city.content(place_of(one), "evidence") for one in (seq, seq - 1)), count=2)


def filed_twice(city: City) -> None:
    seq = len(city.filed())
    file(city, {place_of(seq + 1): city.content(place_of(seq), "evidence")})


def filed_twice_in_order(city: City) -> None:
    """The same merge once more, as the next receipt."""
    seq = len(city.filed())
    again = {**receipt(city, seq), "seq": seq + 1, "prev": digest_of_last(city)}
    file(city, {place_of(seq + 1): spelled(again)})


def spelled_otherwise(city: City) -> None:
    refile(city, orjson.dumps(receipt(city, len(city.filed()))), count=1)


def unreadable(city: City) -> None:
    refile(city, b"{", count=1)


def signed_by_a_stranger(city: City) -> None:
    refile(city, city.content(place_of(len(city.filed())), "evidence"), count=1, key=stranger_key(city))


def unsigned(city: City) -> None:
    seq = len(city.filed())
    files = {place_of(seq): city.content(place_of(seq), "evidence")}
    rewind(city)
    city.commit(EVIDENCE, [city.head("evidence")], files, "Receipt")


def signature_of_another(city: City) -> None:
    """The signature of the receipt before, which is good of its own."""
    last, before = (city.git("cat-file", "commit", name) for name in ("evidence", "evidence~1"))
    start, end = "\ngpgsig ", "-----END SSH SIGNATURE-----"
    other = before[before.index(start) : before.index(end)]
    put(city, (last[: last.index(start)] + other + last[last.index(end) :] + "\n").encode())


def signed_for_other_content(city: City) -> None:
    """The recorder has signed a commit, but not what lies in it."""
    seq = len(city.filed())
    files = {place_of(seq): city.content(place_of(seq), "evidence")}
    rewind(city)
    file(city, files, digest="0" * 64)


def edited_and_signed_by_a_stranger(city: City) -> None:
    document = receipt(city, len(city.filed()))
    document["reviews"][0]["account"]["id"] = 1
    refile(city, spelled(document), count=1, key=stranger_key(city))


def older_one_touched(city: City) -> None:
    seq = len(city.filed())
    last = city.content(place_of(seq), "evidence")
    rewind(city)
    file(city, {place_of(seq): last, place_of(1): b"{}\n"})


def older_one_edited(city: City) -> None:
    file(city, {place_of(1): b"{}\n"})


def older_one_deleted(city: City) -> None:
    file(city, {place_of(1): None})


def merged_from_elsewhere(city: City) -> None:
    seq = len(city.filed())
    last = city.content(place_of(seq), "evidence")
    rewind(city)
    file(city, {place_of(seq): last}, parents=[city.head("evidence"), city.head()])


def in_a_wrong_place(city: City) -> None:
    seq = len(city.filed())
    last = city.content(place_of(seq), "evidence")
    rewind(city)
    file(city, {f"receipts/{seq:06d}.json": last})


def as_a_program(city: City) -> None:
    seq = len(city.filed())
    last = city.content(place_of(seq), "evidence")
    rewind(city)
    file(city, {place_of(seq): ("100755", last)})


def of_another_ledger(city: City) -> None:
    """The evidence branch of a ledger that shares the beginning and the recorder."""
    other = city.copy(city.folder.with_name("other"))
    rewind(other, 1)
    other.git("update-ref", "refs/heads/main", "main~1")
    other.passed({"README.md": b"other"}, "deputy-director")
    city.git("fetch", "--quiet", str(other.folder), f"+{EVIDENCE}:{EVIDENCE}")


BROKEN_CHAINS: Mapping[Tamper, tuple[tuple[str, ...], ProofState]] = {
    dropped: (("A203", "A205"), "proven"),
    reordered: (("A205", "A205"), "proven"),
    filed_twice: (("A205", "A207"), "proven"),
    filed_twice_in_order: (("A207",), "proven"),
    spelled_otherwise: (("A203", "A212"), "claimed"),
    unreadable: (("A203", "A212"), "claimed"),
    signed_by_a_stranger: (("A206",), "broken"),
    unsigned: (("A206",), "broken"),
    signature_of_another: (("A206",), "broken"),
    signed_for_other_content: (("A206",), "broken"),
    edited_and_signed_by_a_stranger: (("A206", "A208", "A216"), "broken"),
    older_one_touched: (("A213",), "proven"),
    older_one_edited: (("A212", "A213"), "proven"),
    older_one_deleted: (("A212", "A213"), "proven"),
    merged_from_elsewhere: (("A213",), "proven"),
    in_a_wrong_place: (("A205",), "proven"),
    as_a_program: (("A203", "A212", "A213"), "claimed"),
}
"""Each way to break the chain, the codes that tell so, and how what the last receipt was of is proven then."""
