"""The order on the page: the best first, but not all of one creator, and with a place
for those that nobody has met."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feed.ranking.facts import Floats, Pool, Taste

    Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

WINDOW, OF_ONE = 10, 2
"""In any ten in a row, two are of one creator at most, as long as there are others."""

FAIR = 20
"""Impressions by which a new post has had its chance."""

NEW = 48.0
"""Hours for which a post is new."""

EVERY = 5
"""One place in so many is for a new post with few impressions, while there are any:
its score cannot know yet what it is worth."""


@dataclass(frozen=True, slots=True)
class Placed:
    row: int
    """In the pool."""

    chance: bool = False
    """It stands there for its first chance, not for its score."""


def arrange(
    pool: Pool,
    totals: Floats,
    *,
    taste: Taste,
    seed: int,
    most: int = 200,
    later: Mask | None = None,
) -> list[Placed]:
    """At most `most` rows of the pool. `seed` chooses which new posts get a chance, so
    that different viewers try different ones; equal scores keep the newer post first.

    `later`: rows that come after all others, whatever their score. What stands before
    them counts for them, too: two of one creator in any ten, across the seam.
    """
    wanted = _wanted(pool, taste)
    order = np.lexsort((-pool.posts, pool.ages, -totals)).tolist()
    last = np.zeros(len(pool), np.bool_) if later is None else later
    creators = pool.creators.tolist()
    placed: list[Placed] = []
    recent: deque[int] = deque(maxlen=WINDOW - 1)
    for tier in (wanted & ~last, wanted & last):
        taken: set[int] = set()
        best = deque(row for row in order if tier[row])
        new = deque(_newcomers(pool, tier, seed))
        while len(placed) < most:
            turn = len(placed) % EVERY == EVERY - 1
            found = _next(new, creators, recent, taken) if turn else None
            chance = found is not None
            if found is None:
                found = _next(best, creators, recent, taken)
            if found is None:
                # Nobody else is left: a page of few creators beats half a page.
                found = _next(best, creators, deque(), taken)
            if found is None:
                break
            taken.add(found)
            recent.append(creators[found])
            placed.append(Placed(found, chance))
    return placed


def _wanted(pool: Pool, taste: Taste) -> Mask:
    """Not of those whom the viewer has hidden."""
    hidden = np.isin(pool.creators, taste.hidden)
    cast = np.isin(pool.characters, taste.hidden_characters) & (pool.characters > 0)
    found: Mask = ~(hidden | cast)
    return found


def _newcomers(pool: Pool, wanted: Mask, seed: int) -> Iterator[int]:
    """New posts with few impressions, the least shown likeliest to come first."""
    rows = np.flatnonzero(wanted & (pool.shown < FAIR) & (pool.ages < NEW)).tolist()
    dice = Random(seed)  # noqa: S311  an order, not a secret
    shown = pool.shown.tolist()
    drawn = {row: dice.random() * (1.0 + shown[row]) for row in rows}
    return iter(sorted(rows, key=drawn.__getitem__))


def _next(
    rows: deque[int],
    creators: Sequence[int],
    recent: deque[int],
    taken: set[int],
) -> int | None:
    """The first that may stand here. Those of a creator who has had enough wait for
    their turn; what was placed is dropped."""
    waiting: list[int] = []
    found = None
    while rows and found is None:
        row = rows.popleft()
        if row in taken:
            continue
        if recent.count(creators[row]) >= OF_ONE:
            waiting.append(row)
        else:
            found = row
    rows.extendleft(reversed(waiting))
    return found
