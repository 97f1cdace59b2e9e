"""Dataclasses as few bytes, by their own fields: no description but theirs.

Whole numbers are LEB128, those that may be negative zigzag. A float is a whole number of
millionths; in a list, only its difference to the same field of the item before. A string
is its place among the strings so far, or 0, its length and its UTF-8. Lists and
dictionaries begin with their length, what may be missing with 0 or 1. Fields follow in
the order in which their class names them; a sparse one stays behind.
"""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from functools import cache
from typing import (
    TYPE_CHECKING,
    Any,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from socialapp.performance.codec import FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

SCALE = 1_000_000
"""Of the floats: seconds become microseconds."""

LARGEST = 2**51 - 1
"""The difference of two such, doubled, is still exact in a browser's number (2**53)."""


def pack(value: Any) -> bytes:
    """Any of the protocol's dataclasses. FormatError for numbers that are too large."""
    writer = _Writer()
    writer.value(type(value), value)
    return bytes(writer.out)


def unpack(kind: type[T], data: bytes) -> T:
    """What `pack` made; FormatError for bytes that are too few, too many or senseless."""
    reader = _Reader(data)
    try:
        value: T = reader.value(kind)
    except (IndexError, UnicodeDecodeError) as error:
        raise FormatError(f"{kind.__name__}: these bytes end too early") from error
    if reader.at != len(data):
        raise FormatError(f"{kind.__name__}: {len(data) - reader.at} bytes too many")
    return value


def unpack_some(data: bytes, kinds: Sequence[type]) -> list[Any]:
    """The first values of a packed dataclass, for who needs no more."""
    reader = _Reader(data)
    return [reader.value(kind) for kind in kinds]


def rounded(value: T) -> T:
    """`value` with every float at whole millionths, as `pack` sends it."""
    return unpack(type(value), pack(value))


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple(
        (f.name, hints[f.name]) for f in fields(kind) if "sparse" not in f.metadata
    )


def _optional(kind: Any) -> Any:
    """What it is when it is there; None when it cannot be missing."""
    if get_origin(kind) in {Union, types.UnionType}:
        return next(a for a in get_args(kind) if a is not type(None))
    return None


def _micro(value: float) -> int:
    found = round(value * SCALE)
    if abs(found) > LARGEST:
        raise FormatError(f"{value} is too large a number")
    return found


class _Writer:
    def __init__(self) -> None:
        self.out = bytearray()
        self._strings: dict[str, int] = {}

    def number(self, value: int) -> None:
        if not 0 <= value <= LARGEST:
            raise FormatError(f"{value} is not between 0 and {LARGEST}")
        while value > 0x7F:
            self.out.append(value & 0x7F | 0x80)
            value >>= 7
        self.out.append(value)

    def signed(self, value: int) -> None:
        if abs(value) > 2 * LARGEST:
            raise FormatError(f"{value} is too large a number")
        value = value << 1 if value >= 0 else (-value << 1) - 1
        while value > 0x7F:
            self.out.append(value & 0x7F | 0x80)
            value >>= 7
        self.out.append(value)

    def text(self, value: str) -> None:
        place = self._strings.get(value)
        if place is not None:
            self.number(place)
            return
        self._strings[value] = len(self._strings) + 1
        self.number(0)
        self.raw(value.encode("utf-8"))

    def raw(self, value: bytes) -> None:
        self.number(len(value))
        self.out += value

    def value(self, kind: Any, value: Any, before: Any = None) -> None:
        if kind is float:
            self.signed(_micro(value) - (0 if before is None else _micro(before)))
        elif kind is bool:
            self.out.append(1 if value else 0)
        elif kind is int:
            self.signed(value)
        elif kind is str:
            self.text(value)
        elif kind is bytes:
            self.raw(value)
        elif is_dataclass(kind):
            for name, hint in _fields(kind):  # type: ignore[arg-type]  # a class
                earlier = None if before is None else getattr(before, name)
                self.value(hint, getattr(value, name), earlier)
        elif inner := _optional(kind):
            self.out.append(0 if value is None else 1)
            if value is not None:
                self.value(inner, value)
        elif get_origin(kind) is dict:
            self.number(len(value))
            for key, item in value.items():
                self.text(key)
                self.value(get_args(kind)[1], item)
        else:
            self.number(len(value))
            item_before = None
            for item in value:
                self.value(get_args(kind)[0], item, item_before)
                item_before = item


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data
        self._strings: list[str] = []

    def number(self) -> int:
        found = shift = 0
        while True:
            byte = self._data[self.at]
            self.at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7
            if shift > 56:
                raise FormatError("A number has too many digits")

    def signed(self) -> int:
        found = self.number()
        return -((found + 1) >> 1) if found & 1 else found >> 1

    def text(self) -> str:
        place = self.number()
        if place:
            if place > len(self._strings):
                raise FormatError("A string is named before it was told")
            return self._strings[place - 1]
        self._strings.append(self.raw().decode("utf-8"))
        return self._strings[-1]

    def raw(self) -> bytes:
        size = self.number()
        if size > len(self._data) - self.at:
            raise IndexError
        self.at += size
        return self._data[self.at - size : self.at]

    def flag(self) -> bool:
        self.at += 1
        return self._data[self.at - 1] != 0

    def value(self, kind: Any, before: Any = None) -> Any:
        if kind is float:
            return (self.signed() + (0 if before is None else _micro(before))) / SCALE
        if kind is bool:
            return self.flag()
        if kind is int:
            return self.signed()
        if kind is str:
            return self.text()
        if kind is bytes:
            return self.raw()
        if is_dataclass(kind):
            make: Any = kind
            return make(
                **{
                    name: self.value(
                        hint, None if before is None else getattr(before, name)
                    )
                    for name, hint in _fields(kind)  # type: ignore[arg-type]  # a class
                }
            )
        if inner := _optional(kind):
            return self.value(inner) if self.flag() else None
        count = self.number()
        if count > len(self._data) - self.at:
            raise IndexError
        if get_origin(kind) is dict:
            return {self.text(): self.value(get_args(kind)[1]) for _ in range(count)}
        items: list[Any] = []
        for _ in range(count):
            items.append(self.value(get_args(kind)[0], items[-1] if items else None))
        return tuple(items)
