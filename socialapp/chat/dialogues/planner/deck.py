"""Endless dealing from a few cards: in a new order each round, the same never soon again."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def deal(items: Sequence[T], number: int, seed: str) -> T:
    """The item at place `number` of an endless sequence that `seed` alone decides.

    Each round has every item once. An item stays in its half of the rounds, so that half
    a round or more lies between two times of it. IndexError when there are no items.
    """
    if not items:
        raise IndexError("There is nothing to deal.")
    order = list(range(len(items)))
    random.Random(seed).shuffle(order)  # noqa: S311  variety
    turn, at = divmod(number, len(order))
    half = len(order) // 2
    first, second = order[:half], order[half:]
    for part in (first, second):
        random.Random(f"{seed}/{turn}").shuffle(part)  # noqa: S311
    return items[[*first, *second][at]]
