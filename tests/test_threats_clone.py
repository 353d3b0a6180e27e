"""A clone whose settings, attributes, replaced objects or files lie: what is proven does not depend on them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from duban.repository.error import GitError, RevisionError
from signing import ITEM, LIAISON, OTHER, PROGRESS, City, codes, proofs, seats, violations, visit

Lie = Callable[[City, Path], object]


def configured(city: City, **settings: str) -> None:
    for name, value in settings.items():
        city.git("config", name.replace("__", "."), value)


def attributed(city: City, text: str) -> None:
    (city.folder / ".git" / "info").mkdir(exist_ok=True)
    (city.folder / ".git" / "info" / "attributes").write_text(text)


def union(city: City, _: Path) -> None:
    attributed(city, "*.yml merge=union\n")


def union_by_default(city: City, _: Path) -> None:
    configured(city, merge__default="union")


def union_in_the_folder(city: City, _: Path) -> None:
    (city.folder / ".gitattributes").write_text("*.yml merge=union\n")


def union_by_a_file_of_attributes(city: City, mark: Path) -> None:
    mark.with_suffix(".attributes").write_text("*.yml merge=union\n")
    configured(city, core__attributesFile=str(mark.with_suffix(".attributes")))


def driver_of_their_own(city: City, mark: Path) -> None:
    attributed(city, "*.yml merge=theirs\n")
    configured(city, merge__theirs__driver=f"touch {mark}")


def nothing_merges(city: City, _: Path) -> None:
    attributed(city, "* -merge\n")


def programs_of_their_own(city: City, mark: Path) -> None:
    touch = mark.with_suffix(".sh")
    touch.write_text(f"#!/bin/sh\ntouch {mark}\n")
    touch.chmod(0o755)
    configured(city, log__showSignature="true", gpg__program=str(touch), gpg__ssh__program=str(touch))
    configured(city, core__fsmonitor=str(touch), core__hooksPath=str(touch.parent), core__pager=str(touch))


def spelled_otherwise(city: City, _: Path) -> None:
    """Settings that garble what git says of authors and co-authors."""
    configured(city, i18n__logOutputEncoding="UTF-16", trailer__separators="%", core__quotePath="false")


def replaced(city: City, _: Path) -> None:
    """The last merge is to be read as another commit, with the tree that merging gives."""
    first, second = city.git("rev-parse", "main^1", "main^2").split()
    clean = city.git("commit-tree", "-m", "x", "-p", first, "-p", second, f"{first}^{{tree}}")
    city.git("replace", city.head(), clean)
    city.git("replace", city.git("rev-parse", f"main:{ITEM}"), city.git("rev-parse", f"{city.genesis}:{ITEM}"))


def grafted(city: City, _: Path) -> None:
    (city.folder / ".git" / "info").mkdir(exist_ok=True)
    (city.folder / ".git" / "info" / "grafts").write_text(f"{city.head()} {city.genesis}\n")


LIES: tuple[Lie, ...] = (
    union,
    union_by_default,
    union_in_the_folder,
    union_by_a_file_of_attributes,
    driver_of_their_own,
    nothing_merges,
    programs_of_their_own,
    spelled_otherwise,
    replaced,
    grafted,
)


@pytest.fixture(scope="module")
def first_clean(first_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city where git had to merge two changes of one file, far enough apart."""
    city = first_city.copy(tmp_path_factory.mktemp("clean") / "city")
    number = city.open(city.with_progress())
    city.approve(number, LIAISON)
    city.passed(city.edited(lambda data: data.update(importance="A")), "registrar")
    assert city.gate(number).verdict == "pass"
    city.merge(number)
    city.record()
    return city


@pytest.fixture
def clean(first_clean: City, tmp_path: Path) -> City:
    return first_clean.copy(tmp_path / "clean")


