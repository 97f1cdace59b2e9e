"""Simple motion: head and breath move the picture; eyes and mouth stay as painted.

For portraits whose face was not found, or whose mouth must not be touched: profiles,
masks, helmets. It never paints anything.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from avatarfx.animators import framing, pictures
from avatarfx.animators.pictures import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.puppets import Puppet, View
    from socialapp.engines.protocols import Actor
    from socialapp.performance import Face, Rig

TALK_NOD = 0.012
"""How far the head dips with an open jaw, in face heights: speech must be seen."""

TURN = 0.0035
"""Sideways shift for a degree of yaw, and dip for a degree of pitch, same units."""

MOST_ROLL = 4.0
"""Degrees; more would show that the head is cut from flat paper."""


class SwayMaker:
    """Suits everything that is a picture."""

    def suits(self, rig: Rig) -> str | None:  # noqa: ARG002
        return None

    def build(
        self, actor: Actor, *, view: View, width: int, height: int, cut_out: bool
    ) -> Puppet:
        picture = cut(actor) if cut_out else pictures.decode(actor.portrait)
        opaque = not (cut_out or pictures.has_holes(picture))
        shown = pictures.show(picture, view, width, height, edge=opaque)
        return _Swaying(shown, framing.head_of(actor.rig), view, opaque=opaque)


class _Swaying:
    """Moves each point by its share: all of it at the head, nothing at the foot."""

    def __init__(
        self,
        shown: NDArray[np.uint8],
        head: framing.Head,
        view: View,
        *,
        opaque: bool,
    ) -> None:
        self.opaque = opaque
        self._shown = shown
        height, width = shown.shape[:2]
        unit = width / view.width  # canvas pixels for the portrait's width
        x, y = (head.x - view.x) * unit, (head.y - view.y) * unit
        self._size = head.height * unit
        self._columns, self._rows = np.meshgrid(
            np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        )
        # The neck is about 0.8 face heights below the middle of the face.
        self._pivot = (x, y + 0.8 * self._size)
        self._share = self._shares(x, y)

    def _shares(self, x: float, y: float) -> NDArray[np.float32]:
        """1 over the head, falling to 0 below the shoulders.

        With its own background the picture also rests at the sides, far from the head.
        """
        down = (self._rows - (y + 0.5 * self._size)) / (1.4 * self._size)
        share = _smooth(1 - down)
        if self.opaque:
            far = np.hypot(
                (self._columns - x) / (1.9 * self._size),
                (self._rows - y) / (2.2 * self._size),
            )
            share = share * _smooth(2.0 * (1 - far))
        return share.astype(np.float32)

    def draw(self, face: Face) -> NDArray[np.uint8]:
        size = self._size
        dip = TALK_NOD * min(1.0, face.jaw_open)
        across = (face.x * 0.7 + face.yaw * TURN) * size
        down = (face.y * 0.7 - face.pitch * TURN + dip) * size
        roll = math.radians(max(-MOST_ROLL, min(MOST_ROLL, face.roll)))
        # Small angles: the turn is a shift that grows with the distance to the neck.
        from_x = self._columns - self._pivot[0]
        from_y = self._rows - self._pivot[1]
        columns = self._columns - self._share * (across - roll * from_y)
        rows = self._rows - self._share * (down + roll * from_x)
        border = cv2.BORDER_REFLECT_101 if self.opaque else cv2.BORDER_CONSTANT
        # OpenCV samples four channels in less than half of the time that three take.
        drawn = cv2.remap(
            self._shown, columns, rows, cv2.INTER_LINEAR, borderMode=border
        )
        if self.opaque:
            drawn = cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB)
        return cast("NDArray[np.uint8]", drawn)


def _smooth(share: NDArray[np.float32]) -> NDArray[np.float32]:
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)
