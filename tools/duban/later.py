"""What makes a sequence → that sequence, made when it is first looked into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

Member = TypeVar("Member")


class Later(Sequence[Member], Generic[Member]):
    """A sequence that costs nothing to whoever never asks for it."""

    def __init__(self, make: Callable[[], Iterable[Member]]) -> None:
        self._make = make

    @cached_property
    def _members(self) -> tuple[Member, ...]:
        return tuple(self._make())

    @overload
    def __getitem__(self, index: int) -> Member: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Member]: ...
    def __getitem__(self, index: int | slice) -> Member | Sequence[Member]:
        return self._members[index]

    def __len__(self) -> int:
        return len(self._members)
