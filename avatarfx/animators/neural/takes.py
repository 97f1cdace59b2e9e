"""One clip on its way through a model: crops go in, frames come out in order."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.animators.neural import composite, memory
from avatarfx.animators.neural.control import places
from avatarfx.animators.neural.windows import Blend, Slide, begin
from socialapp.engines.errors import EngineError, OutOfMemory
from socialapp.engines.protocols import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from avatarfx.animators.neural.base import NeuralAnimator
    from avatarfx.animators.neural.control import ControlFrame, FacePlace
    from avatarfx.animators.neural.faces import Faces
    from avatarfx.animators.neural.sharing import Shared
    from avatarfx.animators.neural.windows import Window
    from socialapp.engines.protocols import Staging

    Pixels = NDArray[np.uint8]

log = logging.getLogger(__name__)

BLACK = 4.0
"""Mean grey of a patch that counts as black, where the film itself has more than LIT."""

LIT = 12.0

FLAT = 1.0
"""Standard deviation of a patch in which nothing can be seen."""

JUMP = 0.2
"""Of its side: a face whose square moves further from one frame to the next was cut to,
and what was before the cut is no motion of it."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A face of one frame, as a model gets it."""

    number: int
    """Of the frame in the clip, from 0."""

    at: float
    """Seconds."""

    place: FacePlace
    pixels: Pixels
    """(side, side, 3) RGB; what lies outside of the frame repeats its edge."""

    @property
    def seat(self) -> str:
        return self.place.seat


@dataclass(frozen=True, slots=True)
class Clip:
    """What a model may know of the clip that it refines."""

    staging: Staging
    fps: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Item:
    """What a model without windows is asked."""

    crop: Crop
    kept: Any
    """Of the clip that it is of, see `NeuralAnimator.prepare`."""


@dataclass(frozen=True, slots=True)
class Loaded:
    model: Any
    mixed: Shared[Item, NDArray[Any]]
    """Asks it for all clips that are drawn just then."""


@dataclass(slots=True)
class _Waiting:
    """A frame some of whose faces are not refined yet."""

    frame: ControlFrame
    patches: dict[str, Pixels] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return len(self.patches) == len(self.frame.faces)


class Take:
    """One clip on its way through a model: crops go in, frames come out in order."""

    def __init__(
        self,
        animator: NeuralAnimator,
        loaded: Loaded,
        kept: Any,
        *,
        first: int = 0,
        starts: Mapping[str, int] | None = None,
    ) -> None:
        """Frames before `first` are drawn but not given: windows need them. `starts`: by
        seat, from where on it does; see `starts_of`."""
        self._animator = animator
        self._loaded = loaded
        self._kept = kept
        self._waiting: deque[_Waiting] = deque()
        self._from = self._first = first
        self._starts = starts or {}
        self._loose: list[Crop] = []
        self._runs: dict[str, _Run] = {}
        self._size = animator.batch

    def add(self, number: int, frame: ControlFrame) -> Iterator[Frame]:
        if number >= self._from:
            self._waiting.append(_Waiting(frame))
        crops = [
            Crop(number, frame.at, place, composite.crop(frame.pixels, place.box))
            for place in frame.faces
            if number >= self._starts.get(place.seat, self._from)
        ]
        if self._animator.overlap:
            self._follow(crops)
        else:
            self._loose += crops
            while len(self._loose) >= self._size:
                batch = self._loose[: self._size]
                self._loose = self._loose[self._size :]
                self._refine(batch)
        yield from self._finished()

    def end(self) -> Iterator[Frame]:
        if self._loose:
            self._refine(self._loose)
        for seat in list(self._runs):
            self._stop(seat)
        yield from self._finished()

    def _follow(self, crops: list[Crop]) -> None:
        """Each seat's run goes on, or ends where the camera cut away."""
        now = {crop.seat: crop for crop in crops}
        for seat, run in list(self._runs.items()):
            if seat not in now or not run.goes_on(now[seat]):
                self._stop(seat)
        for seat, crop in now.items():
            run = self._runs.setdefault(seat, _Run(self._size, self._animator.overlap))
            run.last = crop
            if ready := run.slide.add(crop):
                self._window(run, *ready)

    def _window(self, run: _Run, window: Window, crops: list[Crop]) -> None:
        if crops[-1].number < self._from and not self._animator.carries:
            return
        patches = self._ask(crops)
        sized = [
            composite.resized(patch, crop.place.side)
            for patch, crop in zip(patches, crops, strict=True)
        ]
        known = run.newest
        run.crops += [crop for crop in crops if crop.number > known]
        run.newest = crops[-1].number
        self._settle(run, run.blend.add(window, sized))

    def _stop(self, seat: str) -> None:
        run = self._runs.pop(seat)
        if ready := run.slide.end():
            self._window(run, *ready)
        self._settle(run, run.blend.end())

    def _settle(self, run: _Run, results: list[NDArray[np.float32]]) -> None:
        for result in results:
            self._keep(run.crops.popleft(), np.rint(result).astype(np.uint8))

    def _refine(self, crops: list[Crop]) -> None:
        """Without windows: what does not fit at once is halved by who is asked."""
        for crop, patch in zip(crops, self._ask(crops), strict=True):
            self._keep(crop, patch)

    def _ask(self, crops: list[Crop]) -> list[Pixels]:
        if self._animator.overlap:
            with spoken(), self._animator.busy:
                found = self._animator.refine(self._loaded.model, crops, self._kept)
        else:
            found = self._loaded.mixed.ask([Item(c, self._kept) for c in crops])
        if len(found) != len(crops):
            raise EngineError("The model drew fewer faces than it was asked for.")
        return [_checked(p, crop) for p, crop in zip(found, crops, strict=True)]

    def _keep(self, crop: Crop, patch: Pixels) -> None:
        if crop.number < self._from:
            return
        self._waiting[crop.number - self._first].patches[crop.seat] = patch

    def _finished(self) -> Iterator[Frame]:
        while self._waiting and self._waiting[0].ready:
            done = self._waiting.popleft()
            self._first += 1
            pixels = done.frame.pixels
            for place in done.frame.faces:
                mask = self._animator.mask(place)
                pixels = composite.paste(pixels, place, done.patches[place.seat], mask)
            height, width = pixels.shape[:2]
            under = np.ascontiguousarray(done.frame.pixels)
            yield Frame(
                np.ascontiguousarray(pixels).data.cast("B"),
                width,
                height,
                under=under.data.cast("B"),
            )


