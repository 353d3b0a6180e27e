"""The daily run, reminders sent and drafts made, beside ``duban status`` on the same ledger."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.measure import Row, best_of, run
from bench.reading import surroundings
from duban.registry import POLICY
from duban.repository import pinned_day

_CHANNEL = "reminders:\n  channels:\n    - name: hook\n      to: '{person}'\n"
_TIMES = 5


def rows(work: Path, ledger: Path) -> list[Row]:
    """In a git repository, for drafts are branches, with a warm cache; the web hook answers on loopback.

    Every run is the day's first, with the record of the working day before: its messages are sent, its drafts made.
    """
    folder = work / "daily"
    shutil.copytree(ledger, folder, ignore=shutil.ignore_patterns("site", "build"))
    policy = folder / POLICY
    policy.write_text(policy.read_text(encoding="utf-8") + _CHANNEL, encoding="utf-8")
    for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "the ledger")):
        _git(folder, *command)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    hook = f"json://127.0.0.1:{server.server_address[1]}/"
    environment = {**surroundings(work), "XDG_STATE_HOME": str(work / "state"), "DUBAN_CHANNEL_HOOK": hook}

    def duban(*arguments: str) -> None:
        run(sys.executable, "-m", "duban.cli", "-C", str(folder), *arguments, environment=environment)

    def yesterday() -> None:
        shutil.rmtree(work / "state", ignore_errors=True)
        shutil.copytree(work / "before", work / "state")
        for branch in _git(folder, "for-each-ref", "--format=%(refname)", "refs/heads/draft/").split():
            _git(folder, "update-ref", "-d", branch)

    def daily() -> None:
        duban("remind")
        duban("draft", "--branches")

    try:
        duban("remind", "--as-of", (date.fromisoformat(pinned_day(folder)) - timedelta(days=1)).isoformat())
        shutil.move(work / "state", work / "before")
        _Hook.taken = 0
        status = best_of(_TIMES, lambda: duban("status"))
        spent = best_of(_TIMES, daily, before=yesterday)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    made = len(_git(folder, "for-each-ref", "refs/heads/draft/").splitlines())
    what = f"the daily run: {_Hook.taken // _TIMES} messages, {made} drafts"
    return [Row(what, spent, "duban status", status, 0.5)]


def _git(folder: Path, *arguments: str) -> str:
    who = [f"user.{name}" for name in ("name=bench", "email=bench@example.invalid")]
    settings = [part for one in who for part in ("-c", one)]
    command = ["git", "-C", str(folder), *settings, *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


class _Hook(BaseHTTPRequestHandler):
    """Takes every message."""

    taken = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        _Hook.taken += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass
