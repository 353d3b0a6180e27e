"""The mutated text of a module → the module that is loaded doing what that text says, wherever it is called from."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cached_property
from types import CodeType, FunctionType, ModuleType
from typing import Any


class UnreachableError(Exception):
    """A spot that is only read while the module is loaded, of which nothing can be given anew."""


def swap(module: ModuleType, source: str, place: str) -> None:
    """Give a function of a loaded module its mutated code, or, without a place, the names that a statement changed.

    Whoever imported the function or the name has the mutated one too. Any error of the mutated module's own is let
    out. Raises UnreachableError for what stands in a class and outside its functions.
    """
    code = compile(source, str(module.__file__), "exec")
    fresh = ModuleType(module.__name__)
    fresh.__dict__["__file__"] = module.__file__
    if place:
        function, twin = _function(module, place), None
        if function is None:
            raise UnreachableError(place)
        function.__code__ = _code(code, function.__code__.co_qualname)
        if function.__defaults__ or function.__kwdefaults__:
            _loaded(fresh, code)
            twin = _function(fresh, place)
        if twin:
            function.__defaults__, function.__kwdefaults__ = twin.__defaults__, twin.__kwdefaults__
        return
    _loaded(fresh, code)
    changed = {
        name: value
        for name, value in vars(fresh).items()
        if not name.startswith("__") and _is_data(vars(module).get(name)) and _told(value) != _told(vars(module)[name])
    }
    if not _defaults(module, fresh) and not changed:
        raise UnreachableError(module.__name__)
    for name, value in changed.items():
        old = vars(module)[name]
        for other in list(sys.modules.values()):
            if getattr(other, "__name__", "").partition(".")[0] in ("duban", "test") or other is module:
                for own, held in list(vars(other).items()):
                    if held is old and own == name:
                        setattr(other, own, value)


def _defaults(module: ModuleType, fresh: ModuleType) -> bool:
    """Give each class its fields anew, with their defaults; whether any differed."""
    found = False
    for name, value in vars(fresh).items():
        old = vars(module).get(name)
        if not (isinstance(value, type) and isinstance(old, type) and value.__module__ == module.__name__):
            continue
        if is_dataclass(value) and [_field(one) for one in fields(value)] != [_field(one) for one in fields(old)]:
            found = True
            for given in ("__init__", "__dataclass_fields__"):
                setattr(old, given, vars(value)[given])
            continue
        for maker in ("__init__", "__new__"):
            new, known = vars(value).get(maker), vars(old).get(maker)
            if isinstance(new, FunctionType) and isinstance(known, FunctionType):
                found |= _told(new.__defaults__) != _told(known.__defaults__)
                known.__defaults__, known.__kwdefaults__ = new.__defaults__, new.__kwdefaults__
                found |= _factories(new, known)
    return found


def _field(one: Field[Any]) -> tuple[bool, ...]:
    """What decides whether a field is given to its maker: who makes one anew is asked for it or not."""
    return one.init, one.default is MISSING, one.default_factory is MISSING


def _factories(new: FunctionType, known: FunctionType) -> bool:
    """Give a maker what makes the defaults of its fields anew; whether any differed."""
    found = False
    cells = dict(zip(new.__code__.co_freevars, new.__closure__ or (), strict=True))
    for name, cell in zip(known.__code__.co_freevars, known.__closure__ or (), strict=True):
        made = cells.get(name)
        if name.startswith("_dflt_") and made is not None and _told(made.cell_contents) != _told(cell.cell_contents):
            cell.cell_contents = made.cell_contents
            found = True
    return found


def _told(value: Any) -> str:
    """A value in words that do not say where it lies in memory."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_told, value))})"
    if isinstance(value, FunctionType):
        return f"{value.__qualname__} {value.__code__.co_code!r} {value.__code__.co_consts!r}"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def _loaded(fresh: ModuleType, code: CodeType) -> None:
    known = sys.modules[fresh.__name__]
    sys.modules[fresh.__name__] = fresh  # dataclasses look their own module up
    try:
        exec(code, vars(fresh))  # noqa: S102 - our own module, one spot of it changed
    finally:
        sys.modules[fresh.__name__] = known


def _is_data(value: Any) -> bool:
    return isinstance(value, str | int | float | tuple | list | dict | set | frozenset | re.Pattern)


def _function(module: ModuleType, place: str) -> FunctionType | None:
    """The function that a place of a module names, without what is wrapped around it."""
    found: Any = module
    for part in place.split("."):
        found = inspect.getattr_static(found, part, None)
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, cached_property):
        found = found.func
    elif isinstance(found, classmethod | staticmethod):
        found = found.__func__
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found if isinstance(found, FunctionType) else None


def _code(code: CodeType, name: str) -> CodeType:
    return next(one for one in _codes(code) if one.co_qualname == name)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)
