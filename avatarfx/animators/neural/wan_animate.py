"""Wan-Animate over the face crops of the warp's film: the high end, on a large card.

The model replaces a person in a video by the one of a picture. The video is our film,
the person in it ours already, and only what lies in the face's mask is generated: the
film's background, framing and timing stay. The face crops are its face video, the
performance's pose its pose video.
"""

from __future__ import annotations

import zlib
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avatarfx.animators.neural import skeleton
from avatarfx.animators.neural.base import WARP, NeuralAnimator
from avatarfx.animators.neural.control import reference
from avatarfx.animators.neural.faces import Faces
from socialapp.engines import torch_audio
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import Layout, Piece, look

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

    from avatarfx.animators.neural.base import Clip, Crop

    Pixels = NDArray[np.uint8]

PROMPT = "close-up of a person talking to the camera"

SEGMENT = 77
"""Frames that the published model was trained on at once: four for each latent and one."""

SHORTEST = 17
"""A segment of fewer frames is mostly what it carries over from the one before."""

SEGMENTS = 3
"""How many the pipeline makes in one call; longer takes are several calls."""

CARRIED = 5
"""Frames that a call takes over, as drawn, from the one before: then they are given as
video that is to be kept."""

WORK_MB = 6_000
"""Beside the weights, for 77 frames of 512 x 512 in 16 bits: an estimate to plan with."""

LAYOUT = Layout(
    name="wan_animate",
    files=(
        Piece("model_index.json", "json", {"_class_name": "WanAnimatePipeline"}),
        Piece(
            "transformer/config.json",
            "json",
            {"_class_name": "WanAnimateTransformer3DModel"},
        ),
        Piece("transformer/diffusion_pytorch_model*.safetensors", "safetensors"),
        Piece(
            "transformer/diffusion_pytorch_model.safetensors.index.json",
            "json",
            optional=True,
        ),
        Piece("vae/config.json", "json", {"_class_name": "AutoencoderKLWan"}),
        Piece("vae/diffusion_pytorch_model.safetensors", "safetensors"),
        Piece("text_encoder/config.json", "json", {"model_type": "umt5"}),
        Piece("text_encoder/model*.safetensors", "safetensors"),
        Piece("text_encoder/model.safetensors.index.json", "json", optional=True),
        Piece("tokenizer/tokenizer.json", "json"),
        Piece("tokenizer/tokenizer_config.json", "json"),
        Piece("image_encoder/config.json", "json", {"model_type": "clip_vision_model"}),
        Piece("image_encoder/model*.safetensors", "safetensors"),
        Piece("image_processor/preprocessor_config.json", "json"),
        Piece("scheduler/scheduler_config.json", "json"),
    ),
    licence="Apache-2.0",
    commercial=True,
    source="huggingface.co/Wan-AI/Wan2.2-Animate-14B-Diffusers",
    unlocks="Faces drawn anew by a video model of 14 billion parameters.",
)


class WanAnimateAnimator(NeuralAnimator):
    """See the module."""

    layout = LAYOUT
    overlap = CARRIED
    carries = True
    offloads = True

    def __init__(
        self,
        weights: str = "",
        under: str = WARP,
        device: str = "",
        dtype: str = "",
        batch: int = 0,
        *,
        compiled: bool = False,
        steps: int = 20,
        size: int = 0,
        prompt: str = PROMPT,
        seed: int = 0,
    ) -> None:
        """`batch`: frames of a segment, brought to the nearest below that the model takes:
        17 to 77, one more than fours. `size`: pixels of a crop, a multiple of 16;
        0: as many as the model takes of a face.
        ValueError for what is not."""
        segment = min(max(batch or SEGMENT, SHORTEST), SEGMENT)
        segment = (segment - 1) // 4 * 4 + 1
        if size < 0 or size % 16:
            raise ValueError("size is a multiple of 16")
        if steps < 1:
            raise ValueError("steps are 1 or more")
        super().__init__(
            weights, under, device, dtype, _frames(segment), compiled=compiled
        )
        self.segment, self.steps, self.size = segment, steps, size
        self.prompt, self.seed = prompt, seed

    def smaller(self) -> Self | None:
        """The same with segments of half as many frames."""
        half = self.segment // 2 // 4 * 4 + 1
        if half < SHORTEST or half == self.segment:
            return None
        less = copy(self)
        less.segment, less.batch = half, _frames(half)
        return less

    def load(self) -> Any:
        torch_audio.make_harmless()  # transformers imports it where it is
        from avatarfx.animators.neural import memory, wan  # noqa: PLC0415

        state = look(self.layout, Path(self.weights))
        if state.problem or state.folder is None:
            raise EngineError(state.problem or "No weights.", permanent=True)
        largest = sum(
            file.stat().st_size for file in state.files if "transformer" in file.parts
        )
        rest = sum(
            file.stat().st_size
            for file in state.files
            if {"vae", "image_encoder"} & set(file.parts)
        )
        work = round(WORK_MB * self.segment / SEGMENT * ((self.size or 512) / 512) ** 2)
        work = min(work, (largest + rest) >> 20)
        placement = memory.place(
            self.device,
            wanted_mb=((largest + rest) >> 20) + work,
            largest_mb=(largest >> 20) + work,
            dtype=self.dtype,
        )
        prompt = wan.encoded(state.folder, self.prompt, placement.dtype)
        pipe = wan.load(state.folder, placement.dtype)
        return wan.Painter(memory.settle(pipe, placement), prompt)

    def prepare(self, model: Any, clip: Clip) -> Kept:
        size = self.size or model.size
        staging = clip.staging
        return Kept(
            Faces(staging, clip.width, clip.height),
            {
                part.seat: reference(staging.actors[part.seat], size)
                for part in staging.performance.parts
            },
        )

    def refine(
        self, model: Any, batch: Sequence[Crop], kept: Kept
    ) -> Sequence[NDArray[np.generic]]:
        seat, size = batch[0].seat, self.size or model.size
        before = kept.drawn.get(seat, {})
        start = f"{self.seed}:{seat}:{batch[0].number}".encode()
        drawn = model.paint(
            portrait=kept.portraits[seat],
            faces=[crop.pixels for crop in batch],
            poses=[_pose(crop, kept.faces, size) for crop in batch],
            masks=[crop.place.mask for crop in batch],
            before=[before.get(crop.number) for crop in batch],
            size=size,
            segment=self.segment,
            steps=self.steps,
            seed=zlib.crc32(start),
        )
        kept.drawn[seat] = {
            crop.number: picture
            for crop, picture in zip(batch[-CARRIED:], drawn[-CARRIED:], strict=True)
        }
        return list(drawn)


@dataclass(slots=True)
class Kept:
    """What is known of a clip while it is drawn."""

    faces: Faces
    portraits: dict[str, Pixels]
    drawn: dict[str, dict[int, NDArray[Any]]] = field(default_factory=dict)
    """By seat, the last frames of the last call, by number."""


def _frames(segment: int) -> int:
    """Of a call: as many segments as fit without padding."""
    return SEGMENTS * (segment - 1) + 1


def _pose(crop: Crop, faces: Faces, size: int) -> Pixels:
    seen = next(one for one in faces.at(crop.at) if one.seat == crop.seat)
    return skeleton.drawn(skeleton.points(seen), crop.place.box, size)
