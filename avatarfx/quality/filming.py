"""What a film is watched with: commands, sound, the portrait at rest."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.pipeline import FPS
from avatarfx.quality import measures
from avatarfx.quality.watch import Asked, Watch, meet
from avatarfx.quality.words import moves
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Staging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from avatarfx.pipeline import Work
    from avatarfx.quality.met import Met
    from avatarfx.quality.watcher import Watcher
    from avatarfx.stages.shoot import Shoot

log = logging.getLogger(__name__)

BELIEVED = {"photo", "paint"}
"""Styles in which the landmark network sees what is there: on flat drawings it guesses,
so there the commanded values are compared with the motion of the picture alone."""


def watch_of(
    work: Work,
    shoot: Shoot,
    hung: Mapping[str, bytes],
    *,
    moving: bool,
    met: Met | None,
) -> Watch:
    """For one rung's film. Where nobody is `moving`, no face is looked for. `met`: who
    is on stage, if somebody looked before."""
    staging = Staging(shoot.performance, work.actors, work.background, hung)
    return Watch(
        _asked(work, shoot),
        met=met or meeting(work, staging, moving=moving),
        finder=work.engines.finder() if moving else None,
        drawn=bool(_drawn(work)),
    )


def meeting(work: Work, staging: Staging, *, moving: bool) -> Met | None:
    """Who is on stage, at rest; None where nobody can draw that. A face is looked for
    where one is alone whose landmarks can be believed."""
    reference = _at_rest(work, staging)
    if reference is None:
        return None
    styles = {actor.rig.style for actor in work.actors.values()}
    alone = len(staging.performance.parts) == 1
    believed = moving and alone and styles <= BELIEVED
    return meet(reference, work.engines.finder() if believed else None)


def learn(watch: Watcher, work: Work, shoot: Shoot) -> None:
    """More is spoken by now: what is asked of all that."""
    watch.learn(_asked(work, shoot))


def _asked(work: Work, shoot: Shoot) -> Asked:
    """Of what is not spoken yet, nothing is asked."""
    count, track, stage = shoot.expected, shoot.track, shoot.performance.stage
    commanded = moves(shoot.performance, FPS, _drawn(work))[:count]
    loudness = (
        measures.envelope(track.samples, track.rate, FPS, count)
        if track is not None
        else np.zeros(count)
    )
    return Asked(
        np.pad(commanded, (0, count - len(commanded))),
        loudness,
        still_camera=len(stage.camera) < 2 and not stage.panels,
    )


def _drawn(work: Work) -> set[str]:
    return {s for s, actor in work.actors.items() if actor.rig.style == "layers"}


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
