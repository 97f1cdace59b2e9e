"""ink's native functions, as trees of our expressions."""

from __future__ import annotations

import operator
from typing import Any

from scenes.trade.terms import (
    TRUE,
    Apply,
    Literal,
    Tree,
    Unknown,
    Visits,
    apply,
    literal,
)

OPERATIONS = {
    "+": 2, "-": 2, "/": 2, "*": 2, "%": 2, "_": 1, "==": 2, ">": 2, "<": 2, ">=": 2,
    "<=": 2, "!=": 2, "!": 1, "&&": 2, "||": 2, "MIN": 2, "MAX": 2, "POW": 2,
    "FLOOR": 1, "CEILING": 1, "INT": 1, "FLOAT": 1, "?": 2, "!?": 2, "L^": 2,
    "LIST_MIN": 1, "LIST_MAX": 1, "LIST_ALL": 1, "LIST_COUNT": 1, "LIST_VALUE": 1,
    "LIST_INVERT": 1,
}  # fmt: skip
"""And how many values each takes."""

_OURS = {
    "+": "+", "-": "-", "*": "*", "/": "div", "%": "%", "_": "negate", "==": "==",
    "!=": "!=", ">": ">", "<": "<", ">=": ">=", "<=": "<=", "!": "not", "&&": "and",
    "||": "or", "MIN": "min", "MAX": "max", "FLOOR": "floor", "CEILING": "ceil",
    "INT": "floor",
}  # fmt: skip


def operated(name: str, values: list[Tree]) -> Tree:
    if name == "FLOAT":
        return apply("*", values[0], Literal(1.0, "float"))
    if all(isinstance(value, Literal) for value in values):
        known = _computed(name, [value.value for value in values])  # type: ignore[union-attr]
        if known is not None:
            return known
    if name == "==" and _last(*values):
        return TRUE
    ours = _OURS.get(name)
    return apply(ours, *values) if ours else Unknown(f"{name} has no match here")


def _last(value: Tree, other: Tree) -> bool:
    """Whether the last part of a sequence is asked for: the compiler asks for all the
    others first, so it is its turn."""
    if not (isinstance(value, Apply) and isinstance(other, Literal)):
        return False
    parts = value.args[-1]
    if value.op not in {"min", "%"} or not isinstance(parts, Literal):
        return False
    counts = value.args[0]
    if not (isinstance(counts, Apply) and isinstance(counts.args[0], Visits)):
        return False
    return bool(other.value == (parts.value if value.op == "min" else parts.value - 1))


def _computed(name: str, values: list[Any]) -> Tree | None:
    """Of numbers that the story itself holds; None: it is left to play."""
    texts = all(isinstance(value, str) for value in values) and name in {"==", "!="}
    if name not in _SURE or not (
        texts or all(isinstance(value, int | float) for value in values)
    ):
        return None
    return literal(_SURE[name](*values))


_SURE: dict[str, Any] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "+": operator.add, "-": operator.sub,
    "*": operator.mul, "!": operator.not_,
}  # fmt: skip
