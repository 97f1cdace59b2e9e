"""Actions to functions that change a play's frame. A variable stays within its bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenes.machine import chance
from scenes.machine.errors import ExpressionError
from scenes.machine.evaluation import compiled
from scenes.machine.expressions import parse
from scenes.machine.model import (
    BoolVariable,
    EnumVariable,
    FloatVariable,
    IntVariable,
    Roll,
    StringVariable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenes.machine import model
    from scenes.machine.evaluation import Evaluate
    from scenes.machine.expressions import Scope
    from scenes.machine.trees import Node, Type

    Do = Callable[[Any], None]


def compiled_action(
    action: model.Action, scene: model.Scene, scope: Scope
) -> tuple[Node | None, int, Do]:
    """The tree of the value, the slot that is written, and the function.

    ExpressionError with code ``undefined-target`` when the variable does not exist.
    """
    if isinstance(action, Roll):
        slot = scope.dice(action.dice)
        if slot is None:
            raise ExpressionError(0, f"no dice are called {action.dice}", "undefined")
        return None, slot, _roll(slot, scene.dice[action.dice])
    declared = scene.context.get(action.variable)
    found = scope.variable(action.variable)
    if declared is None or found is None:
        raise ExpressionError(
            0, f"no variable is called {action.variable}", "undefined-target"
        )
    tree = parse(action.value, scope)
    _fits(action.variable, declared, tree.type)
    return tree, found[1], _assign(found[1], declared, compiled(tree))


def _roll(slot: int, dice: model.Dice) -> Do:
    count, sides = dice.count, dice.sides

    def do(frame: Any) -> None:
        frame.chance, frame.dice[slot] = chance.roll(frame.chance, count, sides)

    return do


def _assign(slot: int, declared: model.Variable, value: Evaluate) -> Do:
    if isinstance(declared, IntVariable):
        low, high = declared.min, declared.max

        def do(frame: Any) -> None:
            found = value(frame)
            frame.values[slot] = low if found < low else min(found, high)

    elif isinstance(declared, FloatVariable):
        least, most = declared.min, declared.max

        def do(frame: Any) -> None:
            frame.values[slot] = float(max(least, min(value(frame), most)))

    else:

        def do(frame: Any) -> None:
            frame.values[slot] = value(frame)

    return do


def _fits(name: str, declared: model.Variable, kind: Type) -> None:
    """Refuses a value that the variable may not hold."""
    match declared:
        case IntVariable():
            if kind.kind == "float":
                _fail(f"{name} is a whole number; use floor, ceil or round")
            if kind.kind != "int":
                _fail(f"{name} is a whole number")
        case FloatVariable():
            if not kind.numeric:
                _fail(f"{name} is a number")
        case BoolVariable():
            if kind.kind != "bool":
                _fail(f"{name} is true or false")
        case EnumVariable(values=values):
            known = ", ".join(repr(value) for value in values)
            if not kind.textual or kind.values is None:
                _fail(f"{name} is one of {known}")
            if wrong := [v for v in kind.values or () if v not in values]:
                _fail(f"{name} is one of {known}, not {wrong[0]!r}")
        case StringVariable(max_length=most):
            if not kind.textual:
                _fail(f"{name} is text")
            if max((len(v) for v in kind.values or ()), default=kind.length) > most:
                _fail(f"{name} has at most {most} characters")


def _fail(message: str) -> None:
    raise ExpressionError(0, message)
