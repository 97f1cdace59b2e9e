"""What is liked of late, as one number that nobody has to refresh.

A like at time t adds 2^(t / HALF_LIFE) to a sum; kept is the sum's logarithm. Everything
halves together as time goes by, so the order never changes by itself: exponential decay
in the manner of forward decay (Cormode et al., 2009). 0 means: nothing yet.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import datetime as dt

    from feed.ranking.facts import Floats

HALF_LIFE = 12 * 3600.0
"""Seconds. A judgement: yesterday evening's likes count half this morning."""

EPOCH = 1_700_000_000.0
"""Seconds since 1970 at which the scale begins: numbers stay small and positive."""


def scale(moment: dt.datetime) -> float:
    return (moment.timestamp() - EPOCH) / HALF_LIFE


def warmed(heat: float, moment: dt.datetime, by: float = 1.0) -> float:
    """The heat after something that counts `by`; for what is taken back, `by` is less
    than 0 and it ends at 0 at the lowest."""
    added = scale(moment)
    if heat <= 0.0:
        return added + math.log2(by) if by > 0 else 0.0
    high = max(heat, added)
    total = 2.0 ** (heat - high) + by * 2.0 ** (added - high)
    return high + math.log2(total) if total > 2.0**-40 else 0.0


def now(heat: float, moment: dt.datetime) -> float:
    """What is left of it: likes, each halved every half-life since."""
    return float(left(np.array([heat]), moment)[0])


def left(heats: Floats, moment: dt.datetime) -> Floats:
    """`now` of many."""
    since = np.minimum(40.0, heats - scale(moment))
    found: Floats = np.where(heats > 0.0, np.exp2(since), 0.0)
    return found
