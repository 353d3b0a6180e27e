"""A stage for the tests of signing: a small city's ledger in a real repository, and a forge in memory beside it."""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from duban.auditor import Audited, audited, opened
from duban.filing import kind_at
from duban.gate import Judgement
from duban.gatekeeper import judge
from duban.memory import Memory
from duban.model import Data
from duban.moment import day_in_china, instant
from duban.parse import parse
from duban.pull import Account, Pull, Push, Review, ReviewState
from duban.recorder import Recorded, record
from duban.repository.signature import new_key
from duban.schema import Schemas
from duban.writing import file_text
from scripted_forge import ScriptedForge

ROOT = Path(__file__).parents[1]
REPOSITORY = "jincheng/duban"
ITEM, OTHER = "items/2019/2019-0002.yml", "items/2019/2019-0003.yml"
"""Two items that stood when it began: the transport bureau has signed for its notice, the district not yet."""
NEW = "items/2019/2019-0004.yml"
REPORT = "reports/2019/001.yml"
"""Where the next item and the next report will stand."""
LIAISON = "transport-liaison"
PROGRESS, VISIT = ("2019-0002", "/progress/0"), ("2019-0003", "/visits/0")
"""The entries that most tests bring: one for the transport bureau's liaison to sign, one for a supervisor."""
POLICY, ROSTER = "registry/policy.yml", "registry/people.yml"
ON_PAPER = "chengqu-head"
"""The one person without an account."""
STRANGER = Account(9001, "director")
"""An account that nobody of the roster has, whatever it calls itself."""
FORGE = ("GitHub", "noreply@github.com")
"""Who commits the merges that are made on the forge's own page."""

_MORNING = datetime.fromisoformat("2019-10-28T09:00:00+08:00")
Files = Mapping[str, bytes | tuple[str, bytes] | None]
"""Files by path: their content, None to delete one, or git's mode and content (an id for a submodule)."""
Edit = Callable[[Data], object]


