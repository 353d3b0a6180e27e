"""Readings and what makes an item of one → items by id, each made when it is asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from duban.model import Item

Source = TypeVar("Source")
_FEW = 2_000
_LATEST = 64


class Items(Mapping[str, Item], Generic[Source]):
    """A mapping whose items are never in memory together where there are many of them.

    An item takes some thirty kilobytes. A few thousand are kept once they were made; of more than
    that only the latest: whoever goes over all of them takes what is needed and lets go.
    """

    def __init__(self, sources: Mapping[str, Source], make: Callable[[Source], Item]) -> None:
        self._sources, self._make = sources, make
        self._kept: OrderedDict[str, Item] = OrderedDict()
        self._room = len(sources) if len(sources) <= _FEW else _LATEST

    def __getitem__(self, identity: str) -> Item:
        item = self._kept.get(identity)
        if item is None:
            item = self._kept[identity] = self._make(self._sources[identity])
            if len(self._kept) > self._room:
                self._kept.popitem(last=False)
        return item

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def __contains__(self, identity: object) -> bool:
        return identity in self._sources
