"""What every test may ask for: the shipped ledger and its site, the command line, git folders, a cache of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from duban.calendar import WorkCalendar
from duban.cli import main
from duban.load import Readings, read
from duban.model import Ledger, Tree
from duban.proof import Proofs
from duban.publish.examination import Examination
from duban.repository import tree_of
from duban.schema import Schemas

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from browsing import Watched
    from forge_server import ForgeServer
    from proof_fixtures import Show
    from signing import City
    from site_fixtures import Site

ROOT = Path(__file__).parents[1]
AS_OF = "2019-10-31"

settings.register_profile("duban", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("duban")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--write-messages``: what the cases tell people is written anew instead of compared."""
    parser.addoption("--write-messages", action="store_true")


def pytest_configure(config: pytest.Config) -> None:
    """A law that fails prints its fixtures; that the ledger among them is large is no failure of its own."""
    config.addinivalue_line("filterwarnings", "ignore:Generating overly large repr")


@dataclass(frozen=True)
class Outcome:
    """What one command did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class GitFolder:
    """A git repository in a temporary folder."""

    folder: Path

    def git(self, *arguments: str, day: str = AS_OF) -> str:
        dated = [f"{variable}={day}T12:00:00+08:00" for variable in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")]
        done = subprocess.run(
            ["env", *dated, "git", *arguments], cwd=self.folder, check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout.strip()

    def commit(self, day: str = AS_OF) -> str:
        """Commit everything in the folder on an ISO day; the revision."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", f"the ledger on {day}", day=day)
        return self.git("rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or leaves a cache, and git knows nobody's identity but the test's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "registrar")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "registrar@example.invalid")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository, which is the folder of the shipped ledger."""
    return ROOT


@pytest.fixture(scope="session")
def tree(root: Path) -> Tree:
    """The files of the shipped ledger."""
    return tree_of(root)


@pytest.fixture(scope="session")
def readings(tree: Tree) -> Readings:
    """The shipped ledger, read without a store."""
    return read(tree)


@pytest.fixture(scope="session")
def schemas(tree: Tree) -> Schemas:
    """The shipped schemas."""
    return Schemas.of(tree)


@pytest.fixture(scope="session")
def ledger(readings: Readings) -> Ledger:
    """The shipped ledger as it stood on its last day."""
    return readings.ledger(AS_OF)


@pytest.fixture(scope="session")
def calendar(readings: Readings) -> WorkCalendar:
    """The working days of the shipped ledger."""
    return WorkCalendar.of(readings.registry)


@pytest.fixture(scope="session")
def sites(readings: Readings, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Site]:
    """The internal and the public edition of the shipped ledger, built once for all workers; nobody writes there."""
    from site_fixtures import build_sites

    base = tmp_path_factory.getbasetemp()
    return build_sites(readings, (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sites")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a worker."""
    from browsing import opened_browser

    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def addresses(sites: Mapping[str, Site]) -> Iterator[Mapping[str, str]]:
    """Where each edition is served."""
    from browsing import served

    with served({name: one.folder for name, one in sites.items()}) as found:
        yield found


@pytest.fixture
def opened(browser: Browser, addresses: Mapping[str, str]) -> Iterator[Callable[..., Watched]]:
    """Opens a watched page of an edition in a context of its own; nothing may have gone wrong at the end."""
    from browsing import watching

    with watching(browser, addresses) as start:
        yield start


@pytest.fixture(scope="session")
def first_city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A small ledger in a git repository, with people, a forge and a recorder's key; made once, for copies."""
    from signing import found_city

    return found_city(tmp_path_factory.mktemp("city") / "first")


@pytest.fixture
def city(first_city: City, tmp_path: Path) -> City:
    """The same, with a future of its own."""
    return first_city.copy(tmp_path / "city")


@pytest.fixture(scope="session")
def proofs(ledger: Ledger, schemas: Schemas) -> Proofs:
    """Every entry of the shipped ledger proven, each in a pull request of its own."""
    from proof_fixtures import all_proven

    return all_proven(ledger, schemas)


@pytest.fixture(scope="session")
def clean(proofs: Proofs) -> Examination:
    """An audit of the shipped ledger that found nothing wrong."""
    from proof_fixtures import examination_of

    return examination_of(proofs)


@pytest.fixture(scope="session")
def show(ledger: Ledger, schemas: Schemas, clean: Examination) -> Show:
    """The pages of an edition in which some entries stand otherwise than proven."""
    from proof_fixtures import shown

    return shown(ledger, schemas, clean)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs ``duban`` in this process with the arguments given."""

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        try:
            code = main([str(one) for one in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return call


@pytest.fixture
def forge_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ForgeServer]:
    """A forge's API on loopback that says nothing of its own."""
    from forge_server import SECRET, ForgeServer, Told

    monkeypatch.setenv("DUBAN_FORGE_TOKEN", SECRET)
    monkeypatch.setenv("no_proxy", "*")
    with ForgeServer() as server:
        server.tell_all(Told([], 200))
        yield server


@pytest.fixture
def checkout(city: City, tmp_path: Path) -> Callable[[], Path]:
    """What a workflow checks out: the default branch of a bare repository that the city pushes everything to."""

    def cloned() -> Path:
        bare, folder = tmp_path / "forge.git", tmp_path / "checkout"
        city.git("clone", "--quiet", "--mirror", str(city.folder), str(bare))
        city.git("clone", "--quiet", "--branch", "main", f"file://{bare}", str(folder))
        return folder

    return cloned


@pytest.fixture
def copy_of(tmp_path: Path, tree: Tree) -> Callable[..., Path]:
    """Writes the shipped ledger, or only some of its items, into a temporary folder, pinned to a day or to none."""

    def copy(name: str = "ledger", items: Sequence[str] | None = None, as_of: str = AS_OF) -> Path:
        folder = tmp_path / name
        for path, content in tree.items():
            identity = path.rpartition("/")[2].removesuffix(".yml")
            if items is None or path.startswith(("schemas/", "registry/")) or identity in items:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        if as_of:
            (folder / "mkdocs.yml").write_text(f"plugins:\n  duban:\n    as_of: {as_of}\n", encoding="utf-8")
        return folder

    return copy


@pytest.fixture
def hostile_folder(copy_of: Callable[..., Path], schemas: Schemas) -> Path:
    """A ledger of three items, one broken, one report, whose every text would break out of a page if it could."""
    from site_fixtures import HOSTILE_ITEMS, make_hostile

    return make_hostile(copy_of("hostile", HOSTILE_ITEMS), schemas)


@pytest.fixture
def git_folder() -> Callable[[Path], GitFolder]:
    """Makes a folder a git repository with nothing committed."""

    def start(folder: Path) -> GitFolder:
        repository = GitFolder(folder)
        repository.git("init", "--quiet", "--initial-branch=main")
        return repository

    return start
