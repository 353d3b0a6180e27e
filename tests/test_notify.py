"""Sending: a mail server and a web hook on loopback, channels that fail, and runs that are killed at any moment."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from conftest import Outcome
from duban.forge import ForgeError
from duban.language import language
from duban.notify import Channels, Delivery, Issues, Journal, JournalError, deliver
from duban.notify.journal import Post
from duban.reminder_text import Message
from forge_desk import Desk
from records import LEAD, noticed
from test_reminder import ledger_of, told_on

DAYS = ["2019-09-16", "2019-09-17", "2019-09-18", "2019-09-19", "2019-09-20", "2019-09-23", "2019-09-24"]
TWO_CHANNELS = {"reminders": {"channels": [{"name": "mail", "to": "{person}@example.invalid"}, {"name": "hook"}]}}


class Killed(BaseException):
    """What a run that is killed ends with, for the test: nothing may catch it."""


class Recorded(Channels):
    """Channels that only remember, or fail, or are killed before or after the message is out."""

    def __init__(self) -> None:
        super().__init__({"DUBAN_CHANNEL_MAIL": "x", "DUBAN_CHANNEL_HOOK": "x"})
        self.day = ""
        self.sent: list[tuple[str, str, str, Message]] = []
        self.broken: set[str] = set()
        self.kill: Callable[[str], None] = lambda _moment: None

    def send(self, channel: str, to: str, message: Message) -> str:
        self.kill("before")
        if channel in self.broken:
            return "refused"
        self.sent.append((self.day, channel, to or "all", message))
        self.kill("after")
        return ""


def one_run(journal: Path, channels: Recorded, day: str, *, rehearsal: bool = False) -> list[Delivery]:
    ledger = ledger_of(noticed(), {**noticed(), "id": "2019-0002", "title": "学校门口没有斑马线"}, **TWO_CHANNELS)
    channels.day = day
    opened = Journal(journal)
    with opened.opened(dict, read_only=rehearsal):
        return [
            *deliver(told_on(ledger, day), ledger.registry, opened, channels, language("zh"), "", rehearsal=rehearsal)
        ]


def lines(channels: Recorded) -> Counter[tuple[str, str, str]]:
    """How often each line went out, by channel and person, told by its text."""
    return Counter(
        (channel, to, line.partition(". ")[2].removesuffix("（上次发送中断，可能已经收到）"))
        for _, channel, to, message in channels.sent
        for line in message.body.splitlines()
        if line[:1].isdigit()
    )


def test_one_message_a_day_and_channel_and_nothing_twice(tmp_path: Path) -> None:
    channels = Recorded()
    for day in DAYS:
        for _ in range(3):
            one_run(tmp_path / "j.jsonl", channels, day)
    days = Counter((day, channel, to) for day, channel, to, _ in channels.sent if channel == "mail")
    assert set(days.values()) == {1}
    assert {to for _, channel, to, _ in channels.sent if channel == "mail"} == {
        "housing-liaison@example.invalid",
        "housing-head@example.invalid",
    }


def test_a_rehearsal_sends_and_notes_nothing(tmp_path: Path) -> None:
    channels = Recorded()
    done = one_run(tmp_path / "j.jsonl", channels, "2019-09-17", rehearsal=True)
    assert {one.outcome for one in done} == {"to_send"}
    assert channels.sent == []
    assert [*tmp_path.iterdir()] == []


def test_a_channel_that_fails_stops_no_other_and_is_tried_again(tmp_path: Path) -> None:
    channels = Recorded()
    channels.broken = {"mail"}
    done = one_run(tmp_path / "j.jsonl", channels, "2019-09-17")
    assert {(one.channel, one.outcome, one.problem) for one in done} == {
        ("mail", "failed", "refused"),
        ("hook", "sent", ""),
    }
    channels.broken = set()
    again = one_run(tmp_path / "j.jsonl", channels, "2019-09-17")
    assert [(one.channel, one.outcome) for one in again] == [("mail", "sent")]


def test_who_has_no_channel_and_what_is_not_set_up_is_reported(tmp_path: Path) -> None:
    ledger = ledger_of(noticed())
    opened = Journal(tmp_path / "j.jsonl")
    given = told_on(ledger, "2019-09-17")
    with opened.opened(dict):
        nowhere = [*deliver(given, ledger.registry, opened, Channels({}), language("zh"), "")]
        assert [(one.reminder.person, one.outcome) for one in nowhere] == [("housing-liaison", "unreachable")]
        ledger = ledger_of(noticed(), reminders={"channels": [{"name": "wecom-city"}]})
        missing = [*deliver(given, ledger.registry, opened, Channels({}), language("zh"), "")]
    assert [(one.outcome, one.problem) for one in missing] == [("not_set_up", "DUBAN_CHANNEL_WECOM_CITY")]


def test_a_run_killed_at_any_moment_doubles_nothing_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every moment of a week's runs: before a line of the journal, within it, after it, around each sending."""
    calm = Recorded()
    for day in DAYS:
        one_run(tmp_path / "calm.jsonl", calm, day)
    expected = lines(calm)
    write = os.write
    moments = 0

    def runs(journal: Path, channels: Recorded, at: int, torn: bool) -> int:
        nonlocal moments
        moments = 0

        def pass_by(_moment: str) -> None:
            nonlocal moments
            moments += 1
            if moments == at:
                raise Killed

        def torn_write(descriptor: int, content: bytes) -> int:
            nonlocal moments
            moments += 1
            if moments == at:
                write(descriptor, content[: len(content) // 2] if torn else b"")
                raise Killed
            return write(descriptor, content)

        monkeypatch.setattr("duban.notify.journal.os.write", torn_write)
        channels.kill = pass_by
        for day in DAYS:
            for _ in range(2):
                try:
                    one_run(journal, channels, day)
                except Killed:
                    continue
        monkeypatch.setattr("duban.notify.journal.os.write", write)
        return moments

    total = runs(tmp_path / "count.jsonl", Recorded(), 0, torn=False)
    assert total > 20
    for torn in (False, True):
        for at in range(1, total + 1):
            channels = Recorded()
            runs(tmp_path / f"{at}-{torn}.jsonl", channels, at, torn)
            a_day = Counter((day, channel, message.body[:12]) for day, channel, _, message in channels.sent)
            assert max(a_day.values()) == 1, at
            told = lines(channels)
            # A line whose day passed unsure may be told at the next nearness instead, never not at all.
            items = {(channel, to, line.partition("：")[0]) for channel, to, line in told}
            assert items == {(channel, to, line.partition("：")[0]) for channel, to, line in expected}, at
            doubled = [line for line, count in told.items() if count > expected[line]]
            for channel, to, line in doubled:
                marked = [
                    m
                    for _, c, t, m in channels.sent
                    if (c, t) == (channel, to) and line in m.body and "上次发送中断" in m.body
                ]
                assert marked, (at, line)


def test_a_torn_last_line_is_no_line(tmp_path: Path) -> None:
    channels = Recorded()
    journal = tmp_path / "j.jsonl"
    one_run(journal, channels, "2019-09-17")
    with journal.open("ab") as stream:
        stream.write(b'{"begin":["housing-liaison","mail"],"da')
    assert one_run(journal, channels, "2019-09-17") == []
    assert journal.read_bytes().endswith(b"\n")


def test_two_runs_at_once_are_told_apart(tmp_path: Path) -> None:
    first = Journal(tmp_path / "j.jsonl")
    with first.opened(dict), pytest.raises(JournalError, match="busy"), Journal(tmp_path / "j.jsonl").opened(dict):
        pass


@pytest.mark.parametrize("content", [b"no json\n", b"[]\n", b'{"end":["a","b"]}\n', b"\xff\n"])
def test_a_journal_that_is_none_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    journal = tmp_path / "j.jsonl"
    journal.write_bytes(content)
    with pytest.raises(JournalError), Journal(journal).opened(dict):
        pass
    assert journal.read_bytes() == content


def test_a_large_journal_keeps_only_what_is_pending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channels, journal = Recorded(), tmp_path / "j.jsonl"
    for day in DAYS[:3]:
        one_run(journal, channels, day)
    before = len(channels.sent)
    monkeypatch.setattr("duban.notify.journal._LARGE", 10)
    assert one_run(journal, channels, DAYS[2]) == []
    assert len(channels.sent) == before
    opened = Journal(journal)
    with opened.opened(dict):
        keys = opened.told(Post("housing-liaison", "mail"))
    assert {key.split("\t")[1] for key in keys if "\t" in key} == {"deadline"}


class _Mailbox(socketserver.StreamRequestHandler):
    """Enough of SMTP to take a mail (RFC 5321)."""

    def handle(self) -> None:
        self.wfile.write(b"220 loopback\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                content = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    content += part
                self.server.taken.append(content)  # type: ignore[attr-defined]
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 fine\r\n")


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))  # type: ignore[attr-defined]
        self.send_response(self.server.answer)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    server.taken = []
    server.answer = 200
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


MAIL = Message("【台账】逾期1项\r\nBcc: thief@example.invalid", "市住建局局长：\n2019-0001《路灯》 <b>办结</b> & {x}\n")


def test_mail_arrives_with_its_text_as_it_is() -> None:
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox)) as server:
        address = f"mailto://127.0.0.1:{server.server_address[1]}/?from=duban@example.invalid&to={{to}}"
        assert Channels({"DUBAN_CHANNEL_MAIL": address}).send("mail", "clerk@example.invalid", MAIL) == ""
    (content,) = server.taken
    mail = message_from_bytes(content, policy=policy.default)
    assert mail["To"] == "clerk@example.invalid"
    assert mail["Bcc"] is None
    assert "逾期1项" in mail["Subject"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "<b>办结</b> & {x}" in body.get_content()


def test_a_web_hook_gets_the_message_and_its_refusal_is_told_without_the_secret() -> None:
    with serving(HTTPServer(("127.0.0.1", 0), _Hook)) as server:
        channels = Channels(
            {"DUBAN_CHANNEL_HOOK": f"json://user:verysecret@127.0.0.1:{server.server_address[1]}/token1234"}
        )
        assert channels.send("hook", "", MAIL) == ""
        told = json.loads(server.taken[0])
        assert "2019-0001《路灯》" in told["message"]
        server.answer = 500
        problem = channels.send("hook", "", MAIL)
    assert problem
    assert "verysecret" not in problem
    assert "token1234" not in problem


def test_a_unit_has_one_issue_and_a_comment_for_each_reminder(tmp_path: Path) -> None:
    desk = Desk()
    ledger = ledger_of(noticed(), reminders={"channels": [{"name": "forge-issue", "to": "{unit}"}]})
    opened = Journal(tmp_path / "j.jsonl")
    with opened.opened(dict):
        for day in ("2019-09-17", "2019-09-19"):
            issues = Issues(lambda: desk, ledger.registry, language("zh"))
            done = deliver(
                told_on(ledger, day), ledger.registry, opened, Channels({}, issues), language("zh"), "https://x.example"
            )
            assert {one.outcome for one in done} == {"sent"}
    (issue,) = desk.opened
    assert LEAD in issue.title
    assert [said.count("2019-0001") for said in issue.said] == [1] * len(issue.said)
    desk.opened[0].state = "closed"
    assert Issues(lambda: desk, ledger.registry, language("en")).send(LEAD, MAIL) == ""
    (said,) = desk.opened[1].said
    assert "<b>办结" not in said, "what is not ours is shown, never marked up"
    assert Issues(lambda: desk, ledger.registry, language("zh")).send("nobody", MAIL)


def test_a_forge_that_fails_or_is_not_set_up_is_one_failed_channel(tmp_path: Path) -> None:
    class Down(Desk):
        def issue(self, title: str) -> int:
            raise ForgeError(f"{title}: 503")

    ledger = ledger_of(noticed(), reminders={"channels": [{"name": "forge-issue", "to": "{unit}"}]})

    def no_token() -> Desk:
        raise ForgeError("no token: set DUBAN_FORGE_TOKEN")

    for open_writer, expected in (
        (Down, ("failed", "督办提醒：住建局（housing）: 503")),
        (no_token, ("not_set_up", "no token: set DUBAN_FORGE_TOKEN")),
    ):
        opened = Journal(tmp_path / "j.jsonl")
        channels = Channels({}, Issues(open_writer, ledger.registry, language("zh")))
        with opened.opened(dict):
            given = told_on(ledger, "2019-09-17")
            (one,) = deliver(given, ledger.registry, opened, channels, language("zh"), "")
        assert (one.outcome, one.problem) == expected


@pytest.mark.parametrize("address", ["nosuch://x", "mailto://", "", "json://127.0.0.1:9/"])
def test_an_address_that_leads_nowhere_is_a_problem_not_a_crash(address: str) -> None:
    assert Channels({"DUBAN_CHANNEL_X": address}).send("x", "y", MAIL)


def test_the_command(root: Path, run: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = ("--state", str(tmp_path / "state.jsonl"))
    shown = run("-C", str(root), "remind", "--as-of", "2019-10-28", "--dry-run", *state)
    assert "没有联系渠道" in shown.out
    assert shown.code == 1
    assert not (tmp_path / "state.jsonl").exists()
    assert run("-C", str(root), "remind", "--to", "nobody").code == 2
    assert run("-C", str(root), "remind", "--as-of", "2019-10-26", *state).out == "今天没有要提醒的。\n"
