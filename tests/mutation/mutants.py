"""A module of ``duban`` → every change of one spot that mutmut knows to make in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor, OuterFunctionProvider
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode


class Mutant(NamedTuple):
    """One changed spot: where it is, the spot before and after, and what makes the whole module with it.

    ``place`` is the qualified name of the function around it, "" for what the module itself states; ``within`` the
    line that the spot begins on.
    """

    file: Path
    line: int
    place: str
    within: str
    before: str
    after: str
    source: Callable[[], str]

    @property
    def key(self) -> tuple[str, ...]:
        """What names it as long as its line stands: the lines above and below may move."""
        return self.file.stem, self.place, self.within, self.before, self.after


class _Visitor(MutationVisitor):
    """Mutmut's, which leaves decorated functions alone because it wraps them; here they are only given other code.

    Names for types are left alone too: nothing but annotations uses them. So is what a value is only said to be.
    """

    METADATA_DEPENDENCIES = (PositionProvider, OuterFunctionProvider)

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Assign) and _is_type(node.value):
            return True
        return not isinstance(node, cst.FunctionDef) and super()._skip_node_and_children(node)


def _is_type(value: cst.BaseExpression) -> bool:
    """Whether a name is given to a type (``Literal["a"]``, ``TypeVar("A")``) and not to one of several values."""
    if isinstance(value, cst.Subscript) and isinstance(value.value, cst.Name):
        return not value.value.value.isupper()
    return isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "TypeVar"


def _is_the_same_cast(before: cst.CSTNode, after: cst.CSTNode) -> bool:
    """Whether both are ``cast`` of one value, to whatever type."""
    calls = [one for one in (before, after) if isinstance(one, cst.Call) and one.func.deep_equals(cst.Name("cast"))]
    return len(calls) == 2 and len(calls[1].args) == 2 and calls[0].args[1].deep_equals(calls[1].args[1])


def mutants(file: Path) -> Iterator[Mutant]:
    """Every mutant of a module, from top to bottom.

    Of a text only the one with other signs around it: in capitals or without them is the same to whoever compares.
    """
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    wrapper = MetadataWrapper(cst.parse_module(text))
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    module = wrapper.visit(visitor)
    positions = wrapper.resolve(PositionProvider)
    places = dict(_places(module, ""))
    for one in visitor.mutations:
        after = _written(module, one.mutated_node)
        if isinstance(one.original_node, cst.SimpleString) and "XX" not in after:
            continue
        if _is_the_same_cast(one.original_node, one.mutated_node):
            continue
        line = positions[one.original_node].start.line
        yield Mutant(
            file,
            line,
            places.get(one.contained_by_top_level_function, "") if one.contained_by_top_level_function else "",
            lines[line - 1].strip(),
            _written(module, one.original_node),
            after,
            partial(_with, module, one.original_node, one.mutated_node),
        )


def _with(module: cst.Module, before: cst.CSTNode, after: cst.CSTNode) -> str:
    return cst.ensure_type(module.deep_replace(before, after), cst.Module).code


def _written(module: cst.Module, node: cst.CSTNode) -> str:
    """A node as one line."""
    return " ".join(module.code_for_node(node).split())


def _places(node: cst.CSTNode, around: str) -> Iterator[tuple[cst.CSTNode, str]]:
    body = node.body if isinstance(node, cst.Module) else getattr(node.body, "body", ())
    for one in body:
        if isinstance(one, cst.FunctionDef):
            yield one, around + one.name.value
        elif isinstance(one, cst.ClassDef):
            yield from _places(one, f"{around}{one.name.value}.")
