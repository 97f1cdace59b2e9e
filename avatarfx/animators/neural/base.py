"""What every neural animator is: the film of a procedural one, refined face by face.

An engine says how a batch of face crops is refined; everything else is here, so that
each keeps the same promises. Nothing imports torch before an engine is used.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass, field
from importlib import import_module, util
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from avatarfx.animators.neural import memory
from avatarfx.animators.neural.control import control
from avatarfx.animators.neural.faces import Faces
from avatarfx.animators.neural.sharing import Shared
from avatarfx.animators.neural.takes import (
    Clip,
    Crop,
    Item,
    Loaded,
    Take,
    spoken,
    starts_of,
)
from socialapp.engines import devices, torch_audio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

    from avatarfx.animators.neural.control import FacePlace
    from socialapp.engines.folders import Layout
    from socialapp.engines.protocols import Animator, Frame, Staging
    from socialapp.performance import Rig

__all__ = ["INSTALL", "WARP", "Clip", "Crop", "NeuralAnimator", "warp"]

INSTALL = "pip install -r requirements-gpu.txt"

WARP = "avatarfx.animators.neural.base.warp"


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

    carries: bool = False
    """Its windows go on from what it drew in the one before."""

    def __init__(
        self,
        weights: str = "",
        under: str = WARP,
        device: str = "",
        dtype: str = "",
        batch: int = 0,
        *,
        compiled: bool = False,
        jobs: int = 1,
    ) -> None:
        """`weights`: a folder as `layout` describes it. `under`: dotted path of what
        makes the animator that draws the film. `device` and `dtype` empty: the best that
        is here. `batch` 0: the engine's own. `compiled`: torch compiles the networks for
        the card, at the first clip. `jobs`: clips that threads may draw at once; a call
        of a model without windows then holds a batch of each."""
        self.weights = weights
        self.device = device
        self.dtype = dtype
        self.compiled = compiled
        self.batch = max(self.least, batch or type(self).batch)
        self.jobs = max(1, jobs)
        self._under_path = under
        self._shared = _Shared()

    @property
    def goes_back(self) -> int:
        return self.batch if self.carries else self.overlap

    @property
    def busy(self) -> threading.Lock:
        """Held by whoever uses the networks."""
        return self._shared.busy

    @property
    def under(self) -> Animator:
        """Who draws the film."""
        with self._shared.building:
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
        that is no picture.

        Threads may draw several clips at once: what a model knows of a clip is kept by
        the clip, and one of them uses the networks at a time.
        """
        return self.animate_from(0, staging, fps=fps, width=width, height=height)

    def animate_from(
        self, first: int, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        """The same from the frame with this number on. Of what is before it, no more is
        drawn than the windows over it begin with, and none of it is refined unless a
        window goes on from another (`carries`)."""
        loaded = self._loaded()
        with spoken(), self._shared.busy:
            kept = self.prepare(loaded.model, Clip(staging, fps, width, height))
        starts: dict[str, int] = {}
        if first and self.overlap:
            faces = Faces(staging, width, height)
            starts = starts_of(self, faces, first=first, fps=fps)
        begun = min(starts.values(), default=first)
        film = control(
            self.under, staging, fps=fps, width=width, height=height, first=begun
        )
        take = Take(self, loaded, kept, first=first, starts=starts)
        with loaded.mixed.joined():
            for number, frame in enumerate(film, start=begun):
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

    def refine_each(
        self, model: Any, batch: Sequence[Crop], kept: Sequence[Any]
    ) -> Sequence[NDArray[Any]]:
        """Without `overlap`: the same of crops of several clips, each beside what
        `prepare` said of its own. An engine that can puts them into one call; this one
        makes one for each clip."""
        found: list[NDArray[Any]] = []
        for _, run in groupby(zip(batch, kept, strict=True), lambda one: id(one[1])):
            crops, of = zip(*run, strict=True)
            found += self.refine(model, crops, of[0])
        return found

    def mask(self, place: FacePlace) -> NDArray[np.float32]:
        """Where the model's picture is seen."""
        return place.mask

    def _loaded(self) -> Loaded:
        with self._shared.building:
            if self._shared.loaded is None:
                with spoken():
                    torch_audio.make_harmless()
                    model = self.load()
                    if self.compiled:
                        memory.compile_networks(model)
                self._shared.loaded = Loaded(model, self._mixed(model))
            return self._shared.loaded

    def _mixed(self, model: Any) -> Shared[Item, NDArray[Any]]:
        def refine(items: Sequence[Item]) -> Sequence[NDArray[Any]]:
            return self.refine_each(
                model, [item.crop for item in items], [item.kept for item in items]
            )

        return Shared(refine, most=self.batch * self.jobs, model=self._shared.busy)

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
    loaded: Loaded | None = None
    building: threading.RLock = field(default_factory=threading.RLock)
    """Held while either is made: once, whoever asks first."""

    busy: threading.Lock = field(default_factory=threading.Lock)
    """Held while the networks work: schedules, hooks and what takes turns on a card are
    theirs, not the clip's."""
