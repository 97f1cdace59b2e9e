"""A script with places for what the columns of a table say: ``Hello, {name}.``"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


class TemplateError(ValueError):
    """The text cannot be filled in; the message says why and what to do."""


class RowError(ValueError):
    """A row has nothing for one of the places."""

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(f"{column}: {reason}")


def places(template: str) -> list[str]:
    """The names in braces, each once, in order. A brace that is meant to be read is
    written twice. TemplateError for one that is left open."""
    found: dict[str, None] = {}
    for match in _PLACE.finditer(template):
        if match[0] in {"{{", "}}"}:
            continue
        name = " ".join((match[1] or "").split())
        if not name:
            raise TemplateError(
                "A brace in the text names no column. Write {name}, or {{ for a brace"
                " that is meant to be read."
            )
        found[name] = None
    return list(found)


def check(template: str, columns: Sequence[str]) -> None:
    """TemplateError unless it has a place, and each is a column of the table."""
    wanted = places(template)
    if not wanted:
        raise TemplateError(
            "The text is the same for every row. Put the name of a column in braces, as"
            f" in {{{columns[0]}}}."
        )
    known = {name.casefold() for name in columns}
    for name in wanted:
        if name.casefold() not in known:
            raise TemplateError(
                f"The text asks for {{{name}}}, and the table has no such column. It"
                f" has: {', '.join(columns)}."
            )


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text for one row; what a cell says is never read as a place or as a tag.
    RowError for a cell that is empty."""
    known = {name.casefold(): (name, value) for name, value in values.items()}

    def put(match: re.Match[str]) -> str:
        if match[0] in {"{{", "}}"}:
            return match[0][0]
        name, value = known[" ".join((match[1] or "").split()).casefold()]
        if not value:
            raise RowError(name, "It is empty, and the text says it.")
        return value.replace("[", "(").replace("]", ")")

    return _PLACE.sub(put, template)
