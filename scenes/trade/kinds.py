"""What the variables of another format are here: found from what they are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenes.machine import limits
from scenes.trade.terms import Apply, Literal, Tree, Var, Writer, texts_beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ROUNDS = 8
_VALUES = 100
"""Of an enum."""

_FIRST: dict[str, Any] = {"int": 0, "float": 0.0, "bool": False, "string": ""}


@dataclass(slots=True)
class Uses:
    """All that a file does with its variables."""

    starts: Mapping[str, Tree]
    given: dict[str, list[Tree]] = field(default_factory=dict)
    asked: list[Tree] = field(default_factory=list)


def kinds_of(names: Iterable[str], uses: Uses) -> dict[str, str]:
    """``int``, ``float``, ``bool`` or ``string`` for each."""
    sources = {
        name: [
            *([uses.starts[name]] if name in uses.starts else []),
            *uses.given.get(name, ()),
        ]
        for name in names
    }
    kinds: dict[str, str] = {}
    for _ in range(_ROUNDS):
        writer = Writer(kinds, {})
        found = {
            name: _joined({writer.kind(tree) for tree in trees})
            for name, trees in sources.items()
        }
        found = {name: kind for name, kind in found.items() if kind}
        if found == kinds:
            break
        kinds = found
    hints = _hints(uses.asked)
    return {name: kinds.get(name) or hints.get(name, "bool") for name in sources}


def _joined(kinds: set[str]) -> str:
    """The kind that holds them all; of a text and a number, the number."""
    for kind in ("float", "int", "bool", "string"):
        if kind in kinds:
            return kind
    return ""


def _hints(asked: Iterable[Tree]) -> dict[str, str]:
    """For those that are never given anything: what they are compared with."""
    found: dict[str, str] = {}
    waiting = list(asked)
    while waiting:
        tree = waiting.pop()
        if not isinstance(tree, Apply):
            continue
        waiting += tree.args
        beside = {arg.kind for arg in tree.args if isinstance(arg, Literal)}
        kind = _joined(beside)
        for arg in tree.args:
            if isinstance(arg, Var) and kind:
                found.setdefault(arg.name, kind)
    return found


def declared(name: str, kind: str, uses: Uses, values: set[str]) -> dict[str, Any]:
    """The declaration in `context`; `values` are texts that it is compared with."""
    start = uses.starts.get(name)
    first: Any = _FIRST[kind]
    if isinstance(start, Literal):
        if start.kind == kind or (kind == "float" and start.kind == "int"):
            first = start.value
        elif kind in {"int", "float"} and start.kind == "bool":
            first = int(start.value)
    if kind == "int":
        most = limits.INTEGER
        return {"type": "int", "min": -most, "max": most, "start": first}
    if kind == "float":
        far = limits.FLOAT
        return {"type": "float", "min": -far, "max": far, "start": float(first)}
    if kind == "bool":
        return {"type": "bool", "start": first}
    given = uses.given.get(name, [])
    said = [tree.value for tree in given if isinstance(tree, Literal)]
    words = dict.fromkeys([first, *map(str, said), *sorted(values)])
    if len(said) == len(given) and "" not in words and len(words) <= _VALUES:
        return {"type": "enum", "values": list(words), "start": first}
    return {"type": "string", "max_length": 200, "start": first}


def beside(uses: Uses) -> dict[str, set[str]]:
    """Texts that variables are compared with."""
    found: dict[str, set[str]] = {}
    for tree in uses.asked:
        for name, text in texts_beside(tree):
            found.setdefault(name, set()).add(text)
    return found
