"""What an expression can be at most, from what its variables can be at most.

Every answer covers all that can happen in a play, and often more: so "never" and
"always" are never said wrongly, only sometimes not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from scenes.machine import limits
from scenes.machine.evaluation import real, rounded, whole
from scenes.machine.trees import (
    Arithmetic,
    Call,
    Comparison,
    Literal,
    Logic,
    Membership,
    Negate,
    Not,
    Rolled,
    Variable,
    Visits,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scenes.machine.evaluation import Evaluate
    from scenes.machine.trees import Node, Value

_COMBINATIONS = 512
"""Tried one by one, where so few decide a condition."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether it can be true, and whether it can be false."""

    true: bool
    false: bool


@dataclass(frozen=True, slots=True)
class Words:
    """Texts; None: any."""

    values: frozenset[str] | None


Bound = Range | Truth | Words


@dataclass(slots=True)
class Bounds:
    """Of all that an expression can read, by slot."""

    values: list[Bound]
    visits: list[Range]
    dice: list[tuple[int, int]]
    """The least and the most of a roll; 0 before the first one besides."""


def join(one: Bound, other: Bound) -> Bound:
    """What either can be."""
    match one, other:
        case Range(), Range():
            return Range(min(one.low, other.low), max(one.high, other.high))
        case Truth(), Truth():
            return Truth(one.true or other.true, one.false or other.false)
        case Words(), Words():
            if one.values is None or other.values is None:
                return Words(None)
            return Words(one.values | other.values)
    raise TypeError("two values of different kinds")


def only(value: Value) -> Bound:
    """Exactly this value."""
    if isinstance(value, bool):
        return Truth(value, not value)
    if isinstance(value, str):
        return Words(frozenset({value}))
    return Range(value, value)


def bound(node: Node, known: Bounds) -> Bound:
    match node:
        case Literal(value=value):
            return only(value)
        case Variable(slot=slot):
            return known.values[slot]
        case Visits(slot=slot):
            seen = known.visits[slot]
            if node.type.kind == "bool":
                return Truth(seen.high > 0, seen.low < 1)
            return seen
        case Rolled(slot=slot):
            return Range(0, known.dice[slot][1])
        case Negate(operand=operand):
            inner = _range(operand, known)
            return Range(-inner.high, -inner.low)
        case Not(operand=operand):
            truth = _truth(operand, known)
            return Truth(truth.false, truth.true)
        case Arithmetic():
            return _arithmetic(
                node.operator,
                node.type.kind,
                _range(node.left, known),
                _range(node.right, known),
            )
        case Comparison():
            left, right = bound(node.left, known), bound(node.right, known)
            return _compared(node.operator, left, right)
        case Membership(item=item, options=options, negated=negated):
            inner_item = bound(item, known)
            equal = [
                _compared("==", inner_item, bound(option, known)) for option in options
            ]
            true = any(one.true for one in equal)
            false = all(one.false for one in equal)
            return Truth(false, true) if negated else Truth(true, false)
        case Logic(operator=word, parts=parts):
            truths = [_truth(part, known) for part in parts]
            if word == "and":
                return Truth(all(t.true for t in truths), any(t.false for t in truths))
            return Truth(any(t.true for t in truths), all(t.false for t in truths))
        case Call(function=name, arguments=arguments):
            return _call(name, [_range(argument, known) for argument in arguments])


def _range(node: Node, known: Bounds) -> Range:
    found = bound(node, known)
    assert isinstance(found, Range), "typed"  # noqa: S101 - for the type checker
    return found


def _truth(node: Node, known: Bounds) -> Truth:
    found = bound(node, known)
    assert isinstance(found, Truth), "typed"  # noqa: S101 - for the type checker
    return found


_CORNERS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
}


def _arithmetic(sign: str, kind: str, left: Range, right: Range) -> Range:
    stop = whole if kind == "int" else real
    if sign in {"/", "//"} and right.low <= 0 <= right.high:
        most = limits.INTEGER if kind == "int" else limits.FLOAT
        return Range(-most, most)
    if sign == "%":
        return _remainder(left, right)
    corners: list[Any] = [
        _CORNERS[sign](a, b)
        for a in (left.low, left.high)
        for b in (right.low, right.high)
    ]
    return Range(stop(min(corners)), stop(max(corners)))


def _remainder(left: Range, right: Range) -> Range:
    """Between zero and the divisor; the sign is the divisor's."""
    if left.low >= 0 and left.high < right.low:
        return left
    return Range(min(0, right.low + 1), max(0, right.high - 1))


