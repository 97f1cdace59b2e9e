"""A text as written, made plain and unpacked: what every layer reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.screening import hidden, lexicon
from moderation.screening.hard import CHECKS
from moderation.screening.matching import Reading, plain
from moderation.screening.normalise import (
    MAX_CHARACTERS,
    Normal,
    as_written,
    normalise,
    without_tags,
)
from moderation.screening.rules import of_category
from moderation.screening.verdicts import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from moderation.screening.matching import Match

_LAYERS: tuple[tuple[str, Callable[[Reading], Iterable[Match]]], ...] = (
    *(("rule", check) for check in CHECKS),
    ("lexicon", lexicon.find),
)


@dataclass(frozen=True, slots=True)
class Version:
    """One of the texts that a text holds, and where its letters were written."""

    normal: Normal
    place: tuple[int, int] | None = None
    """Where it was hidden, for one that had to be decoded."""

    for_heads: bool = False
    """Of a kind with what the heads have learnt from: plain, unpacked, without tags."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.place or self.normal.span(start, end)


def versions_of(text: str) -> list[Version]:
    """As a voice reads it, made plain, as written where these differ, and what it hides.

    TooLongError as in ``normalise``.
    """
    made_plain = normalise(text)
    spoken = without_tags(made_plain)
    versions = [Version(spoken, for_heads=True)]
    if spoken.text != made_plain.text:
        versions.append(Version(made_plain))
    if made_plain.text != text:
        versions.append(Version(as_written(text)))
    for secret in hidden.find(text):
        inside = normalise(secret.text)
        place = (secret.start, secret.end)
        versions.append(Version(inside, place, for_heads=True))
    return versions


def match_rules(
    text: str, *, surface: str, age: int | None = None, beside: str = ""
) -> list[Finding]:
    """What the hard rules and the lexicon find in any version of it."""
    reading = Reading("", surface, age, plain(normalise(beside[:MAX_CHARACTERS]).text))
    return [
        Finding(match.category, rule.id, start, end, 1.0, layer, match.action)
        for version in versions_of(text)
        for layer, match in _matches(replace(reading, text=plain(version.normal.text)))
        for rule in (of_category(match.category),)
        for start, end in (version.span(match.start, match.end),)
    ]


def _matches(reading: Reading) -> Iterator[tuple[str, Match]]:
    for layer, find in _LAYERS:
        for match in find(reading):
            yield layer, match
