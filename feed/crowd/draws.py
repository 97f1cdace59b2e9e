"""How a crowd is distributed. Plain numpy: the same seed draws the same crowd.

Creators publish, and are followed, in the manner of Zipf: a few have most of it. Posts
lie over a year that grows towards its end, by day more than by night. What a post gets
is Zipf's too (exponent ``STEEP``), whoever made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from feed import heat

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from feed.ranking.facts import Floats, Ints

    Bools = NDArray[np.bool_]

DAYS = 365
DAY = 86_400_000_000
"""Microseconds, in which all moments here are, since 1970."""

WINDOW = 21
"""Days before the end of which every impression, view and like is a row. A post that is
older has its counters alone."""

SKEW = 2.5
"""Of who publishes and who is followed: the share of the first n of N is
(n / N) ** (1 / SKEW)."""

STEEP = 0.8
MEAN_SHOWN = 15.0
"""Impressions of a post."""

FOLLOWS = 20.0
"""Mean of a person; lognormal, so that most have fewer."""

FAN = 12_000
"""Follows of the one who follows most, where there are so many to follow."""

OF_CHARACTERS = 0.15
"""Share of follows."""

WON = 0.3
"""Share of those who follow an author whose post they watched of late, who do so after
it."""


@dataclass(frozen=True, slots=True)
class Size:
    posts: int

    @property
    def people(self) -> int:
        return max(40, self.posts // 10)

    @property
    def creators(self) -> int:
        """The first of the people."""
        return max(8, self.people // 3)

    @property
    def characters(self) -> int:
        """One of every creator, and a second one of the busier half of them."""
        return self.creators + self.creators // 2

    @property
    def tags(self) -> int:
        return min(2000, max(20, self.posts // 50))


@dataclass(frozen=True, slots=True)
class Posts:
    """A column a fact; in the order in which they were published."""

    published: Ints
    author: Ints
    character: Ints
    popularity: Floats
    """Impressions that it would get in time."""

    unlisted: Bools
    private: Bools
    removed: Bools
    adults_only: Bools
    demoted: Bools

    def __len__(self) -> int:
        return len(self.published)


@dataclass(frozen=True, slots=True)
class Looks:
    """Impressions, in the order in which they happened. A viewer meets a post once."""

    post: Ints
    person: Ints
    at: Ints
    watched: Floats
    """Fraction."""

    viewed: Bools
    liked: Bools

    def __len__(self) -> int:
        return len(self.post)


@dataclass(frozen=True, slots=True)
class Counters:
    shown: Ints
    views: Ints
    watched: Floats
    dwell: Floats
    likes: Ints
    follows: Ints
    heat: Floats


@dataclass(frozen=True, slots=True)
class Follows:
    person: Ints
    creator: Ints
    """-1: it is of a character."""

    character: Ints
    """-1: it is of a person."""

    def __len__(self) -> int:
        return len(self.person)


def posts(size: Size, draw: np.random.Generator, now: int) -> Posts:
    """`now`: when the last of them may have been published."""
    count = size.posts
    author = _skewed(size.creators, count, draw)
    second = (author < size.creators // 2) & (draw.random(count) < 0.4)
    ranks = draw.permutation(count) + 1.0
    popularity = ranks**-STEEP
    popularity *= MEAN_SHOWN / popularity.mean()
    return Posts(
        published=_moments(count, draw, now),
        author=author,
        character=np.where(second, size.creators + author, author),
        popularity=np.minimum(popularity, 0.6 * size.people),
        unlisted=_some(0.02, count, draw),
        private=_some(0.01, count, draw),
        removed=_some(0.01, count, draw),
        adults_only=_some(0.01, count, draw),
        demoted=_some(0.005, count, draw),
    )


def _some(share: float, count: int, draw: np.random.Generator) -> Bools:
    found: Bools = draw.random(count) < share
    return found


def _skewed(of: int, count: int, draw: np.random.Generator) -> Ints:
    return np.minimum(of - 1, (of * draw.random(count) ** SKEW).astype(np.int64))


def _moments(count: int, draw: np.random.Generator, now: int) -> Ints:
    """Over DAYS before `now`: the last day has three times what the first had; most in
    the evening (20:00 UTC), least twelve hours before."""
    # The inverse of the integral of a density from 1/2 to 3/2.
    days = DAYS * (np.sqrt(0.25 + 2.0 * draw.random(count)) - 0.5)
    whole = np.floor(days)
    hours = 24.0 * (days - whole)
    # One step of rejection: who comes at a quiet hour comes in the evening instead.
    quiet = draw.random(count) < 0.4 - 0.4 * np.cos((hours - 20.0) * np.pi / 12.0)
    evening = np.mod(draw.normal(20.0, 3.0, count), 24.0)
    hours = np.where(quiet, evening, hours)
    midnight = now // DAY * DAY
    at = midnight + ((whole - DAYS + 1.0) * 24.0 + hours) * (DAY / 24.0)
    found = at.astype(np.int64)
    # Of today only what has been.
    found = np.where(found >= now, found - DAY, found)
    # A moment without a fraction is written otherwise by SQLite, and sorted by that.
    return np.sort(found // 1_000_000 * 1_000_000 + draw.integers(1, 10**6, count))


def looks(size: Size, made: Posts, draw: np.random.Generator, now: int) -> Looks:
    """Of the posts of the last WINDOW days, what has been by `now`."""
    new = np.flatnonzero(made.published > now - WINDOW * DAY)
    shown = draw.poisson(made.popularity[new])
    post = np.repeat(new, shown)
    person = _skewed(size.people, len(post), draw)
    # Who looks much is not who publishes much.
    person = draw.permutation(size.people)[person]
    _, first = np.unique(post * size.people + person, return_index=True)
    post, person = post[first], person[first]
    after = draw.exponential(0.5 * DAY, len(post)).astype(np.int64)
    at = made.published[post] + after
    past = at < now
    post, person, at = post[past], person[past], at[past]
    order = np.argsort(at, kind="stable")
    post, person, at = post[order], person[order], at[order]
    watched = np.round(draw.beta(1.6, 1.2, len(post)), 3)
    viewed = watched > 0.3
    liked = viewed & (draw.random(len(post)) < 0.3 * watched**2)
    return Looks(post, person, at, watched, viewed, liked)


def stayed(rows: Looks, length: Floats) -> Floats:
    """Seconds on screen of each; `length` of each post."""
    seconds: Floats = rows.watched * length[rows.post]
    found: Floats = np.maximum(0.3, np.round(seconds, 2))
    return found


def won(made: Posts, rows: Looks, graph: Follows, draw: np.random.Generator) -> Ints:
    """Of each follow the post after which it came, -1 for none: one by whom is followed,
    which that person has watched."""
    every = int(made.author.max()) + 1
    seen = np.flatnonzero(rows.viewed)
    watched = rows.person[seen] * every + made.author[rows.post[seen]]
    pairs, first = np.unique(watched, return_index=True)
    wanted = np.where(
        (graph.creator >= 0) & (graph.creator < every),
        graph.person * every + graph.creator,
        -1,
    )
    at = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    after = (pairs[at] == wanted) & (draw.random(len(graph)) < WON)
    return np.where(after, rows.post[seen[first[at]]], -1)


def counters(
    made: Posts,
    rows: Looks,
    *,
    after: Ints,
    length: Floats,
    draw: np.random.Generator,
    now: int,
) -> Counters:
    """Counted where there are rows, drawn where there are none. `after`: as `won` says;
    `length`: seconds of each post."""
    count = len(made)
    old = made.published <= now - WINDOW * DAY
    shown = np.where(old, draw.poisson(made.popularity), 0)
    views = draw.binomial(shown, 0.74)
    watched: Floats = np.round(
        views * np.clip(draw.normal(0.66, 0.1, count), 0.3, 1.0), 3
    )
    dwell: Floats = np.round(0.57 * shown * length, 2)
    follows = draw.binomial(views, 0.01)
    likes = draw.binomial(views, 0.13)
    warm = np.where(
        likes > 0,
        _scale(made.published + DAY // 4) + np.log2(np.maximum(likes, 1)),
        -np.inf,
    )
    shown += np.bincount(rows.post, minlength=count)
    seen = rows.post[rows.viewed]
    views += np.bincount(seen, minlength=count)
    watched = watched + np.bincount(seen, rows.watched[rows.viewed], minlength=count)
    dwell = dwell + np.bincount(rows.post, stayed(rows, length), minlength=count)
    follows += np.bincount(after[after >= 0], minlength=count)
    likes += np.bincount(rows.post[rows.liked], minlength=count)
    np.logaddexp2.at(warm, rows.post[rows.liked], _scale(rows.at[rows.liked]))
    return Counters(
        shown=shown,
        views=views,
        watched=watched,
        dwell=dwell,
        likes=likes,
        follows=follows,
        heat=np.where(likes > 0, np.maximum(warm, 1e-6), 0.0),
    )


@dataclass(frozen=True, slots=True)
class Tagged:
    """Up to three tags a post, the same few most of the time."""

    drawn: Ints
    """A row a post, of numbers of tags."""

    used: Bools
    """Which of them it has; none twice."""

    def of(self, post: int) -> list[int]:
        found: list[int] = self.drawn[post][self.used[post]].tolist()
        return found


def tagged(count: int, tags: int, draw: np.random.Generator) -> Tagged:
    drawn = _skewed(tags, 3 * count, draw).reshape(count, 3)
    used = np.arange(3) < draw.integers(0, 4, count)[:, None]
    used[:, 1] &= drawn[:, 1] != drawn[:, 0]
    used[:, 2] &= (drawn[:, 2] != drawn[:, 0]) & (drawn[:, 2] != drawn[:, 1])
    return Tagged(drawn, used)


def _scale(at: Ints) -> Floats:
    """As ``feed.heat.scale``."""
    found: Floats = (at / 1e6 - heat.EPOCH) / heat.HALF_LIFE
    return found


def follows(size: Size, draw: np.random.Generator) -> Follows:
    """Each once, none of oneself, in a random order. The last person is the fan."""
    many = draw.lognormal(np.log(FOLLOWS) - 0.5, 1.0, size.people)
    count = np.minimum(many.astype(np.int64), size.characters)
    person = np.repeat(np.arange(size.people), count)
    cast = draw.random(len(person)) < OF_CHARACTERS
    whom = np.where(
        cast,
        size.people + _skewed(size.characters, len(person), draw),
        _skewed(size.creators, len(person), draw),
    )
    fan = size.people - 1
    of_fan = draw.permutation(size.people + size.characters)
    of_fan = of_fan[of_fan != fan][:FAN]
    person = np.concatenate([person[person != fan], np.full(len(of_fan), fan)])
    whom = np.concatenate([whom[: len(person) - len(of_fan)], of_fan])
    every = size.people + size.characters
    pairs = np.unique((person * every + whom)[person != whom])
    draw.shuffle(pairs)
    person, whom = pairs // every, pairs % every
    of_cast = whom >= size.people
    return Follows(
        person,
        np.where(of_cast, -1, whom),
        np.where(of_cast, whom - size.people, -1),
    )


ALPHABET = np.frombuffer(b"23456789abcdefghjkmnpqrstuvwxyz", np.uint8)
"""As ``socialapp.lib.ids.ALPHABET``."""

WIDTH = 13


class Keys(Sequence[str]):
    """As ``socialapp.lib.ids.new_key``, but in order, so that an index of them grows at
    one end; no two are the same. A million take 13 MB, not 62."""

    def __init__(self, count: int, draw: np.random.Generator) -> None:
        most = count + count // 1000 + 8
        numbers = np.unique(draw.integers(0, 2**63, most, np.int64))
        numbers = numbers[np.sort(draw.permutation(len(numbers))[:count])]
        letters = np.empty((count, WIDTH), np.uint8)
        for place in range(WIDTH - 1, -1, -1):
            letters[:, place] = ALPHABET[numbers % len(ALPHABET)]
            numbers = numbers // len(ALPHABET)
        self._text = letters.tobytes().decode("ascii")

    def __len__(self) -> int:
        return len(self._text) // WIDTH

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._text[WIDTH * at : WIDTH * (at + 1)]
