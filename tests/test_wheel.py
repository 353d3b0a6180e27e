"""The wheel: the same bytes from two builds, and whoever installs it has all that the ledger's folder does not hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from conftest import AS_OF, ROOT, Outcome
from duban import __version__
from supply.locks import PROJECT

EPOCH = 1_700_000_000
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
LEDGER = ("items", "reports", "assessments", "registry", "schemas", "mkdocs.yml", "mkdocs.public.yml")
SITE = ("pages", "templates", "theme", "guide")


def laid(folder: Path, *, backwards: bool, mode: int) -> Path:
    """What git has of the package's sources as they stand now, copied in an order, with a mode."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "tools", *SOURCES],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    paths = [one for one in listed.stdout.split("\0") if one and (ROOT / one).is_file()]
    for path in sorted(paths, reverse=backwards):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
        target.chmod(mode)
    return folder


def built(source: Path, out: Path, zone: str, umask: int) -> Path:
    """A wheel made by what `make wheel` runs."""
    surroundings = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH), "TZ": zone, "PYTHONHASHSEED": str(umask)}
    subprocess.run(
        ["sh", ROOT / ".ci/wheel", Path(sys.executable).parent, source, out],
        env=surroundings, umask=umask, cwd=source, check=True,
    )  # fmt: skip
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    return built(laid(folder / "source", backwards=False, mode=0o644), folder / "dist", "UTC", 0o022)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the wheel, and sees the libraries that are installed here, but not these sources."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", f"--python={python}"]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", wheel], check=True)
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True).stdout.strip())
    # A path in a .pth file brings no other .pth files with it, so the sources that are installed for editing stay out.
    others = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (own / "libraries.pth").write_text("\n".join(others) + "\n", encoding="utf-8")
    return folder / "bin"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped ledger's folder as a city keeps it, without a line of the program."""
    folder = tmp_path_factory.mktemp("city") / "ledger"
    for name in (*LEDGER, *(f"site/{one}" for one in SITE)):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / name)
    return folder


def ran(program: Path, *arguments: object, cwd: Path) -> Outcome:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [program, *map(str, arguments)], cwd=cwd, env=plain, check=False, capture_output=True, encoding="utf-8"
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_two_builds_give_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    source = laid(tmp_path / "elsewhere" / "source", backwards=True, mode=0o600)
    again = built(source, tmp_path / "dist", "Asia/Shanghai", 0o077)
    assert wheel.name == again.name == f"{PROJECT}-{__version__}-py3-none-any.whl"
    assert wheel.read_bytes() == again.read_bytes()


def test_it_holds_the_program_its_texts_and_its_licence_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {one.filename for one in archive.infolist()}
        times = {one.date_time for one in archive.infolist()}
        modes = {one.external_attr >> 16 & 0o777 for one in archive.infolist()}
    package = ROOT / "tools/duban"
    modules = {f"{PROJECT}/{path.relative_to(package).as_posix()}" for path in package.rglob("*.py")}
    texts = {f"{PROJECT}/{path.relative_to(package).with_suffix('.mo').as_posix()}" for path in package.rglob("*.po")}
    about = f"{PROJECT}-{__version__}.dist-info"
    metadata = {f"{about}/{one}" for one in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "top_level.txt")}
    assert names == modules | texts | metadata | {f"{PROJECT}/py.typed", f"{about}/licenses/LICENSE"}
    assert len(times) == 1
    assert modes == {0o644, 0o664}  # setuptools itself writes RECORD so, whatever the umask


def test_it_runs_from_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    where = ran(installed / "python", "-c", "import duban; print(duban.__file__)", cwd=tmp_path)
    assert Path(where.out.strip()).is_relative_to(installed.parent)
    assert ran(installed / "python", "-c", "import supply", cwd=tmp_path).code == 1


def test_it_checks_and_tells_the_shipped_ledger_from_another_folder(
    installed: Path, ledger: Path, tmp_path: Path
) -> None:
    chinese = ran(installed / "duban", "-C", ledger, "--lang", "zh", "check", cwd=tmp_path)
    english = ran(installed / "duban", "-C", ledger, "--lang", "en", "check", cwd=tmp_path)
    assert (chinese.code, chinese.out) == (0, "58 项督办事项，没有发现问题。\n"), chinese.err
    assert (english.code, english.out) == (0, "58 items, nothing wrong.\n"), english.err
    status = ran(installed / "duban", "-C", ledger, "--lang", "en", "status", "2019-0037", cwd=tmp_path)
    assert (status.code, status.err) == (0, "")
    assert re.search(r"^2019-0037 +overdue +method +2019-10-16 +-11 ", status.out, re.MULTILINE)


def test_it_builds_the_public_site_from_another_folder(installed: Path, ledger: Path, tmp_path: Path) -> None:
    out = tmp_path / "public"
    command = ("-C", ledger, "site", "--edition", "public", "--no-search", "--out", out)
    made = ran(installed / "duban", *command, cwd=tmp_path)
    assert made.code == 0, made.err
    assert made.out == f"{out}\n"
    home = (out / "index.html").read_text(encoding="utf-8")
    assert AS_OF in home
    assert (out / "en/index.html").is_file()
    assert (out / "assets/duban.css").read_bytes() == (ROOT / "site/theme/assets/duban.css").read_bytes()
    assert str(ROOT) not in home
    # Without the bundled scripts, which come from npm, the plain table is what readers have.
    assert not (out / "assets/ledger.js").exists()
    assert 'id="ledger-plain"' in (out / "ledger.html").read_text(encoding="utf-8")