@dataclass
class City:
    """A repository, its forge and its clock. Everything that happens takes a minute."""

    folder: Path
    forge: ScriptedForge = field(default_factory=ScriptedForge)
    now: datetime = _MORNING
    accounts: dict[str, Account] = field(default_factory=dict)
    genesis: str = ""
    repository: str = REPOSITORY

    @property
    def key(self) -> Path:
        return self.folder / ".git" / "recorder"

    @property
    def day(self) -> str:
        return day_in_china(instant(self.now.isoformat()))

    def tick(self, minutes: float = 1) -> str:
        self.now += timedelta(minutes=minutes)
        return instant(self.now.isoformat())

    def git(self, *arguments: str, given: bytes = b"") -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, input=given, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def head(self, name: str = "main") -> str:
        return self.git("rev-parse", "--verify", f"{name}^{{commit}}")

    def content(self, path: str, at: str = "main") -> bytes:
        command = ["git", "cat-file", "blob", f"{at}:{path}"]
        return subprocess.run(command, cwd=self.folder, capture_output=True, check=True).stdout

    def data(self, path: str, at: str = "main") -> Data:
        found: Data = parse(path, self.content(path, at))[0]
        return found

    def written(self, path: str, data: Data) -> dict[str, bytes]:
        return {path: file_text(data, _SCHEMAS.field(_schema_of(path))).encode()}

    def edited(self, edit: Edit, path: str = ITEM, at: str = "main") -> dict[str, bytes]:
        """A file of the ledger after an edit of its data."""
        data = copy.deepcopy(self.data(path, at))
        edit(data)
        return self.written(path, data)

    def with_progress(self, text: str = "沥青摊铺过半。", by: str = LIAISON, on: str = "") -> dict[str, bytes]:
        """One more progress entry of the transport bureau, which its liaison has to sign."""
        return self.edited(lambda data: data.setdefault("progress", []).append(progress(text, by, on or self.day)))

    def with_visit(self, by: str = "section-head", path: str = OTHER) -> dict[str, bytes]:
        """One more visit of today, which a supervisor has to sign."""
        return self.edited(lambda data: data.setdefault("visits", []).append(visit(by, self.day)), path)

    def with_item(self, *entries: str) -> dict[str, bytes]:
        """A new item of today: registered, with a proposal if that is among the entries."""
        days = {"intake": "received_on", "proposal": "drafted_on"}
        kept = {"openness", "openness_reason", "secrecy", "urgency", "category", "intake", *entries}
        data = {name: value for name, value in self.data(ITEM, self.genesis).items() if name in kept}
        data |= {"id": "2019-0004", "title": "白水街人行道修复"}
        for name in ("intake", *entries):
            data[name][days[name]] = data[name]["signed"][0]["on"] = self.day
        return self.written(NEW, data)

    def commit(
        self,
        ref: str,
        parents: Sequence[str],
        files: Files,
        message: str = "Edit",
        who: tuple[str, str] | None = None,
        committer: tuple[str, str] | None = None,
        tree: str = "",
    ) -> str:
        """One commit made by plumbing and put on a ref: files on top of the first parent, or of a tree."""
        seconds = int(self.now.timestamp())
        author = who or self.hand("staff")
        hands = {"author": author, "committer": committer or author}
        text = message.encode()
        stream = [f"reset {ref}".encode(), f"commit {ref}".encode(), b"mark :1"]
        stream += [f"{kind} {name} <{email}> {seconds} +0800".encode() for kind, (name, email) in hands.items()]
        stream += [b"data %d" % len(text), text]
        stream += [f"{'merge' if place else 'from'} {one}".encode() for place, one in enumerate(parents)]
        stream += [b"deleteall", f"M 040000 {tree} ".encode()] if tree else []
        for path, value in files.items():
            name = '"' + "".join(f"\\{byte:03o}" for byte in os.fsencode(path)) + '"'
            mode, content = value if isinstance(value, tuple) else ("100644", value)
            if content is None:
                stream.append(f"D {name}".encode())
            elif mode in ("160000", "040000"):
                stream.append(f"M {mode} {content.decode()} {name}".encode())
            else:
                stream += [f"M {mode} inline {name}".encode(), b"data %d" % len(content), content]
        return self.git("fast-import", "--quiet", "--force", given=b"\n".join([*stream, b"", b"get-mark :1", b""]))

    def hand(self, person: str) -> tuple[str, str]:
        """Who a commit is of, as GitHub writes it for a person of the roster."""
        account = self.accounts[person]
        return account.login, f"{account.id}+{account.login}@users.noreply.github.com"

    def account(self, who: str | Account) -> Account:
        return who if isinstance(who, Account) else self.accounts[who]

    def open(
        self, files: Files, by: str | Account = "staff", base: str = "main", message: str = "Edit", **parts: object
    ) -> int:
        """Open a pull request with one commit on top of a base; its number."""
        number = len(self.forge.requests) + 1
        author = self.account(by)
        hand = (author.login, f"{author.login}@example.invalid")
        head = self.commit(f"refs/pull/{number}/head", [self.head(base)], files, message, hand)
        return self._opened(head, author, f"edit-{number}", **parts)

    def open_branch(self, branch: str, by: str | Account = "staff") -> int:
        """Open a pull request of a branch that was pushed; its number."""
        head = self.head(branch)
        self.git("update-ref", f"refs/pull/{len(self.forge.requests) + 1}/head", head)
        return self._opened(head, self.account(by), branch)

    def _opened(self, head: str, author: Account, branch: str, **parts: object) -> int:
        number = len(self.forge.requests) + 1
        pull = Pull(
            number=number,
            repository=self.repository,
            base_ref="main",
            head_ref=branch,
            head_repository=self.repository,
            head=head,
            author=author,
            title=f"Edit {number}",
            authors=(author,),
        )
        self.forge.requests[number] = replace(pull, **parts)  # type: ignore[arg-type]
        self.forge.said[number], self.forge.pushed[number] = [], []
        self._pushed(number, head, author)
        return number

    def push(
        self,
        number: int,
        files: Files,
        by: str | Account = "staff",
        onto: str = "",
        message: str = "More",
        who: tuple[str, str] | None = None,
        committer: tuple[str, str] | None = None,
    ) -> str:
        """Push one more commit to a pull request, or with ``onto`` force-push one on top of that."""
        account = self.account(by)
        hand = who or (account.login, f"{account.login}@example.invalid")
        ref = f"refs/pull/{number}/head"
        head = self.commit(ref, [self.head(onto or ref)], files, message, hand, committer)
        self._pushed(number, head, account)
        return head

    def update(self, number: int, by: str = "staff") -> str:
        """Take the main branch into a pull request, as the forge does when it is asked to."""
        ref, tree = f"refs/pull/{number}/head", self.merged_tree(number)
        head = self.commit(ref, [self.head(ref), self.head()], {}, "Merge branch 'main'", self.hand(by), FORGE, tree)
        self._pushed(number, head, self.account(by))
        return head

    def _pushed(self, number: int, head: str, account: Account) -> None:
        self.change(number, head=head)
        self.forge.pushed[number].append(Push(head, self.tick(), account))

    def change(self, number: int, **parts: object) -> None:
        """What the forge tells of a pull request becomes otherwise."""
        self.forge.requests[number] = replace(self.forge.requests[number], **parts)  # type: ignore[arg-type]

    def review(
        self,
        number: int,
        who: str | Account,
        state: ReviewState = "APPROVED",
        commit: str | None = None,
        body: str = "",
    ) -> Review:
        """Somebody says something of a pull request, as it stands unless ``commit`` says otherwise."""
        of = self.forge.requests[number].head if commit is None else commit
        said = self.forge.said[number]
        review = Review(number * 100 + len(said), self.account(who), state, self.tick(), of, body)
        said.append(review)
        return review

    def approve(self, number: int, *who: str | Account) -> None:
        for one in who:
            self.review(number, one)

    def revise(self, number: int, review: Review, **parts: object) -> None:
        """The forge tells of a review otherwise than it did: dismissed, or tied to another revision."""
        said = self.forge.said[number]
        said[said.index(review)] = replace(review, **parts)  # type: ignore[arg-type]

    def merged_tree(self, number: int) -> str:
        """What merging gives; where that conflicts, what somebody makes of it who takes one side for all."""
        asked = ["git", "merge-tree", "--write-tree", "--allow-unrelated-histories", "main"]
        head = self.forge.requests[number].head
        done = subprocess.run([*asked, head], cwd=self.folder, capture_output=True, check=False)
        return self.git("rev-parse", f"{head}^{{tree}}") if done.returncode else done.stdout.decode().split("\n")[0]

    def merge(
        self,
        number: int,
        by: str | Account = "staff",
        files: Files | None = None,
        tree: str = "",
        parents: Sequence[str] | None = None,
    ) -> str:
        """Merge as the forge does; with ``files`` or ``tree`` something else than merging gives."""
        pull, account = self.forge.requests[number], self.account(by)
        message = f"Merge pull request #{number} from jincheng/{pull.head_ref}\n\n{pull.title}\n"
        both = [self.head(), pull.head] if parents is None else parents
        hand = (account.login, f"{account.id}+{account.login}@users.noreply.github.com")
        self.tick()
        made = self.commit("refs/heads/main", both, files or {}, message, hand, FORGE, tree or self.merged_tree(number))
        self.is_merged(number, made, account)
        return made

    def is_merged(self, number: int, commit: str, account: Account) -> None:
        """The forge takes a pull request as merged by a commit."""
        at = instant(self.now.isoformat())
        self.change(number, open=False, merge=commit, merged_at=at, merged_by=account)

    def passed(self, files: Files, *who: str | Account, by: str | Account = "staff") -> str:
        """A pull request goes its whole way in order; the merge commit."""
        number = self.open(files, by)
        self.approve(number, *who)
        assert self.gate(number).verdict == "pass", self.gate(number)
        merged = self.merge(number)
        self.record()
        return merged

    def bypassed(self, number: int) -> Audited:
        """What the audit says when a pull request was merged all the same, and recorded."""
        self.merge(number)
        self.record()
        return self.audit()

    def gate(self, number: int, base: str = "main") -> Judgement:
        pull = self.forge.requests[number]
        reviews, pushes = self.forge.reviews(number), self.forge.pushes(pull)
        with opened(self.folder) as (history, _):
            return judge(history, base, f"refs/pull/{number}/head", pull, reviews, pushes, self.day)[0]

    def record(self, key: Path | None = None, forge: ScriptedForge | None = None) -> Recorded:
        """Record every merge that has no receipt, by a recorder without memory."""
        memory = Memory(self.folder / ".git" / "nothing")
        return record(self.folder, forge or self.forge, key or self.key, lambda _: self.tick(), memory)

    def audit(self, memory: str = "", folder: Path | None = None, **options: str | bool) -> Audited:
        """Audit with the memory of that name, or without any."""
        with tempfile.TemporaryDirectory() as nothing:
            place = self.folder / ".git" / f"memory-{memory}" if memory else Path(nothing)
            return audited(folder or self.folder, Memory(place), **options)  # type: ignore[arg-type]

    def filed(self) -> list[str]:
        """The commits of the evidence branch, oldest first."""
        return self.git("rev-list", "--reverse", "evidence").split()

    def copy(self, folder: Path) -> City:
        """The same city in another folder, with a future of its own."""
        shutil.copytree(self.folder, folder)
        return replace(copy.deepcopy(self), folder=folder)