@pytest.fixture(scope="module")
def first_evil(first_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city where two changes in one place were put together as no merge of git's own would."""
    tmp_path = tmp_path_factory.mktemp("evil")
    city = first_city.copy(tmp_path / "city")
    number = city.open(city.with_progress())
    city.approve(number, LIAISON)
    city.passed(city.edited(lambda data: data.update(visits=[visit("section-head", city.day)])), "section-head")
    (tmp_path / "union").write_text("*.yml merge=union\n")
    together = city.git(
        "-c",
        f"core.attributesFile={tmp_path / 'union'}",
        "merge-tree",
        "--write-tree",
        "main",
        city.forge.pull(number).head,
    )
    city.merge(number, tree=together)
    city.record()
    return city


@pytest.fixture
def evil(first_evil: City, tmp_path: Path) -> City:
    return first_evil.copy(tmp_path / "evil")


@pytest.mark.parametrize("lie", LIES)
def test_what_is_in_order_stays_so(clean: City, lie: Lie, tmp_path: Path) -> None:
    lie(clean, tmp_path / "mark")
    audit = clean.audit()
    assert violations(audit) == []
    assert {*proofs(audit).values()} == {"proven"}
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_is_named(evil: City, lie: Lie, tmp_path: Path) -> None:
    told = violations(evil.audit())
    assert ("A202", evil.head()) in told
    lie(evil, tmp_path / "mark")
    assert violations(evil.audit()) == told
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("lie", LIES)
def test_the_gate_and_the_recorder_see_through_it(city: City, lie: Lie, tmp_path: Path) -> None:
    """A co-author's approval is no signature, and two changes in one place are a conflict."""
    name, address = city.hand(LIAISON)
    number = city.open(city.with_progress(), message=f"补充进展\n\nCo-authored-by: {name} <{address}>\n")
    city.approve(number, LIAISON)
    other = city.open(city.edited(lambda data: data.update(visits=[visit("section-head", city.day)])))
    lie(city, tmp_path / "mark")
    assert seats(city.gate(number)) == [("liaison", LIAISON, "not_entitled", "own_work")]
    city.git("-c", "core.attributesFile=/dev/null", "update-ref", "refs/heads/main", city.merge(number))
    assert "G104" in [one.code for one in city.gate(other).findings]
    city.record()
    assert codes(city.audit()) == ["A208"]
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_DIR", "/nowhere"),
        ("GIT_OBJECT_DIRECTORY", "/nowhere"),
        ("GIT_REPLACE_REF_BASE", "refs/heads/"),
        ("GIT_GRAFT_FILE", "/etc/hostname"),
        ("GIT_CONFIG_PARAMETERS", "'merge.default=union'"),
        ("GIT_NAMESPACE", "other"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_SHALLOW_FILE", "/etc/hostname"),
    ],
)
def test_the_callers_surroundings_change_nothing(
    evil: City, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    told = violations(evil.audit())
    monkeypatch.setenv(name, value)
    assert violations(evil.audit()) == told


def test_a_folder_with_an_odd_name(clean: City) -> None:
    odd = clean.copy(clean.folder.with_name('台账: "2019"\\'))
    assert (violations(odd.audit()), odd.audit().proofs) == ([], clean.audit().proofs)


def swapped(city: City, identity: str, content: bytes) -> None:
    """Other content under the name of an object, in the repository's own files."""
    place = city.folder / ".git" / "objects" / identity[:2] / identity[2:]
    kind = city.git("cat-file", "-t", identity)
    place.chmod(0o644)
    place.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))


@pytest.mark.parametrize("added", [b"# \n", "补充一句。".encode()])
def test_an_items_content_swapped_in_place(clean: City, added: bytes) -> None:
    content = clean.content(ITEM)
    swapped(clean, clean.git("rev-parse", f"main:{ITEM}"), content + added)
    audit = clean.audit()
    assert {commit for _, commit in violations(audit)} == {clean.head()}
    assert "A209" in codes(audit)
    assert {one.state for (item, _), one in audit.proofs.items() if item == PROGRESS[0]} == {"broken"}
    assert {one.state for (item, _), one in audit.proofs.items() if item != PROGRESS[0]} == {"transcribed"}


def test_a_receipt_swapped_in_place(clean: City) -> None:
    path = "receipts/000/000003.json"
    content = clean.content(path, "evidence")
    assert content.count(b'"human": true') > 1
    swapped(clean, clean.git("rev-parse", f"evidence:{path}"), content.replace(b'"human": true', b'"human":true', 1))
    assert ("A212", clean.head("evidence")) in violations(clean.audit())


def said_of(city: City) -> list[str]:
    """What an audit of a damaged repository says: a violation, or why there can be none."""
    try:
        return codes(city.audit())
    except (GitError, RevisionError) as error:
        return [str(error)]


@pytest.mark.parametrize(
    "name", ["main", "main~1", "main^2", "main^{tree}", "main:items", "evidence", "evidence:receipts"]
)
def test_commits_and_folders_swapped_in_place(clean: City, name: str) -> None:
    """Nothing can be told of such a repository but that it is damaged."""
    identity = clean.git("rev-parse", name)
    place = clean.folder / ".git" / "objects" / identity[:2] / identity[2:]
    swapped(clean, identity, zlib.decompress(place.read_bytes()).partition(b"\0")[2] + b" ")
    assert said_of(clean) != []


def test_a_tree_that_names_a_path_twice(clean: City) -> None:
    """Git's own fsck warns of a name with a slash; here it would stand for another file."""
    listed = clean.git("ls-tree", "main").split("\n")
    blob = clean.git("rev-parse", f"{clean.genesis}:{OTHER}")
    rows = [
        b"%s %s\0%s" % (one.split()[0].lstrip("0").encode(), one.split("\t")[1].encode(), bytes.fromhex(one.split()[2]))
        for one in listed
    ]
    rows.insert(0, b"100644 items/2019/2019-0003.yml\0" + bytes.fromhex(blob))
    tree = clean.git("hash-object", "--literally", "-t", "tree", "-w", "--stdin", given=b"".join(rows))
    made = clean.git("commit-tree", "-m", "x", "-p", "main", tree)
    clean.git("update-ref", "refs/heads/main", made)
    with pytest.raises(RevisionError, match="2019-0003"):
        clean.audit()
