"""What is known of posts, of who looks, and of the house they are in."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


def _ints() -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates, a column a fact; all columns are equally long."""

    posts: Ints
    """Ids. Each is in the pool once."""

    creators: Ints
    characters: Ints
    """Ids; 0 when there is none."""

    ages: Floats
    """Hours since they were published; never negative, whatever a clock said."""

    shown: Ints
    """To how many it was shown: impressions, a viewer a day once."""

    views: Ints
    """How many of these watched."""

    watched: Floats
    """Of those views, the sum of the fractions that were watched, each 0 to 1."""

    dwell: Floats
    """Of the impressions, the sum of their seconds on screen."""

    likes: Ints
    comments: Ints
    remixes: Ints
    follows: Ints
    """Of the creator or the character, right after a view of this post."""

    heat: Floats
    """Likes, comments and remixes of late: their sum, halved every few hours."""

    parents: Ints
    """Post that it is a remix of; 0: it is none."""

    tags: tuple[frozenset[int], ...] = ()
    """Ids. Empty tuple: nobody asked for them."""

    def __post_init__(self) -> None:
        columns = {len(getattr(self, name)) for name in COLUMNS}
        if len(columns) > 1 or (self.tags and len(self.tags) != len(self.posts)):
            raise ValueError(f"The columns of a pool differ in length: {columns}")

    def __len__(self) -> int:
        return len(self.posts)

    def take(self, rows: Ints) -> Pool:
        """The pool with these rows alone, in this order."""
        taken = {name: getattr(self, name)[rows] for name in COLUMNS}
        tags = tuple(self.tags[row] for row in rows) if self.tags else ()
        return Pool(**taken, tags=tags)


def join(pools: Sequence[Pool]) -> Pool:
    """All their rows, pool by pool; a post that is in several is there several times."""
    columns = {
        name: np.concatenate([getattr(pool, name) for pool in pools])
        for name in COLUMNS
    }
    return Pool(**columns, tags=tuple(chain.from_iterable(pool.tags for pool in pools)))


COLUMNS = (
    "posts",
    "creators",
    "characters",
    "ages",
    "shown",
    "views",
    "watched",
    "dwell",
    "likes",
    "comments",
    "remixes",
    "follows",
    "heat",
    "parents",
)


@dataclass(frozen=True, slots=True)
class Taste:
    """What is known of who looks. An empty one is a stranger's."""

    people: Ints = field(default_factory=_ints)
    """Ids of creators whom they follow."""

    characters: Ints = field(default_factory=_ints)
    """Ids of characters whom they follow."""

    creators: Mapping[int, float] = field(default_factory=dict)
    """Affinity by creator, -1 to 1: how what they showed was watched. Less than 0:
    "less like this"."""

    cast: Mapping[int, float] = field(default_factory=dict)
    """The same by character."""

    tags: Mapping[int, float] = field(default_factory=dict)
    """The same by tag, its id."""

    liked: Ints = field(default_factory=_ints)
    """Ids of posts, for their remixes."""

    hidden: Ints = field(default_factory=_ints)
    """Ids of creators of whom they want to see nothing."""

    hidden_characters: Ints = field(default_factory=_ints)


@dataclass(frozen=True, slots=True)
class House:
    """Rates of this server: a like means more where people rarely like. The defaults
    are for a server on its first day, and are judgements."""

    watched: float = 0.5
    """Mean fraction of a clip that is watched."""

    dwell: float = 6.0
    """Mean seconds on screen, an impression; more than 0."""

    likes: float = 0.08
    """A view; the next ones too. 0: nobody here can, and it says nothing of a post."""

    comments: float = 0.01
    remixes: float = 0.004
    follows: float = 0.01
    heat: float = 3.0
    """Of a post that does well here: the ninth decile."""
