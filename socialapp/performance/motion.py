"""The one definition of how a part becomes a moving face.

Server and browser both draw what `FaceTrack` says; ``static/stage/motion.js`` is
the twin, and ``tests/performances`` holds the vectors that both must reproduce.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from socialapp.performance.curves import Holds, Smooth, clamp, smooth
from socialapp.performance.face import Face
from socialapp.performance.mouth import Lips, Sprites

if TYPE_CHECKING:
    from socialapp.performance.timeline import Blink, Part

MOOD_RAMP = 0.4
"""Seconds from one expression to the next."""

GLANCE_RAMP = 0.07
"""Seconds a saccade takes; real ones last 0.03 to 0.1."""

LID_SHUT, LID_OPEN = 0.4, 0.55
"""Shares of a blink at which the lid is down, and at which it starts to rise."""

BREATH_RATE, BREATH_DEPTH = 0.25, 0.004
"""Hertz and face widths: what moves a part that has no pose keys at all."""

MOODS: dict[str, tuple[float, ...]] = {
    #           smile  brow_raise brow_knit cheek nose  lid
    "calm": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "happy": (0.8, 0.15, 0.0, 0.6, 0.0, 0.08),
    "sad": (-0.6, 0.15, -0.75, 0.0, 0.0, 0.2),
    "angry": (-0.35, -0.55, 0.95, 0.1, 0.4, 0.12),
    "afraid": (-0.25, 0.75, -0.65, 0.0, 0.0, -0.3),
    "surprised": (0.0, 0.95, 0.0, 0.0, 0.0, -0.4),
    "disgusted": (-0.5, -0.3, 0.45, 0.35, 0.85, 0.15),
}
"""smile, brow_raise, brow_knit, cheek, nose_wrinkle and lid at weight 1."""

SMILE_LOST = 0.5
"""How much of a smile full rounding takes away: one cannot beam and say "oo"."""


class FaceTrack:
    """Every instant of one part. Built once, asked often; keeps no state between."""

    def __init__(self, part: Part) -> None:
        self.lips = Lips(part.visemes)
        self.sprites = Sprites(part.visemes)
        self.moods = Holds(
            [
                (e.at, tuple(w * e.weight for w in MOODS.get(e.mood, MOODS["calm"])))
                for e in part.expressions
            ]
            or [(0.0, MOODS["calm"])],
            MOOD_RAMP,
        )
        self.gaze = Holds(
            [(g.at, (g.x, g.y)) for g in part.glances] or [(0.0, (0.0, 0.0))],
            GLANCE_RAMP,
        )
        self.poses = (
            Smooth([(p.at, (p.yaw, p.pitch, p.roll, p.x, p.y)) for p in part.poses])
            if part.poses
            else None
        )
        self.blinks = part.blinks

    def at(self, t: float) -> Face:
        """The face at `t` seconds; before 0 and after the end it holds its state."""
        jaw, wide, rounded, tongue, press, bite = self.lips.at(t)
        smile, raised, knit, cheek, nose, lid = self.moods.at(t)
        gaze_x, gaze_y = self.gaze.at(t)
        if self.poses:
            yaw, pitch, roll, x, y = self.poses.at(t)
        else:
            breath = math.sin(2.0 * math.pi * BREATH_RATE * t)
            yaw, pitch, roll, x, y = 0.0, 0.0, 0.0, 0.0, BREATH_DEPTH * breath
        shut = max((_lid(b, t) for b in self.blinks), default=0.0)
        lid = clamp(lid + (1.0 - lid) * shut, -0.5, 1.0)
        mouth, before, mix = self.sprites.at(t)
        return Face(
            jaw_open=jaw,
            mouth_wide=wide,
            mouth_round=rounded,
            mouth_press=press,
            lip_bite=bite,
            tongue=tongue,
            smile=clamp(smile * (1.0 - SMILE_LOST * rounded), -1.0, 1.0),
            brow_raise=clamp(raised, -1.0, 1.0),
            brow_knit=clamp(knit, -1.0, 1.0),
            cheek=clamp(cheek, 0.0, 1.0),
            nose_wrinkle=clamp(nose, 0.0, 1.0),
            lid_left=lid,
            lid_right=lid,
            gaze_x=clamp(gaze_x, -1.0, 1.0),
            gaze_y=clamp(gaze_y, -1.0, 1.0),
            yaw=yaw,
            pitch=pitch,
            roll=roll,
            x=x,
            y=y,
            mouth=mouth,
            mouth_from=before,
            mouth_mix=mix,
        )


def _lid(blink: Blink, t: float) -> float:
    if not blink.at < t < blink.until:
        return 0.0
    u = (t - blink.at) / (blink.until - blink.at)
    if u < LID_SHUT:
        return smooth(u / LID_SHUT)
    if u > LID_OPEN:
        return smooth((1.0 - u) / (1.0 - LID_OPEN))
    return 1.0


def opening(face: Face) -> float:
    """How far apart the lips are, 0 to 1: the jaw, unless lips or teeth close the gap."""
    return face.jaw_open * (1.0 - max(face.mouth_press, face.lip_bite))