def person(roster: Data, name: str) -> Data:
    """The line of the roster that somebody has."""
    return next(one for one in roster["people"] if one["id"] == name)


def progress(text: str, by: str, on: str) -> Data:
    signed = [{"role": "liaison", "by": by, "on": on}]
    return {"on": on, "unit": "transport-bureau", "reporter": LIAISON, "progress": text, "signed": signed}


def visit(by: str, on: str, role: str = "supervisor") -> Data:
    signed = [{"role": role, "by": by, "on": on}]
    about = {"place": "凤台街东段", "method": "暗访", "visitors": ["staff"], "finding": "两处坑槽已补。"}
    return {"on": on, **about, "signed": signed}


def violations(found: Audited) -> list[tuple[str, str]]:
    """What an audit names: each code with the commit it names it on."""
    return [(one.code, one.commit) for one in found.violations]


def codes(found: Audited) -> list[str]:
    return [one.code for one in found.violations]


def findings(found: Judgement) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in found.findings]


def seats(found: Judgement) -> list[tuple[str, str, str, str]]:
    """How every seat stands: role, whom it waits for or was filled by, state and reason."""
    return [(one.seat.role, one.by, one.state, one.reason) for one in found.standing]


def proofs(found: Audited) -> dict[tuple[str, str], str]:
    """How each entry is proven, those that stood when it began left out."""
    return {key: one.state for key, one in found.proofs.items() if one.state != "transcribed"}


