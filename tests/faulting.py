"""Runs ``duban`` in children of its own with something going wrong: one line of JSON asks for each, one answers.

A child counts the moments in which it is about to change something on the disk, outside of the cache. At the
one that is asked for it is killed, or the system refuses it. The children are forked from a process that
does nothing else, so that each starts at once.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import io
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from duban import cli

_CHANGES = frozenset(
    {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "subprocess.Popen"}
)
UNFINISHED = re.compile(r"\.duban-new(/|$)|\.stage(/|$)|\.draft(/|$)|/\.[^/]+\.\d+$")
LEFT = re.compile(rf"{UNFINISHED.pattern}|\.lock$")
_NEW_MOUNTS, _WRITES = 0x00020000, os.O_WRONLY | os.O_RDWR | os.O_CREAT
_REFUSALS = {"full": errno.ENOSPC, "read_only": errno.EROFS, "forbidden": errno.EACCES}


def contents(folder: Path) -> dict[str, str]:
    """Every file of a folder by its path; not git's, nor what only a kill leaves behind.

    A life that is played again has keys of its own: of that only the names.
    """
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and ".git" not in path.parts and not LEFT.search(name):
            found[name] = "" if name.startswith("重放/") else path.read_bytes().hex()
    return found


def left_behind(folder: Path) -> list[str]:
    """What a run left unfinished."""
    return [str(path) for path in folder.rglob("*") if UNFINISHED.search(path.as_posix())]


class Moments:
    """Counts the changes that are about to be made, and lets something go wrong at one of them."""

    def __init__(self, fault: str, moment: int) -> None:
        self.fault, self.moment, self.count = fault, moment, 0
        self.cache = (os.environ["XDG_CACHE_HOME"], os.environ["XDG_STATE_HOME"])

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        about = arguments[0] if arguments else ""
        if event == "open":
            if not isinstance(about, str) or not (arguments[2] or 0) & _WRITES or about.startswith("/dev/"):
                return
        elif event not in _CHANGES:
            return
        if isinstance(about, str) and about.startswith(self.cache):
            return
        self.count += 1
        if self.count != self.moment:
            return
        if self.fault == "killed":
            os.killpg(0, signal.SIGKILL)
        if event in ("os.remove", "os.rmdir"):
            self.moment += 1  # for taking away there is always room
            return
        code = _REFUSALS[self.fault]
        raise OSError(code, os.strerror(code), about)


def mounted(kind: str, folder: Path) -> None:
    """A view of the folder for this process alone: one that nobody may write to, or on a disk without room."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_MOUNTS):
        raise OSError(ctypes.get_errno(), "unshare")

    def mount(*words: str) -> None:
        subprocess.run(["mount", *words], check=True, capture_output=True)

    mount("--make-rprivate", "/")
    if kind == "read_only":
        mount("--bind", str(folder), str(folder))
        mount("-o", "remount,bind,ro", str(folder))
        return
    beside = folder.with_name("kept")
    shutil.copytree(folder, beside, symlinks=True, dirs_exist_ok=True)
    mount("-t", "tmpfs", "-o", "size=16m", "none", str(folder))
    shutil.copytree(beside, folder, symlinks=True, dirs_exist_ok=True)
    try:
        with (folder / ".git" / "filling").open("wb", buffering=0) as stream:
            while True:
                stream.write(b"\0" * 4096)
    except OSError:
        pass


def child(asked: dict[str, Any], answer: int) -> None:
    os.environ.update(asked["environment"])
    told: dict[str, Any] = {}
    folder = Path(asked["folder"])
    if asked["mount"]:
        try:
            mounted(asked["mount"], folder)
        except (OSError, subprocess.CalledProcessError) as error:
            os.write(answer, json.dumps({"refused": str(error)}).encode())
            return
    moments = Moments(asked["fault"], asked["moment"])
    if asked["limit"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["limit"], resource.RLIM_INFINITY))
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    sys.addaudithook(moments)
    try:
        told["code"] = cli.main(asked["arguments"])
    except SystemExit as end:
        told["code"] = int(end.code or 0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    told["moments"], moments.moment = moments.count, 0
    for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
        stream.flush()
        told[name] = stream.buffer.getvalue().decode()  # type: ignore[attr-defined]
    if asked["mount"]:
        told["files"] = contents(folder)
    with os.fdopen(answer, "wb", closefd=False) as pipe:
        pipe.write(json.dumps(told).encode())


def main() -> None:
    for name in cli.COMMANDS:
        importlib.import_module(f"duban.cli.{name}_" if name == "import" else f"duban.cli.{name}")
    for name in ("duban.site", "duban.replayer", "duban.recorder", "openpyxl", "docx"):
        if importlib.util.find_spec(name):
            importlib.import_module(name)
    for line in sys.stdin:
        with tempfile.TemporaryFile() as answer:
            pid = os.fork()
            if not pid:
                # What is killed is the group: the run, and the processes that work for it.
                os.setpgid(0, 0)
                try:
                    child(json.loads(line), answer.fileno())
                except BaseException as error:
                    os.write(answer.fileno(), json.dumps({"code": -1, "err": f"Traceback {error!r}"}).encode())
                os._exit(0)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            answer.seek(0)
            print(json.dumps({"ended": status, **json.loads(answer.read() or b"{}")}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
