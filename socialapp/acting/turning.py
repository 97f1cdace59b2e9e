"""Who speaks turns a little to one of the others; who listens turns to the speaker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialapp.performance import Part, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

LISTENER_LOOKS, SPEAKER_LOOKS = 0.55, 0.25
"""How far eyes turn to the other one, -1 to 1."""

LISTENER_TURNS, SPEAKER_TURNS = 7.0, 3.0
"""How far heads turn to the other one, in degrees."""

UPWARD = 0.6
"""How far they turn up or down, of how far they turn to a side."""


def side_of(places: Mapping[str, Place], seat: str, toward: str) -> int:
    """On which side of `seat` the other one stands: -1 left, 1 right, 0 the same."""
    here, there = places.get(seat, Place()), places.get(toward, Place())
    return (there.x > here.x) - (there.x < here.x)


def speaking(part: Part, side: int, up: int = 0) -> Part:
    """`up`: the other one is above (1) or below (-1), in a frame that is split so."""
    return _facing(part, side, up, SPEAKER_LOOKS, SPEAKER_TURNS)


def listening(part: Part, side: int, up: int = 0) -> Part:
    return _facing(part, side, up, LISTENER_LOOKS, LISTENER_TURNS)


def _facing(part: Part, side: int, up: int, looks: float, turns: float) -> Part:
    """The same acting, turned to a side, or up or down, which heads do less."""
    if not (side or up):
        return part
    high, lifts = UPWARD * up * looks, UPWARD * up * turns
    return replace(
        part,
        glances=tuple(
            replace(g, x=_within(g.x + side * looks), y=_within(g.y + high))
            for g in part.glances
        ),
        poses=tuple(
            replace(
                p, yaw=round(p.yaw + side * turns, 3), pitch=round(p.pitch + lifts, 3)
            )
            for p in part.poses
        ),
    )


def _within(share: float) -> float:
    return round(min(1.0, max(-1.0, share)), 3)
