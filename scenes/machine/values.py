"""Readers of single JSON values: each checks one, or says where and why it is odd.

A reader takes the value, the way to it and the scene's languages. The way is a chain
of pairs, written out as a pointer only when something is wrong.
"""

from __future__ import annotations

import math
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from scenes.machine import limits
from scenes.machine.errors import SceneError, pointer
from scenes.machine.model import NOTHING, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Way = tuple[Any, str | int] | None
    Languages = tuple[str, ...]
    Read = Callable[[Any, Way, Languages], Any]

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}")
ASSET = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}|sha256:[0-9a-f]{64}(\.[a-z0-9]{1,8})?")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")

RESERVED = frozenset(
    {"and", "or", "not", "in", "true", "false", "all", "visited", "visits", "rolled"}
    | {"min", "max", "abs", "floor", "ceil", "round"}
)
"""Words of the expression language, and ``all``: no variable or role is called so."""


class Object(dict[str, Any]):
    """A JSON object that remembers a key which it had twice."""

    __slots__ = ("twice",)
    twice: str | None


def collect(pairs: list[tuple[str, Any]]) -> Object:
    found = Object(pairs)
    found.twice = None
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found.twice = key
                break
            seen.add(key)
    return found


def odd(way: Way, message: str) -> NoReturn:
    parts: list[str | int] = []
    while way is not None:
        way, part = way
        parts.append(part if isinstance(part, int) else shown(part))
    raise SceneError(pointer(*reversed(parts)), message)


def shown(text: str) -> str:
    """A stranger's word in a message: short, and printable."""
    cut = text if len(text) <= 40 else text[:40] + "…"
    return cut.encode("utf-8", "replace").decode()


def an_object(value: Any, way: Way) -> dict[str, Any]:
    if not isinstance(value, dict):
        odd(way, "an object is needed")
    twice = getattr(value, "twice", None)
    if twice is not None:
        odd((way, twice), "this key stands twice in one object")
    return value


def text_of(most: int, *, least: int = 0) -> Read:
    def read(value: Any, way: Way, _: Languages) -> str:
        return plain_text(value, way, most, least)

    return read


def plain_text(value: Any, way: Way, most: int, least: int = 0) -> str:
    if not isinstance(value, str):
        odd(way, "text is needed")
    if len(value) > most:
        odd(way, f"{len(value)} characters; {most} are the most")
    if len(value) < least:
        odd(way, "may not be empty")
    if (control := _CONTROL.search(value)) is not None:
        odd(way, f"holds the control character U+{ord(control[0]):04X}")
    return value


def words(value: Any, way: Way, languages: Languages) -> Text:
    """A text, or an object with one for each of some of the scene's languages."""
    if isinstance(value, str):
        return Text(plain_text(value, way, limits.TEXT, 1))
    found = an_object(value, way)
    others = {}
    for tag, said in found.items():
        if tag not in languages:
            odd((way, tag), f"not one of the scene's languages {', '.join(languages)}")
        others[tag] = plain_text(said, (way, tag), limits.TEXT, 1)
    if languages[0] not in others:
        odd(way, f"lacks the text in {languages[0]}, the scene's first language")
    main = others.pop(languages[0])
    ordered = {tag: others[tag] for tag in languages if tag in others}
    return Text(main, MappingProxyType(ordered) if ordered else NOTHING)


def matching(pattern: re.Pattern[str], what: str) -> Read:
    def read(value: Any, way: Way, _: Languages) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            odd(way, f"{what} is needed")
        return value

    return read


def _identifier(value: Any, way: Way, _: Languages) -> str:
    check_identifier(value, way)
    return str(value)


def check_identifier(value: Any, way: Way) -> None:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        odd(
            way,
            "an id is needed: a small letter, then up to 63 small letters, digits "
            "and underscores",
        )


identifier: Read = _identifier
asset = matching(ASSET, "the name of an asset (a-z, 0-9, - and _) or sha256:…")
language = matching(LANGUAGE, "a language tag such as en or pt-BR")


def one_of(names: tuple[str, ...]) -> Read:
    def read(value: Any, way: Way, _: Languages) -> str:
        if value not in names or not isinstance(value, str):
            odd(way, f"one of {', '.join(names)} is needed")
        return value

    return read


def integer(low: int, high: int) -> Read:
    def read(value: Any, way: Way, _: Languages) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            odd(way, "a whole number is needed")
        if not low <= value <= high:
            odd(way, f"a whole number from {low} to {high} is needed")
        return value

    return read


def number(low: float, high: float) -> Read:
    def read(value: Any, way: Way, _: Languages) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            odd(way, "a number is needed")
        if not low <= value <= high:  # NaN is neither
            odd(way, f"a number from {low:g} to {high:g} is needed")
        return float(value) + 0.0  # -0.0 becomes 0.0

    return read


def boolean(value: Any, way: Way, _: Languages) -> bool:
    if not isinstance(value, bool):
        odd(way, "true or false is needed")
    return value


def list_of(inner: Read, most: int, *, least: int = 0, once: bool = False) -> Read:
    def read(value: Any, way: Way, languages: Languages) -> tuple[Any, ...]:
        if not isinstance(value, list):
            odd(way, "a list is needed")
        if len(value) > most:
            odd(way, f"{len(value)} entries; {most} are the most")
        if len(value) < least:
            odd(way, f"{least} or more entries are needed")
        found = tuple(
            [inner(item, (way, i), languages) for i, item in enumerate(value)]
        )
        if once and len(set(found)) < len(found):
            odd(way, "an entry stands twice")
        return found

    return read


def map_of(
    inner: Read,
    most: int,
    *,
    least: int = 0,
    reserved: frozenset[str] = frozenset(),
) -> Read:
    """By id, in the order of the file."""

    def read(value: Any, way: Way, languages: Languages) -> Mapping[str, Any]:
        found = an_object(value, way)
        if len(found) > most:
            odd(way, f"{len(found)} entries; {most} are the most")
        if len(found) < least:
            odd(way, f"{least} or more entries are needed")
        result = {}
        for key, item in found.items():
            check_identifier(key, (way, key))
            if key in reserved:
                odd((way, key), "this word has a meaning of its own; take another id")
            result[key] = inner(item, (way, key), languages)
        return MappingProxyType(result) if result else NOTHING

    return read


def extensions(value: Any, way: Way, _: Languages) -> Mapping[str, Any]:
    found = an_object(value, way)
    _check_json(found, way, 0)
    return found or NOTHING


def _check_json(value: Any, way: Way, depth: int) -> None:
    """Any JSON, so long as it can be written again as it was."""
    if depth > limits.EXTENSION_DEPTH:
        odd(way, f"nested more than {limits.EXTENSION_DEPTH} deep")
    if isinstance(value, dict):
        for key, item in an_object(value, way).items():
            if _unpaired(key):
                odd(way, "a key holds half a surrogate pair")
            _check_json(item, (way, key), depth + 1)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            _check_json(item, (way, i), depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        odd(way, "a finite number is needed")
    elif isinstance(value, str) and _unpaired(value):
        odd(way, "half a surrogate pair")


def _unpaired(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)
