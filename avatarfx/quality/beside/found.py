"""What was measured of a refined film beside the film it was refined from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beside:
    """Of the region that the model touched; where it touched nothing, all is as it was."""

    touched: float
    """Share of the picture that differs, in the mean over the frames."""

    mouth: float | None
    """Correlation of the change of pixels from frame to frame with that of the control,
    in that part of where the control moves as the mouth was commanded to that goes least
    with it; None: no mouth was."""

    mouth_lag: float | None
    """Frames by which the refined mouth is late against the control's."""

    opening: float | None
    """How far it moves for each step of the control's: 1 is as far."""

    follows: float
    """The same correlation in the part of the face, of those that move, that follows
    the control least."""

    unlike: float
    """1 less the correlation with the control's face, in the worst second."""

    detail: float
    """Of the control's contours, how much is left; 1: all."""

    flicker: float
    """Grey levels by which pixels go up and down again beyond the control's, worst
    second."""

    swims: float
    """Grey levels that are left when the frame before is moved along the control's
    optical flow, beyond what the control leaves; worst second."""

    pulse: float
    """Grey levels by which the difference to the control changes from frame to frame,
    in the part of the face where it changes most; worst second."""

    colour: float
    """Levels by which the colour is off, in the channel that is off most, worst
    second."""

    spoiled: int
    """Frames with a part that is black, grey or otherwise wiped out."""

    stopped: int
    """Frames in which the refined part stood still and the control's did not."""

    portrait: float | None = None
    """How much further from the portrait than the control: identity less its own."""
