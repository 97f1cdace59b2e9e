"""What every neural animator is: the film of a procedural one, refined face by face.

An engine says how a batch of face crops is refined; everything else is here, so that
each keeps the same promises. Nothing imports torch before an engine is used.
"""

from __future__ import annotations

import contextlib
import logging
from abc import ABC, abstractmethod
from collections import deque
from copy import copy
from dataclasses import dataclass, field
from importlib import import_module, util
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from avatarfx.animators.neural import composite, memory
from avatarfx.animators.neural.control import control
from avatarfx.animators.neural.windows import Blend, Slide
from socialapp.engines import devices, torch_audio
from socialapp.engines.errors import EngineError, OutOfMemory
from socialapp.engines.protocols import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from numpy.typing import NDArray

    from avatarfx.animators.neural.control import ControlFrame, FacePlace
    from avatarfx.animators.neural.windows import Window
    from socialapp.engines.folders import Layout
    from socialapp.engines.protocols import Animator, Staging
    from socialapp.performance import Rig

    Pixels = NDArray[np.uint8]

log = logging.getLogger(__name__)

INSTALL = "pip install -r requirements-gpu.txt"

WARP = "avatarfx.animators.neural.base.warp"

BLACK = 4.0
"""Mean grey of a patch that counts as black, where the film itself is no darker than..."""

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


def warp() -> Animator:
    """The film that is refined unless another animator is named: layers and warp."""
    from avatarfx.animators.stage import StageAnimator  # noqa: PLC0415

    return StageAnimator(
        "full",
        (
            "avatarfx.animators.layers.LayersMaker",
            "avatarfx.animators.warp.WarpMaker",
        ),
    )


