"""Hard rules: few, readable, each with tests. What they match, a person can be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.screening.hard import (
    danger,
    deceit,
    machine,
    minors,
    people,
    private,
    self_harm,
    threats,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moderation.screening.matching import Match, Reading

CHECKS: tuple[Callable[[Reading], Iterable[Match]], ...] = (
    minors.find,
    self_harm.find,
    threats.find,
    people.find,
    private.find,
    danger.find,
    deceit.find,
    machine.find,
)
