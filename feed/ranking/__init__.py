"""Which posts come first, and why: pure functions of facts, without a database.

`features` turns facts into numbers from -1 to 1, `score` weighs them into terms that sum
to the score, `arrange` puts the best in an order that is fair to creators and to clips
that nobody has met yet. Whoever calls them has done the queries.
"""

from feed.ranking.arranging import arrange
from feed.ranking.facts import House, Pool, Taste, join
from feed.ranking.scoring import Scores, explain, score
from feed.ranking.traits import features
from feed.ranking.weights import PRIOR, Weights

__all__ = [
    "PRIOR",
    "House",
    "Pool",
    "Scores",
    "Taste",
    "Weights",
    "arrange",
    "explain",
    "features",
    "join",
    "score",
]
