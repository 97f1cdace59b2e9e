"""Gestures of the head, laid over how it moves anyway."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from socialapp.performance import Pose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.performance import Part

    Moves = Callable[[float], tuple[float, float, float, float]]
    """From 0 to 1 of its time: degrees of yaw, pitch and roll, and how far down."""

STEP = 0.1
"""Seconds between keys, as of the directors."""


def _swing(share: float, times: float) -> float:
    return math.sin(2.0 * math.pi * times * share)


def _arch(share: float) -> float:
    return math.sin(math.pi * share) ** 2


GESTURES: dict[str, tuple[float, Moves]] = {
    "nod": (0.9, lambda s: (0.0, -4.5 * abs(_swing(s, 1.0)), 0.0, 0.0)),
    "shake_head": (1.1, lambda s: (6.0 * _swing(s, 2.0) * _arch(s), 0.0, 0.0, 0.0)),
    "shrug": (1.0, lambda s: (0.0, 1.5 * _arch(s), 5.0 * _arch(s), -0.012 * _arch(s))),
    "lean_in": (1.6, lambda s: (0.0, -2.5 * _arch(s), 0.0, 0.02 * _arch(s))),
    "point": (0.9, lambda s: (0.0, -3.5 * _arch(s), 1.5 * _arch(s), 0.0)),
    "wave": (1.3, lambda s: (0.0, 2.0 * _arch(s), 4.0 * _swing(s, 1.5), 0.0)),
}
"""Seconds, and the head's share: hands are not in the picture."""


def with_gesture(part: Part, gesture: str, *, at: float) -> Part:
    """The same part with a gesture from `at` on; unknown ones and ``none`` add nothing."""
    if gesture not in GESTURES or not part.poses:
        return part
    seconds, moves = GESTURES[gesture]
    poses = list(part.poses)
    keys = []
    for step in range(round(seconds / STEP) + 1):
        now = round(at + step * STEP, 4)
        if now > poses[-1].at:
            break
        yaw, pitch, roll, down = moves(min(1.0, step * STEP / seconds))
        base = _between(poses, now)
        keys.append(
            replace(
                base,
                yaw=round(base.yaw + yaw, 3),
                pitch=round(base.pitch + pitch, 3),
                roll=round(base.roll + roll, 3),
                y=round(base.y + down, 4),
            )
        )
    if not keys:
        return part
    first, last = keys[0].at, keys[-1].at
    rest = [pose for pose in poses if not first <= pose.at <= last]
    return replace(part, poses=tuple(sorted([*rest, *keys], key=lambda one: one.at)))


def _between(poses: Sequence[Pose], at: float) -> Pose:
    """Where the head is at `at`: on the line between two keys."""
    after = bisect_right([pose.at for pose in poses], at)
    if after == 0 or after == len(poses):
        return replace(poses[min(after, len(poses) - 1)], at=at)
    one, two = poses[after - 1], poses[after]
    share = (at - one.at) / (two.at - one.at) if two.at > one.at else 0.0

    def mixed(name: str) -> float:
        start: float = getattr(one, name)
        end: float = getattr(two, name)
        return start + share * (end - start)

    return Pose(at, *(mixed(name) for name in ("yaw", "pitch", "roll", "x", "y")))
