"""What the ranking is worth to simulated people, beside three others in the same run.

``feed.bench.town`` says who they are. Told are, over the second half of the days:
NDCG@10 of the pages shown (gain: how much the person enjoys the clip; ideal: the best
ten of the candidates), and of the clips of creators who began in that half the share
that 20 people were shown within a day of its publication. Beside ours: newest first,
most liked first, and the formula of Loops as read in its code (0.25 freshness over 730
days, 0.35 engagement capped at 1,000 likes, 200 comments and 5,000 views, 0.30 interest
in the creator, 0.10 creator; three places in ten drawn among clips with two likes).
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from feed import ranking
from feed.bench.town import PAGE, Town
from feed.ranking import PRIOR, House, Pool, Taste

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from feed.ranking.facts import Floats, Ints

    Policy = Callable[[Town, int, float, Ints], Ints]
    """(town, person, hour, candidates) to a page."""

ENOUGH = 20
"""Impressions."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--creators", type=int, default=60)
    parser.add_argument("--newcomers", type=int, default=20)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)


def run(options: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, policy in POLICIES.items():
        ndcg, coverage = live(Town(**options), policy)
        prefix = "" if name == "ours" else f"{name}_"
        found[f"{prefix}ndcg10"] = round(ndcg, 4)
        found[f"{prefix}new_creator_coverage"] = round(coverage, 3)
    # As the issue of a feed is told: the plain comparison by its short name.
    found["newest_coverage"] = found.pop("newest_new_creator_coverage")
    return found | options


def live(town: Town, policy: Policy) -> tuple[float, float]:
    """Everybody's visits in order; NDCG@10 and coverage of newcomers."""
    draw = np.random.default_rng(town.seed + 1)
    half = 12.0 * town.days
    gains: list[float] = []
    for hour, person in town.visits:
        clips = town.candidates(person, hour)
        if len(clips) < PAGE:
            continue
        page = policy(town, person, hour, clips)
        if hour >= half:
            gains.append(_ndcg(town.joy[person], page, clips))
        town.show(person, hour, page, draw)
    new = town.clip_creator >= town.creators
    new &= town.clip_hour < 24.0 * (town.days - 1)
    return float(np.mean(gains)), float(np.mean(town.first_day[new] >= ENOUGH))


def _ndcg(joy: Floats, page: Ints, clips: Ints) -> float:
    """Jaervelin and Kekaelaeinen (2002), gains as they are, discount log2(rank + 1)."""
    discount = 1.0 / np.log2(np.arange(2, PAGE + 2))
    best = np.sort(joy[clips])[::-1][:PAGE]
    return float(joy[page] @ discount[: len(page)] / (best @ discount[: len(best)]))


def _ours(town: Town, person: int, hour: float, clips: Ints) -> Ints:
    pool = _pool(town, clips, hour)
    taste = _taste(town, person)
    scores = ranking.score(pool, taste=taste, house=_house(town), weights=PRIOR)
    seed = town.seed * 1_000_003 + person * 8191 + int(hour)
    placed = ranking.arrange(pool, scores.totals, taste=taste, seed=seed, most=PAGE)
    return clips[[one.row for one in placed]]


def _pool(town: Town, clips: Ints, hour: float) -> Pool:
    none = np.zeros(len(clips), np.int64)
    return Pool(
        posts=clips + 1,
        creators=town.clip_creator[clips],
        characters=none,
        ages=hour - town.clip_hour[clips],
        shown=town.shown[clips],
        views=town.views[clips],
        watched=town.watched[clips],
        dwell=town.dwell[clips],
        likes=town.likes[clips],
        comments=town.comments[clips],
        remixes=town.remixes[clips],
        follows=town.follows[clips],
        heat=town.heat_now(clips, hour),
        parents=none,
        tags=tuple(frozenset({one}) for one in town.clip_subject[clips].tolist()),
    )


def _taste(town: Town, person: int) -> Taste:
    """What a server would have learnt of them: how they watched whom and what."""
    met = town.met[person]
    mean = (town.enjoyed[person] + 1.5) / (met + 3.0)
    creators = {int(c): 2.0 * float(mean[c]) - 1.0 for c in np.flatnonzero(met)}
    seen = np.flatnonzero(town.seen[person])
    tags: dict[int, float] = {}
    for subject in np.unique(town.clip_subject[seen]).tolist():
        of_it = seen[town.clip_subject[seen] == subject]
        liked = int(town.liked[person, of_it].sum())
        tags[subject] = (liked + 0.3) / (len(of_it) + 3.0)
    return Taste(
        people=np.flatnonzero(town.following[person]),
        # Having watched little of somebody is no wish to see less of them.
        creators={c: max(0.0, value) for c, value in creators.items()},
        tags=tags,
    )


def _house(town: Town) -> House:
    views = max(1, int(town.views.sum()))
    return House(
        watched=float(town.watched.sum() + 5.0) / (views + 10.0),
        dwell=float(town.dwell.sum() + 600.0) / (int(town.shown.sum()) + 100.0),
        likes=float(town.likes.sum() + 8.0) / (views + 100.0),
        comments=float(town.comments.sum() + 1.0) / (views + 100.0),
        remixes=float(town.remixes.sum() + 0.4) / (views + 100.0),
        follows=float(town.follows.sum() + 1.0) / (views + 100.0),
    )


def _newest(town: Town, _person: int, _hour: float, clips: Ints) -> Ints:
    return clips[np.argsort(-town.clip_hour[clips], kind="stable")][:PAGE]


def _most_liked(town: Town, _person: int, _hour: float, clips: Ints) -> Ints:
    order = np.lexsort((-town.clip_hour[clips], -town.likes[clips]))
    return clips[order][:PAGE]


def _loops(town: Town, person: int, hour: float, clips: Ints) -> Ints:
    fresh = 1.0 - (hour - town.clip_hour[clips]) / (730.0 * 24.0)
    engaged = (
        0.6 * np.minimum(town.likes[clips] / 1000.0, 1.0)
        + 0.3 * np.minimum(town.comments[clips] / 200.0, 1.0)
        + 0.1 * np.minimum(town.views[clips] / 5000.0, 1.0)
    )
    creators = town.clip_creator[clips]
    liked = np.zeros(town.enjoyed.shape[1])
    np.add.at(liked, town.clip_creator[np.flatnonzero(town.liked[person])], 5.0)
    interest = np.minimum((50.0 + liked[creators]) / 100.0, 1.0)
    fame = np.minimum(town.following.sum(axis=0)[creators] / 1000.0, 1.0)
    score = 0.25 * fresh + 0.35 * engaged + 0.30 * interest + 0.10 * (0.5 + 0.5 * fame)
    best = clips[np.argsort(-score, kind="stable")].tolist()
    dice = Random(town.seed + person * 8191 + int(hour))  # noqa: S311  a simulation
    tried = [clip for clip in best if town.likes[clip] >= 2]
    drawn = dice.sample(tried, min(3, len(tried)))
    page = [clip for clip in best if clip not in drawn][: PAGE - len(drawn)]
    return np.array([*page, *drawn], np.int64)


POLICIES: dict[str, Policy] = {
    "ours": _ours,
    "newest": _newest,
    "most_liked": _most_liked,
    "loops": _loops,
}
