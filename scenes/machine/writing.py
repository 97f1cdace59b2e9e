"""A Scene to JSON, canonically: one scene has one text, byte for byte.

Keys stand in the order of `scenes.machine.model`, those of maps in the author's; what
has its default is left out; `extensions` are sorted. Two spaces, UTF-8, one newline at
the end.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from scenes.machine.model import Scene, Text
from scenes.machine.reading import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_scene(scene: Scene) -> bytes:
    """The canonical file."""
    return (_pretty(to_json(scene), "\n") + "\n").encode()


def digest(scene: Scene) -> str:
    """SHA-256 of the canonical file, by which plays are pinned to a version."""
    return "sha256:" + hashlib.sha256(write_scene(scene)).hexdigest()


def to_json(scene: Scene) -> dict[str, Any]:
    """Plain JSON values, in canonical order."""
    body: dict[str, Any] = _plain(scene, scene.languages)
    return {"format": "scene", "version": VERSION, **body}


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((f.name, _default(f)) for f in fields(kind))


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _plain(value: Any, languages: tuple[str, ...]) -> Any:
    if isinstance(value, Text):
        if not value.others:
            return value.main
        return {languages[0]: value.main, **value.others}
    if is_dataclass(value) and not isinstance(value, type):
        kind = getattr(value, "kind", None) or getattr(value, "type", None)
        found: dict[str, Any] = {"type": kind} if isinstance(kind, str) and kind else {}
        for name, default in _defaults(type(value)):
            item = getattr(value, name)
            if item == default:
                continue
            if name == "extensions":
                found[name] = _sorted(item)
            else:
                found[name] = _plain(item, languages)
        return found
    if isinstance(value, tuple):
        return [_plain(item, languages) for item in value]
    if hasattr(value, "items"):
        return {key: _plain(item, languages) for key, item in value.items()}
    return value


def _sorted(value: Any) -> Any:
    """Of an extension: keys by code point, since not every program keeps their order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def number(value: float) -> str:
    """As ECMAScript writes it (ECMA-262, Number::toString): 1.0 is "1"."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 2**53):
        return str(int(value))
    text = repr(value)
    if "e" not in text:
        return text.removesuffix(".0")
    if abs(value) >= 1e21 or abs(value) < 1e-6:
        digits, _, exponent = text.partition("e")
        return f"{digits}e{int(exponent):+d}"
    return format(Decimal(text), "f")


def _pretty(value: Any, line: str) -> str:
    inner = line + "  "
    if isinstance(value, dict) and value:
        entries = [f"{_text(k)}: {_pretty(v, inner)}" for k, v in value.items()]
        return "{" + inner + ("," + inner).join(entries) + line + "}"
    if isinstance(value, list) and value:
        entries = [_pretty(item, inner) for item in value]
        return "[" + inner + ("," + inner).join(entries) + line + "]"
    if isinstance(value, float):
        return number(value)
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def compact(value: Mapping[str, Any]) -> str:
    """Any JSON on one line, with ECMAScript's numbers and sorted keys."""
    return json.dumps(
        _numbers(_sorted(dict(value))), ensure_ascii=False, separators=(",", ":")
    )


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _numbers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