class NeuralAnimator(ABC):
    """Refines what another animator draws."""

    rung: str = "full"
    resident = True
    """CUDA does not survive a fork, and weights are loaded once for many clips."""

    layout: ClassVar[Layout]
    batch: int = 8
    """Crops at once unless told otherwise; of a model with windows, their length."""

    least: int = 1
    """Crops without which it cannot work."""

    overlap: int = 0
    """Frames that two windows of a seat share; 0: each crop is refined for itself, and a
    batch may hold several seats."""

    def __init__(
        self,
        weights: str = "",
        under: str = WARP,
        device: str = "",
        dtype: str = "",
        batch: int = 0,
        *,
        compiled: bool = False,
    ) -> None:
        """`weights`: a folder as `layout` describes it. `under`: dotted path of what
        makes the animator that draws the film. `device` and `dtype` empty: the best that
        is here. `batch` 0: the engine's own. `compiled`: torch compiles the networks for
        the card, at the first clip."""
        self.weights = weights
        self.device = device
        self.dtype = dtype
        self.compiled = compiled
        self.batch = max(self.least, batch or type(self).batch)
        self._under_path = under
        self._shared = _Shared()

    @property
    def under(self) -> Animator:
        """Who draws the film."""
        if self._shared.under is None:
            module, _, name = self._under_path.rpartition(".")
            self._shared.under = getattr(import_module(module), name)()
        return self._shared.under

    def available(self) -> str | None:
        return (
            self._lacks_library()
            or self._lacks_weights()
            or self._lacks_device()
            or self.under.available()
        )

    def suits(self, rig: Rig) -> str | None:
        return self.under.suits(rig)

    def smaller(self) -> Self | None:
        """The same with half as many crops at once, on the same loaded weights."""
        half = self.batch // 2
        if half < self.least:
            return None
        less = copy(self)
        less.batch = half
        return less

    def animate(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        """Every frame, with the one that it was refined from. OutOfMemory when a smaller
        batch may help; EngineError for whatever else stops the model, or what it draws
        that is no picture."""
        model = self._loaded()
        with spoken():
            kept = self.prepare(model, Clip(staging, fps, width, height))
        film = control(self.under, staging, fps=fps, width=width, height=height)
        take = _Take(self, model, kept)
        for number, frame in enumerate(film):
            yield from take.add(number, frame)
        yield from take.end()

    @abstractmethod
    def load(self) -> Any:
        """The model on its device; called once. Whatever it raises stops the engine."""

    def prepare(self, model: Any, clip: Clip) -> Any:  # noqa: ARG002
        """What the model needs to know of a whole clip; `refine` gets it."""
        return clip

    @abstractmethod
    def refine(
        self, model: Any, batch: Sequence[Crop], kept: Any
    ) -> Sequence[NDArray[Any]]:
        """A picture (any size, RGB, 0 to 255) for each crop, in order.

        With `overlap` the batch is consecutive frames of one seat.
        """

    def mask(self, place: FacePlace) -> NDArray[np.float32]:
        """Where the model's picture is seen."""
        return place.mask

    def _loaded(self) -> Any:
        if self._shared.model is None:
            with spoken():
                torch_audio.make_harmless()
                self._shared.model = self.load()
                if self.compiled:
                    memory.compile_networks(self._shared.model)
        return self._shared.model

    def _lacks_library(self) -> str | None:
        for name in ("torch", "diffusers"):
            if util.find_spec(name) is None:
                return f"{name} is not installed. Run {INSTALL}."
        return None

    def _lacks_weights(self) -> str | None:
        if not self.weights:
            return (
                f"No weights folder is set for {self.layout.name}. "
                f"Get them from {self.layout.source}; docs/neural.md lists the files."
            )
        from socialapp.engines.folders import look  # noqa: PLC0415

        return look(self.layout, Path(self.weights)).problem

    def _lacks_device(self) -> str | None:
        import torch  # noqa: PLC0415

        if self.device != "cpu" and (reason := devices.lost()):
            return reason
        if not self.device.startswith("cuda"):
            return None
        if not torch.cuda.is_available():
            return "There is no CUDA device here, or its driver does not answer."
        _, _, number = self.device.partition(":")
        if number and int(number) >= torch.cuda.device_count():
            return f"There is no {self.device} here: {torch.cuda.device_count()} found."
        return None


@dataclass(slots=True)
class _Shared:
    """What an animator and its smaller selves have in common."""

    under: Animator | None = None
    model: Any = None


@dataclass(slots=True)
class _Waiting:
    """A frame some of whose faces are not refined yet."""

    frame: ControlFrame
    patches: dict[str, Pixels] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return len(self.patches) == len(self.frame.faces)


class _Take:
    """One clip on its way through a model: crops go in, frames come out in order."""

    def __init__(self, animator: NeuralAnimator, model: Any, kept: Any) -> None:
        self._animator = animator
        self._model = model
        self._kept = kept
        self._waiting: deque[_Waiting] = deque()
        self._first = 0
        self._loose: list[Crop] = []
        self._runs: dict[str, _Run] = {}
        self._size = animator.batch

    def add(self, number: int, frame: ControlFrame) -> Iterator[Frame]:
        self._waiting.append(_Waiting(frame))
        crops = [
            Crop(number, frame.at, place, composite.crop(frame.pixels, place.box))
            for place in frame.faces
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
        """Without windows: a batch that does not fit is halved, and nothing is lost."""
        try:
            patches = self._ask(crops)
        except OutOfMemory:
            half = len(crops) // 2
            if half < self._animator.least:
                raise
            log.warning("%s goes on with %d at once", self._animator.layout.name, half)
            self._size = min(self._size, half)
            self._refine(crops[:half])
            self._refine(crops[half:])
            return
        for crop, patch in zip(crops, patches, strict=True):
            self._keep(crop, patch)

    def _ask(self, crops: list[Crop]) -> list[Pixels]:
        with spoken():
            found = self._animator.refine(self._model, crops, self._kept)
        if len(found) != len(crops):
            raise EngineError("The model drew fewer faces than it was asked for.")
        return [_checked(p, crop) for p, crop in zip(found, crops, strict=True)]

    def _keep(self, crop: Crop, patch: Pixels) -> None:
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


class _Run:
    """One seat from where the camera finds it to where it loses it."""

    def __init__(self, length: int, overlap: int) -> None:
        self.slide = Slide[Crop](length=length, overlap=min(overlap, length - 1))
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
        before, now = self.last.place, crop.place
        far = max(
            abs(before.box[0] - now.box[0]),
            abs(before.box[1] - now.box[1]),
            abs(before.side - now.side),
        )
        return crop.number == self.last.number + 1 and far <= JUMP * before.side


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
