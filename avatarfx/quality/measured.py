"""What was measured of a film; None: it cannot be told of this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from avatarfx.quality.beside.found import Beside


@dataclass(frozen=True, slots=True)
class Measured:
    mouth: float | None
    """Correlation of motion in the picture with commanded motion of the mouth."""

    drawn: bool
    """Its mouths are drawn pictures: one takes the place of another."""

    mouth_lag: float | None
    """Frames by which that motion is late."""

    sync: float | None
    """Correlation of the gap between the lips, found again, with the loudness."""

    lag_frames: float | None
    """Frames by which the lips are late against the sound."""

    jitter_px: float | None
    """Tremble of points on the skull."""

    identity: float | None
    """1 less the correlation of the upper face with the portrait's."""

    scene: float | None
    """The same of the whole frame, where the camera rests."""

    flicker: float
    """Grey levels by which pixels go up and down again, in the worst second."""

    lost: float | None
    """Share of looks that found no face."""

    looks: int
    cpu_seconds: float
    """What measuring took."""

    beside: Beside | None = None
    """Beside the film that it was refined from; None: no model refined it."""
