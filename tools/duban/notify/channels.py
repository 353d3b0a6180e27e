"""A channel's name, an address on it and a message → the message sent by apprise or the forge, or what went wrong."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from io import StringIO
from urllib.parse import quote

from duban.forge.token import OWN_TOKEN
from duban.notify.issues import CHANNEL, Issues
from duban.reminder_text import Message

_SECRET = re.compile(r"[^\s/:@?&=,;]{4,}")


class Channels:
    """Channels whose addresses and secrets stand in the environment and nowhere else.

    Channel ``wecom-finance`` is ``DUBAN_CHANNEL_WECOM_FINANCE``, an apprise address such as
    ``mailtos://user:password@mail.example/?to={to}``: ``{to}`` is where the roster's address goes.
    The channel ``forge-issue`` is the ledger's own forge.
    """

    def __init__(self, environment: Mapping[str, str], issues: Issues | None = None) -> None:
        self._environment, self._issues = environment, issues

    def missing(self, channel: str) -> str:
        """What is missing for a channel to be used: its variable, or what the forge's set-up lacks; "" for nothing."""
        if channel == CHANNEL:
            return self._issues.missing if self._issues is not None else OWN_TOKEN
        return "" if self._environment.get(_variable(channel)) else _variable(channel)

    def send(self, channel: str, to: str, message: Message) -> str:
        """Send; what the service or apprise said where it failed, without the secrets of its address."""
        if channel == CHANNEL and self._issues is not None:
            return self._issues.send(to, message)
        import apprise

        pattern = self._environment[_variable(channel)]
        address = pattern.replace("{to}", quote(to, safe=""))
        log = StringIO()
        handler = logging.StreamHandler(log)
        apprise.logger.addHandler(handler)
        try:
            service = apprise.Apprise()
            sent = service.add(address) and service.notify(
                title=message.subject, body=message.body, body_format=apprise.NotifyFormat.TEXT
            )
        finally:
            apprise.logger.removeHandler(handler)
        return "" if sent else _without_secrets(log.getvalue(), pattern, address)


def _variable(channel: str) -> str:
    return f"DUBAN_CHANNEL_{channel.upper().replace('-', '_')}"


def _without_secrets(said: str, *addresses: str) -> str:
    for part in sorted({part for one in addresses for part in _SECRET.findall(one.partition("://")[2])}, key=len):
        said = said.replace(part, "…")
    return " ".join(said.split())[:300] or "?"
