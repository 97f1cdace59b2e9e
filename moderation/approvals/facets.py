"""A side of a thing that is approved as a whole, and the hash that stands for it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
"""Of the canonical form; part of every hash."""


@dataclass(frozen=True)
class Facet:
    """What a persona, a script, a voice or a caption says, field by field."""

    name: str
    says: Mapping[str, Any]
    """JSON values. All of it is in the hash; numbers are kept as floats."""

    surfaces: tuple[str, ...] = ()
    """Fields whose words are new and have to be judged, each as the surface of its
    name; none: nothing in it can be in doubt. What is long comes in parts: a field
    ``scene.cellar`` is of the surface ``scene``."""

    beside: str = field(default="", compare=False)
    """What it is said by; only rule 1.1 reads it."""

    def canonical(self) -> bytes:
        """UTF-8 JSON with sorted keys: the same words, the same bytes."""
        body = {"facet": self.name, "version": VERSION, "says": _plain(self.says)}
        text = json.dumps(
            body, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return text.encode("utf-8", "surrogatepass")

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()

    def texts(self) -> list[tuple[str, str, str]]:
        """Field, words and what stands beside them, of all that has to be judged."""
        words = {name: words_of(value) for name, value in self.says.items()}
        # Parts are many: none is judged beside all the others.
        whole = {name: text for name, text in words.items() if "." not in name}
        return [
            (name, words[name], "\n".join([*_others(whole, name), self.beside]).strip())
            for name in self.surfaces
            if words[name]
        ]

    def to_json(self) -> dict[str, Any]:
        return {
            "says": _plain(self.says),
            "surfaces": list(self.surfaces),
            "beside": self.beside,
        }

    @classmethod
    def from_json(cls, name: str, data: Mapping[str, Any]) -> Facet:
        return cls(name, data["says"], tuple(data["surfaces"]), data["beside"])


def surface_of(name: str) -> str:
    """As what the words of this field are judged."""
    return name.partition(".")[0]


def words_of(value: Any) -> str:
    """As a text to be judged; a number has no words."""
    if isinstance(value, list | tuple):
        return " ".join(one for one in value if isinstance(one, str))
    return value if isinstance(value, str) else ""


def _others(words: Mapping[str, str], name: str) -> list[str]:
    return [text for other, text in words.items() if other != name and text]


def _plain(value: Any) -> Any:
    """1 and 1.0 are the same speed, whichever way they were stored."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value
