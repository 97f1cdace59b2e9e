"""Facts as numbers from -1 to 1, so that weights compare. 0: nothing is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feed.ranking.facts import Floats, House, Ints, Pool, Taste

NAMES = (
    "watched",
    "liked",
    "talked",
    "remixed",
    "won",
    "heat",
    "fresh",
    "follows",
    "affinity",
    "kin",
    "less",
    "dwell",
)
"""In the order of the columns of `features`. New ones go last."""

HALF_LIFE = 30.0
"""Hours after which a post counts as half as fresh: a day's feed is mostly of that day,
and last week's best is still found. A judgement."""

KEPT = 0.5
"""Of what its viewers thought of it a post keeps when it is old."""

DOUBT = 8.0
"""Views of the house's mean that every post starts with: one like of one viewer is not
a rate of 1 (an empirical-Bayes prior, as in shrinkage of click-through rates)."""

DWELL_DOUBT = 20.0
"""The same in impressions, for how long people stay: one who forgets a page that is open
stays two minutes."""


def features(pool: Pool, taste: Taste, house: House) -> Floats:
    """One row a post, one column a name of `NAMES`."""
    fresh: Floats = np.exp2(-np.maximum(pool.ages, 0.0) / HALF_LIFE)
    still = KEPT + (1.0 - KEPT) * fresh
    views = np.maximum(pool.views, 0).astype(np.float64)
    watched = (pool.watched + DOUBT * house.watched) / (views + DOUBT)
    columns: dict[str, Floats] = {
        "watched": np.clip(watched, 0.0, 1.0) * still,
        "liked": _rate(pool.likes, views, house.likes) * still,
        "talked": _rate(pool.comments, views, house.comments) * still,
        "remixed": _rate(pool.remixes, views, house.remixes) * still,
        "won": _rate(pool.follows, views, house.follows) * still,
        "dwell": _stay(pool, house.dwell) * still,
        "heat": np.asarray(pool.heat / (pool.heat + max(house.heat, 1e-9))),
        "fresh": fresh,
        "follows": _follows(pool, taste),
        "kin": _yes(np.isin(pool.parents, taste.liked) & (pool.parents > 0)),
    }
    affinity = _affinity(pool, taste)
    columns["affinity"] = np.maximum(affinity, 0.0)
    columns["less"] = np.minimum(affinity, 0.0)
    table: Floats = np.column_stack([columns[name] for name in NAMES])
    return table


def _rate(counts: Ints, views: Floats, mean: float) -> Floats:
    """0 for the house's mean, nearer to 1 the further above it, to -1 below; 0 for all
    of what nobody here can do."""
    if mean <= 0.0:
        return np.zeros(len(views))
    # At least one whole event: nobody is worse for what is rare everywhere.
    doubt = max(DOUBT, 1.0 / mean)
    rate = (np.maximum(counts, 0) + doubt * mean) / (views + doubt)
    found: Floats = np.asarray((rate - mean) / (rate + mean), np.float64)
    return found


def _stay(pool: Pool, mean: float) -> Floats:
    """0 for who stays as long as people do here, nearer to 1 the longer, to -1 the
    shorter. Of all who were shown it: who leaves at once has stayed as well."""
    shown = np.maximum(pool.shown, 0).astype(np.float64)
    known = np.maximum(pool.dwell, 0.0) + DWELL_DOUBT * mean
    seconds = known / (shown + DWELL_DOUBT)
    found: Floats = np.asarray((seconds - mean) / (seconds + mean), np.float64)
    return found


def _follows(pool: Pool, taste: Taste) -> Floats:
    people = np.isin(pool.creators, taste.people)
    cast = np.isin(pool.characters, taste.characters)
    return _yes(people | cast)


def _yes(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """1 where it holds, 0 elsewhere."""
    return mask.astype(np.float64)


def _affinity(pool: Pool, taste: Taste) -> Floats:
    """-1 to 1: likings add up as chances do, and a dislike of any of creator, character
    and tags outweighs what is liked about the rest."""
    found = [_looked_up(pool.creators, taste.creators)]
    found.append(_looked_up(pool.characters, taste.cast))
    if taste.tags and pool.tags:
        known = frozenset(taste.tags)
        found.append(
            np.array([_of_tags(tags & known, taste.tags) for tags in pool.tags])
        )
    table = np.clip(np.stack(found), -1.0, 1.0)
    worst = table.min(axis=0)
    liked = 1.0 - np.prod(1.0 - np.maximum(table, 0.0), axis=0)
    both: Floats = np.where(worst < 0, worst, liked)
    return both


def _looked_up(ids: Ints, by_id: Mapping[int, float]) -> Floats:
    if not by_id:
        return np.zeros(len(ids))
    return np.array([by_id.get(one, 0.0) for one in ids.tolist()])


def _of_tags(tags: frozenset[int], by_tag: Mapping[int, float]) -> float:
    """Of those that a taste knows."""
    if not tags:
        return 0.0
    values = [by_tag[tag] for tag in tags]
    worst = min(values)
    return worst if worst < 0 else sum(values) / len(values)
