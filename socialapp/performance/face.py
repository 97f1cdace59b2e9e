"""What one face does at one instant: the blendshape weights both renderers draw."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Face:
    """Weights are 0 to 1 unless said otherwise; names follow ARKit where one exists.

    ``socialapp/static/stage/motion.js`` has the twin; both are held to the vectors
    in ``tests/performances``.
    """

    jaw_open: float = 0.0
    mouth_wide: float = 0.0
    mouth_round: float = 0.0
    mouth_press: float = 0.0
    """Lips pressed together: p, b, m. At 1 the mouth is shut whatever jaw_open says."""

    lip_bite: float = 0.0
    """Lower lip under the upper teeth: f, v."""

    tongue: float = 0.0
    """Tongue tip up or out: l, th, t, d, n."""

    smile: float = 0.0
    """-1 (corners down) to 1 (corners up)."""

    brow_raise: float = 0.0
    """-1 (lowered) to 1 (raised)."""

    brow_knit: float = 0.0
    """Inner ends: -1 up (worry) to 1 together and down (anger)."""

    cheek: float = 0.0
    """Cheek raise with a slight squint."""

    nose_wrinkle: float = 0.0

    lid_left: float = 0.0
    """0 as in the picture, 1 closed, down to -0.5 wide. Left is the viewer's left."""

    lid_right: float = 0.0
    gaze_x: float = 0.0
    """-1 to 1, positive to the viewer's right."""

    gaze_y: float = 0.0
    """-1 to 1, positive up."""

    yaw: float = 0.0
    """Degrees, positive to the viewer's right."""

    pitch: float = 0.0
    """Degrees, positive up."""

    roll: float = 0.0
    """Degrees, clockwise."""

    x: float = 0.0
    """Sway, in face widths."""

    y: float = 0.0
    mouth: str = "X"
    """The sprite mouth, Preston Blair / Rhubarb letters X A B C D E F G H."""

    mouth_from: str = "X"
    """The one before it."""

    mouth_mix: float = 1.0
    """How far from `mouth_from` to `mouth`."""
