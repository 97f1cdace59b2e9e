"""Weights from what people did: logistic regression on the days before, judged on the
last ones, beside newest-first and most-liked.

An impression is a success when most of the post was watched, or it was liked. What is
learnt is the chance of that from the traits that the ranking had when it showed the post.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from feed.ranking.traits import NAMES
from feed.ranking.weights import MOST, Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feed.ranking.facts import Floats

LEAST = 500
"""Impressions, of which LEAST_EACH went each way: with fewer, chance would be learnt."""

LEAST_EACH = 50

HELD_OUT = 0.25
"""Of the days, the last."""

MARGIN = 0.002
"""NDCG by which new weights must be better than those in use."""

PAGE = 10

JUDGED = ("less", "follows")
"""What a person asked for in words is not unlearnt by what they watch all the same."""


class TooLittleError(Exception):
    """There is not enough to learn from; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    viewer: str
    day: int
    """Ordinal."""

    post: int
    published: float
    """Seconds since 1970."""

    likes: int
    """Of the post, now: what most-liked would have gone by."""

    traits: tuple[float, ...]
    success: bool
    new: bool = False
    """Of a creator whose first post was less than a week old then."""


@dataclass(frozen=True, slots=True)
class Learnt:
    weights: Weights
    better: bool
    report: dict[str, float]


def learn(outcomes: Sequence[Outcome], *, current: Weights) -> Learnt:
    """TooLittleError; ImportError without scikit-learn."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  heavy

    known = [one for one in outcomes if len(one.traits) == len(NAMES)]
    early, late = _split(known)
    table = np.array([one.traits for one in early])
    hits = np.array([one.success for one in early])
    if len(early) < LEAST or min(hits.sum(), (~hits).sum()) < LEAST_EACH:
        raise TooLittleError(
            f"{len(early)} ranked impressions before the last days, {int(hits.sum())} of"
            f" them watched: {LEAST} and {LEAST_EACH} each way are needed. The weights in"
            " use stay."
        )
    model = LogisticRegression(C=1.0, max_iter=500).fit(table, hits)
    by_name = dict(zip(NAMES, model.coef_[0].tolist(), strict=True))
    for name in JUDGED:
        by_name[name] = max(by_name[name], float(current.by_name[name]))
    weights = Weights(
        {name: min(MOST, max(-MOST, value)) for name, value in by_name.items()}
    )
    report = replay(late, {"new": weights, "current": current})
    better = report["ndcg10_new"] > report["ndcg10_current"] + MARGIN
    return Learnt(weights, better, report | {"learnt_from": float(len(early))})


def replay(late: Sequence[Outcome], by: dict[str, Weights]) -> dict[str, float]:
    """NDCG@10 of what each viewer was shown in a day, put into other orders; and which
    share of the first ten is of new creators."""
    orders = {name: _scores(late, weights) for name, weights in by.items()}
    orders["newest"] = np.array([one.published for one in late])
    orders["most_liked"] = np.array([float(one.likes) for one in late])
    days: dict[tuple[str, int], list[int]] = {}
    for row, one in enumerate(late):
        days.setdefault((one.viewer, one.day), []).append(row)
    report = {"days_of_viewers": float(len(days))}
    hits = np.array([float(one.success) for one in late])
    new = np.array([float(one.new) for one in late])
    for name, scores in orders.items():
        gains, shares = [], []
        for rows in days.values():
            found = np.array(rows)
            order = found[np.argsort(-scores[found], kind="stable")][:PAGE]
            shares.append(float(new[order].mean()))
            if (gain := _ndcg(hits[order], hits[found])) is not None:
                gains.append(gain)
        report[f"ndcg10_{name}"] = round(float(np.mean(gains)), 4) if gains else 0.0
        report[f"new_creators_{name}"] = (
            round(float(np.mean(shares)), 4) if shares else 0.0
        )
    return report


def _split(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    days = sorted({one.day for one in outcomes})
    if len(days) < 2:
        raise TooLittleError(
            "All impressions are of one day, and weights are judged on days that they"
            " were not learnt from. Try again tomorrow."
        )
    first_late = days[-max(1, round(len(days) * HELD_OUT))]
    return (
        [one for one in outcomes if one.day < first_late],
        [one for one in outcomes if one.day >= first_late],
    )


def _scores(outcomes: Sequence[Outcome], weights: Weights) -> Floats:
    scores: Floats = np.array([one.traits for one in outcomes]) @ np.array(
        weights.row()
    )
    return scores


def _ndcg(shown: Floats, all_: Floats) -> float | None:
    """None where nothing was a success: no order is better than another."""
    best = np.sort(all_)[::-1][:PAGE]
    if not best.any():
        return None
    discount = 1.0 / np.log2(np.arange(2, PAGE + 2))
    return float(shown @ discount[: len(shown)] / (best @ discount[: len(best)]))
