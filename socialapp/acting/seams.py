"""One act after another: heads go on from where they were, for there may be no cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialapp.performance import Pose
from socialapp.performance.curves import smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.performance import Performance

SETTLES = 0.9
"""Seconds in which a head gets from one task to the next."""


def onward(before: Performance, after: Performance) -> Performance:
    """`after` with heads that start from where they were at the end of `before`."""
    held = {part.seat: part.poses[-1] for part in before.parts if part.poses}
    parts = tuple(
        replace(part, poses=_eased(held[part.seat], part.poses))
        if part.seat in held and part.poses
        else part
        for part in after.parts
    )
    return replace(after, parts=parts)


def _eased(last: Pose, poses: Sequence[Pose]) -> tuple[Pose, ...]:
    first = poses[0]

    def moved(pose: Pose) -> Pose:
        share = 1.0 - smooth(min(1.0, (pose.at - first.at) / SETTLES))

        def toward(now: float, was: float, begins: float) -> float:
            return round(now + share * (was - begins), 5)

        return Pose(
            pose.at,
            toward(pose.yaw, last.yaw, first.yaw),
            toward(pose.pitch, last.pitch, first.pitch),
            toward(pose.roll, last.roll, first.roll),
            toward(pose.x, last.x, first.x),
            toward(pose.y, last.y, first.y),
        )

    return tuple(moved(pose) for pose in poses)
