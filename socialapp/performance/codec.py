"""Frozen dataclasses to JSON and back, strictly: a key too many or too few is an error."""

from __future__ import annotations

import math
import types
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

SPARSE = {"sparse": True}
"""Metadata of a field that is seldom set: left out while it has its default, so that who
knows of no such field reads the rest as ever."""


class FormatError(ValueError):
    """Stored or received data is not what its format says."""


def dump(value: Any) -> Any:
    """Plain JSON values; tuples become lists, dataclasses objects."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: dump(getattr(value, f.name))
            for f in fields(value)
            if not (SPARSE.items() <= f.metadata.items() and _standard(f, value))
        }
    if isinstance(value, dict):
        return {str(k): dump(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [dump(v) for v in value]
    return value


def load(kind: type[T], data: Any, where: str = "") -> T:
    """Build `kind` from JSON; FormatError names the place and what is odd there."""
    value: T = _load(kind, data, where or kind.__name__)
    return value


def _standard(field: Field[Any], value: Any) -> bool:
    return bool(getattr(value, field.name) == field.default)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _load(kind: Any, data: Any, where: str) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        if data is None and type(None) in args:
            return None
        inner = [a for a in args if a is not type(None)]
        return _load(inner[0], data, where)
    if origin is tuple:
        if not isinstance(data, list | tuple):
            raise FormatError(f"{where}: a list is needed")
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(
                _load(args[0], item, f"{where}[{i}]") for i, item in enumerate(data)
            )
        if len(data) != len(args):
            raise FormatError(f"{where}: {len(args)} values are needed")
        return tuple(
            _load(a, item, f"{where}[{i}]")
            for i, (a, item) in enumerate(zip(args, data, strict=True))
        )
    if origin is dict:
        if not isinstance(data, dict):
            raise FormatError(f"{where}: an object is needed")
        return {str(k): _load(args[1], v, f"{where}.{k}") for k, v in data.items()}
    if is_dataclass(kind):
        return _load_dataclass(kind, data, where)
    return _load_plain(kind, data, where)


def _load_dataclass(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise FormatError(f"{where}: an object is needed")
    known = {f.name: f for f in fields(kind)}
    if odd := sorted(set(data) - set(known)):
        raise FormatError(f"{where}: unknown {', '.join(odd)}")
    missing = [
        name
        for name, f in known.items()
        if name not in data and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise FormatError(f"{where}: missing {', '.join(missing)}")
    hints = _hints(kind)
    return kind(
        **{
            name: _load(hints[name], value, f"{where}.{name}")
            for name, value in data.items()
        }
    )


def _load_plain(kind: Any, data: Any, where: str) -> Any:
    if kind is Any:
        return data
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        number = float(data)
        if not math.isfinite(number):
            raise FormatError(f"{where}: a finite number is needed")
        return number
    if isinstance(data, kind) and not (kind is int and isinstance(data, bool)):
        return data
    raise FormatError(f"{where}: {kind.__name__} is needed, not {type(data).__name__}")
