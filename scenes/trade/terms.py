"""Conditions and values between two languages: trees that are written as ours.

Kinds of variables are known only when a whole file has been read, so importers build
trees and `written` turns them into text at the end.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenes.machine import limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEEPEST = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class NoMatchError(ValueError):
    """What our expressions cannot say."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any
    kind: str
    """``int``, ``float``, ``bool`` or ``string``; 1 and true are not the same."""

    depth: int = 0


@dataclass(frozen=True, slots=True)
class Var:
    name: str
    """Id of the variable."""

    depth: int = 0


@dataclass(frozen=True, slots=True)
class Visits:
    """How often these states were entered, together."""

    of: str
    """What the importer counts; it says in the end which states that are."""

    depth: int = 0


@dataclass(frozen=True, slots=True)
class Unknown:
    why: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or a function of ours; ``div`` is / of floats and // of ints."""

    op: str
    args: tuple[Tree, ...]
    depth: int


Tree = Literal | Var | Visits | Unknown | Apply

TRUE = Literal(True, "bool")
FALSE = Literal(False, "bool")
_TRUTHS = {TRUE: True, FALSE: False, Literal(1, "int"): True, Literal(0, "int"): False}
_NUMBERS = {"int", "float"}


def literal(value: Any) -> Tree:
    if isinstance(value, bool):
        return Literal(value, "bool")
    if isinstance(value, int):
        if abs(value) > limits.INTEGER:
            return Unknown(f"numbers end at {limits.INTEGER}")
        return Literal(value, "int")
    if isinstance(value, float) and math.isfinite(value) and abs(value) <= limits.FLOAT:
        return Literal(value + 0.0, "float")
    if isinstance(value, str) and len(value) <= 200 and not _CONTROL.search(value):
        return Literal(value, "string")
    return Unknown("a value that no variable holds here")


def apply(op: str, *args: Tree) -> Tree:
    for arg in args:
        if isinstance(arg, Unknown):
            return arg
    depth = 1 + max(arg.depth for arg in args)
    if depth > _DEEPEST:
        return Unknown("nested too deeply")
    if op == "not" and isinstance(args[0], Apply) and args[0].op == "not":
        return args[0].args[0]
    if op == "not" and args[0] in (TRUE, FALSE):
        return FALSE if args[0] == TRUE else TRUE
    first = args[0]
    if op == "negate" and isinstance(first, Literal) and first.kind in _NUMBERS:
        return Literal(-first.value, first.kind)
    return Apply(op, args, depth)


def both(one: Tree | None, other: Tree | None) -> Tree | None:
    """Of two conditions, where None always holds."""
    if one is None or other is None:
        return other if one is None else one
    if one in (other, FALSE) or other == TRUE:
        return one
    if other == FALSE or one == TRUE:
        return other
    if isinstance(one, Apply) and one.op == "and" and not isinstance(other, Unknown):
        return Apply("and", (*one.args, other), max(one.depth, other.depth + 1))
    return apply("and", one, other)


def leaves(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, Apply):
        for arg in tree.args:
            yield from leaves(arg)
    else:
        yield tree


def names_in(tree: Tree) -> set[str]:
    return {leaf.name for leaf in leaves(tree) if isinstance(leaf, Var)}


def texts_beside(tree: Tree) -> Iterator[tuple[str, str]]:
    """Variables and the texts that they are compared with."""
    if not isinstance(tree, Apply):
        return
    if tree.op in {"==", "!="}:
        one, other = tree.args
        for a, b in ((one, other), (other, one)):
            if isinstance(a, Var) and isinstance(b, Literal) and b.kind == "string":
                yield a.name, b.value
    for arg in tree.args:
        yield from texts_beside(arg)