def _call(name: str, parts: list[Range]) -> Range:
    low, high = parts[0].low, parts[0].high
    match name:
        case "min":
            return Range(min(p.low for p in parts), min(p.high for p in parts))
        case "max":
            return Range(max(p.low for p in parts), max(p.high for p in parts))
        case "abs":
            least = 0 if low <= 0 <= high else min(abs(low), abs(high))
            return Range(least, max(abs(low), abs(high)))
        case "floor":
            return Range(whole(floor(low)), whole(floor(high)))
        case "ceil":
            return Range(whole(ceil(low)), whole(ceil(high)))
    return Range(rounded(low), rounded(high))


def _compared(operator: str, left: Bound, right: Bound) -> Truth:
    if operator == "!=":
        equal = _compared("==", left, right)
        return Truth(equal.false, equal.true)
    if operator in {">", ">="}:
        return _compared({">": "<", ">=": "<="}[operator], right, left)
    match left, right:
        case Range(), Range():
            if operator == "==":
                overlap = left.low <= right.high and right.low <= left.high
                same = left.low == left.high == right.low == right.high
                return Truth(overlap, not same)
            if operator == "<":
                return Truth(left.low < right.high, left.high >= right.low)
            return Truth(left.low <= right.high, left.high > right.low)
        case Truth(), Truth():
            true = (left.true and right.true) or (left.false and right.false)
            false = (left.true and right.false) or (left.false and right.true)
            return Truth(true, false)
        case Words(values=one), Words(values=other):
            if one is None or other is None or operator != "==":
                return Truth(True, True)
            return Truth(bool(one & other), len(one | other) > 1)
    return Truth(True, True)


@dataclass(slots=True)
class _Frame:
    values: list[Value]
    visits: list[int]
    dice: list[int]


def decide(node: Node, run: Evaluate, known: Bounds) -> Truth:
    """As `bound`, but by trying all combinations where there are few."""
    found = _truth(node, known)
    if not (found.true and found.false):
        return found
    domains = _domains(node, known)
    if domains is None:
        return found
    frame = _Frame(
        [0] * len(known.values), [0] * len(known.visits), [0] * len(known.dice)
    )
    places = [(getattr(frame, where), slot) for where, slot in domains]
    true = false = False
    for combination in product(*domains.values()):
        for (row, slot), value in zip(places, combination, strict=True):
            row[slot] = value
        if run(frame):
            true = True
        else:
            false = True
        if true and false:
            break
    return Truth(true, false)


def _domains(node: Node, known: Bounds) -> dict[tuple[str, int], list[Any]] | None:
    """All values of all that a condition reads, if their combinations are few."""
    found: dict[tuple[str, int], list[Any]] = {}
    combinations = 1
    for leaf in reads(node):
        where = {Variable: "values", Visits: "visits", Rolled: "dice"}[type(leaf)]
        key = (where, leaf.slot)
        values = _values(leaf, known)
        if values is None:
            return None
        if key in found:
            if len(values) > len(found[key]):
                return None  # asked both for the number of visits and for any
            continue
        found[key] = values
        combinations *= len(values)
        if combinations > _COMBINATIONS:
            return None
    return found


def _values(leaf: Variable | Visits | Rolled, known: Bounds) -> list[Any] | None:
    if isinstance(leaf, Rolled):
        low, high = known.dice[leaf.slot]
        return [0, *range(low, high + 1)]
    if isinstance(leaf, Visits):
        count = known.visits[leaf.slot]
        if leaf.type.kind == "bool":
            return [n for n in (0, 1) if count.low <= n <= count.high]
        return [int(count.low)] if count.low == count.high else None
    match known.values[leaf.slot]:
        case Truth(true=true, false=false):
            return [value for value, can in ((True, true), (False, false)) if can]
        case Words(values=values):
            return None if values is None else sorted(values)
        case Range() as seen:
            if leaf.type.kind == "int" and seen.high - seen.low < _COMBINATIONS:
                return list(range(int(seen.low), int(seen.high) + 1))
            return None


def parts_of(node: Node) -> tuple[Node, ...]:
    """The trees right below one."""
    match node:
        case Negate(operand=operand) | Not(operand=operand):
            return (operand,)
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case Membership(item=item, options=options):
            return (item, *options)
        case Logic(parts=parts) | Call(arguments=parts):
            return parts
    return ()


def reads(node: Node) -> Iterator[Variable | Visits | Rolled]:
    """Everything that an expression reads."""
    if isinstance(node, Variable | Visits | Rolled):
        yield node
    for part in parts_of(node):
        yield from reads(part)
