"""The stage animator: keeps makers, threads and the order of frames.

What is in a frame is the scene's business; who moves in it, the puppets'.
"""

from __future__ import annotations

import math
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any

import cv2

from avatarfx.animators.split import scene_of
from avatarfx.animators.wardrobe import Wardrobe
from socialapp.engines.protocols import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray

    from avatarfx.animators.puppets import PuppetMaker
    from socialapp.engines.protocols import Animator, Staging
    from socialapp.performance import Rig

    Pixels = NDArray[np.uint8]

# One thread a frame and several frames at once beats several threads a frame: the
# operations are too small to share.
cv2.setNumThreads(1)

AHEAD = 10
"""Frames that are drawn before they are asked for: whoever takes them stops now and then,
to choose how strongly to mark them or to find the face again, which takes as long."""


class StageAnimator:
    """An animator for any cast whose rigs one of its makers suits."""

    goes_back = 0

    def __init__(
        self, rung: str = "full", makers: Sequence[str] = (), threads: int = 2
    ) -> None:
        """`makers`: dotted paths of PuppetMakers, the best first.

        `threads`: how many frames are drawn at once.
        """
        self.rung = rung
        self._paths = tuple(makers)
        self._threads = max(1, threads)
        self._makers: tuple[PuppetMaker, ...] | None = None
        self._wardrobe = Wardrobe()

    def available(self) -> str | None:
        try:
            makers = self._built()
        except ImportError as error:
            return f"A part of the {self.rung} animator is not installed: {error.name}."
        for maker in makers:
            ask = getattr(maker, "available", None)
            if ask is not None and (reason := ask()):
                return str(reason)
        return None

    def suits(self, rig: Rig) -> str | None:
        reasons = []
        for maker in self._built():
            reason = maker.suits(rig)
            if reason is None:
                return None
            reasons.append(reason)
        return rig.reason or (reasons[0] if reasons else "Nobody can draw this.")

    def smaller(self) -> StageAnimator | None:
        """The same, drawing half as many frames at once."""
        if self._threads == 1:
            return None
        return StageAnimator(self.rung, self._paths, self._threads // 2)

    def draws_like(self, other: Animator, rigs: Iterable[Rig]) -> bool:
        """Would both draw every one of `rigs` in the same way?"""
        if not isinstance(other, StageAnimator):
            return False
        return all(self._maker_of(rig) == other._maker_of(rig) for rig in rigs)

    def _maker_of(self, rig: Rig) -> str:
        named = zip(self._paths, self._built(), strict=True)
        return next((path for path, maker in named if maker.suits(rig) is None), "")

    def animate(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        """Frames in order, drawn a few ahead by `threads` threads.

        OpenCV lets go of the interpreter while it works, so threads suffice.
        """
        return self.animate_from(0, staging, fps=fps, width=width, height=height)

    def animate_from(
        self, first: int, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        """The same from the frame with this number on."""
        scene = scene_of(staging, self._built(), width, height, self._wardrobe)
        count = max(1, math.ceil(staging.performance.seconds * fps))
        ahead = max(AHEAD, self._threads * 2)
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="stage")
        coming: deque[Future[Pixels]] = deque()
        try:
            for number in range(first, count + ahead):
                if number < count:
                    # Built here, in order: only drawing is done in parallel.
                    shot = scene.shot_at(number / fps)
                    coming.append(pool.submit(shot.draw, number / fps))
                if number >= first + ahead or number >= count:
                    if not coming:
                        break
                    pixels = coming.popleft().result()
                    yield Frame(pixels.data.cast("B"), width, height)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def rehearse(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> list[Frame]:
        """As `animate`, without haste: one thread, for another one speaks meanwhile. What
        was built for it is kept for the film."""
        scene = scene_of(staging, self._built(), width, height, self._wardrobe)
        count = max(1, math.ceil(staging.performance.seconds * fps))
        times = [number / fps for number in range(count)]
        drawn = [scene.shot_at(t).draw(t) for t in times]
        return [Frame(pixels.data.cast("B"), width, height) for pixels in drawn]

    def _built(self) -> tuple[PuppetMaker, ...]:
        if self._makers is None:
            self._makers = tuple(_maker(path)() for path in self._paths)
        return self._makers


def _maker(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