_RANK = {
    "or": 1, "and": 2, "not": 3, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "div": 6, "negate": 7,
}  # fmt: skip
_ATOM = 8
_CALLS = {"min": 2, "max": 2, "abs": 1, "floor": 1, "ceil": 1, "round": 1}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes trees, knowing what variables are and which states are counted."""

    kinds: Mapping[str, str]
    counted: Mapping[str, tuple[str, ...]]

    def kind(self, tree: Tree) -> str:
        """``int``, ``float``, ``bool`` or ``string``; empty while it is not known."""
        match tree:
            case Literal():
                return tree.kind
            case Var():
                return self.kinds.get(tree.name, "")
            case Visits():
                return "int"
            case Unknown():
                return ""
        if tree.op in {"or", "and", "not"} or _RANK.get(tree.op) == 4:
            return "bool"
        if tree.op in {"floor", "ceil", "round", "//", "%"}:
            return "int"
        if tree.op == "/":
            return "float"
        found = [self.kind(arg) for arg in tree.args]
        if "" in found:
            return ""
        return "float" if "float" in found else "int"

    def condition(self, tree: Tree) -> str:
        return self._bounded(self._truth(tree)[0])

    def value(self, tree: Tree, kind: str) -> str:
        """For a variable of that kind."""
        if isinstance(tree, Literal):
            if kind == "bool" and tree.kind == "int" and tree.value in (0, 1):
                tree = Literal(bool(tree.value), "bool")
            elif kind in {"int", "float"} and tree.kind == "bool":
                tree = Literal(int(tree.value), "int")
        text, _ = self._any(tree)
        got = self.kind(tree)
        if got != kind and not (kind == "float" and got == "int"):
            raise NoMatchError(f"a value of another kind than {kind}")
        return self._bounded(text)

    def _bounded(self, text: str) -> str:
        if len(text) > limits.EXPRESSION:
            raise NoMatchError(f"longer than {limits.EXPRESSION} characters")
        return text

    def _truth(self, tree: Tree) -> tuple[str, int]:
        kind = self.kind(tree)
        if kind == "bool":
            return self._any(tree)
        if isinstance(tree, Visits):
            asked = [f"visited({state})" for state in self.counted.get(tree.of, ())]
            return " or ".join(asked) or "false", 1 if len(asked) > 1 else _ATOM
        if kind in {"int", "float"}:
            return f"{self._at(tree, 5)} != 0", 4
        if isinstance(tree, Unknown):
            raise NoMatchError(tree.why)
        raise NoMatchError("a text is neither true nor false here")

    def _at(self, tree: Tree, rank: int, *, truth: bool = False) -> str:
        text, own = self._truth(tree) if truth else self._any(tree)
        return text if own >= rank else f"({text})"

    def _any(self, tree: Tree) -> tuple[str, int]:
        match tree:
            case Literal():
                return _literal(tree)
            case Var():
                if tree.name not in self.kinds:
                    raise NoMatchError("a variable that was not taken over")
                return tree.name, _ATOM
            case Visits():
                states = [f"visits({one})" for one in self.counted.get(tree.of, ())]
                return " + ".join(states) or "0", 5 if len(states) > 1 else _ATOM
            case Unknown():
                raise NoMatchError(tree.why)
        return self._applied(tree)

    def _applied(self, tree: Apply) -> tuple[str, int]:
        op, args = tree.op, tree.args
        if op in _CALLS:
            self._numbers(args)
            inner = ", ".join(self._at(arg, 5) for arg in args)
            return f"{op}({inner})", _ATOM
        rank = _RANK[op]
        if op == "not":
            return f"not {self._at(args[0], 3, truth=True)}", 3
        if op in {"and", "or"}:
            parts = [self._at(arg, rank, truth=True) for arg in args]
            return f" {op} ".join(parts), rank
        if op == "negate":
            self._numbers(args)
            return f"-{self._at(args[0], 8)}", 7
        if rank == 4:
            return self._compared(op, *args)
        self._numbers(args)
        if op == "div":
            op = "//" if self.kind(tree) == "int" else "/"
        if op in {"//", "%"} and {self.kind(arg) for arg in args} != {"int"}:
            raise NoMatchError(f"{op} of numbers that are not whole")
        left, right = args
        return f"{self._at(left, rank)} {op} {self._at(right, rank + 1)}", rank

    def _numbers(self, args: tuple[Tree, ...]) -> None:
        for arg in args:
            if isinstance(arg, Unknown):
                raise NoMatchError(arg.why)
            if self.kind(arg) not in {"int", "float"}:
                raise NoMatchError("arithmetic with what is not a number")

    def _compared(self, op: str, left: Tree, right: Tree) -> tuple[str, int]:
        kinds = {self.kind(left), self.kind(right)}
        for one, other in ((left, right), (right, left)):
            if self.kind(one) == "bool" and other in _TRUTHS and op in {"==", "!="}:
                wanted = _TRUTHS[other] == (op == "==")
                return self._any(one if wanted else apply("not", one))
        if kinds == {"bool", "int"}:
            raise NoMatchError("compares true or false with a number")
        if "string" in kinds and (len(kinds) > 1 or op not in {"==", "!="}):
            raise NoMatchError("compares a text with something else")
        return f"{self._at(left, 5)} {op} {self._at(right, 5)}", 4


def _literal(tree: Literal) -> tuple[str, int]:
    value = tree.value
    if tree.kind == "bool":
        return ("true" if value else "false"), _ATOM
    if tree.kind == "string":
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'", _ATOM
    if tree.kind == "int":
        digits = str(abs(value))
    else:
        digits = f"{abs(value):.12f}".rstrip("0")
        digits += "0" if digits.endswith(".") else ""
        if float(digits) != abs(value) or len(digits) > 30:
            raise NoMatchError("a number with more digits than can be written here")
    return (f"-{digits}", 7) if value < 0 else (digits, _ATOM)
