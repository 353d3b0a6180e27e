"""Entries as values → the bytes of an Atom feed (RFC 4287), well-formed whatever the texts hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from duban.documents.xml_text import xml_text
from duban.publish.news import News

HOUR = "T08:00:00+08:00"
"""What happened on a day is told as of the beginning of its working hours, whenever the feed was made."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. ``identity`` and ``tag`` begin the ids of itself and of its entries.

    ``own`` and ``page`` are the addresses of itself and of the page that it tells of; ``items`` stands
    before the name of an item's page. ``day`` is the ISO day it is as of while it has no entries.
    """

    identity: str
    tag: str
    title: str
    author: str
    own: str
    page: str
    items: str
    day: str
    news: Sequence[News]


def atom(feed: Feed) -> bytes:
    """The feed, its entries in their order."""
    entries = "".join([_entry(one, feed) for one in feed.news])
    updated = max([one.on for one in feed.news], default=feed.day)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">\n'
        f"<id>{xml_text(feed.identity)}</id>\n<title>{xml_text(feed.title)}</title>\n"
        f"<updated>{updated}{HOUR}</updated>\n<author><name>{xml_text(feed.author)}</name></author>\n"
        f'<link rel="self" type="application/atom+xml" href="{xml_text(feed.own)}"/>\n'
        f'<link rel="alternate" type="text/html" href="{xml_text(feed.page)}"/>\n'
    )
    return f"{head}{entries}</feed>\n".encode()


_often = lru_cache(4096)(xml_text)
"""For titles and labels, which recur."""


def _entry(one: News, feed: Feed) -> str:
    label = _often(one.label)
    return (
        f"<entry>\n<id>{feed.tag}{one.name}</id>\n<title>{one.item} {_often(one.title)}：{label}</title>\n"
        f"<updated>{one.on}{HOUR}</updated>\n"
        f'<link rel="alternate" type="text/html" href="{feed.items}{one.item}.html#{one.anchor}"/>\n'
        f'<category term="{one.kind}" label="{label}"/>\n'
        f"<summary>{xml_text(one.summary) or label}</summary>\n</entry>\n"
    )
