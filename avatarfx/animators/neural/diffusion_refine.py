"""AnimateDiff video-to-video over the face crops of the warp's film.

A latent diffusion model with a motion adapter takes each face a few steps of noise back
and draws it again; an image encoder that sees the portrait holds whose face it is. Noise
belongs to frames, not to windows: where two windows overlap they start from the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from avatarfx.animators.neural.base import WARP, NeuralAnimator
from avatarfx.animators.neural.control import reference
from socialapp.engines import torch_audio
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import Layout, Piece, look

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from avatarfx.animators.neural.base import Clip, Crop

PROMPT = "close-up of a face talking, detailed skin, natural light, sharp focus"

STRENGTHS = (0.0, 0.45)
"""0 leaves the film as it is; beyond the upper end a mouth no longer keeps to the
command."""

STEPS = (1, 4)
"""What an LCM is distilled for."""

SEEING = 224
"""Pixels in which the image encoder sees a portrait (CLIP ViT)."""

FRAME_MB = 400
"""Working memory for a frame of 512 x 512 in 16 bits: an estimate to plan with."""

MOST_WORK = 8
"""The work of a small model is small: in multiples of its weights."""

LAYOUT = Layout(
    name="diffusion_refine",
    files=(
        Piece("base/unet/config.json", "json", {"_class_name": "UNet2DConditionModel"}),
        Piece(
            "base/unet/diffusion_pytorch_model.safetensors",
            "safetensors",
            {"conv_in.weight": (None, 4, 3, 3), "conv_out.weight": (4, None, 3, 3)},
        ),
        Piece("base/vae/config.json", "json", {"_class_name": "AutoencoderKL"}),
        Piece(
            "base/vae/diffusion_pytorch_model.safetensors",
            "safetensors",
            {"post_quant_conv.weight": (4, 4, 1, 1)},
        ),
        Piece("base/text_encoder/config.json", "json", {"hidden_size": None}),
        Piece(
            "base/text_encoder/model.safetensors",
            "safetensors",
            {"text_model.embeddings.token_embedding.weight": (None, None)},
        ),
        Piece("base/tokenizer/vocab.json", "json"),
        Piece("base/tokenizer/merges.txt", "other"),
        Piece("base/scheduler/scheduler_config.json", "json"),
        Piece("motion/config.json", "json", {"_class_name": "MotionAdapter"}),
        Piece("motion/diffusion_pytorch_model.safetensors", "safetensors"),
        Piece("motion/AnimateLCM_sd15_t2v_lora.safetensors", "safetensors"),
        Piece(
            "ip_adapter/models/ip-adapter_sd15.safetensors",
            "safetensors",
            {
                "image_proj.proj.weight": (None, None),
                "ip_adapter.1.to_k_ip.weight": (None, None),
            },
        ),
        Piece(
            "ip_adapter/models/image_encoder/config.json",
            "json",
            {"projection_dim": None},
        ),
        Piece(
            "ip_adapter/models/image_encoder/model.safetensors",
            "safetensors",
            {"visual_projection.weight": (None, None)},
        ),
    ),
    licence="CreativeML OpenRAIL-M (base), MIT (AnimateLCM), Apache-2.0 (IP-Adapter)",
    commercial=True,
    source=(
        "huggingface.co: stable-diffusion-v1-5/stable-diffusion-v1-5 as base, "
        "wangfuyun/AnimateLCM as motion, h94/IP-Adapter as ip_adapter"
    ),
    unlocks="Faces with the skin, teeth and light of a diffusion model, in any clip.",
)


class DiffusionRefineAnimator(NeuralAnimator):
    """See the module."""

    layout = LAYOUT
    batch = 16
    least = 8
    overlap = 4
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
        strength: float = 0.3,
        steps: int = 2,
        size: int = 0,
        prompt: str = PROMPT,
        identity: float = 0.6,
        seed: int = 0,
    ) -> None:
        """`strength`: how much noise a face is drawn from, 0 to 0.45. `steps`: in how
        many. `size`: pixels of a crop, a multiple of 64; 0: the model's own. `identity`: weight of the
        portrait beside the prompt, 0 to 1. `batch`: frames of a window, 8 to 32.
        ValueError for what is out of these ranges."""
        super().__init__(weights, under, device, dtype, batch, compiled=compiled)
        if not STRENGTHS[0] <= strength <= STRENGTHS[1]:
            raise ValueError(f"strength is {STRENGTHS[0]} to {STRENGTHS[1]}")
        if not STEPS[0] <= steps <= STEPS[1]:
            raise ValueError(f"steps are {STEPS[0]} to {STEPS[1]}")
        if size < 0 or size % 64:
            raise ValueError("size is a multiple of 64")
        if not 0 <= identity <= 1:
            raise ValueError("identity is 0 to 1")
        self.strength, self.steps, self.size = strength, steps, size
        self.prompt, self.identity, self.seed = prompt, identity, seed

    def load(self) -> Any:
        torch_audio.make_harmless()  # transformers imports it where it is
        from avatarfx.animators.neural import animate_diff, memory  # noqa: PLC0415

        state = look(self.layout, Path(self.weights))
        if state.problem or state.folder is None:
            raise EngineError(state.problem or "No weights.", permanent=True)
        weights = state.bytes >> 20
        work = round(FRAME_MB * self.batch * ((self.size or 512) / 512) ** 2)
        placement = memory.place(
            self.device,
            wanted_mb=weights + min(work, weights * MOST_WORK),
            dtype=self.dtype,
        )
        pipe = animate_diff.load(state.folder, placement.dtype)
        return animate_diff.Refiner(memory.settle(pipe, placement), self.prompt)

    def prepare(self, model: Any, clip: Clip) -> dict[str, Any]:
        """By seat, what the image encoder sees in each portrait."""
        if not self.strength:
            return {}
        return {
            part.seat: model.see(reference(clip.staging.actors[part.seat], SEEING))
            for part in clip.staging.performance.parts
        }

    def refine(
        self, model: Any, batch: Sequence[Crop], kept: dict[str, Any]
    ) -> Sequence[NDArray[np.generic]]:
        if not self.strength:
            return [crop.pixels for crop in batch]
        return list(
            model.refine(
                [crop.pixels for crop in batch],
                numbers=[crop.number for crop in batch],
                seat=batch[0].seat,
                face=kept[batch[0].seat],
                size=self.size or model.size,
                strength=self.strength,
                steps=self.steps,
                identity=self.identity,
                seed=self.seed,
            )
        )
