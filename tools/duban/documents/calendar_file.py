"""Events as values → the bytes of a calendar (RFC 5545), lines folded by octets, no text able to end its line.

Written by hand, since the same event stands in several calendars and a library's own writer is slow
(decision 0020).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WIDTH = 75
_SPECIAL = re.compile(r"[\\;,]").search
_ESCAPED = re.compile(r"([\\;,])")
# Everything that some program takes for the end of a line, and controls, which no text may hold.
_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# A calendar without events must hold something: the one zone that the ledger's days are counted in.
_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19910915T010000\r\n"
    "TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something on one whole day. Days are ISO days.

    ``changed`` is the day it became as it is, ``sequence`` how often its own day was moved.
    ``hours_before`` says how long before the day begins a reader is reminded, None for never.
    """

    uid: str
    on: str
    changed: str
    sequence: int
    summary: str
    description: str
    category: str
    url: str = ""
    hours_before: int | None = None


def event_text(event: Event) -> str:
    """The event's lines.

    DTSTAMP is LAST-MODIFIED, as RFC 5545 wants it in a calendar without METHOD, and neither is the
    time of the build: the same ledger gives the same bytes.
    """
    stamp = f"{_basic(event.changed)}T000000Z"
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART;VALUE=DATE:{_basic(event.on)}",
        "TRANSP:TRANSPARENT",
        f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}",
        f"CATEGORIES:{_text(event.category)}",
    ]
    if event.url:
        lines.append(f"URL:{event.url}")
    if event.hours_before is not None:
        trigger = f"TRIGGER:-PT{event.hours_before}H"
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", trigger, f"DESCRIPTION:{_text(event.summary)}", "END:VALARM"]
    lines.append("END:VEVENT")
    return "".join([folded(line) for line in lines])


def calendar_file(name: str, description: str, events: Iterable[str], url: str = "") -> bytes:
    """A calendar of events that are lines already. ``name`` is what the reader's program calls it."""
    called, told = _text(name), _text(description)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//duban//ledger//ZH",
        "CALSCALE:GREGORIAN",
        f"NAME:{called}",
        f"X-WR-CALNAME:{called}",
        f"DESCRIPTION:{told}",
        f"X-WR-CALDESC:{told}",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
        *([f"URL:{url}"] if url else []),
    ]
    head = "".join([folded(line) for line in lines])
    return f"{head}{_ZONE}{''.join(events)}END:VCALENDAR\r\n".encode()


def folded(line: str) -> str:
    """A line with its end, in pieces of 75 octets at most; no character is cut in two."""
    if len(line) * 3 <= _WIDTH:
        return f"{line}\r\n"
    octets = line.encode()
    if len(octets) <= _WIDTH:
        return f"{line}\r\n"
    pieces, start, room = [], 0, _WIDTH
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, _WIDTH - 1
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"


def _text(value: str) -> str:
    text = _CONTROLS.sub("", _ENDS.sub("\n", value))
    if _SPECIAL(text):
        text = _ESCAPED.sub(r"\\\1", text)
    return text.replace("\n", "\\n")


def _basic(day: str) -> str:
    return day.replace("-", "")
