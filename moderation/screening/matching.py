"""What a hard rule gets and gives."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from moderation.screening.verdicts import Action


class Match(NamedTuple):
    """Words of the text that was given, as characters [start, end)."""

    category: str
    start: int
    end: int
    action: Action


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a text, ready for patterns: lower case, straight quotes."""

    text: str
    surface: str
    age: int | None = None
    """Of the person who wrote it; None: unknown, held to be an adult."""

    beside: str = ""
    """What it stands beside and is judged with, such as the persona that says it."""

    @property
    def young(self) -> bool:
        return self.age is not None and self.age < 18


Check = "Callable[[Reading], Iterable[Match]]"

SPOKEN = frozenset({"script", "scene", "stream", "chat", "caption", "comment", "title"})
"""Surfaces on which somebody is addressed."""

NAMES = frozenset({"name", "title", "tagline", "tags", "profile_name"})
"""Short texts that stand over everything else a person publishes."""

PERSONAS = frozenset({"persona", "greeting", "card", "scene", "script", "character"})
"""Texts that a language model may be given."""


def plain(text: str) -> str:
    """Lower case with straight quotes, one character for each: places stay."""
    low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low.translate(_QUOTES)


_QUOTES = str.maketrans("‘’“”‐‑–—", "''\"\"----")


def words(pattern: str) -> re.Pattern[str]:
    """A verbose pattern of whole words; one space stands for any white space."""
    compact = re.sub(r"\s*\n\s*", "", pattern).replace(" ", r"[\s,]{1,3}")
    return re.compile(rf"\b(?:{compact})(?!\w)")


def pairs(
    first: Iterable[re.Match[str]], second: Sequence[re.Match[str]], reach: int
) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Each of `first` with the nearest of `second` (in order) within `reach`
    characters, unless they overlap."""
    starts = [found.start() for found in second]
    for one in first:
        at = bisect_left(starts, one.start())
        near = [
            (_gap(one, other), other)
            for other in second[max(0, at - 2) : at + 2]
            if 0 <= _gap(one, other) <= reach
        ]
        if near:
            yield one, min(near, key=lambda pair: pair[0])[1]


def _gap(one: re.Match[str], other: re.Match[str]) -> int:
    return max(one.start() - other.end(), other.start() - one.end())


def around(text: str, start: int, end: int, reach: int) -> str:
    return text[max(0, start - reach) : end + reach]


def cover(*found: re.Match[str]) -> tuple[int, int]:
    return min(m.start() for m in found), max(m.end() for m in found)
