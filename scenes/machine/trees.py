"""Typed trees of expressions: what `scenes.machine.expressions` makes of texts."""

from __future__ import annotations

from dataclasses import dataclass

Value = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Type:
    kind: str
    """``int``, ``float``, ``bool``, ``enum`` or ``string``."""

    values: tuple[str, ...] | None = None
    """All that it can be, when that is written down; of enums and literals."""

    length: int = 0
    """The most code points; of strings."""

    @property
    def numeric(self) -> bool:
        return self.kind in {"int", "float"}

    @property
    def textual(self) -> bool:
        return self.kind in {"enum", "string"}


INT, FLOAT, BOOL = Type("int"), Type("float"), Type("bool")


@dataclass(frozen=True, slots=True)
class Literal:
    type: Type
    value: Value


@dataclass(frozen=True, slots=True)
class Variable:
    type: Type
    name: str
    slot: int


@dataclass(frozen=True, slots=True)
class Visits:
    """``visits(state)``, or ``visited(state)`` when the type is bool."""

    type: Type
    state: str
    slot: int


@dataclass(frozen=True, slots=True)
class Rolled:
    type: Type
    dice: str
    slot: int


@dataclass(frozen=True, slots=True)
class Negate:
    type: Type
    operand: Node


@dataclass(frozen=True, slots=True)
class Not:
    type: Type
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    type: Type
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    type: Type
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Membership:
    type: Type
    item: Node
    options: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Logic:
    type: Type
    operator: str
    """``and`` or ``or``."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    type: Type
    function: str
    arguments: tuple[Node, ...]


Node = (
    Literal
    | Variable
    | Visits
    | Rolled
    | Negate
    | Not
    | Arithmetic
    | Comparison
    | Membership
    | Logic
    | Call
)
