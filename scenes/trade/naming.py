"""Names of other formats to ids of ours, without collisions."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from scenes.machine.limits import IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Iterable

_ODD = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_READ = 200
"""Characters of a name that are looked at."""


class Names:
    """Each key gets one id; no two keys get the same."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = set(reserved)
        self._by_key: dict[str, str] = {}
        self._next: dict[str, int] = {}

    def of(self, key: str, fallback: str = "x", like: str | None = None) -> str:
        """The id of a key, the same each time; it looks like its name."""
        found = self._by_key.get(key)
        if found is None:
            found = self.new(key if like is None else like, fallback)
            self._by_key[key] = found
        return found

    def new(self, name: str, fallback: str = "x") -> str:
        """An id like `name` that nothing else has."""
        base = slug(name) or fallback
        found = base
        while found in self._taken:
            number = self._next.get(base, 2)
            self._next[base] = number + 1
            end = f"_{number}"
            found = base[: IDENTIFIER - len(end)] + end
        self._taken.add(found)
        return found

    def known(self, key: str) -> str | None:
        return self._by_key.get(key)


def slug(name: str) -> str:
    """Small letters, digits and underscores; empty when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name[:_READ])
    ascii_ = _CAMEL.sub(" ", plain.encode("ascii", "ignore").decode())
    found = _ODD.sub("_", ascii_.lower()).strip("_")
    if found and not found[0].isalpha():
        found = f"x_{found}"
    return found[:IDENTIFIER].rstrip("_")


def title(name: str) -> str:
    """A name as words: ``goHome_now`` is "Go home now"."""
    words = " ".join(_CAMEL.sub(" ", name[:_READ]).replace("_", " ").split())
    words = words.replace("-", " ").replace(".", " ").strip()
    if words.isupper():
        words = words.lower()
    return words[:1].upper() + words[1:].lower() if words else ""
