"""The order on the page: the best first, but not all of one creator, and with a place
for those that nobody has met."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from feed.ranking.facts import Floats, Pool, Taste

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
    safe: Callable[[int], bool] = lambda _row: True,
) -> list[Placed]:
    """At most `most` rows of the pool. `seed` chooses which new posts get a chance, so
    that different viewers try different ones; equal scores keep the newer post first.

    `safe` is asked last, of whatever would be placed: what it refuses is not there, and
    nothing above it can bring it back.
    """
    wanted = _wanted(pool, taste)
    order = np.lexsort((-pool.posts, pool.ages, -totals))
    best = deque(row for row in order.tolist() if wanted[row])
    new = deque(_newcomers(pool, wanted, seed))
    placed: list[Placed] = []
    taken: set[int] = set()
    recent: deque[int] = deque(maxlen=WINDOW - 1)
    creators = pool.creators.tolist()
    while len(placed) < most:
        turn = len(placed) % EVERY == EVERY - 1
        found = _next(new, creators, recent, taken, safe) if turn else None
        chance = found is not None
        if found is None:
            found = _next(best, creators, recent, taken, safe)
        if found is None:
            # Nobody else is left: a page of few creators is better than half a page.
            found = _next(best, creators, deque(), taken, safe)
        if found is None:
            break
        taken.add(found)
        recent.append(creators[found])
        placed.append(Placed(found, chance))
    return placed


def _wanted(pool: Pool, taste: Taste) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Not of those whom the viewer has hidden."""
    hidden = np.isin(pool.creators, taste.hidden)
    cast = np.isin(pool.characters, taste.hidden_characters) & (pool.characters > 0)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = ~(hidden | cast)
    return found


def _newcomers(
    pool: Pool, wanted: np.ndarray[tuple[int], np.dtype[np.bool_]], seed: int
) -> Iterator[int]:
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
    safe: Callable[[int], bool],
) -> int | None:
    """The first that may stand here. Those of a creator who has had enough wait for
    their turn; what was placed or is not safe is dropped."""
    waiting: list[int] = []
    found = None
    while rows and found is None:
        row = rows.popleft()
        if row in taken:
            continue
        if recent.count(creators[row]) >= OF_ONE:
            waiting.append(row)
        elif safe(row):
            found = row
    rows.extendleft(reversed(waiting))
    return found
