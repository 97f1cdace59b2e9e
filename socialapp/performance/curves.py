"""Curves through keys: easing, held keys with soft changes, smooth interpolation.

Only + - * / and comparisons, in a fixed order: ``static/stage/curves.js`` repeats the same
arithmetic and gets the same numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Vector = tuple[float, ...]


def clamp(x: float, low: float, high: float) -> float:
    return low if x < low else min(x, high)


def smooth(x: float) -> float:
    """0 to 1 with flat ends, for any x."""
    x = clamp(x, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def bump(distance: float, reach: float) -> float:
    """1 at distance 0, flat 0 from `reach` on: a bell with an end."""
    if distance >= reach:
        return 0.0
    u = distance / reach
    v = 1.0 - u * u
    return v * v


class Holds:
    """Values that hold until the next key and change softly, never with a jump.

    Before the second key the first one holds: a performance starts in its first state.
    """

    def __init__(self, keys: Sequence[tuple[float, Vector]], ramp: float) -> None:
        """`keys`: (seconds, values) in order. `ramp`: seconds that a change takes."""
        self.ramp = ramp
        self.times = [at for at, _ in keys]
        self.goals = [values for _, values in keys]
        self.starts: list[Vector] = []
        for i, at in enumerate(self.times):
            self.starts.append(self.goals[0] if i == 0 else self._value(i - 1, at))

    def _value(self, i: int, t: float) -> Vector:
        s = smooth((t - self.times[i]) / self.ramp)
        return tuple(
            a + (b - a) * s for a, b in zip(self.starts[i], self.goals[i], strict=True)
        )

    def at(self, t: float) -> Vector:
        """IndexError without keys."""
        return self._value(max(0, bisect_right(self.times, t) - 1), t)


class Smooth:
    """Monotone cubic interpolation (Fritsch and Carlson, 1980): no overshoot, no corner.

    Before the first and after the last key the value stands still.
    """

    def __init__(self, keys: Sequence[tuple[float, Vector]]) -> None:
        """`keys`: (seconds, values) in order; of keys at one moment the last counts."""
        kept = [
            k for i, k in enumerate(keys) if i + 1 == len(keys) or keys[i + 1][0] > k[0]
        ]
        self.times = [at for at, _ in kept]
        self.values = [values for _, values in kept]
        self.slopes = [self._slopes(i) for i in range(len(kept))]

    def _slopes(self, i: int) -> Vector:
        if i == 0 or i + 1 == len(self.times):
            return tuple(0.0 for _ in self.values[i])
        before = self.times[i] - self.times[i - 1]
        after = self.times[i + 1] - self.times[i]
        out = []
        for a, b, c in zip(
            self.values[i - 1], self.values[i], self.values[i + 1], strict=True
        ):
            d0, d1 = (b - a) / before, (c - b) / after
            if d0 * d1 <= 0.0:
                out.append(0.0)
            else:
                w0, w1 = 2.0 * after + before, after + 2.0 * before
                out.append((w0 + w1) / (w0 / d0 + w1 / d1))
        return tuple(out)

    def at(self, t: float) -> Vector:
        """IndexError without keys."""
        if t <= self.times[0]:
            return self.values[0]
        if t >= self.times[-1]:
            return self.values[-1]
        i = bisect_right(self.times, t) - 1
        h = self.times[i + 1] - self.times[i]
        u = (t - self.times[i]) / h
        v = 1.0 - u
        h00, h10 = (1.0 + 2.0 * u) * v * v, u * v * v
        h01, h11 = u * u * (3.0 - 2.0 * u), u * u * (u - 1.0)
        return tuple(
            h00 * a + h10 * h * ma + h01 * b + h11 * h * mb
            for a, ma, b, mb in zip(
                self.values[i],
                self.slopes[i],
                self.values[i + 1],
                self.slopes[i + 1],
                strict=True,
            )
        )
