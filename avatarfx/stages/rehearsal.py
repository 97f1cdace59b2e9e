"""What a film needs whatever is said in it, made ready while the first sentence is spoken.

The puppet is built, the strength of the mark is found on a second of film, and the face
is found at rest: a second of work that would stand between the first sentence and the
first picture.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.fallbacks import Ladder
from avatarfx.pipeline import FPS, Rehearsed
from avatarfx.quality.filming import meeting
from avatarfx.stages.marks import EVERY, LOOK_AT, strength_for
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Rehearsing, Staging

if TYPE_CHECKING:
    from avatarfx.pipeline import Work
    from socialapp.performance import Performance

log = logging.getLogger(__name__)

SECONDS = LOOK_AT / FPS
FRAMES = FPS // EVERY
"""A second, of the frames that are tried."""

PATIENCE = 10.0
"""Seconds that a film waits for it; then it finds out by itself."""


class Rehearsal:
    """Runs in a thread of its own beside a voice."""

    def __init__(self, work: Work, performance: Performance) -> None:
        """`performance`: they are on stage, and silent, for about a second."""
        self._work = work
        self._performance = performance
        self._found: Rehearsed | None = None
        self._over = threading.Event()

    def run(self) -> None:
        """EngineError when the animator cannot draw them; the film will say it."""
        try:
            self._found = self._rehearsed()
        except EngineError as error:
            log.info("Nothing is ready: %s", error)
        finally:
            self._over.set()

    def found(self) -> Rehearsed | None:
        """What was made ready; None: nothing, and the film begins as it would have."""
        self._over.wait(PATIENCE)
        return self._found

    def _rehearsed(self) -> Rehearsed | None:
        work = self._work
        if work.engines.limits:
            work.engines.finder()  # a fifth of a second to load
        rigs = [actor.rig for actor in work.actors.values()]
        ladder = Ladder(work.engines.animators, rigs, spoiled=work.spoiled)
        animator = ladder.animator
        if not isinstance(animator, Rehearsing):
            return None
        staging = Staging(self._performance, work.actors, work.background)
        size = (work.height, work.width)
        frames = animator.rehearse(
            staging, fps=FRAMES, width=work.width, height=work.height
        )
        pictures = [
            np.frombuffer(frame.pixels, np.uint8).reshape(*size, 3) for frame in frames
        ]
        chosen = strength_for(pictures, work.papers)
        met = meeting(work, staging, moving=True) if work.engines.limits else None
        return Rehearsed(ladder.name, chosen, met)
