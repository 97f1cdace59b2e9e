"""What a film is watched with: commands, sound, the portrait at rest."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.pipeline import FPS
from avatarfx.quality import measures
from avatarfx.quality.watch import Watch
from avatarfx.quality.words import moves
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.encode import Track
    from avatarfx.pipeline import Work
    from socialapp.engines.protocols import Staging
    from socialapp.performance import Performance

log = logging.getLogger(__name__)

BELIEVED = {"photo", "paint"}
"""Styles in which the landmark network sees what is there: on flat drawings it guesses,
so there the commanded values are compared with the motion of the picture alone."""


def watch_of(
    work: Work,
    performance: Performance,
    staging: Staging,
    track: Track | None,
    *,
    moving: bool,
) -> Watch:
    """For one rung's film of `performance`. Where nobody is `moving`, no face is looked
    for."""
    drawn = {s for s, actor in work.actors.items() if actor.rig.style == "layers"}
    count = work.frames_of(performance)
    loudness = (
        measures.envelope(track.samples, track.rate, FPS, count)
        if track is not None
        else np.zeros(count)
    )
    stage = performance.stage
    styles = {actor.rig.style for actor in work.actors.values()}
    return Watch(
        moves(performance, FPS, drawn),
        loudness,
        count=count,
        alone=len(performance.parts) == 1,
        still_camera=len(stage.camera) < 2 and not stage.panels,
        reference=_at_rest(work, staging),
        finder=work.engines.finder() if moving else None,
        measurable=styles <= BELIEVED,
        drawn=bool(drawn),
    )


def _at_rest(work: Work, staging: Staging) -> NDArray[np.uint8] | None:
    """The first frame as the still rung draws it; None where there is no such rung, or
    it cannot: then nothing is compared with it."""
    for _, animator in work.engines.animators:
        if animator.rung != "still" or animator.available() is not None:
            continue
        try:
            frames = animator.animate(
                staging, fps=FPS, width=work.width, height=work.height
            )
            frame = next(frames, None)
        except EngineError as error:
            log.info("Nobody at rest to compare with: %s", error)
            return None
        if frame is None:
            return None
        pixels = np.frombuffer(frame.pixels, np.uint8)
        return pixels.reshape(frame.height, frame.width, 3).copy()
    return None
