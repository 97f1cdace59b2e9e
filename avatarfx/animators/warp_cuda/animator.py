"""The warp on a CUDA device, or wherever else torch computes."""

from __future__ import annotations

import contextlib
import logging
import math
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from avatarfx.animators.neural.memory import DeviceLost, is_fatal
from avatarfx.animators.split import scene_of
from avatarfx.animators.stage import StageAnimator
from socialapp.engines import devices
from socialapp.engines.errors import EngineError, OutOfMemory, memory_ran_out
from socialapp.engines.protocols import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from socialapp.engines.protocols import Staging

log = logging.getLogger(__name__)

MAKERS = (
    "avatarfx.animators.warp.WarpMaker",
    "avatarfx.animators.layers.LayersMaker",
)

DTYPES = ("float32", "bfloat16", "float16")

NO_TORCH = (
    "torch is not installed. Run pip install -r requirements-gpu.txt to draw on a "
    "graphics card."
)


class WarpCudaAnimator(StageAnimator):
    """The warp's own picture, drawn in batches by torch.

    Scenes, rigs and textures are the `StageAnimator`'s; what the device draws is what
    its puppets say. Drawings in layers are drawn by the processor and composed here.
    """

    resident = True

    def __init__(
        self,
        rung: str = "full",
        makers: Sequence[str] = MAKERS,
        threads: int = 2,
        *,
        device: str = "",
        batch: int = 16,
        dtype: str = "float32",
    ) -> None:
        """`device`: ``cpu``, ``cuda``, ``cuda:1``; empty: the first CUDA device, and not
        available without one, for there the processor's own drawing is faster.

        `batch`: frames at once. `dtype`: of colours while they are blended. `threads`:
        for whom the processor draws.
        """
        if dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}")
        super().__init__(rung, makers, threads)
        self.device = device
        self.batch = max(1, batch)
        self.dtype = dtype

    def available(self) -> str | None:
        return self._no_device() or super().available()

    def smaller(self) -> WarpCudaAnimator | None:
        """The same, drawing half as many frames at once."""
        if self.batch == 1:
            return None
        return WarpCudaAnimator(
            self.rung,
            self._paths,
            self._threads,
            device=self.device,
            batch=self.batch // 2,
            dtype=self.dtype,
        )

    def rehearse(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> list[Frame]:
        return list(self.animate(staging, fps=fps, width=width, height=height))

    def animate_from(
        self, first: int, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        """Frames from the one with this number on; the next batch is drawn while one is
        handed out."""
        if reason := self._no_device():
            raise EngineError(reason)
        scene = scene_of(staging, self._built(), width, height, self._wardrobe)
        count = max(1, math.ceil(staging.performance.seconds * fps))
        with ThreadPoolExecutor(self._threads, thread_name_prefix="stage") as pool:
            for frames in self._batches(
                scene, range(first, count), fps=fps, spread=pool.map
            ):
                for pixels in frames:
                    yield Frame(pixels.data.cast("B"), width, height)

    def _batches(
        self, scene: Any, numbers: range, *, fps: int, spread: Any
    ) -> Iterator[NDArray[Any]]:
        import torch  # noqa: PLC0415  2 s and 200 MB that only this rung needs

        from avatarfx.animators.warp_cuda.theatre import (  # noqa: PLC0415  as above
            Theatre,
            runs,
        )

        device = self._device()
        theatre = Theatre(
            torch.device(device), spread, dtype=getattr(torch, self.dtype)
        )
        before: Any = None
        for run in runs(scene, numbers, fps=fps, batch=self.batch):
            with told(device):
                coming = theatre.draw(run)
                done = before.fetch() if before is not None else None
            before = coming
            if done is not None:
                yield done
        if before is not None:
            with told(device):
                done = before.fetch()
            yield done

    def _device(self) -> str:
        return self.device or "cuda"

    def _no_device(self) -> str | None:
        """None, or why torch cannot compute there."""
        device = self._device()
        # Whichever engine lost a card: it is lost to the process.
        if reason := devices.lost(device) or (device != "cpu" and devices.lost()):
            return reason
        if find_spec("torch") is None:
            return NO_TORCH
        import torch  # noqa: PLC0415

        kind, _, number = device.partition(":")
        if kind == "cpu":
            return None
        if kind != "cuda":
            return f"{device} is no device that this rung knows: cpu, cuda or cuda:1."
        if not torch.cuda.is_available():
            return "No CUDA device is here, so the processor draws."
        if number and not (
            number.isdigit() and int(number) < torch.cuda.device_count()
        ):
            return f"There is no device {device}; {torch.cuda.device_count()} are here."
        return None


@contextlib.contextmanager
def told(device: str) -> Iterator[None]:
    """Errors of torch in the words of engines: no room, or a card that failed."""
    try:
        yield
    except EngineError:
        raise
    except (RuntimeError, MemoryError) as error:
        if memory_ran_out(error) or "out of memory" in str(error):
            _make_room(device)
            raise OutOfMemory("The graphics card ran out of memory.") from error
        first = str(error).partition("\n")[0]
        if "CUDA" not in first and "cuda" not in first:
            raise
        log.exception("The device %s failed", device)
        words = f"The graphics card failed ({first})."
        if not is_fatal(error):
            raise EngineError(words) from error
        words += " It is used again after the worker is started anew."
        devices.lose(device, words)
        raise DeviceLost(words) from error


def _make_room(device: str) -> None:
    """Give back what torch keeps for later."""
    if device.startswith("cuda"):
        import torch  # noqa: PLC0415

        torch.cuda.empty_cache()
