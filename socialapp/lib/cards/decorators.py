"""``@@name value`` lines at the head of a lorebook entry (V3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST = 40
"""Lines that are looked at; the rest is text."""


@dataclass(frozen=True, slots=True)
class Decorators:
    values: Mapping[str, Any]
    """By name: int, tuple of words, text, or True for those without a value."""

    unused: tuple[str, ...]
    """Lines that nothing here understands, as written."""

    def number(self, name: str) -> int | None:
        found = self.values.get(name)
        return found if isinstance(found, int) else None

    def words(self, name: str) -> tuple[str, ...]:
        found = self.values.get(name, ())
        return found if isinstance(found, tuple) else ()

    def text(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def has(self, name: str) -> bool:
        return name in self.values


def split(content: str) -> tuple[list[str], str]:
    """The decorator lines and the text after them."""
    lines = content.lstrip("\r\n").split("\n")
    count = 0
    while count < min(len(lines), MOST) and lines[count].startswith("@@"):
        count += 1
    if not count:
        return [], content
    found = [line.rstrip("\r ") for line in lines[:count]]
    return found, "\n".join(lines[count:]).strip("\r\n")


def read(lines: list[str]) -> Decorators:
    """The first of each name counts; ``@@@`` stands in for the line above when that one
    is not understood."""
    values: dict[str, Any] = {}
    unused: list[str] = []
    settled = False
    for line in lines:
        fallback = line.startswith("@@@")
        if fallback and settled:
            continue
        name, _, value = line.lstrip("@").partition(" ")
        read_value = _KNOWN.get(name)
        parsed = read_value(value.strip()) if read_value else None
        settled = parsed is not None
        if settled:
            values.setdefault(name, parsed)
        else:
            unused.append(line)
    return Decorators(values, tuple(unused))


def _number(value: str) -> int | None:
    return (
        int(value) if value.isascii() and value.isdigit() and len(value) < 7 else None
    )


def _flag(_value: str) -> bool:
    return True


def _words(value: str) -> tuple[str, ...] | None:
    return tuple(word.strip() for word in value.split(",") if word.strip()) or None


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: value if value in allowed else None


_KNOWN: dict[str, Callable[[str], Any]] = {
    "activate_only_after": _number,
    "activate_only_every": _number,
    "keep_activate_after_match": _flag,
    "dont_activate_after_match": _flag,
    "depth": _number,
    "reverse_depth": _number,
    "role": _one_of("assistant", "system", "user"),
    "scan_depth": _number,
    "is_greeting": _number,
    "position": _one_of("after_desc", "before_desc", "personality", "scenario"),
    "ignore_on_max_context": _flag,
    "additional_keys": _words,
    "exclude_keys": _words,
    "dont_activate": _flag,
    "activate": _flag,
}
"""Those of V3 that a chat can heed. ``instruct_*``, ``is_user_icon`` and
``disable_ui_prompt`` are about programs of another kind."""