def found_city(folder: Path) -> City:
    """A city on the morning after its first pull request, which set the genesis, was merged and recorded."""
    folder.mkdir()
    city = City(folder)
    city.git("init", "--quiet", "--template=", "--initial-branch=main")
    files = _first_files(new_key(city.key, "recorder"))
    people = parse(ROSTER, files[ROSTER])[0]["people"]
    city.accounts = {one["id"]: Account(one["accounts"]["github"], one["id"]) for one in people if "accounts" in one}
    city.now -= timedelta(days=7)
    city.genesis = city.commit("refs/heads/main", [], files, "The ledger as it was on paper")
    rules = city.edited(lambda policy: policy["signing"].update(genesis=city.genesis), POLICY)
    city.passed(rules, "director")
    city.now += timedelta(days=7)
    city.git("repack", "-a", "-d", "--quiet")
    return city


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _first_files(key: str) -> dict[str, bytes]:
    base = ROOT / "tests" / "base"
    files = {f"schemas/{path}": content for path, content in files_below(ROOT / "schemas").items()}
    files |= {f"registry/{path}": content for path, content in files_below(base / "registry").items()}
    item = parse(ITEM, (base / ITEM).read_bytes())[0]
    files[ITEM] = file_text(item, _SCHEMAS.field("item")).encode()
    other = copy.deepcopy(item)
    other |= {"id": "2019-0003", "title": "城区背街小巷路灯修复", "importance": "B", "plan_refs": []}
    del other["campaign"], other["plan_refs"], other["task_notice"]["ack"]
    other["proposal"]["lead_unit"] = "chengqu"
    other["task_notice"] |= {"form_no": "晋市督任〔2019〕3号", "lead_unit": "chengqu", "recipients": ["chengqu"]}
    files[OTHER] = file_text(other, _SCHEMAS.field("item")).encode()
    people, policy = parse(ROSTER, files[ROSTER])[0], parse(POLICY, files[POLICY])[0]
    for number, person in enumerate(people["people"], 1001):
        person.pop("accounts", None)
        if person["id"] != ON_PAPER:
            person["accounts"] = {"github": number}
    policy["signatures"] |= {part: ["director"] for part in ("registry", "policy")}
    policy["signatures"] |= {part: ["deputy_director"] for part in ("schemas", "tools", "workflows")}
    policy["signing"] = {
        "forge": "github",
        "repository": REPOSITORY,
        "branch": "main",
        "binding": "head",
        "claim_within_days": 3,
        "recorders": [{"name": "recorder", "key": key}],
    }
    files[ROSTER] = file_text(people, _SCHEMAS.field("people")).encode()
    files[POLICY] = file_text(policy, _SCHEMAS.field("policy")).encode()
    return files


def _schema_of(path: str) -> str:
    if path.startswith("registry/"):
        return path.removeprefix("registry/").removesuffix(".yml")
    return kind_at(path)


_SCHEMAS = Schemas.of({f"schemas/{path}": content for path, content in files_below(ROOT / "schemas").items()})
