"""Typed trees to functions of a play's frame. Total: nothing raises, nothing loops.

Whole numbers stay within ``limits.INTEGER``, floats within ``limits.FLOAT``; what would
pass a bound stops at it. Dividing by zero gives zero. No result is NaN or minus zero.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, Protocol

from scenes.machine import limits
from scenes.machine.trees import (
    Arithmetic,
    Call,
    Comparison,
    Literal,
    Logic,
    Membership,
    Negate,
    Node,
    Not,
    Rolled,
    Value,
    Variable,
    Visits,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Evaluate = Callable[["Frame"], Any]


class Frame(Protocol):
    """What an expression may read."""

    @property
    def values(self) -> Sequence[Value]:
        """Of variables, by slot."""

    @property
    def visits(self) -> Sequence[int]: ...

    @property
    def dice(self) -> Sequence[int]: ...


_I, _F = limits.INTEGER, limits.FLOAT


def whole(value: int) -> int:
    """Within the bounds of integers."""
    return -_I if value < -_I else min(value, _I)


def real(value: float) -> float:
    """Within the bounds of floats, and never minus zero."""
    return -_F if value < -_F else min(value, _F) + 0.0


def divide(left: float, right: float) -> float:
    return real(left / right) if right else 0.0


def rounded(value: float) -> int:
    """Halves go up: the floor of the double nearest to value + 0.5."""
    return whole(math.floor(value + 0.5))


_WHOLE: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: whole(a + b),
    "-": lambda a, b: whole(a - b),
    "*": lambda a, b: whole(a * b),
    "//": lambda a, b: whole(a // b) if b else 0,
    "%": lambda a, b: a % b if b else 0,
}
_REAL: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: real(a + b),
    "-": lambda a, b: real(a - b),
    "*": lambda a, b: real(a * b),
    "/": divide,
}
ARITHMETIC: dict[str, dict[str, Callable[[Any, Any], Any]]] = {
    "int": _WHOLE,
    "float": _REAL,
}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CALLS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "floor": lambda value: whole(math.floor(value)),
    "ceil": lambda value: whole(math.ceil(value)),
    "round": rounded,
}


def compiled(node: Node) -> Evaluate:
    """A function from a frame to the value."""
    match node:
        case Literal(value=value):
            return lambda _: value
        case Variable(slot=slot):
            return lambda f: f.values[slot]
        case Visits(slot=slot, type=kind):
            if kind.kind == "bool":
                return lambda f: f.visits[slot] > 0
            return lambda f: f.visits[slot]
        case Rolled(slot=slot):
            return lambda f: f.dice[slot]
        case Negate(operand=operand):
            inner = compiled(operand)
            return lambda f: 0 - inner(f)
        case Not(operand=operand):
            inner = compiled(operand)
            return lambda f: not inner(f)
        case Arithmetic():
            return _binary(node, ARITHMETIC[node.type.kind][node.operator])
        case Comparison():
            return _compare(node)
        case Membership(item=item, options=options, negated=negated):
            inner, others = compiled(item), [compiled(option) for option in options]
            return lambda f: _among(inner(f), others, f) is not negated
        case Logic(operator=word, parts=parts):
            return _logic(word, [compiled(part) for part in parts])
        case Call(function=name, arguments=arguments):
            function = CALLS[name]
            first, *rest = [compiled(argument) for argument in arguments]
            if not rest:
                return lambda f: function(first(f))
            return lambda f: function(first(f), *[one(f) for one in rest])


def _binary(
    node: Arithmetic | Comparison, function: Callable[[Any, Any], Any]
) -> Evaluate:
    left, right = compiled(node.left), compiled(node.right)
    return lambda f: function(left(f), right(f))


def _compare(node: Comparison) -> Evaluate:
    """The common comparisons, of a variable with a constant, take one call."""
    if isinstance(node.left, Variable) and isinstance(node.right, Literal):
        slot = node.left.slot
        value: Any = node.right.value
        match node.operator:
            case "==":
                return lambda f: f.values[slot] == value
            case ">=":
                return lambda f: f.values[slot] >= value
            case "<=":
                return lambda f: f.values[slot] <= value
    return _binary(node, COMPARE[node.operator])


def _among(value: Any, options: list[Evaluate], frame: Frame) -> bool:
    return any(value == option(frame) for option in options)


def _logic(word: str, parts: list[Evaluate]) -> Evaluate:
    if len(parts) == 2:
        one, two = parts
        if word == "and":
            return lambda f: one(f) and two(f)
        return lambda f: one(f) or two(f)
    if word == "and":
        return lambda f: all(part(f) for part in parts)
    return lambda f: any(part(f) for part in parts)
