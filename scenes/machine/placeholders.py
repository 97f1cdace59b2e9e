"""``{role}`` and ``{variable}`` in texts; ``{{`` and ``}}`` are braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scenes.machine.writing import number

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenes.machine.model import Text
    from scenes.machine.trees import Value

_MARK = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]{0,63})\}|[{}]")


def names_in(said: str) -> frozenset[str]:
    if "{" not in said:
        return frozenset()
    return frozenset(match[1] for match in _MARK.finditer(said) if match[1])


def names(text: Text) -> frozenset[str]:
    """What a text names, in any language."""
    if not text.others:
        return names_in(text.main)
    return names_in(text.main).union(*map(names_in, text.others.values()))


def broken(said: str) -> bool:
    """Whether a brace stands alone."""
    if "{" not in said and "}" not in said:
        return False
    return any(
        match[1] is None and len(match[0]) == 1 for match in _MARK.finditer(said)
    )


def filled(said: str, value: Callable[[str], str | None]) -> str:
    """The text with each name replaced; one without a value stays as it is."""

    def replace(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        found = value(match[1])
        return match[0] if found is None else found

    return _MARK.sub(replace, said)


def shown(value: Value) -> str:
    """How a variable reads in a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number(value)
