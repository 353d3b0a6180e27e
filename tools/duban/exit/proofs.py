"""Filed receipts with their signatures, and the rules they were judged by → files that ssh-keygen verifies alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from duban.chain import Filed
from duban.finding import Finding
from duban.language import Language
from duban.publish.examination import Examination

RECEIPTS = r"""cd proofs
previous= bad=0 recorders=$(mktemp)
value() { sed -n "s/^ *\"$1\": \"\([0-9a-f]*\)\",*\$/\1/p" "$receipt" | head -n 1; }
for receipt in receipts/*/*.json; do
  name=$(basename "$receipt" .json)
  digest=$(sha256sum "$receipt" | cut -c 1-64)
  policy=rules/$(value policy).yml
  sed -n 's/^ *key: *\(ssh-.*\|sk-ssh-.*\|ecdsa-.*\)$/recorder namespaces="git" \1/p' "$policy" > "$recorders"
  ssh-keygen -Y verify -n git -I recorder -f "$recorders" -s "signatures/$name.sig" \
    < "signatures/$name.commit" > /dev/null 2>&1 &&
    grep -qx "Receipt-SHA256: $digest" "signatures/$name.commit" &&
    grep -q "^  \"prev\": \"$previous\"" "$receipt" &&
    test "$(git hash-object "$policy")" = "$(value policy)" || { echo "$name BAD"; bad=1; }
  previous=$digest
done
test "$bad" = 0 && echo "receipts good"
"""
"""Each signed by a key of the policy that stood before, the signature over this content, the chain without a gap."""
MERGES = r"""git clone --quiet --branch main proofs/history.bundle checked && cd checked
git fetch --quiet ../proofs/history.bundle evidence:evidence
moved() {
  id=$(sed -n "s/^    \"$1\": \"\([0-9a-f]*\)\",*\$/\1/p" "$receipt")
  for one in ../proofs/tombstones/*.json; do
    if test -f "$one"; then new=$(sed -n "s/^    \"$id\": \"\([0-9a-f]*\)\",*\$/\1/p" "$one"); id=${new:-$id}; fi
  done
  echo "$id"
}
git rev-list --first-parent main > ../main.txt
bad=0
for receipt in ../proofs/receipts/*/*.json; do
  after=$(moved after)
  grep -qx "$after" ../main.txt &&
    test "$(git rev-parse "$after^1")" = "$(moved before)" &&
    test "$(git merge-tree --write-tree "$after^1" "$after^2")" = "$(git rev-parse "$after^{tree}")" || {
      echo "$receipt BAD"; bad=1; }
done
test "$bad" = 0 && echo "merges good"
"""
"""Each merge that a receipt is of is on the main branch, and is what merging its parents gives."""
_JSON = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True)
class Signed:
    """One receipt as it was filed: with the bytes of its commit that the signature is over, and the signature."""

    filed: Filed
    payload: bytes
    signature: bytes

    @property
    def name(self) -> str:
        folder, _, name = self.filed.path.removesuffix(".json").rpartition("/")
        return name if folder.startswith("receipts") else f"{folder}-{name}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What git keeps as proof. ``rules`` are the policies and rosters that receipts name, by git's ids."""

    receipts: Sequence[Signed] = ()
    rules: Mapping[str, bytes] = field(default_factory=dict)


def proof_files(evidence: Evidence, examination: Examination, text: Language) -> Iterator[tuple[str, bytes]]:
    """The files below ``proofs/``, without the history itself."""
    verified = examination.verified
    violations = [
        {
            "commit": one.commit,
            "code": one.code,
            "message": text.message(Finding(one.commit, 1, 1, one.code, one.details)),
        }
        for one in examination.violations
    ]
    document = {
        "genesis": examination.genesis,
        "tip": verified.tip,
        "evidence": verified.evidence or None,
        "commits": verified.commits,
        "receipts": verified.receipts,
        "violations": violations,
    }
    yield "audit.json", orjson.dumps(document, option=_JSON)
    for one in evidence.receipts:
        yield one.filed.path, one.filed.content
        yield f"signatures/{one.name}.commit", one.payload
        yield f"signatures/{one.name}.sig", one.signature
    for identity, content in sorted(evidence.rules.items()):
        yield f"rules/{identity}.yml", content