def starts_of(
    animator: NeuralAnimator, faces: Faces, *, first: int, fps: int
) -> dict[str, int]:
    """By seat in sight at the frame `first`, the one with which its run must begin so
    that from `first` on its windows are those of the whole film.

    Windows are counted from where the camera found a face, so it is followed back to
    there; only where faces are is asked, and nothing is drawn.
    """
    length, overlap = animator.batch, _overlap(animator.batch, animator.overlap)
    found: dict[str, int] = {}
    after = {place.seat: place for place in places(faces, first / fps)}
    for number in range(first - 1, -2, -1):
        now = (
            {place.seat: place for place in places(faces, number / fps)}
            if number >= 0
            else {}
        )
        for seat in list(after):
            if seat not in now or not follows(now[seat], after[seat]):
                begun = number + 1
                more = begin(first - begun, length=length, overlap=overlap)
                found[seat] = begun + more
                del after[seat]
            else:
                after[seat] = now[seat]
        if not after:
            break
    return found


def follows(before: FacePlace, now: FacePlace) -> bool:
    """It is the same motion: about where it was a frame earlier."""
    far = max(
        abs(before.box[0] - now.box[0]),
        abs(before.box[1] - now.box[1]),
        abs(before.side - now.side),
    )
    return far <= JUMP * before.side


def _overlap(length: int, overlap: int) -> int:
    return min(overlap, length - 1)


class _Run:
    """One seat from where the camera finds it to where it loses it."""

    def __init__(self, length: int, overlap: int) -> None:
        self.slide = Slide[Crop](length=length, overlap=_overlap(length, overlap))
        self.blend = Blend()
        self.crops: deque[Crop] = deque()
        """Those that were in a window and are not settled."""

        self.newest = -1
        """Number of the last frame that was in a window."""

        self.last: Crop | None = None

    def goes_on(self, crop: Crop) -> bool:
        """It is the same motion: one frame later, and about where it was."""
        if self.last is None:
            return True
        return crop.number == self.last.number + 1 and follows(
            self.last.place, crop.place
        )


@contextlib.contextmanager
def spoken() -> Iterator[None]:
    """Around a call into a model: whatever it raises is said in words."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        found = memory.worded(error)
        if not isinstance(found, OutOfMemory):
            log.exception("A model broke")
        raise found from error


def _checked(patch: NDArray[Any], crop: Crop) -> Pixels:
    """The patch in 8 bits. EngineError for what is no picture of anything."""
    values = np.asarray(patch)
    if values.ndim != 3 or values.shape[2] != 3:
        raise EngineError(f"The model drew an array of shape {values.shape}, not RGB.")
    if values.dtype != np.uint8:
        if not np.isfinite(values).all():
            raise EngineError("The model drew values that are no numbers (NaN).")
        values = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    lit, rough = float(crop.pixels.mean()), float(crop.pixels.std())
    if values.mean() < BLACK and lit > LIT:
        raise EngineError("The model drew a black face.")
    if values.std() < FLAT and rough > 4 * FLAT:
        raise EngineError("The model drew a face of one colour.")
    return values
