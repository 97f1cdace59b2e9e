"""What the mouths should do, by what was commanded: for every frame of a clip."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from socialapp.performance.motion import FaceTrack, opening

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from socialapp.performance import Face, Performance

    Floats = NDArray[np.floating[Any]]

SPRITES = "XABCDEFGH"

PRESSED = 0.6
"""``mouth_press`` from which a drawn mouth is the closed one."""


def moves(performance: Performance, fps: int, drawn: Collection[str] = ()) -> Floats:
    """How much the mouths of those who speak change from each frame to the next, in
    units of a whole opening. `drawn`: seats of drawings in layers, whose mouths change
    from picture to picture instead of opening."""
    count = max(1, math.ceil(performance.seconds * fps))
    total = np.zeros(count)
    for part in performance.parts:
        if part.sound is None:
            continue
        track = FaceTrack(part)
        faces = [track.at(i / fps) for i in range(count)]
        if part.seat in drawn:
            states = np.array([_sprites(face) for face in faces])
        else:
            states = np.array([[opening(face)] for face in faces])
        total += np.abs(np.diff(states, axis=0, prepend=states[:1])).sum(axis=1)
    return total


def _sprites(face: Face) -> list[float]:
    """Which picture of a mouth is seen, in part or in full, as layers draw it."""
    new, old, mix = face.mouth, face.mouth_from, face.mouth_mix
    if face.mouth_press >= PRESSED:
        new, mix = "A", 1.0
    mix = mix * mix * (3 - 2 * mix)  # as `Mouth` of the layers eases it
    seen = dict.fromkeys(SPRITES, 0.0)
    seen[old] = seen.get(old, 0.0) + 1 - mix
    seen[new] = seen.get(new, 0.0) + mix
    return [seen[name] for name in SPRITES]
